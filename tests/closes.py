"""A small table to try lakes on: closes by instrument and session."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from edgewise.core.table import Column, Instant, Table

CLOSES = Table(
    "closes",
    "Closing prices.",
    key=("instrument_id", "session"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day"),
        Column("close", pl.Float64, "USD per share", nulls="did not trade"),
        Column("first_seen_at", Instant, "when we first saw it", nulls="not recorded"),
        Column("known_at", Instant, "UTC instant from which the public could know it"),
    ),
)


def known_on(day: int) -> datetime:
    """An instant of January 2024."""
    return datetime(2024, 1, day, 21, tzinfo=UTC)


def closes(*rows: tuple[str, int, float | None, int]) -> pl.DataFrame:
    """Rows of (instrument, day of its session, close, day it was known), all in January 2024."""
    return CLOSES.frame(
        [
            {"instrument_id": name, "session": date(2024, 1, day), "close": close, "known_at": known_on(known)}
            for name, day, close, known in rows
        ]
    )
