"""Index files in their four layouts, with the oddities that EDGAR's own have."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import Truncated, Unparsable
from edgewise.sources.edgar.index import SCHEMA, discovered, parse_index

PREAMBLE = """Description:           Master Index of EDGAR Dissemination Feed
Last Data Received:    March 31, 2021
Comments:              webmaster@sec.gov

"""
MASTER = "CIK|Company Name|Form Type|Date Filed|Filename\n" + "-" * 80 + "\n"
FORM = f"{'Form Type':12}{'Company Name':62}CIK         Date Filed  File Name\n" + "-" * 140 + "\n"
COMPANY_FOLDED = f"{'Company Name':62}{'Form Type':12}CIK\n      Date Filed  File Name\n" + "-" * 140 + "\n"
CRAWLER = f"{'Company Name':62}{'Form Type':12}CIK         Date Filed  URL\n" + "-" * 140 + "\n"
ROW = {
    "cik": 1838675,
    "company": "A-Game Beverages, Inc.",
    "form": "1-A POS",
    "filed_date": date(2021, 2, 5),
    "accession": "0001213900-21-007106",
    "url": "https://www.sec.gov/Archives/edgar/data/1838675/0001213900-21-007106.txt",
}
PATH = "edgar/data/1838675/0001213900-21-007106.txt"
TAIL = f"{'1838675':12}{'2021-02-05':12}{PATH}\n"


def index(header: str, *lines: str) -> bytes:
    return (PREAMBLE + header + "".join(lines)).encode("latin-1")


class TestLayouts:
    @pytest.mark.parametrize(
        "body",
        [
            index(MASTER, f"1838675|A-Game Beverages, Inc.|1-A POS|2021-02-05|{PATH}\n"),
            index(MASTER, f"1838675|A-Game Beverages, Inc.|1-A POS|20210205|{PATH}\r\n"),
            index(FORM, f"{'1-A POS':12}{'A-Game Beverages, Inc.':62}", TAIL),
            index(COMPANY_FOLDED, f"{'A-Game Beverages, Inc.':62}{'1-A POS':12}", TAIL),
        ],
        ids=["master", "daily master", "form", "company with a folded header"],
    )
    def test_all_layouts_give_the_same_row(self, body):
        page = parse_index(body)
        assert page.entries.to_dicts() == [ROW]
        assert page.entries.schema == SCHEMA
        assert page.rejected == ()
        assert page.complete_to == date(2021, 3, 31)

    def test_a_crawler_index_gives_addresses_of_index_pages(self):
        url = "https://www.sec.gov/Archives/edgar/data/1838675/0001213900-21-007106-index.htm"
        tail = f"{'1838675':12}{'2021-02-05':12}{url}\n"
        page = parse_index(index(CRAWLER, f"{'A-Game Beverages, Inc.':62}{'1-A POS':12}", tail))
        assert page.entries.to_dicts() == [ROW | {"url": url}]

    def test_names_and_forms_that_overflow_their_column_are_read(self):
        long_name = "UNITED PLANNERS' FINANCIAL SERVICES OF AMERICA A LIMITED PARTNERSHIP"
        page = parse_index(
            index(
                FORM,
                f"{'X-17A-5':12}{long_name}  820694      2021-02-24  edgar/data/820694/9999999997-21-003146.txt\n",
                f"SCHEDULE 13D/A  {'FOO BAR CORP':62}", TAIL,
            )
        )  # fmt: skip
        assert page.entries.select("form", "company").rows() == [
            ("X-17A-5", long_name),
            ("SCHEDULE 13D/A", "FOO BAR CORP"),
        ]

    def test_names_keep_bars_blanks_and_latin_1_letters(self):
        body = index(MASTER, f"1|A|B  \xc9T\xc9 \x85 \xa0CO|4|2021-02-05|{PATH.replace('1838675', '1')}\n")
        page = parse_index(body)
        assert page.rejected == ()
        assert page.entries["company"][0] == "A|B  ÉTÉ \x85 \xa0CO"

    def test_an_index_without_filings_is_empty(self):
        page = parse_index(index(FORM))
        assert page.entries.is_empty()
        assert page.entries.schema == SCHEMA
        assert page.rejected == ()


class TestBadLines:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("what is this", "bad_line"),
            (f"12|A|4|{PATH}", "bad_line"),
            (f"0|A|4|2021-02-05|{PATH}", "bad_cik"),
            (f"12|A|4|2021-02-31|{PATH}", "bad_filed_date"),
            ("12|A|4|2021-02-05|edgar/data/12/readme.txt", "bad_accession"),
            ("12|A|4|2021-02-05|edgar/data/12/0001213900-21-", "bad_accession"),
        ],
    )
    def test_a_bad_line_is_counted_and_the_file_goes_on(self, line, reason):
        page = parse_index(index(MASTER, f"1|A|4|2021-02-05|{PATH}\n", f"{line}\n", f"2|B|4|2021-02-05|{PATH}\n"))
        assert page.entries["cik"].to_list() == [1, 2]
        assert [(one.reason, one.detail) for one in page.rejected] == [(reason, line)]

    @settings(deadline=None)
    @given(st.lists(st.text(st.characters(max_codepoint=255, exclude_characters="\n"), max_size=60), max_size=8))
    def test_every_line_is_an_entry_or_a_reject(self, lines):
        page = parse_index(index(MASTER, *(f"{line}\n" for line in lines)))
        blank = sum(not pl.Series([line]).str.strip_chars()[0] for line in lines)
        assert page.entries.height + len(page.rejected) == len(lines) - blank


class TestBadFiles:
    @pytest.mark.parametrize("body", [b"", b"\n \n", PREAMBLE.encode() + MASTER.encode()[:46]])
    def test_a_file_that_ends_before_its_lines_is_truncated(self, body):
        with pytest.raises(Truncated):
            parse_index(body)

    @pytest.mark.parametrize("body", [b"<html><body>Directory listing</body></html>", PREAMBLE.encode(), b"\x00" * 99])
    def test_another_file_is_unparsable(self, body):
        with pytest.raises(Unparsable):
            parse_index(body)


class TestDiscovered:
    def test_failure_case_30_a_submission_of_several_registrants_stands_once(self):
        body = index(
            MASTER,
            "1711269|EVERGY|8-K|2025-08-14|edgar/data/1711269/0001193125-25-181883.txt\n",
            "54476|EVERGY METRO|8-K|2025-08-14|edgar/data/54476/0001193125-25-181883.txt\n",
            "5|EARLIER|10-Q|2025-08-13|edgar/data/5/0009999999-25-000001.txt\n",
        )
        first, second = discovered(parse_index(body).entries)
        assert first.filed_date == date(2025, 8, 13)
        assert second.ciks == (54476, 1711269)
        assert second.location == "https://www.sec.gov/Archives/edgar/data/54476/000119312525181883/"
        work = second.work()
        assert (work.accession, work.cik, work.form) == ("0001193125-25-181883", 54476, "8-K")

    def test_failure_case_30_one_accession_under_two_forms_keeps_both(self):
        body = index(
            MASTER,
            "1|A|SC 13D/A|2010-08-02|edgar/data/1/0000950123-10-073332.txt\n",
            "1|A|SC TO-T/A|2010-08-02|edgar/data/1/0000950123-10-073332.txt\n",
        )
        (found,) = discovered(parse_index(body).entries)
        assert found.forms == ("SC 13D/A", "SC TO-T/A")

    def test_failure_case_32_the_company_is_the_one_listed_not_the_sender(self):
        (found,) = discovered(parse_index(index(MASTER, f"1838675|A|4|2021-02-05|{PATH}\n")).entries)
        assert found.cik == 1838675
        assert found.accession.sender == 1213900
