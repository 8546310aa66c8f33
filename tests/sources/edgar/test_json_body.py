"""JSON from outside, good and bad."""

from __future__ import annotations

import pytest

from edgewise.core.errors import Hostile, Truncated, Unparsable
from edgewise.sources.edgar.json_body import json_object


def test_an_object_is_returned():
    assert json_object(b' {"a": [1]}\n', "the list") == {"a": [1]}


@pytest.mark.parametrize("body", [b"", b" ", b'{"a": [1', b'{"a": "half a te'])
def test_half_a_body_is_truncated(body):
    with pytest.raises(Truncated, match="the list"):
        json_object(body, "the list")


@pytest.mark.parametrize("body", [b"[1]", b'{"a": }', b"\xff\xfe}", b'{"a": ' + b"9" * 9_000 + b"}"])
def test_what_is_no_object_is_unparsable(body):
    with pytest.raises(Unparsable, match="the list"):
        json_object(body, "the list")


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>Request Rate Threshold Exceeded</html>", b"\n<Error/>"])
def test_failure_case_41_a_block_page_in_place_of_json_says_what_it_is(page):
    with pytest.raises(Unparsable, match="HTML") as caught:
        json_object(page, "the list")
    assert "slow down" in caught.value.advice


def test_failure_case_43_nesting_beyond_reason_is_hostile():
    with pytest.raises(Hostile):
        json_object(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "the list")
