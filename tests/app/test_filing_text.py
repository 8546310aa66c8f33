"""`filings show --item`, `risks` and `diff` as a person has them, on a simulated market and on an empty home."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture
def annual(simulated) -> list[str]:
    """Two annual reports of one company with risk factors that are believed, the later one first."""
    rows = simulated("filings", "list", "--form", "10-K", "--limit", "200", "--json").json
    by_company: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: row["filed_date"], reverse=True):
        by_company.setdefault(row["cik"], []).append(row["accession"])
    for accessions in by_company.values():
        found = simulated("filings", "diff", accessions[0], "--json").json if len(accessions) > 1 else {}
        if found.get("factors") and found["basis"] == "year":
            return accessions[:2]
    raise AssertionError("no company has two annual reports that can be compared")


class TestShow:
    def test_a_filing_is_shown_with_its_items(self, simulated, annual):
        account = simulated("filings", "show", annual[0], "--json").json
        items = {row["item"]: row for row in account["items"]}
        assert items["1A"]["status"] == "ok"
        assert "text" not in items["1A"]
        assert "Risk Factors" in simulated("filings", "show", annual[0]).out

    def test_an_item_is_printed_as_text_markdown_and_json(self, simulated, annual):
        words = ("filings", "show", annual[0], "--item", "1a")
        text = simulated(*words).out
        assert "risk factors" in text.lower()[:60]
        told = simulated(*words, "--as", "json").json
        assert told["text"].split() == text.split()
        assert [block["text"] for block in told["blocks"]]
        assert simulated(*words, "--json").json == told
        markdown = simulated(*words, "--as", "markdown").out
        assert "risk factors" in markdown.lower()[:60]
        assert len(re.findall(r"\w+", markdown)) >= len(re.findall(r"\w+", text))

    def test_failure_case_13_an_item_of_two_parts_needs_its_part(self, simulated):
        quarterly = simulated("filings", "list", "--form", "10-Q", "--limit", "1", "--json").json[0]["accession"]
        ended = simulated("filings", "show", quarterly, "--item", "1")
        assert (ended.status, "--part I" in ended.complaint) == (1, True)
        legal = simulated("filings", "show", quarterly, "--item", "1", "--part", "II")
        assert "legal proceedings" in legal.out.lower()

    def test_an_item_that_is_not_there_is_answered_with_those_that_are(self, simulated, annual):
        ended = simulated("filings", "show", annual[0], "--item", "2.02")
        assert ended.status == 1
        assert "has no item 2.02" in ended.complaint
        assert "I 1A" in ended.complaint

    def test_text_and_item_contradict_each_other(self, simulated, annual):
        ended = simulated("filings", "show", annual[0], "--item", "1", "--text")
        assert (ended.status, "Give one of them" in ended.complaint) == (1, True)


class TestRisks:
    def test_risk_factors_are_listed_with_group_category_and_length(self, simulated, annual):
        told = simulated("filings", "risks", annual[0], "--json").json
        rows = told["risk_factors"]
        assert [row["ordinal"] for row in rows] == list(range(1, len(rows) + 1))
        assert all(row["category"] and row["characters"] > 50 for row in rows)
        assert told["items"][0]["risk_factors"] == len(rows)
        shown = simulated("filings", "risks", annual[0]).out
        assert f"{len(rows)} risk factors in Item 1A" in shown
        assert rows[0]["category"] in shown

    def test_a_filing_without_any_says_why(self, simulated):
        event = simulated("filings", "list", "--form", "8-K", "--limit", "1", "--json").json[0]["accession"]
        ended = simulated("filings", "risks", event)
        assert ended.status == 1
        assert "no risk factors of its own" in ended.complaint
        assert f"edgewise filings show {event}" in ended.complaint


class TestDiff:
    def test_a_report_is_compared_with_the_year_before(self, simulated, annual):
        told = simulated("filings", "diff", annual[0], "--json").json
        assert (told["new"]["accession"], told["old"]["accession"], told["basis"]) == (*annual, "year")
        assert {factor["row"]["change"] for factor in told["factors"]} <= {"kept", "reworded", "new", "dropped"}
        stays = [row for row in told["items"] if row["cosine"] is not None]
        assert len(stays) > 5

    def test_people_read_items_counts_and_changed_words(self, simulated, annual):
        out = simulated("filings", "diff", annual[0]).out
        assert "which is a year earlier" in out
        assert re.search(r"Risk factors: \d+ kept, \d+ reworded, \d+ new, \d+ dropped, \d+ moved", out)
        assert "{+" in out or "[-" in out, "without colours, marks tell what changed"

    def test_the_page_for_a_browser_is_written(self, simulated, annual, tmp_path):
        page = tmp_path / "diff.html"
        ended = simulated("filings", "diff", annual[0], "--html", str(page))
        assert (ended.status, ended.out.strip()) == (0, f"Written: {page}")
        assert page.read_text().startswith("<!doctype html>")
        assert annual[1] in page.read_text()

    def test_a_page_that_cannot_be_written_is_an_error(self, simulated, annual, tmp_path):
        ended = simulated("filings", "diff", annual[0], "--html", str(tmp_path / "no" / "diff.html"))
        assert (ended.status, "cannot be written" in ended.complaint) == (1, True)

    def test_the_earlier_one_may_be_named_but_not_the_later(self, simulated, annual):
        assert simulated("filings", "diff", annual[0], "--against", annual[1], "--json").json["basis"] == "chosen"
        ended = simulated("filings", "diff", annual[1], "--against", annual[0])
        assert (ended.status, "Swap the two" in ended.complaint) == (1, True)


class TestNothingThere:
    @pytest.mark.parametrize("words", [("show", "--item", "1A"), ("risks",), ("diff",)], ids=" ".join)
    def test_an_unknown_filing_can_be_brought_in(self, empty, words):
        verb, *options = words
        ended = empty("filings", verb, "0000320193-24-000123", *options)
        assert ended.status == 1
        assert "is not known here" in ended.complaint
        assert "edgewise filings ingest" in ended.complaint

    def test_no_accession_number_is_refused(self, empty):
        ended = empty("filings", "risks", "AAPL")
        assert (ended.status, "is not an accession number" in ended.complaint) == (1, True)

    def test_nothing_is_parsed_anew_where_nothing_was_parsed(self, empty):
        ended = empty("filings", "parse", "--again", "--json")
        assert json.loads(ended.out) == {"parsed": 0, "failed": 0, "reasons": {}}
