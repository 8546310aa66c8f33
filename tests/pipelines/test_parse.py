"""Parsing: which documents are read, what comes of those without prose, and failures by filing."""

from __future__ import annotations

import pytest

from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, TEXTS
from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.parse import FORMS_WITH_WORDS, parse_stage
from edgewise.pipelines.stages import run_stage
from edgewise.text.visible_text import PARSER_VERSION
from tests.pipelines.conftest import ACCEPTED, GRAPHIC, SENTENCE, accession, document, fetched


@pytest.fixture
def parse(rooms, arrive):
    """Fetch and parse these filings; return the report and the rows of `texts` in order."""

    def run(*filings, form: str = ""):
        arrive(*filings, form=form)
        run_stage(
            fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock),
            rooms.filings,
            rooms.clock,
        )
        report = run_stage(
            parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor), rooms.filings, rooms.clock
        )
        return report, rooms.lake.read(TEXTS).sort("accession", "sequence").to_dicts()

    return run


def test_the_filings_own_document_its_annual_report_and_its_press_release_are_read(parse):
    kinds = ["10-K", "EX-10.1", "EX-13", "EX-13.1", "EX-21", "EX-31.1", "EX-99", "EX-99.1", "EX-101.INS", "GRAPHIC"]
    documents = [document(kind=kind, sequence=n, name=f"{n}.htm") for n, kind in enumerate(kinds, start=1)]
    _, rows = parse(fetched(1, *documents, form="10-K"))
    assert [kinds[row["sequence"] - 1] for row in rows] == ["10-K", "EX-13", "EX-13.1", "EX-99", "EX-99.1"]


def test_the_first_document_is_read_whatever_it_is_called(parse):
    _, rows = parse(fetched(1, document(kind="MAIN"), document(kind="EX-10", sequence=2, name="b.htm")))
    assert [row["sequence"] for row in rows] == [1]


def test_the_document_of_the_form_is_read_wherever_it_stands(parse):
    _, rows = parse(fetched(1, document(kind="COVER"), document(kind="8-K", sequence=5, name="b.htm")))
    assert [row["sequence"] for row in rows] == [1, 5]


@pytest.mark.parametrize(("form", "kind"), [("10-K/A", "10-K"), ("10-K", "10-K/A"), ("10-K/A", "10-K/A")])
def test_an_amendments_document_counts_as_its_own(parse, form, kind):
    documents = (document(kind="COVER"), document(kind=kind, sequence=2, name="b.htm"))
    _, rows = parse(fetched(1, *documents, form=form))
    assert [row["sequence"] for row in rows] == [1, 2]


def test_a_row_names_the_document_it_was_read_from_and_its_text_is_stored(parse, rooms):
    _, (row,) = parse(fetched(1))
    assert row["document_sha256"] == rooms.lake.read(DOCUMENTS)["sha256"][0]
    text = rooms.documents.get(row["text_sha256"]).decode()
    assert text == (SENTENCE * 12).strip()
    assert (row["characters"], row["status"], row["reasons"]) == (len(text), "ok", None)
    assert (row["parser_version"], row["known_at"]) == (PARSER_VERSION, ACCEPTED)


def test_a_document_without_prose_is_a_row_that_says_so(parse):
    _, (row,) = parse(fetched(1, document(GRAPHIC)))
    assert (row["status"], row["reasons"], row["characters"]) == ("absent", "image", 0)


def test_forms_without_words_rest_at_fetched(parse, rooms):
    report, rows = parse(fetched(1, form="4"), fetched(2, form="10-Q"))
    assert (report.done, [row["accession"] for row in rows]) == (1, [accession(2)])
    assert rooms.filings.get(accession(1)).state is FilingState.FETCHED
    assert "4" not in FORMS_WITH_WORDS


def test_filings_between_the_first_and_last_of_a_batch_that_are_no_part_of_it_are_left_alone(parse):
    _, rows = parse(fetched(1), fetched(2, form="SC 13D"), fetched(3))
    assert [row["accession"] for row in rows] == [accession(1), accession(3)]


def test_a_lost_document_fails_its_filing_only(rooms, arrive, tmp_path):
    arrive(fetched(1, document(b"<p>lost</p>")), fetched(2))
    stage = fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
    run_stage(stage, rooms.filings, rooms.clock)
    lost = rooms.lake.read(DOCUMENTS).sort("accession")["sha256"][0]
    next((tmp_path / "documents").rglob(f"{lost}*")).unlink()
    report = run_stage(
        parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor), rooms.filings, rooms.clock
    )
    assert (report.done, report.reasons) == (1, {"not_found": 1})
    assert rooms.filings.get(accession(1)).failed_at_state is FilingState.FETCHED
    assert rooms.filings.get(accession(2)).state is FilingState.PARSED
