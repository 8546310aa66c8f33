"""Another tool's answers are read from a file and found in the document, and our own reader's are taken as they are."""

from __future__ import annotations

import json
from datetime import date

import pytest
from benchmarks.evaluations.answers import Predictions, ours

from edgewise.core.errors import InvalidInput

BODY = (
    b"<html><body><p>Item 1. Business</p><p>We sell nuts to <b>shops</b>.</p><p>Item 2. Properties</p>"
    b"<p>We own a plant.</p><p>SIGNATURES</p></body></html>"
)
SOURCE = "www.sec.gov/a.htm"


def asked(reader, source=SOURCE):
    return reader(BODY, source=source, form="10-K", filed=date(2024, 2, 1))


@pytest.fixture
def predictions(tmp_path):
    def written(documents, **rest) -> Predictions:
        path = tmp_path / "predictions.json"
        path.write_text(json.dumps({"tool": "other 1.0", "documents": documents, **rest}))
        return Predictions(path)

    return written


def test_a_text_of_another_tool_is_found_in_the_document_whatever_its_spaces(predictions):
    text = "ITEM 1.  Business\n\nWe sell\tnuts to shops ."
    answer = asked(predictions({SOURCE: [{"part": "I", "item": "1", "text": text}]}))
    item = answer.items[0]
    assert answer.text[item.begin : item.end] == "Item 1. Business\nWe sell nuts to shops"
    assert (item.status, item.confidence, answer.may_start_after_heading) == ("ok", None, True)


def test_an_item_may_be_given_by_its_fingerprints_as_in_the_truth(predictions):
    row = {"part": "I", "item": "2", "first_80": "Item 2.", "last_80": "own a plant.", "chars": 34, "confidence": 0.5}
    answer = asked(predictions({SOURCE: [row]}))
    item = answer.items[0]
    assert answer.text[item.begin : item.end] == "Item 2. Properties\nWe own a plant"
    assert item.confidence == 0.5


def test_a_text_that_is_not_in_the_document_has_no_place_and_says_so(predictions):
    item = asked(predictions({SOURCE: [{"part": "I", "item": "1", "text": "Item 1. Something else"}]})).items[0]
    assert (item.begin, item.end, item.reasons) == (-1, -1, ("not_found_in_the_document",))


def test_a_document_that_the_file_leaves_out_is_not_judged_and_one_that_is_null_failed(predictions):
    reader = predictions({SOURCE: None})
    assert asked(reader, "www.sec.gov/other.htm") is None
    with pytest.raises(InvalidInput, match=r"other 1\.0 failed on it"):
        asked(reader)


def test_a_file_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "list.json"
    path.write_text('{"documents": []}')
    with pytest.raises(InvalidInput, match="no file of predictions"):
        asked(Predictions(path))


def test_our_own_reader_answers_with_offsets_into_its_text():
    answer = asked(ours)
    found = {one.item: answer.text[one.begin : one.end] for one in answer.items if one.begin >= 0}
    assert found == {
        "1": "Item 1. Business\nWe sell nuts to shops.",
        "2": "Item 2. Properties\nWe own a plant.",
    }
