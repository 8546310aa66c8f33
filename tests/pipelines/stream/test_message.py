"""A filing as a message and back, and messages that are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from edgewise.core.errors import Unparsable
from edgewise.core.ports import Message
from edgewise.pipelines.stream.message import message_of, work_of
from tests.pipelines.conftest import ACCEPTED, NOON
from tests.pipelines.stream.conftest import a_work


@pytest.mark.parametrize("fields", [{}, {"form": "8-K", "filed_date": date(2025, 3, 4), "accepted_at": ACCEPTED}])
def test_a_filing_comes_back_as_it_went_with_the_instant_it_was_seen(fields):
    work = a_work(1, **fields)
    assert work_of(message_of(work, seen_at=NOON)) == replace(work, first_seen_at=NOON)


def test_the_key_is_the_accession_so_that_a_queue_holds_a_filing_once():
    assert message_of(a_work(1), seen_at=NOON).key == "0001193125-25-000001"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"cik": 7}',
        '{"location": "x", "cik": "seven", "seen_at": "2025-03-05T17:00:00+00:00"}',
        '{"location": "x", "cik": 7, "seen_at": "yesterday"}',
        '{"location": "x", "cik": 7, "seen_at": "2025-03-05T17:00:00"}',
    ],
)
def test_a_body_that_is_not_about_a_filing_is_refused_with_a_reason(body):
    with pytest.raises(Unparsable, match="not about a filing") as refused:
        work_of(Message("0001193125-25-000001", body))
    assert refused.value.code == "bad_message"


def test_a_key_that_is_no_accession_is_refused():
    with pytest.raises(Unparsable, match="'poison'"):
        work_of(Message("poison", message_of(a_work(1), seen_at=NOON).body))
