"""Indicators on their way into the lake: what is late costs no commit of its own."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import INDICATORS
from edgewise.lake import Lake
from edgewise.pipelines.indicators import build_indicators

DAYS = sessions(date(2024, 6, 3), date(2024, 6, 28))
CORRECTED_AT = session_close(DAYS[-3]) + timedelta(hours=1)
SECURITIES = [f"000000000{number}-01" for number in range(1, 6)]


def bar(security: str, day: date, close: float, known_at) -> dict[str, object]:
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    told = {"provider": "file", "source_url": "hand", "status": None, "reasons": None}
    return {"instrument_id": security, "session": day, **prices, "volume": 1_000, "known_at": known_at, **told}


def test_securities_that_were_corrected_late_are_stored_together_each_row_as_it_was_known(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    rows = [
        bar(security, day, 10.0 + place, session_close(day))
        for security in SECURITIES
        for place, day in enumerate(DAYS)
    ]
    late = [bar(security, DAYS[0], 20.0, CORRECTED_AT) for security in SECURITIES]
    lake.upsert(PRICES, PRICES.frame(rows + late))

    told: list[int] = []
    built = build_indicators(lake, as_of=session_close(DAYS[-1]), on_progress=told.append)
    assert (built.securities, built.rows, sum(told)) == (5, 5 * len(DAYS), 5)
    assert lake.version(INDICATORS) == 1, "a commit for the table, one for all rows"
    found = lake.read(INDICATORS, where=pl.col("session") >= DAYS[-4]).filter(instrument_id=SECURITIES[0])
    assert found["session"].to_list() == DAYS[-4:]

    again = build_indicators(lake, as_of=session_close(DAYS[-1]))
    assert (again.rows, lake.version(INDICATORS)) == (built.rows, 1)
