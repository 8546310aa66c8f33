"""Which earlier filing a report is compared with: every order of filings, amendments, gaps, and what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.text.predecessors import latest_before, predecessors

SCHEMA = {
    "accession": pl.String,
    "cik": pl.Int64,
    "form": pl.String,
    "filed_date": pl.Date,
    "period_end": pl.Date,
    "known_at": pl.Datetime("us", "UTC"),
}


def filing(name: str, period_end: str | None, *, form="10-K", cik=1, filed: str = "", known_at: str = "") -> tuple:
    """A filing about a period, filed forty days after it and known that evening unless said otherwise."""
    end = date.fromisoformat(period_end) if period_end else None
    day = date.fromisoformat(filed) if filed else end + timedelta(days=40)
    known = datetime.fromisoformat(known_at) if known_at else datetime(day.year, day.month, day.day, 21, tzinfo=UTC)
    return (name, cik, form, day, end, known)


def compared(*filings: tuple) -> dict[str, tuple[str, str]]:
    frame = pl.DataFrame(list(filings), schema=SCHEMA, orient="row")
    found = {row[0]: row[1:] for row in predecessors(frame).iter_rows()}
    assert found == {row[0]: row[1:] for row in predecessors(frame.reverse()).iter_rows()}
    return found


FIRST, SECOND = filing("a", "2022-12-31"), filing("b", "2023-12-31")


class TestAnnualReports:
    def test_the_report_of_a_year_before_is_the_predecessor(self):
        assert compared(FIRST, SECOND) == {"b": ("a", "year")}

    @pytest.mark.parametrize("end", ["2023-12-24", "2024-01-07", "2023-11-30"])
    def test_weeks_and_moved_years_are_still_a_year(self, end):
        assert compared(FIRST, filing("b", end)) == {"b": ("a", "year")}

    @pytest.mark.parametrize("end", ["2023-06-30", "2024-12-31", "2022-12-31"])
    def test_another_gap_is_none(self, end):
        assert compared(FIRST, filing("b", end)) == {}

    def test_another_company_another_form_and_an_event_are_none(self):
        others = [filing("b", "2023-12-31", cik=2), filing("c", "2023-12-31", form="20-F")]
        assert compared(FIRST, *others, filing("d", "2023-12-31", form="8-K")) == {}

    def test_forms_of_one_kind_are_compared(self):
        old = filing("a", "1999-12-31", form="10-K405")
        assert compared(old, filing("b", "2000-12-31")) == {"b": ("a", "year")}

    def test_without_periods_the_filing_dates_tell_and_may_be_months_apart(self):
        old, new = filing("a", None, filed="2023-02-10"), filing("b", None, filed="2024-05-01")
        assert compared(old, new) == {"b": ("a", "year")}
        assert compared(old, filing("b", None, filed="2025-02-10")) == {}


class TestQuarterlyReports:
    def q(self, name, end):
        return filing(name, end, form="10-Q")

    def test_the_same_quarter_of_the_year_before_wins_over_the_quarter_before(self):
        rows = [self.q("a", "2023-06-30"), self.q("b", "2024-03-31"), self.q("c", "2024-06-30")]
        assert compared(*rows) == {"c": ("a", "year")}

    def test_without_it_the_quarter_before_is_taken(self):
        rows = [self.q("a", "2023-09-30"), self.q("b", "2024-03-31"), self.q("c", "2024-06-30")]
        assert compared(*rows) == {"b": ("a", "quarter"), "c": ("b", "quarter")}

    def test_annual_and_quarterly_reports_are_never_compared(self):
        assert compared(filing("a", "2023-12-31"), self.q("b", "2024-03-31")) == {}


class TestAmendments:
    def test_failure_case_25_an_amendment_is_never_the_latest_annual_report(self):
        part_three = filing("a2", "2022-12-31", form="10-K/A", filed="2023-04-28")
        assert compared(FIRST, part_three, SECOND) == {"b": ("a", "year")}

    def test_an_amendment_has_no_predecessor(self):
        assert compared(FIRST, SECOND, filing("b2", "2023-12-31", form="10-K/A", filed="2024-04-28")) == {
            "b": ("a", "year")
        }


class TestTime:
    def test_a_filing_known_later_is_no_predecessor_whatever_its_period(self):
        """Law 1: a report filed years late about the year before."""
        late = filing("a", "2022-12-31", filed="2024-06-01")
        assert compared(late, SECOND) == {}

    def test_cut_at_any_instant_the_answers_up_to_it_are_the_same(self):
        rows = [filing(f"{n}", f"{2015 + n}-12-31", filed=f"{2016 + n}-0{1 + n % 9}-15") for n in range(8)]
        rows += [filing(f"q{n}{m}", f"{2019 + n}-0{m}-30", form="10-Q") for n in range(3) for m in (6, 9)]
        whole = compared(*rows)
        for cut in {row[-1] for row in rows}:
            known = [row for row in rows if row[-1] <= cut]
            names = {row[0] for row in known}
            assert compared(*known) == {name: pair for name, pair in whole.items() if name in names}

    def test_of_two_reports_of_one_year_the_one_known_last_counts(self):
        again = filing("a2", "2022-12-31", filed="2023-03-01")
        assert compared(FIRST, again, SECOND)["b"] == ("a2", "year")
        early = filing("b", "2023-12-31", known_at="2023-02-20T12:00:00+00:00")
        assert compared(FIRST, again, early)["b"] == ("a", "year")


def test_a_filing_of_several_registrants_has_one_predecessor():
    pair = [filing("a", "2022-12-31", cik=cik) for cik in (1, 2)]
    assert compared(*pair, filing("b", "2023-12-31", cik=1), filing("b", "2023-12-31", cik=2)) == {"b": ("a", "year")}


def test_on_demand_any_earlier_report_of_its_kind_will_do():
    frame = pl.DataFrame([FIRST, filing("c", "2025-12-31")], schema=SCHEMA, orient="row")
    assert latest_before(frame, "c") == ("a", "earlier")
    assert latest_before(frame, "a") is None


def test_no_filings_have_no_predecessors():
    assert compared() == {}
