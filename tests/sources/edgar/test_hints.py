"""What other files of an archive say of a submission."""

from __future__ import annotations

import json
from datetime import date

import pytest

from edgewise.core.errors import SchemaMismatch
from edgewise.core.identifiers import Accession
from edgewise.sources.edgar.acceptance import Reading
from edgewise.sources.edgar.hints import Hearsay, Hints, parse_catalogue

ASKED = Accession("0001193125-25-000001")
CATALOGUE = """path\tform\tcik\tcompany\tfiling_date\tnote
www.sec.gov/Archives/edgar/data/7/000119312525000001/_header.json\tsgml-header-json\t7\t\t\t
www.sec.gov/Archives/edgar/data/7/000119312525000001/a.htm\t8-K/A\t7\tSEVEN INC\t2025-03-04\t
www.sec.gov/Archives/edgar/data/7/000119312525000001/b.htm\t10-K\t7\tOTHER NAME\t2025-03-05\t
www.sec.gov/Archives/edgar/data/7/000119312525000002/a.htm\t10-K part\t7\tSEVEN INC\tunknown\t
www.sec.gov/files/company_tickers.json\ttickers\t\t\t\t
short line
"""


def listing(stamp: str, *, newest: str = "2025-03-20", hour: int = 14) -> bytes:
    """A list of submissions with the one asked for, and ten more accepted at `hour` on 3 March by its clock."""
    others = range(2, 12)
    columns = {
        "accessionNumber": [ASKED, "0001193125-25-000900", *(f"0001193125-25-{number:06d}" for number in others)],
        "form": ["8-K", "4", *["8-K" for _ in others]],
        "filingDate": ["2025-03-04", newest, *["2025-03-03" for _ in others]],
        "reportDate": ["2025-03-01", *["" for _ in range(11)]],
        "acceptanceDateTime": [
            stamp,
            f"{newest}T15:00:00.000Z",
            *[f"2025-03-03T{hour:02d}:00:00.000Z" for _ in others],
        ],
        "items": ["2.02, 9.01", *["" for _ in range(11)]],
    }
    said = {"cik": "7", "name": "SEVEN", "tickers": [], "exchanges": []}
    return json.dumps(said | {"filings": {"recent": columns, "files": []}}).encode()


class TestCatalogue:
    def test_it_tells_form_date_and_name_by_submission(self):
        found = parse_catalogue(CATALOGUE.encode())
        assert found == {
            ASKED: Hints(form="8-K/A", filed_date=date(2025, 3, 4), company="SEVEN INC"),
            Accession("0001193125-25-000002"): Hints(company="SEVEN INC"),
        }

    def test_line_ends_of_either_kind_are_read(self):
        assert parse_catalogue(CATALOGUE.replace("\n", "\r\n").encode()) == parse_catalogue(CATALOGUE.encode())

    def test_a_missing_column_is_named(self):
        with pytest.raises(SchemaMismatch, match="filing_date"):
            parse_catalogue(b"path\tform\tcompany\n")


class TestHearsay:
    def test_a_list_of_submissions_tells_what_documents_do_not(self):
        hints = Hearsay([("one", listing("2025-03-04T21:05:00.000Z"))]).about(ASKED)
        assert (hints.form, hints.filed_date, hints.period_end) == ("8-K", date(2025, 3, 4), date(2025, 3, 1))
        assert (hints.json_stamp, hints.items) == ("2025-03-04T21:05:00.000Z", ("2.02", "9.01"))

    def test_a_list_goes_before_the_catalogue_which_fills_the_rest(self):
        hints = Hearsay([("one", listing("2025-03-04T21:05:00.000Z"))], parse_catalogue(CATALOGUE.encode())).about(
            ASKED
        )
        assert (hints.form, hints.company) == ("8-K", "SEVEN INC")

    def test_nothing_is_said_of_others(self):
        assert Hearsay([]).about(ASKED) == Hints()

    def test_the_habit_is_that_of_the_file_the_stamp_is_from(self):
        # 7 in the morning is within EDGAR's hours, 7:00Z is 2 in the night: that file writes Eastern time.
        eastern = Hearsay([("one", listing("2025-03-04T16:05:00.000Z", hour=7))]).about(ASKED).habit
        # 22:00 Eastern would be dated the next day, 22:00Z is 17:00: that file writes UTC.
        utc = Hearsay([("one", listing("2025-03-04T21:05:00.000Z", hour=22))]).about(ASKED).habit
        assert eastern is not None
        assert eastern.reading is Reading.EASTERN
        assert utc is not None
        assert utc.reading is Reading.UTC

    def test_the_newest_vintage_counts_whatever_the_order(self):
        early = ("early", listing("2025-03-04T16:05:00.000Z", newest="2025-03-05"))
        late = ("late", listing("2025-03-04T21:05:00.000Z", newest="2025-03-20"))
        for order in ([early, late], [late, early]):
            assert Hearsay(order).about(ASKED).json_stamp == "2025-03-04T21:05:00.000Z"

    def test_a_file_that_cannot_be_read_is_named_and_the_others_count(self):
        hearsay = Hearsay([("broken", b"<html>"), ("one", listing("2025-03-04T21:05:00.000Z"))])
        assert hearsay.about(ASKED).form == "8-K"
        assert [(one.reason, one.detail[:6]) for one in hearsay.rejected] == [("unparsable", "broken")]
