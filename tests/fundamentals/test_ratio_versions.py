"""The history of ratios is what ratios say, asked at every instant. Expected values are worked out on paper."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS
from edgewise.fundamentals.ratio_versions import NAMES, doubted, ratio_versions, stands
from edgewise.fundamentals.ratios import ratios
from edgewise.fundamentals.versions import WITHDRAWN

REPORT, NEXT, RESTATED, SPLIT, LATE, GONE = (
    datetime(*day, 21, tzinfo=UTC)
    for day in ((2024, 2, 1), (2025, 2, 1), (2025, 4, 1), (2025, 6, 2), (2025, 8, 1), (2025, 10, 1))
)
YEAR = {"net_income": 8.0, "total_assets": 100.0, "revenue": 50.0, "eps_diluted": 2.0, "shares_diluted": 4.0}
AFTER = {"net_income": 12.0, "total_assets": 140.0, "revenue": 60.0, "eps_diluted": 3.0, "shares_diluted": 4.0}


def told(lines, year, known, number, *, currency="USD", cik=7, basis="annual", reasons=None, **other):
    """Rows of FUNDAMENTALS: one period's lines from an instant on; a value of None withdraws the line."""
    unit = {"shares_diluted": "shares", "eps_diluted": f"{currency}/shares"}
    rows = [
        {"cik": cik, "basis": basis, "period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
        | {"field": name, "unit": unit.get(name, currency), "statement": "income_statement", "value": value}
        | {"method": "filed", "status": "suspect" if reasons else "ok" if value is not None else WITHDRAWN}
        | {"reasons": reasons, "known_at": known}
        | {"sources": f"0000000007-24-{number:06d}:A + B * 4; 0000000007-24-{number + 1:06d}:C" if value else None}
        | other
        for name, value in lines.items()
    ]
    return FUNDAMENTALS.frame(rows)


@pytest.fixture(scope="module")
def lines():
    """Two years; the first restated, in doubt, told in euros, withdrawn; a split; a year that turns up late; another.

    The neighbour's years are those of the company, on other days.
    """
    own = [
        told(YEAR, 2023, REPORT, 1),
        told(AFTER, 2024, NEXT, 10),
        told({"total_assets": 60.0}, 2023, RESTATED, 20),
        told({"revenue": 50.0}, 2023, RESTATED + timedelta(days=1), 20, reasons="restated_in_part"),
        told({"eps_diluted": 0.5, "shares_diluted": 16.0}, 2023, SPLIT, 1),
        told({"eps_diluted": 0.75, "shares_diluted": 16.0}, 2024, SPLIT, 10),
        told({"total_assets": 20.0, "revenue": 5.0}, 2022, LATE, 30),
        told({"total_assets": 1.0, "revenue": 9.0, "net_income": 9.0, "equity": 3.0}, 2022, GONE, 40, currency="EUR"),
        told({"total_assets": None, "net_income": None, "revenue": None}, 2023, GONE, 50),
        told({"eps_diluted": None, "shares_diluted": None}, 2023, GONE, 50),
        told({"shares_diluted": 4.0}, 2021, GONE, 60),
        told({"revenue": 1.0}, 2023, REPORT, 70, basis="quarter"),
    ]
    neighbour = [
        told(AFTER, 2023, NEXT, 80, cik=8),
        told(YEAR, 2024, SPLIT, 90, cik=8),
        told(YEAR, 2018, GONE, 91, cik=8),
    ]
    return pl.concat([*own, *neighbour])


@pytest.fixture(scope="module")
def history(lines):
    return RATIOS.check(ratio_versions(lines))


def read_as_of(rows, table, at):
    known = rows.filter(pl.col("known_at") <= at).sort("known_at").unique(table.key, keep="last", maintain_order=True)
    return known.filter(pl.col("status") != WITHDRAWN)


def as_told(rows):
    """Rows of RATIOS as `ratios` tells them: one each, with what is not ok."""
    place = ["cik", "basis", "period_end"]
    parts = [rows.select(*place, ratio=pl.lit(name), value=name, said=stands(name).fill_null("ok")) for name in NAMES]
    return pl.concat(parts).sort(*place, "ratio")


def on_demand(statements):
    said = pl.concat_str("status", "reasons", separator=" ", ignore_nulls=True)
    rows = ratios(statements).filter(pl.col("ratio").is_in(NAMES))
    return rows.select("cik", "basis", "period_end", "ratio", "value", said=said).sort(
        "cik", "basis", "period_end", "ratio"
    )


def differences(lines, history, instants):
    """At how many instants the history read as of then is not what `ratios` says of the statements of then."""
    return sum(
        not as_told(read_as_of(history, RATIOS, at)).equals(on_demand(read_as_of(lines, FUNDAMENTALS, at)))
        for at in instants
    )


def of_year(history, year, name):
    own = history.filter(cik=7, period_end=date(year, 12, 31))
    return {row["known_at"]: row[name] for row in own.select("known_at", name).to_dicts()}


def test_at_every_instant_the_history_says_what_ratios_say(lines, history):
    instants = sorted({*lines["known_at"], *history["known_at"]})
    assert differences(lines, history, [moment for at in instants for moment in (at - timedelta(seconds=1), at)]) == 0
    # A version that is lost or moved shows.
    assert differences(lines, history.filter(pl.col("known_at") != RESTATED), instants) > 0


def test_failure_case_22_a_restated_year_before_changes_the_ratio_from_then_on_and_the_row_before_stays(history):
    told = of_year(history, 2024, "return_on_assets")
    assert (told[NEXT], told[RESTATED]) == (pytest.approx(12 / 120), pytest.approx(12 / 100))
    assert of_year(history, 2023, "return_on_assets")[REPORT] is None
    assert of_year(history, 2023, "return_on_assets")[LATE] == pytest.approx(8 / 40)


def test_failure_case_22_a_split_counts_from_its_open_and_moves_nothing_but_what_is_a_share(history):
    told = history.filter(cik=7, period_end=date(2024, 12, 31)).filter(pl.col("known_at").is_between(NEXT, SPLIT))
    assert told.select("known_at", "revenue_per_share", "eps_diluted").rows()[0] == (NEXT, 15, 3)
    assert told.select("known_at", "revenue_per_share", "eps_diluted").rows()[-1] == (SPLIT, 3.75, 0.75)
    assert told["net_margin"].unique().to_list() == [0.2]


def test_a_row_names_its_filings_once_and_the_periods_it_looks_back_at(history):
    row = history.filter(cik=7, period_end=date(2024, 12, 31), known_at=NEXT).to_dicts()[0]
    named = [f"0000000007-24-{number:06d}" for number in (1, 2, 10, 11)]
    assert (row["sources"], row["year_before"], row["five_years_before"]) == (
        "; ".join(named),
        date(2023, 12, 31),
        None,
    )


def test_what_is_not_ok_is_told_by_column_and_is_no_number_where_there_is_none(history):
    row = history.filter(cik=7, period_end=date(2023, 12, 31), known_at=RESTATED + timedelta(days=1))
    assert row["status"].to_list() == ["suspect"]
    assert row.select(stands("net_margin")).item() == "suspect revenue:restated_in_part"
    assert row.select(stands("revenue")).item() == "suspect restated_in_part"
    assert row.select(stands("return_on_equity")).item() == "missing missing:equity,missing:equity@1"
    assert row.select(stands("eps_diluted")).item() is None
    assert row.select(doubted("net_margin"), second=doubted("eps_diluted")).row(0) == (True, False)
    assert row["net_margin"].to_list() == [0.16]


def test_failure_case_26_a_year_before_in_another_currency_is_not_taken(history):
    """The late year's lines of most are in euros from October on."""
    assert of_year(history, 2022, "currency") == {LATE: "USD", GONE: "EUR"}
    assert history.filter(cik=7, known_at=GONE, period_end=date(2023, 12, 31))["status"].to_list() == [WITHDRAWN]


def test_a_period_that_is_told_no_more_is_withdrawn_and_one_without_money_is_no_row(history):
    last = history.filter(cik=7, period_end=date(2023, 12, 31)).row(-1, named=True)
    assert {last[name] for name in (*NAMES, "currency", "sources", "reasons")} == {None}
    assert history.filter(period_end=date(2021, 12, 31)).is_empty()
    assert set(history["basis"]) == {"annual"}


def test_the_table_has_a_column_for_every_formula_that_no_price_enters():
    names = list(RATIOS.schema)
    assert names[names.index("five_years_before") + 1 : names.index("status")] == NAMES


def test_no_statements_are_no_rows(lines):
    assert ratio_versions(lines.clear()).schema == pl.Schema(RATIOS.schema)
