from __future__ import annotations

import pytest

from edgewise.core.errors import NotFound, NotYetAvailable, ServiceUnavailable, Transient
from edgewise.sources.http import Answer, get_listed


class _Stub:
    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = []

    def get(self, url, *, max_bytes):
        self.asked.append((url, max_bytes))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_failure_case_42_a_listed_document_that_is_not_there_is_not_yet_available():
    with pytest.raises(NotYetAvailable, match="listed but not served") as caught:
        get_listed(_Stub(NotFound("gone")), "https://www.sec.gov/a.htm")
    assert isinstance(caught.value, Transient)


def test_a_listed_document_that_is_there_is_simply_answered():
    answer = Answer(url="https://www.sec.gov/a.htm", body=b"x")
    stub = _Stub(answer)
    assert get_listed(stub, answer.url, max_bytes=7) is answer
    assert stub.asked == [(answer.url, 7)]


def test_other_errors_pass_through():
    with pytest.raises(ServiceUnavailable, match="down"):
        get_listed(_Stub(ServiceUnavailable("down")), "https://www.sec.gov/a.htm")
