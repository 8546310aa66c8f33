"""Law 1 over insider_trades: what insiders did, as of T, rests on forms known by T; a planted leak is caught."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.lake import Lake, find_leaks
from edgewise.ownership.amendments import standing_lines
from edgewise.ownership.insiders import insider_activity
from tests.ownership.trades import amendment, frame, instant, line, sale

INSTANTS = [instant(day) + shift for day in (5, 12, 19) for shift in (timedelta(microseconds=-1), timedelta(0))]


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    rows = (line("a", shares=1000.0), sale("b"), amendment("c", shares=100.0), line("d", known_at=instant(19)))
    lake.upsert(INSIDER_TRADES, frame(*rows))
    return lake


def leaks(compute, lake):
    return find_leaks(compute, lake, INSTANTS, tables=[INSIDER_TRADES])


def test_activity_never_changes_when_the_future_is_cut_off(lake):
    assert leaks(lambda lake, as_of: insider_activity(lake.read(INSIDER_TRADES, as_of=as_of), as_of=as_of), lake) == []
    assert leaks(lambda lake, as_of: insider_activity(lake.history(INSIDER_TRADES), as_of=as_of), lake) == []


def test_a_planted_amendment_applied_before_it_was_known_is_caught(lake):
    def early(lake, as_of):
        return insider_activity(standing_lines(lake.read(INSIDER_TRADES)), as_of=as_of)

    assert leaks(early, lake)
