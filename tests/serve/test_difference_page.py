"""The page of a difference: whole, free of anything to fetch or run, and nothing of a filing's markup survives."""

from __future__ import annotations

from datetime import UTC, date, datetime

from selectolax.lexbor import LexborHTMLParser

from edgewise.pipelines.filing_difference import FactorDifference, FilingDifference
from edgewise.serve.difference_page import difference_page
from edgewise.text.difference import difference

HOSTILE = '<script>alert(1)</script> <img src="https://evil.test/x"> & "quoted"'


def head(number: int, company: str = "NUTS & BOLTS INC") -> dict[str, object]:
    return {
        "accession": f"0000000007-25-{number:06d}",
        "form": "10-K",
        "company": company,
        "cik": 7,
        "filed_date": date(2024 + number, 3, 4),
        "period_end": None,
        "known_at": datetime(2024 + number, 3, 4, 21, 5, tzinfo=UTC),
    }


def factor(change: str, old: str, new: str, *, ordinal=1, old_ordinal=1, moved=False) -> FactorDifference:
    row = {
        "change": change,
        "ordinal": ordinal,
        "old_ordinal": old_ordinal,
        "category": "supply",
        "words_added": 1,
        "words_removed": 2,
        "moved": moved,
    }
    return FactorDifference(row, None, None, difference("A heading", "A heading"), difference(old, new))


def page(**changed) -> LexborHTMLParser:
    items = [
        {"part": "I", "item": "1", "title": "Business", "status": "ok", "reasons": None, "old_words": 1200}
        | {"new_words": 1300, "cosine": 0.5, "jaccard": 0.25, "minimum_edit": 0.75, "simple": 1.0},
        {"part": "I", "item": "3", "title": "Legal Proceedings", "status": "suspect", "reasons": "rival"}
        | dict.fromkeys(("old_words", "new_words", "cosine", "jaccard", "minimum_edit", "simple")),
        {"part": "I", "item": "4", "title": "Mine Safety Disclosures", "status": "absent", "reasons": "new_absent"}
        | dict.fromkeys(("old_words", "new_words", "cosine", "jaccard", "minimum_edit", "simple")),
    ]
    factors = [factor("reworded", "We sell many nuts.", "We sell few nuts.", old_ordinal=3, moved=True)]
    whole = {"old": head(0), "new": head(1), "basis": "year", "items": items, "factors": factors, "doubts": ""}
    return LexborHTMLParser(difference_page(FilingDifference(**whole | changed)))


def test_both_filings_every_compared_item_and_the_words_are_there():
    made = page()
    text = made.body.text()
    assert "NUTS & BOLTS INC 10-K" in text
    for said in ("0000000007-25-000000", "0000000007-25-000001", "2025-03-04", "0.250", "1,200", "suspect: rival"):
        assert said in text
    assert "Mine Safety" not in text
    assert "Not compared: I 4: absent now." in text
    assert "0 new, 1 reworded, 0 dropped, 0 kept, 1 moved" in text
    assert "reworded 1, was 3" in text
    assert [node.text().strip() for node in made.css("section > p > ins")] == ["few"]
    assert [node.text().strip() for node in made.css("section > p > del")] == ["many"]


def test_failure_case_43_nothing_of_a_filings_markup_survives():
    made = page(new=head(1, company=HOSTILE), factors=[factor("new", "", HOSTILE, old_ordinal=0)])
    assert made.css("script, img, link, iframe, [src], [href], [onload]") == []
    assert HOSTILE in made.css_first("details ins").text()
    assert HOSTILE in made.css_first("h1").text()


def test_what_is_not_compared_says_why():
    assert "no risk factors & why" in page(doubts="no risk factors & why", factors=[]).body.text()
