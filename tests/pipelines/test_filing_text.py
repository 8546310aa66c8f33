"""Items and risk factors as rows: what each row says, what is left out, and what a bad document becomes."""

from __future__ import annotations

import pytest

from edgewise.core.tables import DOCUMENTS, ITEMS, RISK_FACTORS, TEXTS
from edgewise.pipelines import parse as parsing
from edgewise.pipelines.journey import travel
from edgewise.text.reading import READING_VERSION
from tests.pipelines.conftest import ACCEPTED, GRAPHIC, accession, document, fetched
from tests.pipelines.reports import RISKS, report


def annual(number: int, body: bytes | None = None, *, form: str = "10-K", **header):
    return fetched(number, document(body or report(), kind=form), form=form, **header)


@pytest.fixture
def read(rooms, arrive):
    """Take these filings all the way; return the rows of items and of risk factors."""

    def run(*filings):
        arrive(*filings)
        assert [leg.failed for leg in travel(rooms)] == [0, 0, 0]
        return rooms.lake.read(ITEMS).to_dicts(), rooms.lake.read(RISK_FACTORS).to_dicts()

    return run


def test_every_item_of_an_annual_report_is_a_row_that_says_where_it_stands(read, rooms):
    items, _ = read(annual(1))
    (document_row,) = rooms.lake.read(DOCUMENTS).to_dicts()
    text = rooms.documents.get(rooms.lake.read(TEXTS)["text_sha256"][0]).decode()
    body = rooms.documents.get(document_row["sha256"])
    assert {row["status"] for row in items} == {"ok"}
    assert ("I", "1A") in {(row["part"], row["item"]) for row in items}
    for row in items:
        assert row["text"] == text[row["begin"] : row["end"]]
        assert row["characters"] == len(row["text"])
        assert body[row["raw_begin"] :].startswith(b"Item " + row["item"].encode())
        assert row["text"].startswith(f"Item {row['item']}. {row['title']}")
        assert (row["known_at"], row["document_sha256"]) == (ACCEPTED, document_row["sha256"])
        assert row["parser_version"] == READING_VERSION


def test_risk_factors_are_rows_with_heading_body_category_and_place(read, rooms):
    items, factors = read(annual(1))
    (item,) = [row for row in items if row["risk_factors"] is not None]
    assert (item["item"], item["risk_factors"], item["risk_status"]) == ("1A", len(RISKS), "ok")
    assert item["risk_coverage"] > 0.9
    assert [(row["ordinal"], row["heading"], row["body"]) for row in factors] == [
        (n, heading, body) for n, (heading, body) in enumerate(RISKS.items(), 1)
    ]
    said = rooms.risk_categories.classify(list(RISKS), list(RISKS.values()))
    assert [(row["family"], row["category"]) for row in factors] == said.select("family", "category").rows()
    assert {row["category_version"] for row in factors} == {rooms.risk_categories.version}
    text = rooms.documents.get(rooms.lake.read(TEXTS)["text_sha256"][0]).decode()
    for row in factors:
        assert text[row["begin"] : row["end"]] == f"{row['heading']}\n{row['body']}"
        assert (row["status"], row["reasons"], row["known_at"]) == ("ok", None, ACCEPTED)


def test_the_factors_of_a_doubtful_item_are_doubtful(read, monkeypatch):
    """Law 3: a doubt goes down to what rests on it."""
    whole = parsing.read_filing

    def doubting(*args, **options):
        found = whole(*args, **options)
        for item in found.items:
            if item.item == "1A":
                object.__setattr__(item, "status", "suspect")
                object.__setattr__(item, "reasons", ("rival",))
        return found

    monkeypatch.setattr(parsing, "read_filing", doubting)
    _, factors = read(annual(1))
    assert {(row["status"], row["reasons"]) for row in factors} == {("suspect", "rival")}


def test_a_current_report_has_rows_for_what_it_reports_only(read):
    body = b"<p><b>Item 2.02. Results of Operations and Financial Condition.</b></p><p>" + b"Sales rose. " * 30
    items, factors = read(fetched(1, document(body + b"</p><p><b>SIGNATURES</b></p>")))
    assert [(row["item"], row["status"], row["risk_factors"]) for row in items] == [("2.02", "ok", None)]
    assert factors == []


def test_a_current_report_without_any_item_is_one_row_that_says_so(read):
    items, _ = read(fetched(1))
    assert [(row["item"], row["status"], row["reasons"]) for row in items] == [("", "absent", "no_items")]


def test_the_items_are_those_of_the_document_of_the_form_wherever_it_stands(read):
    cover = document(b"<p>" + b"A letter to the SEC. " * 10 + b"</p>", kind="COVER")
    items, _ = read(fetched(1, cover, document(report(), kind="10-K", sequence=2, name="b.htm"), form="10-K"))
    assert {row["status"] for row in items} == {"ok"}


def test_a_form_without_items_has_text_and_no_items(read, rooms):
    assert read(fetched(1, document(kind="6-K"), form="6-K")) == ([], [])
    assert rooms.lake.read(TEXTS).height == 1


def test_a_document_without_prose_becomes_rows_with_the_reason(read):
    items, factors = read(annual(1, GRAPHIC), annual(2))
    bad = [row for row in items if row["accession"] == accession(1)]
    assert {row["status"] for row in bad} <= {"absent", "suspect"}
    assert len(bad) > 15
    assert all("image" in row["reasons"] and row["text"] is None for row in bad)
    assert {row["accession"] for row in factors} == {accession(2)}


def test_where_reading_items_fails_the_text_is_kept_and_every_item_says_why(read, rooms, monkeypatch):
    """Law 4: a bad document becomes rows with a reason, the batch goes on."""
    whole = parsing.read_filing

    def failing(body, **options):
        if b"bolts of every size" not in body:
            raise RuntimeError("a defect")
        return whole(body, **options)

    monkeypatch.setattr(parsing, "read_filing", failing)
    items, factors = read(annual(1, b"<p>" + b"Something else. " * 30 + b"</p>"), annual(2))
    bad = [row for row in items if row["accession"] == accession(1)]
    assert len(bad) > 15
    assert {(row["status"], row["reasons"], row["confidence"]) for row in bad} == {("suspect", "unexpected_error", 0.0)}
    assert {row["accession"] for row in factors} == {accession(2)}
    assert set(rooms.lake.read(TEXTS)["accession"]) == {accession(1), accession(2)}


def test_a_current_report_that_cannot_be_read_is_one_row_with_the_reason(read):
    items, _ = read(fetched(1, document(GRAPHIC)))
    assert [(row["item"], row["status"], row["reasons"]) for row in items] == [("", "absent", "image")]
