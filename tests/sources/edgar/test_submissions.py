"""Lists of submissions: what they say, and what is done with odd ones."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import EdgewiseError, Hostile, Truncated, Unparsable
from edgewise.sources.edgar.submissions import (
    SCHEMA,
    FormerName,
    parse_filings,
    parse_older_page,
    parse_submissions,
)

COLUMNS = {
    "accessionNumber": ["0000320193-25-000079", "0001140361-25-040000"],
    "filingDate": ["2025-10-31", "2025-10-17"],
    "reportDate": ["2025-09-27", ""],
    "acceptanceDateTime": ["2025-10-31T10:01:26.000Z", "2025-10-17T22:30:00.000Z"],
    "form": ["10-K", "4"],
    "items": ["", "2.02,9.01"],
    "size": [9392337, 5000],
    "primaryDocument": ["aapl-20250927.htm", "xslF345X05/form4.xml"],
    "isXBRLNumeric": [1, None],
}
COMPANY = {
    "cik": "0000320193",
    "entityType": "operating",
    "sic": "3571",
    "sicDescription": "Electronic Computers",
    "category": "Large accelerated filer",
    "fiscalYearEnd": "0926",
    "stateOfIncorporation": "CA",
    "name": "Apple Inc.",
    "tickers": ["AAPL"],
    "exchanges": ["Nasdaq"],
    "formerNames": [{"name": "APPLE INC", "from": "2007-01-10T05:00:00.000Z", "to": "2019-08-05T04:00:00.000Z"}],
    "filings": {"recent": COLUMNS, "files": [{"name": "CIK0000320193-submissions-001.json", "filingCount": 1223}]},
}


def body(**changes) -> bytes:
    return json.dumps(COMPANY | changes).encode()


def recent(**columns) -> bytes:
    return body(filings={"recent": COLUMNS | columns, "files": []})


class TestCompany:
    def test_it_says_who_it_is(self):
        said = parse_submissions(body())
        assert (said.cik, said.name, said.sic, said.entity_type) == (320193, "Apple Inc.", 3571, "operating")
        assert (said.sic_description, said.category) == ("Electronic Computers", "Large accelerated filer")
        assert (said.fiscal_year_end, said.state_of_incorporation) == ("0926", "CA")
        assert (said.tickers, said.exchanges) == (("AAPL",), ("Nasdaq",))
        assert said.former_names == (FormerName("APPLE INC", date(2007, 1, 10), date(2019, 8, 5)),)
        assert said.older_pages == ("CIK0000320193-submissions-001.json",)
        assert said.rejected == ()

    def test_a_person_has_neither_industry_nor_ticker(self):
        said = parse_submissions(body(cik=1494730, name="Musk Elon", sic="", tickers=[], exchanges=[], formerNames=[]))
        assert (said.cik, said.sic, said.tickers, said.former_names) == (1494730, None, (), ())

    def test_what_it_does_not_say_of_itself_costs_nobody_its_filings(self):
        own = ("sic", "sicDescription", "category", "fiscalYearEnd", "stateOfIncorporation", "entityType")
        less = {name: value for name, value in COMPANY.items() if name not in {*own, "formerNames"}}
        for changed in (less, COMPANY | {name: [] for name in own}, COMPANY | dict.fromkeys(own, "\ud800\x00")):
            said = parse_submissions(json.dumps(changed).encode())
            told = (said.sic, said.sic_description, said.category, said.fiscal_year_end, said.state_of_incorporation)
            assert (*told, said.entity_type) == (None, None, None, None, None, "")
            assert said.filings.height == 2

    def test_a_name_is_one_line_that_shows_all_there_is(self):
        former = [{"name": "APPLE\u202e COMPUTER\n INC", "from": {}, "to": 20070110}]
        said = parse_submissions(body(name=" Apple\x00\nInc. ", formerNames=former))
        assert (said.name, said.former_names) == ("Apple Inc.", (FormerName("APPLE COMPUTER INC", None, None),))
        assert parse_submissions(body(name=" ")).name == ""

    def test_fields_that_edgar_adds_are_ignored(self):
        assert parse_submissions(body(lei=None, ownerOrg="06 Technology")).cik == 320193

    def test_filings_are_a_frame_with_stamps_as_printed(self):
        filings = parse_submissions(body()).filings
        assert filings.schema == SCHEMA
        assert filings.rows() == [
            (
                *("0000320193-25-000079", "10-K", date(2025, 10, 31), date(2025, 9, 27), "2025-10-31T10:01:26.000Z"),
                *(None, 9392337, "aapl-20250927.htm"),
            ),
            (
                *("0001140361-25-040000", "4", date(2025, 10, 17), None, "2025-10-17T22:30:00.000Z"),
                *("2.02,9.01", 5000, "xslF345X05/form4.xml"),
            ),
        ]

    def test_an_older_page_has_the_columns_only(self):
        page = parse_older_page(json.dumps(COLUMNS).encode())
        assert page.filings.equals(parse_submissions(body()).filings)

    def test_either_kind_of_file_gives_its_filings(self):
        assert parse_filings(json.dumps(COLUMNS).encode()).filings.equals(parse_filings(body()).filings)

    def test_an_abridged_list_gives_nulls_for_columns_it_lacks(self):
        kept = {name: COLUMNS[name] for name in ("accessionNumber", "form", "filingDate")}
        filings = parse_submissions(body(filings={"recent": kept})).filings
        assert filings.schema == SCHEMA
        assert filings["json_stamp"].null_count() == 2

    def test_a_registrant_without_filings_is_no_error(self):
        empty = {name: [] for name in COLUMNS}
        assert parse_submissions(body(filings={"recent": empty, "files": []})).filings.schema == SCHEMA

    def test_failure_case_32_the_prefix_of_an_accession_is_not_the_company(self):
        said = parse_submissions(body())
        assert said.cik == 320193
        assert said.filings["accession"][1].startswith("0001140361")


class TestBadRows:
    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({"accessionNumber": ["nonsense", "0001140361-25-040000"]}, "bad_accession"),
            ({"accessionNumber": [None, "0001140361-25-040000"]}, "bad_accession"),
            ({"form": ["", "4"]}, "no_form"),
            ({"filingDate": ["2025-13-31", "2025-10-17"]}, "bad_filed_date"),
            ({"filingDate": [None, "2025-10-17"]}, "bad_filed_date"),
        ],
    )
    def test_a_bad_row_is_counted_and_the_others_stay(self, columns, reason):
        said = parse_submissions(recent(**columns))
        assert said.filings["accession"].to_list() == ["0001140361-25-040000"]
        assert [one.reason for one in said.rejected] == [reason]

    @pytest.mark.parametrize("stamp", ["soon", "2025-13-31T10:01:26.000Z", "2025-10-31", "2025-10-31T10:01:26-05:00"])
    def test_a_bad_stamp_is_counted_and_its_row_stays_without_it(self, stamp):
        said = parse_submissions(recent(acceptanceDateTime=[stamp, "2025-10-17T22:30:00.000Z"]))
        assert said.filings["json_stamp"].to_list() == [None, "2025-10-17T22:30:00.000Z"]
        assert [(one.reason, one.detail) for one in said.rejected] == [("bad_stamp", f"0000320193-25-000079: {stamp}")]


class TestBadFiles:
    @pytest.mark.parametrize(
        "changed",
        [
            recent(form=["10-K"]),
            recent(form="10-K"),
            recent(form=[10, 4]),
            recent(size=["big", 1]),
            recent(size=[2**80, 1]),
            recent(items=["\ud800", ""]),
            recent(accessionNumber=None),
            body(filings=None),
            body(filings={"recent": []}),
            body(cik=None),
            body(cik="Apple"),
            body(name=None),
            body(tickers="AAPL"),
            body(tickers=["AAPL", "APC"]),
            body(tickers=[1]),
            body(formerNames=["APPLE COMPUTER"]),
            json.dumps({"accessionNumber": []}).encode(),
        ],
    )
    def test_wrong_shapes_and_types_are_unparsable(self, changed):
        with pytest.raises(Unparsable):
            parse_submissions(changed)

    def test_columns_of_unequal_length_name_the_column(self):
        with pytest.raises(Unparsable, match="form has 1 entries for 2"):
            parse_submissions(recent(form=["10-K"]))

    def test_half_a_file_is_truncated(self):
        with pytest.raises(Truncated):
            parse_submissions(body()[:300])

    def test_failure_case_41_html_in_place_of_json_is_unparsable(self):
        with pytest.raises(Unparsable, match="HTML"):
            parse_submissions(b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>")

    @pytest.mark.parametrize("name", ["../../etc/passwd", "https://example.com/x.json", None, 5])
    def test_failure_case_43_an_older_page_outside_its_folder_is_hostile(self, name):
        with pytest.raises(Hostile):
            parse_submissions(body(filings={"recent": COLUMNS, "files": [{"name": name}]}))

    @settings(deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(COMPANY)), inner),
            max_leaves=8,
        )
    )
    def test_any_json_is_read_or_is_a_typed_error(self, value):
        for shape in ({**COMPANY, "filings": value}, {**COMPANY, "tickers": value}, {**COMPANY, "formerNames": value}):
            try:
                parse_submissions(json.dumps(shape).encode())
            except EdgewiseError as error:
                assert error.code in {"unparsable", "hostile"}  # noqa: PT017 - any other error fails the test
