"""Securities that are listed on each of some sessions, for a view to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.factors.measure import PEERS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def peers(sessions: Sequence[date], *ciks: int, classes: int = 1) -> pl.DataFrame:
    """Return PEERS_SCHEMA rows of these companies, each with so many classes of shares."""
    rows = [
        {"instrument_id": f"{cik:010d}-{number:02d}", "session": session, "cik": cik}
        for session in sessions
        for cik in ciks
        for number in range(1, classes + 1)
    ]
    return pl.DataFrame([dict.fromkeys(PEERS_SCHEMA) | row for row in rows], schema=PEERS_SCHEMA)
