"""Law 1 for indicators and adjusted prices: cut the lake at T, and what was computed as of T stays, bit for bit.

Failure cases 39 (prices adjusted with future splits) and 22 (splits).
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from edgewise.core.clock import session_close, session_open, sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.lake import Lake, find_leaks
from edgewise.market.adjust import adjusted_prices
from edgewise.market.indicator_table import indicator_rows
from edgewise.pipelines.indicators import build_indicators

SESSIONS = sessions(date(2024, 1, 2), date(2024, 6, 14))
NAMES = [f"{number:010d}-01" for number in range(1, 25)]
SPLIT, LATE_SPLIT, SUSPECT = SESSIONS[70], SESSIONS[80], SESSIONS[90]
LATE = timedelta(days=9)


def bars() -> pl.DataFrame:
    """Return closes as traded: a split on the first two names, a late correction on the third, a gap on the fourth."""
    draws = np.random.default_rng(5)
    levels = 80 * np.exp(np.cumsum(0.02 * draws.standard_normal((len(SESSIONS), len(NAMES))), axis=0)).round(2)
    rows = []
    for day, session in enumerate(SESSIONS):
        for column, name in enumerate(NAMES):
            close = levels[day, column] / (4 if (column == 0 and session >= SPLIT) else 1)
            close /= 2 if column == 1 and session >= LATE_SPLIT else 1
            row = {
                "instrument_id": name,
                "session": session,
                **dict.fromkeys(("open", "high", "low", "close"), close),
                "volume": 1000 + day,
                "source_url": "test:",
                "known_at": session_close(session),
                "status": "suspect" if column == 4 and session == SUSPECT else "ok",
            }
            if not (column == 3 and day == 60):
                rows.append(row)
            if column == 2 and day in {40, 82}:
                rows.append(row | {"close": close * 1.1, "known_at": row["known_at"] + LATE})
    return PRICES.frame(rows)


def actions() -> pl.DataFrame:
    base = {"kind": "split", "source_url": "test:"}
    return CORPORATE_ACTIONS.frame(
        [
            base | {"instrument_id": NAMES[0], "ex_session": SPLIT, "ratio": 4.0, "known_at": session_open(SPLIT)},
            base
            | {
                "instrument_id": NAMES[1],
                "ex_session": LATE_SPLIT,
                "ratio": 2.0,
                "known_at": session_open(LATE_SPLIT) + LATE,
            },
        ]
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    lake.append(PRICES, bars())
    lake.append(CORPORATE_ACTIONS, actions())
    return lake


INSTANTS = [session_close(SPLIT) - timedelta(days=3), session_close(SESSIONS[84])]


def indicators(lake: Lake, as_of: datetime) -> pl.DataFrame:
    blocks = indicator_rows(lake.history(PRICES, as_of=as_of), lake.history(CORPORATE_ACTIONS, as_of=as_of))
    return pl.concat(blocks).filter(pl.col("known_at") <= as_of)


def leaks(compute, lake):
    return find_leaks(compute, lake, INSTANTS, tables=[PRICES, CORPORATE_ACTIONS])


def test_indicators_never_change_when_the_future_is_cut_off(lake):
    assert leaks(indicators, lake) == []


def test_nor_when_they_are_computed_with_the_future_at_hand(lake):
    def with_the_future(lake: Lake, as_of: datetime) -> pl.DataFrame:
        return pl.concat(indicator_rows(lake.history(PRICES), lake.history(CORPORATE_ACTIONS))).filter(
            pl.col("known_at") <= as_of
        )

    assert leaks(with_the_future, lake) == []


def test_failure_case_39_levels_adjusted_with_future_splits_are_caught(lake):
    def adjusted(lake: Lake, as_of: datetime, *, told_at: datetime) -> pl.DataFrame:
        return adjusted_prices(lake.read(PRICES), lake.read(CORPORATE_ACTIONS), as_of=told_at).filter(
            pl.col("session") <= as_of.date()
        )

    future = datetime(2024, 12, 1, tzinfo=UTC)
    assert leaks(lambda lake, as_of: adjusted(lake, as_of, told_at=future), lake)
    honest = lambda lake, as_of: adjusted_prices(  # noqa: E731 - beside the planted one
        lake.read(PRICES, as_of=as_of), lake.read(CORPORATE_ACTIONS, as_of=as_of), as_of=as_of
    )
    assert leaks(honest, lake) == []


def test_failure_case_22_a_split_moves_the_unit_of_a_level_and_no_return(lake):
    rows = indicators(lake, session_close(SESSIONS[-1])).filter(pl.col("instrument_id") == NAMES[0]).sort("session")
    around = rows.filter(pl.col("session").is_in([SESSIONS[69], SPLIT]))["sma_50"]
    assert around[0] / around[1] == pytest.approx(4, rel=0.02)
    assert rows["return_21"].drop_nulls().abs().max() < 0.5


def test_a_split_told_late_is_not_there_before_it_was_told(lake):
    rows = indicators(lake, session_close(SESSIONS[-1])).filter(pl.col("instrument_id") == NAMES[1])
    told = session_open(LATE_SPLIT) + LATE
    before = rows.filter(pl.col("session") >= LATE_SPLIT, pl.col("known_at") < told)["return_21"]
    after = rows.filter(pl.col("known_at") >= told)["return_21"]
    assert before.max() < -0.3
    assert after.abs().max() < 0.3


def test_no_return_spans_a_price_in_quarantine(lake):
    rows = indicators(lake, session_close(SESSIONS[-1])).filter(pl.col("instrument_id") == NAMES[4])
    spanning = rows.filter(pl.col("session").is_in(SESSIONS[90:112]))["return_21"]
    assert spanning.null_count() == 22
    assert rows.filter(pl.col("session") == SESSIONS[112])["return_21"].null_count() == 0


def test_they_are_built_and_built_again_without_a_change(lake):
    built = build_indicators(lake, as_of=session_close(SESSIONS[-1]), since=SESSIONS[100])
    version = lake.version(INDICATORS)
    assert (built.securities, built.first_session) == (24, SESSIONS[100])
    build_indicators(lake, as_of=session_close(SESSIONS[-1]), since=SESSIONS[100])
    assert lake.version(INDICATORS) == version
    assert lake.read(INDICATORS).height == built.rows


def test_rows_of_older_formulas_are_counted_until_they_are_built_anew(lake):
    as_of, day = session_close(SESSIONS[-1]), SESSIONS[110]
    build_indicators(lake, as_of=as_of, since=day, until=day)
    made = lake.read(INDICATORS, where=pl.col("session") == day)
    lake.upsert(INDICATORS, made.with_columns(version=pl.lit("indicators-1")))
    assert build_indicators(lake, as_of=as_of, since=SESSIONS[111]).outdated == made.height
    assert build_indicators(lake, as_of=as_of, since=day).outdated == 0
