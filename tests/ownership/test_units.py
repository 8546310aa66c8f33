"""Failure case 29, units: values in thousands before 2023-01-03, in dollars after, and some managers wrong about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.table import Instant
from edgewise.ownership.units import judge_units

CLOSES = {"A": 100.0, "B": 20.0, "C": 50.0}
NO_CLOSES = pl.DataFrame(schema={"cusip": pl.String, "period_end": pl.Date, "close": pl.Float64, "known_at": Instant})


def report(accession="r1", filed=date(2022, 11, 14), manager=1, period=date(2022, 9, 30)):
    return {
        "manager_cik": manager,
        "period_end": period,
        "accession": accession,
        "filed_date": filed,
        "known_at": datetime(filed.year, filed.month, filed.day, 15, tzinfo=UTC),
        "status": "ok",
        "reasons": [],
    }


def lines_of(accession, prices, factor, *, shares=1000):
    """Lines of so many shares at these prices by CUSIP, values divided by `factor` as the manager writes them."""
    return [
        {
            "accession": accession,
            "line": number,
            "cusip": cusip,
            "value_filed": round(price * shares / factor),
            "amount": shares,
            "amount_kind": "SH",
            "put_call": "",
            "status": "ok",
            "reasons": [],
        }
        for number, (cusip, price) in enumerate(prices.items(), start=1)
    ]


def many(count=8, price=60.0):
    return {f"X{number}": price + number for number in range(count)}


def closes(prices=CLOSES, period=date(2022, 9, 30), known=datetime(2022, 9, 30, 20, tzinfo=UTC)):
    rows = [(cusip, period, close, known) for cusip, close in prices.items()]
    return pl.DataFrame(rows, schema=NO_CLOSES.schema, orient="row")


def judged(reports, lines, known=NO_CLOSES):
    schema = {"reasons": pl.List(pl.String), "known_at": Instant}
    found = judge_units(
        pl.DataFrame(reports, schema_overrides=schema),
        pl.DataFrame(lines, schema_overrides={"reasons": pl.List(pl.String)}),
        known,
    )
    return {row["accession"]: row for row in found.reports.to_dicts()}, found.lines


@pytest.mark.parametrize(
    ("filed", "unit"), [(date(2022, 12, 30), 1000), (date(2023, 1, 3), 1), (date(2023, 1, 2), 1000)]
)
def test_the_filing_day_decides_where_nothing_else_speaks(filed, unit):
    silent = [one | {"amount_kind": "PRN"} for one in lines_of("r1", CLOSES, 1)]
    reports, lines = judged([report(filed=filed)], silent)
    assert (reports["r1"]["unit_usd"], reports["r1"]["unit_source"], reports["r1"]["status"]) == (
        unit,
        "filing_date",
        "ok",
    )
    assert lines["value_usd"].to_list() == [100_000.0 * unit, 20_000.0 * unit, 50_000.0 * unit]


def test_the_quarter_does_not_decide_but_the_day_of_filing():
    late = report(filed=date(2023, 3, 23), period=date(2021, 12, 31))
    reports, _ = judged([late], lines_of("r1", many(), 1))
    assert (reports["r1"]["unit_usd"], reports["r1"]["reasons"]) == (1, [])


@pytest.mark.parametrize(("filed", "written"), [(date(2022, 11, 14), 1), (date(2023, 2, 14), 1000)])
def test_a_manager_who_is_wrong_about_it_is_corrected_with_a_reason_by_known_prices(filed, written):
    reports, lines = judged([report(filed=filed)], lines_of("r1", CLOSES, written), closes())
    assert reports["r1"]["unit_usd"] == written
    assert (reports["r1"]["unit_source"], reports["r1"]["reasons"]) == ("prices", ["unit_corrected"])
    assert (reports["r1"]["status"], lines["value_usd"].to_list()) == ("ok", [100_000.0, 20_000.0, 50_000.0])


@pytest.mark.parametrize(("filed", "written"), [(date(2022, 11, 14), 1), (date(2023, 2, 14), 1000)])
def test_without_prices_its_own_rows_correct_it(filed, written):
    reports, _ = judged([report(filed=filed)], lines_of("r1", many(), written))
    assert (reports["r1"]["unit_usd"], reports["r1"]["unit_source"]) == (written, "own_rows")
    assert reports["r1"]["reasons"] == ["unit_corrected"]


def test_a_few_rows_may_doubt_the_day_but_not_correct_it():
    reports, _ = judged([report(filed=date(2023, 2, 14))], lines_of("r1", CLOSES, 1000))
    assert (reports["r1"]["unit_usd"], reports["r1"]["unit_source"]) == (1, "filing_date")
    assert (reports["r1"]["status"], reports["r1"]["reasons"]) == ("suspect", ["unit_doubtful"])


def test_a_managers_earlier_report_speaks_where_its_rows_are_too_few():
    before = report("r0", filed=date(2022, 8, 12), period=date(2022, 6, 30))
    now = report("r1", filed=date(2023, 2, 14))
    both = lines_of("r0", CLOSES | many(), 1000) + lines_of("r1", CLOSES, 1000)
    reports, _ = judged([before, now], both)
    assert (reports["r1"]["unit_usd"], reports["r1"]["unit_source"]) == (1000, "earlier_report")
    assert reports["r1"]["reasons"] == ["unit_corrected"]


def test_a_later_report_or_another_managers_says_nothing_about_it():
    later = report("r2", filed=date(2023, 5, 12), period=date(2023, 3, 31))
    other = report("r3", filed=date(2022, 8, 12), manager=2, period=date(2022, 6, 30))
    lines = [*lines_of("r1", CLOSES, 1000), *lines_of("r2", CLOSES | many(), 1), *lines_of("r3", CLOSES | many(), 1)]
    reports, _ = judged([report(filed=date(2023, 2, 14)), later, other], lines)
    assert reports["r1"]["unit_source"] == "filing_date"


def test_a_close_that_was_not_known_yet_says_nothing():
    """Law 1: the close or the meaning of the CUSIP came a day after the report."""
    late = closes(known=report()["known_at"] + timedelta(days=1))
    known = closes(known=report()["known_at"])
    lines = lines_of("r1", CLOSES, 1)
    assert judged([report()], lines, late)[0]["r1"]["unit_source"] == "filing_date"
    assert judged([report()], lines, known)[0]["r1"]["unit_source"] == "prices"


def test_lines_that_fit_known_closes_in_neither_unit_make_the_report_suspect():
    reports, _ = judged([report()], lines_of("r1", CLOSES, 30), closes())
    assert (reports["r1"]["status"], reports["r1"]["reasons"]) == ("suspect", ["unit_unclear"])


def test_a_single_line_off_its_close_is_suspect_and_the_others_are_not():
    lines = lines_of("r1", CLOSES, 1000)
    lines[1]["value_filed"] *= 10
    lines.append(lines_of("r1", {"C": 50.0}, 1)[0] | {"line": 4})
    _, found = judged([report()], lines, closes(CLOSES))
    assert found["status"].to_list() == ["ok", "suspect", "ok", "suspect"]
    assert found["reasons"].to_list() == [[], ["price_implausible"], [], ["line_in_other_unit"]]


def test_options_principal_and_doubtful_lines_do_not_vote():
    odd = [
        one | change
        for one in lines_of("r1", many(), 1)
        for change in ({"put_call": "put"}, {"amount_kind": "PRN"}, {"status": "suspect"})
    ]
    reports, _ = judged([report()], odd)
    assert reports["r1"]["unit_source"] == "filing_date"


def test_a_report_without_lines_has_no_unit():
    silent = lines_of("other", many(), 1)
    reports, _ = judged([report(), report("other")], silent)
    assert (reports["r1"]["unit_usd"], reports["r1"]["unit_source"], reports["r1"]["status"]) == (None, None, "ok")
