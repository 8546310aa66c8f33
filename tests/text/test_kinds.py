"""What the bytes of a document are."""

import pytest

from edgewise.text import kinds
from edgewise.text.kinds import document_kind


@pytest.mark.parametrize(
    ("body", "kind", "start"),
    [
        (b"<p>one", "html", 0),
        (b"one", "plain", 0),
        (b"", "empty", 0),
        (b"<TEXT>\n%PDF-1.4", "pdf", 7),
        (b"<DOCUMENT>\n<TYPE>8-K\n<SEQUENCE>1\n<TEXT>\n<p>Said.", "html", 40),
        (b"\n<document>\n<type>10-K\n<text>\nItem 1.", "plain", 30),
        (b"<TEXT>\n<XBRL>\n<html>", "html", 14),
        (b"<PAGE>\n<TABLE>\n<S> <C>\nSales 1\n</TABLE>\n", "plain", 0),
        (b"The form begin 644 words", "plain", 0),
    ],
)
def test_kind_and_place_of_the_document_are_found_whatever_wraps_it(body, kind, start):
    assert document_kind(body) == (kind, start)


def test_failure_case_17_typewritten_text_between_html_tags_is_plain():
    lines = b"Item 1. Business   The company sells paper.\n" * 200
    assert document_kind(b"<html><body>" + lines + b"</body></html>", file_name="a.htm")[0] == "plain"
    assert document_kind(b"<html><body>" + lines.replace(b"\n", b"<br>\n") + b"</body></html>")[0] == "html"


def test_a_document_larger_than_offsets_reach_is_refused_with_a_status(monkeypatch):
    monkeypatch.setattr(kinds, "_MOST_BYTES", 10)
    assert document_kind(b"<p>" + b"a" * 10)[0] == "too_large"


@pytest.mark.parametrize(
    "piece", [b"<?a>", b"<!---->", b"<!DOCTYPE a [", b"<!--", b"<TEXT>", b" ", b"<TYPE>a\n", b"<?"]
)
def test_hostile_beginnings_cost_linear_time(piece):
    assert document_kind(b"<DOCUMENT>" + piece * (2_000_000 // len(piece)) + b"<p>")[0] in {"html", "plain"}
