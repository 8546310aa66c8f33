"""Law 1 for panels: what stands at T is the same once all that was known later is gone; each planted wrong shows.

Not every wrong is a leak: a value that comes too late, or never goes, is the same without the future. So each cell is
also compared with what the rows of this file say, found by going through all of them.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from edgewise.core.clock import session_close, session_open, sessions
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.lake import Lake, find_leaks
from edgewise.pipelines import panel as pipeline
from edgewise.pipelines.panel import MARKET_DAYS, STATEMENT_DAYS, known_panel

OLD, NEW, OTHER, THIRD = 11, 12, 21, 31
"""Companies: the second is successor of the first, from 1 April 2024."""
SUCCEEDED = date(2024, 4, 1)
SESSIONS = sessions(date(2024, 1, 2), date(2024, 6, 28))
CLOSES = [session_close(day) for day in SESSIONS]
FIELDS = ["annual.revenue", "ttm.eps_diluted", "annual.eps_diluted", "quarter.net_income", "prices.close"]
NAMES = ["A", "B", "C"]
"""B is delisted after its 60th session, C is listed from the 70th on."""
YEAR, ANNUAL = date(2023, 12, 31), datetime(2024, 2, 15, 21, tzinfo=UTC)
RESTATED, DOUBTED = datetime(2024, 3, 7, 18, tzinfo=UTC), datetime(2024, 5, 2, 12, tzinfo=UTC)
ON_THE_DOT, A_MICROSECOND_LATER = CLOSES[33], CLOSES[36] + timedelta(microseconds=1)
SPLIT = SESSIONS[80]
"""Of A and B, two for one."""


def line(cik, basis, field, value, known_at, **other):
    row = {"cik": cik, "basis": basis, "period_end": YEAR, "period_start": date(2023, 1, 1), "field": field}
    unit = "USD/shares" if field.startswith("eps") else "USD"
    told = {"unit": unit, "statement": "income_statement", "value": value, "method": "filed", "status": "ok"}
    return row | told | {"sources": "a:b", "known_at": known_at} | other


LINES = [
    line(OLD, "annual", "revenue", 100.0, ANNUAL),
    line(OLD, "annual", "revenue", 90.0, RESTATED),
    line(OLD, "annual", "revenue", 7.0, RESTATED, unit="EUR"),
    line(NEW, "annual", "revenue", 55.0, ANNUAL),
    line(OTHER, "ttm", "eps_diluted", 4.0, ANNUAL),
    line(OTHER, "ttm", "eps_diluted", 1.0, RESTATED, period_end=date(2023, 9, 30)),
    line(OTHER, "ttm", "eps_diluted", 4.0, DOUBTED, status="suspect", reasons="rounded"),
    line(OTHER, "annual", "eps_diluted", 8.0, ANNUAL),
    line(OTHER, "annual", "eps_diluted", 4.0, session_open(SPLIT)),
    line(OTHER, "quarter", "net_income", 30.0, ON_THE_DOT),
    line(OTHER, "quarter", "net_income", 31.0, A_MICROSECOND_LATER),
    line(THIRD, "annual", "revenue", 60.0, ANNUAL, period_end=date(2022, 12, 31)),
]


def bars():
    """Return closes as traded that rise by a dollar, halved by the split; one of A is corrected after the close."""
    begins, ends = {"C": 70}, {"B": 60}
    rows = [
        {"instrument_id": name, "session": day, "close": (10.0 + place) / (2 if name == "A" and day >= SPLIT else 1)}
        | {"known_at": session_close(day), "source_url": "test:"}
        for name in NAMES
        for place, day in enumerate(SESSIONS)
        if begins.get(name, 0) <= place < ends.get(name, len(SESSIONS))
    ]
    return [*rows, rows[40] | {"close": 99.0, "known_at": session_close(SESSIONS[40]) + timedelta(minutes=5)}]


BARS = bars()


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    span = {"ticker": "A", "valid_from": date(1990, 1, 2), "company": "x", "source_url": "test:"}
    span |= {"known_at": datetime(2024, 1, 1, tzinfo=UTC)}
    lake.append(
        INSTRUMENTS,
        INSTRUMENTS.frame(
            [
                span | {"instrument_id": "A", "cik": OLD, "valid_to": SUCCEEDED - timedelta(days=1)},
                span | {"instrument_id": "A", "cik": NEW, "valid_from": SUCCEEDED},
                span | {"instrument_id": "B", "cik": OTHER, "ticker": "B"},
                span | {"instrument_id": "C", "cik": THIRD, "ticker": "C"},
            ]
        ),
    )
    lake.append(FUNDAMENTALS, FUNDAMENTALS.frame(LINES))
    lake.append(PRICES, PRICES.frame(BARS))
    return lake


def newest(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """Return of a panel of all instants the cells up to `as_of`: what it read for later ones must not reach them."""
    return rows_of(known_panel(lake, FIELDS, CLOSES, instruments=NAMES)).filter(pl.col("at") <= as_of)


def rows_of(panel) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (field, at, name, array[row, column])
            for field, array in panel.values.items()
            for row, at in enumerate(panel.instants)
            for column, name in enumerate(panel.instruments)
        ],
        schema=["field", "at", "instrument", "value"],
        orient="row",
    )


CUTS = [CLOSES[36], RESTATED - timedelta(seconds=1), CLOSES[40], DOUBTED, session_open(SPLIT) - timedelta(seconds=1)]


def leaks(compute, lake, cuts):
    return find_leaks(compute, lake, cuts, tables=[INSTRUMENTS, PRICES, FUNDAMENTALS])


def expected(name, instant, security):
    """Return one cell by going through all rows."""
    basis, _, field = name.partition(".")
    if basis == "prices":
        told = [(row["session"], row["known_at"], row[field]) for row in BARS if row["instrument_id"] == security]
        good_for = MARKET_DAYS
    else:
        issuers = {"A": OLD if instant.date() < SUCCEEDED else NEW, "B": OTHER, "C": THIRD}
        own = {"cik": issuers[security], "basis": basis, "field": field}
        rows = [row for row in LINES if own.items() <= row.items() and row["unit"] != "EUR"]
        told = [(row["period_end"], row["known_at"], row["value"] if row["status"] == "ok" else np.nan) for row in rows]
        good_for = STATEMENT_DAYS
    day, _, value = max([row for row in told if row[1] <= instant], default=(date.min, None, np.nan))
    return value if instant.date() <= day + timedelta(days=good_for) else np.nan


@pytest.fixture(scope="module")
def truth():
    return {name: np.array([[expected(name, at, one) for one in NAMES] for at in CLOSES]) for name in FIELDS}


def departures(lake, truth):
    """Return the fields of a panel that has a cell other than the rows say."""
    panel = known_panel(lake, FIELDS, CLOSES, instruments=NAMES)
    return {name for name in FIELDS if not np.array_equal(panel.values[name], truth[name], equal_nan=True)}


def test_what_stands_never_changes_when_the_future_is_cut_off(lake):
    assert leaks(newest, lake, CUTS) == []


@pytest.mark.parametrize("at_once", [1, 500])
def test_each_cell_is_what_going_through_all_rows_gives(lake, truth, at_once, monkeypatch):
    monkeypatch.setattr(pipeline, "_AT_ONCE", at_once)
    assert departures(lake, truth) == set()


def moved(by):
    return lambda found, rows, **asked: HONEST(found, rows.with_columns(pl.col("known_at") + by), **asked)


def restated_early(found, rows, **asked):
    first = pl.col("known_at").min().over("column", "period_end")
    HONEST(found, rows.sort("known_at").with_columns(first), **asked)


def restated_only(found, rows, **asked):
    newest = pl.col(list(found)).last().over("column", "period_end", order_by="known_at")
    HONEST(found, rows.with_columns(newest), **asked)


def closes_of_the_newest_count(found, rows, **asked):
    if "close" in found:
        before = (pl.col("period_end") < SPLIT) & (pl.col("column") == NAMES.index("A"))
        rows = rows.with_columns(close=pl.when(before).then(pl.col("close") / 2).otherwise("close"))
    HONEST(found, rows, **asked)


def carried_on(found, rows, **asked):
    HONEST(found, rows, **asked | {"good_for": 10_000})


def into_the_next_security(found, rows, **asked):
    HONEST(found, rows, **asked)
    for array in found.values():
        array[:] = pl.Series(array.ravel()).fill_nan(None).forward_fill().to_numpy().reshape(array.shape)


HONEST = pipeline.fill
PLANTED = {
    "known_at is taken to be before the instant": (moved(timedelta(microseconds=1)), {"quarter.net_income"}),
    "known a microsecond later is taken as known": (moved(-timedelta(microseconds=1)), {"quarter.net_income"}),
    "a value restated counts from the first on": (restated_early, {"annual.revenue", "annual.eps_diluted"}),
    "per share on the newest split basis": (restated_only, {"annual.eps_diluted"}),
    "closes on the newest split basis": (closes_of_the_newest_count, {"prices.close"}),
    "carried on after a delisting and a silence": (carried_on, {"prices.close", "annual.revenue"}),
    "failure case 37: filled on into the next security": (into_the_next_security, {"prices.close"}),
}
LEAKING = {
    "known a microsecond later is taken as known": CUTS[0],
    "a value restated counts from the first on": CUTS[1],
    "per share on the newest split basis": CUTS[-1],
}


@pytest.mark.parametrize("planted", PLANTED)
def test_failure_cases_22_37_and_39_a_planted_wrong_is_caught_where_it_is(lake, truth, planted, monkeypatch):
    wrong, fields = PLANTED[planted]
    monkeypatch.setattr(pipeline, "fill", wrong)
    assert departures(lake, truth) >= fields


@pytest.mark.parametrize(("planted", "cut"), LEAKING.items())
def test_failure_case_22_a_planted_leak_is_caught_by_cutting_off_the_future(lake, planted, cut, monkeypatch):
    monkeypatch.setattr(pipeline, "fill", PLANTED[planted][0])
    assert leaks(newest, lake, [cut])


def at(panel, field, instant, name):
    return panel.values[field][panel.instants.index(instant), panel.instruments.index(name)]


def test_a_security_has_what_its_issuer_of_the_day_had_told_by_then(lake):
    revenue = rows_of(known_panel(lake, ["annual.revenue"], CLOSES, instruments=["A"])).rows_by_key("at", unique=True)
    values = [revenue[instant][2] for instant in CLOSES]
    expected = [
        float("nan") if close < ANNUAL else 100.0 if close < RESTATED else 90.0 if day < SUCCEEDED else 55.0
        for day, close in zip(SESSIONS, CLOSES, strict=True)
    ]
    assert values == pytest.approx(expected, nan_ok=True)
    assert {100.0, 90.0, 55.0} <= set(values)


def test_a_value_in_doubt_is_given_only_to_who_asks_and_no_older_one_steps_in(lake):
    asked = {"fields": ["ttm.eps_diluted"], "instants": [DOUBTED - timedelta(seconds=1), DOUBTED], "instruments": ["B"]}
    assert known_panel(lake, **asked).values["ttm.eps_diluted"].ravel().tolist() == pytest.approx(
        [4.0, float("nan")], nan_ok=True
    )
    assert known_panel(lake, **asked, suspect=True).values["ttm.eps_diluted"].ravel().tolist() == [4.0, 4.0]


def test_a_price_is_that_of_the_session_until_it_is_corrected_and_of_none_a_month_after_the_last(lake):
    panel = known_panel(lake, ["prices.close"], CLOSES, instruments=["B", "A"])
    assert at(panel, "prices.close", CLOSES[40], "A") == 50.0
    assert at(known_panel(lake, ["prices.close"], [CLOSES[40] + timedelta(hours=1)]), "prices.close",
              CLOSES[40] + timedelta(hours=1), "A") == 99.0  # fmt: skip
    assert at(panel, "prices.close", CLOSES[41], "A") == 51.0
    gone = [at(panel, "prices.close", close, "B") for close in CLOSES[60:]]
    assert gone[0] == 69.0
    assert gone[-1] != gone[-1]


@pytest.mark.parametrize("field", ["revenue", "ttm.revenues", "prices.session", "filings.form", "annual."])
def test_an_unknown_field_is_refused(lake, field):
    with pytest.raises(InvalidInput):
        known_panel(lake, [field], CLOSES)


def test_instants_must_ascend_and_have_a_zone(lake):
    for instants in ([CLOSES[1], CLOSES[0]], [CLOSES[0], CLOSES[0]], [], [datetime(2024, 5, 1)]):  # noqa: DTZ001 - refused
        with pytest.raises(InvalidInput):
            known_panel(lake, FIELDS, instants)


def test_securities_come_in_the_order_asked_however_often_and_one_that_is_nowhere_is_empty(lake):
    panel = known_panel(lake, ["prices.close"], CLOSES[:1], instruments=["C", "nobody", "A", "B", "A"])
    assert panel.instruments == ("C", "nobody", "A", "B", "A")
    np.testing.assert_array_equal(panel.values["prices.close"], [[np.nan, np.nan, 10.0, 10.0, 10.0]])
    assert known_panel(lake, FIELDS, CLOSES, instruments=[]).values["prices.close"].shape == (len(CLOSES), 0)
