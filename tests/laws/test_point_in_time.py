"""Law 1 at the lake: what is computed as of T does not change when everything learned after T is taken away.

The same scanner must clear an honest computation and catch each planted leak.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, session_closes, sessions
from edgewise.core.tables import PRICES
from edgewise.lake import Lake, find_leaks

SESSIONS = sessions(date(2024, 1, 2), date(2024, 1, 31))
INSTRUMENTS = [f"EQ{number}" for number in range(6)]
RESTATED_AFTER = timedelta(days=5)


def price(instrument: str, session: date, close: float, known_at: datetime) -> dict[str, object]:
    return {
        "instrument_id": instrument,
        "session": session,
        "close": close,
        "source_url": "planted",
        "known_at": known_at,
    }


def known_in_time() -> list[dict[str, object]]:
    """Prices known at the close of their session; each seventh is restated five days later."""
    rows = []
    for number, instrument in enumerate(INSTRUMENTS):
        for day, session in enumerate(SESSIONS):
            close, known_at = 100.0 + number + day / 10, session_close(session)
            rows.append(price(instrument, session, close, known_at))
            if (number + day) % 7 == 0:
                rows.append(price(instrument, session, close * 1.01, known_at + RESTATED_AFTER))
    return rows


def instants() -> list[datetime]:
    """Each fourth close, the microsecond before it, and the night after it."""
    closes = [session_close(session) for session in SESSIONS[::4]]
    shifts = (timedelta(microseconds=-1), timedelta(0), timedelta(hours=9))
    return [close + shift for close in closes for shift in shifts]


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    rows = PRICES.frame(known_in_time()).sample(fraction=1, shuffle=True, seed=7)
    for part in rows.iter_slices(60):
        lake.upsert(PRICES, part)
    return lake


def momentum(prices: pl.DataFrame) -> pl.DataFrame:
    """Return each instrument's return over its last three sessions."""
    by_session = prices.sort("instrument_id", "session")
    change = (pl.col("close").last() / pl.col("close").tail(4).first() - 1).alias("momentum")
    return by_session.group_by("instrument_id", maintain_order=True).agg(change)


def leaks(compute, lake, **more):
    return find_leaks(compute, lake, instants(), tables=[PRICES], **more)


def test_a_computation_on_as_of_readings_never_changes_when_the_future_is_cut_off(lake):
    assert leaks(lambda lake, as_of: momentum(lake.read(PRICES, as_of=as_of)), lake) == []


def test_nor_does_it_when_it_asks_for_some_keys_or_some_values(lake):
    some = (pl.col("instrument_id") != "EQ3") & (pl.col("session") > SESSIONS[2])
    assert leaks(lambda lake, as_of: momentum(lake.read(PRICES, as_of=as_of, where=some)), lake) == []
    dear = pl.col("close") > 103
    assert leaks(lambda lake, as_of: lake.read(PRICES, as_of=as_of, where=dear), lake) == []
    last = pl.col("session") == pl.col("session").max()
    assert leaks(lambda lake, as_of: lake.read(PRICES, as_of=as_of, where=last), lake) == []


def test_nor_after_compaction(lake):
    lake.compact(PRICES)
    assert leaks(lambda lake, as_of: momentum(lake.read(PRICES, as_of=as_of)), lake) == []


class TestPlantedLeaks:
    def test_a_reader_that_ignores_the_instant_is_caught(self, lake):
        assert leaks(lambda lake, _: momentum(lake.read(PRICES)), lake)

    def test_a_reader_that_takes_the_latest_row_first_and_cuts_afterwards_is_caught(self, lake):
        """Then a value restated later is missing before its restatement."""

        def cut_afterwards(lake, as_of):
            return lake.read(PRICES, where=pl.col("known_at") <= as_of)

        assert leaks(cut_afterwards, lake)

    def test_a_reader_that_cuts_by_session_instead_of_knowledge_is_caught(self, lake):
        def cut_by_session(lake, as_of):
            return lake.read(PRICES, where=pl.col("session") <= as_of.date())

        assert leaks(cut_by_session, lake)

    def test_a_condition_pushed_below_the_choice_of_the_latest_row_is_caught(self, lake):
        """A price above the limit today was picked by its restatement of next week."""

        def chosen_from_all_versions(lake, as_of):
            dear = lake.history(PRICES, where=pl.col("close") > 103).select("instrument_id", "session").unique()
            return lake.read(PRICES, as_of=as_of).join(dear, on=["instrument_id", "session"], how="semi")

        assert leaks(chosen_from_all_versions, lake)

    def test_a_statistic_over_the_whole_history_is_caught(self, lake):
        def demeaned(lake, as_of):
            mean = lake.history(PRICES)["close"].mean()
            return lake.read(PRICES, as_of=as_of).select("instrument_id", "session", pl.col("close") - mean)

        assert leaks(demeaned, lake)

    def test_a_row_stamped_with_a_known_at_too_early_is_caught_by_its_session(self, lake):
        """A close "known" at the opening bell: only the session it is from gives it away."""
        session = SESSIONS[4]
        opening = datetime.combine(session, time(14, 30), UTC)
        lake.append(PRICES, PRICES.frame([price("EQ9", session, 1.0, opening)]))
        closed = pl.col("session").map_batches(session_closes, return_dtype=pl.Datetime("us", "UTC"))

        def read(lake, as_of):
            return lake.read(PRICES, as_of=as_of)

        assert leaks(read, lake) == []
        caught = leaks(read, lake, earliest={"prices": closed})
        assert [leak.as_of for leak in caught] == [session_close(session) - timedelta(microseconds=1)]
        assert caught[0].with_future["instrument_id"].to_list() == ["EQ9"]
