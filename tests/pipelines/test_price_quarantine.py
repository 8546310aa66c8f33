"""Prices of files, judged when asked: each row from what was known at its close."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from edgewise.core.clock import session_close, session_open, sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.pipelines.price_quarantine import judge_file_prices

DAYS = sessions(date(2024, 6, 3), date(2024, 6, 10))
AAA, BBB = "0000000001-01", "0000000002-01"


@pytest.fixture
def lake(tmp_path):
    """AAA falls to a quarter on the third session and stays; BBB, of a provider, does too, and was judged ok."""
    rows = [
        {"instrument_id": name, "session": day, "volume": 100, "source_url": "hand", "known_at": session_close(day)}
        | {"provider": provider, "status": status}
        | dict.fromkeys(("open", "high", "low", "close"), 100.0 if day < DAYS[2] else 25.0)
        for name, provider, status in ((AAA, "file", None), (BBB, "polygon", "ok"))
        for day in DAYS
    ]
    lake = Lake(str(tmp_path))
    lake.append(PRICES, PRICES.frame(rows))
    return lake


def split(lake, known_at):
    row = {"instrument_id": AAA, "ex_session": DAYS[2], "kind": "split", "ratio": 4.0, "source_url": "hand"}
    lake.upsert(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame([row | {"known_at": known_at}]))


def status(lake, as_of=None):
    rows = lake.read(PRICES, as_of=as_of).sort("session").filter(instrument_id=AAA)
    return list(rows.filter(session=DAYS[2]).select("status", "reasons").iter_rows())


def test_failure_case_39_a_split_nobody_told_is_marked_and_one_told_later_explains_it(lake):
    done = judge_file_prices(lake)
    assert (done.securities, done.rows, dict(done.suspect), done.released) == (1, 6, {"looks_like_split": 1}, 0)
    assert status(lake) == [("suspect", "looks_like_split")]
    assert judge_file_prices(lake).stored == 0
    assert set(lake.read(PRICES).filter(instrument_id=BBB)["status"]) == {"ok"}, "a provider's rows are not judged here"
    split(lake, session_open(DAYS[2]))
    assert judge_file_prices(lake).suspect == {}
    assert status(lake) == [("ok", None)]


def test_an_event_that_was_told_late_releases_a_row_from_then_on_and_not_before(lake):
    told_at = session_close(DAYS[4])
    split(lake, told_at)
    assert judge_file_prices(lake).released == 1
    assert status(lake, as_of=told_at - timedelta(microseconds=1)) == [("suspect", "looks_like_split")]
    assert status(lake, as_of=told_at) == [("ok", None)]
    assert judge_file_prices(lake).stored == 0
