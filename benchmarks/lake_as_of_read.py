"""As-of reading of ten million prices: 4,600 instruments, about nine years of sessions, one key in a hundred restated.

The same question is put to the lake and to plain Polars on the lake's own files: filter by known_at, take the last of
each key. Three layouts: compacted; compacted and then appended to once a day for twenty days; and the first asked for
an instant in the middle of the history.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime

import polars as pl
from harness import record, seconds

from edgewise.core.clock import session_closes, sessions
from edgewise.core.table import Column, Instant, Table
from edgewise.lake import Lake

INSTRUMENTS = 4600
ROWS = 10_000_000
RESTATED = 0.01
BAR_S = 1.0
DAYS_APPENDED = 20
CLOSES = Table(
    "closes",
    "Closing prices, synthetic.",
    key=("instrument_id", "session"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day in New York"),
        Column("close", pl.Float64, "USD per share"),
        Column("known_at", Instant, "close of the session, or ninety days later where restated"),
    ),
)
ASKED = ["instrument_id", "session", "close"]


def days_of(first: date, last: date) -> pl.DataFrame:
    """Return sessions with the instant of their close."""
    days = pl.Series("session", sessions(first, last))
    return pl.DataFrame([days, session_closes(days).alias("known_at")])


def prices(days: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Return one price for each instrument and day, cents at random."""
    names = pl.DataFrame({"instrument_id": [f"EQ{number:06d}" for number in range(INSTRUMENTS)]})
    rows = names.join(days, how="cross")
    cents = pl.int_range(100, 50_000, eager=True).sample(rows.height, with_replacement=True, seed=seed)
    return rows.with_columns(close=cents / 100).select(CLOSES.schema.keys())


def restatements(rows: pl.DataFrame) -> pl.DataFrame:
    """Return another close for a sample of the keys, known ninety days later."""
    return rows.sample(fraction=RESTATED, seed=1).with_columns(
        pl.col("close") * 1.01, pl.col("known_at") + pl.duration(days=90)
    )


def plain_polars(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """Return the same rows without knowing how they lie: the peer."""
    rows = pl.scan_delta(f"{lake.url}/{CLOSES.name}").filter(pl.col("known_at") <= as_of)
    return rows.sort("known_at").group_by(CLOSES.key).last().select(ASKED).collect()


def measure(lake: Lake, name: str, as_of: datetime) -> None:
    """Record one layout and instant, after checking that both give the same rows."""

    def ours() -> pl.DataFrame:
        return lake.read(CLOSES, as_of=as_of, columns=ASKED)

    def theirs() -> pl.DataFrame:
        return plain_polars(lake, as_of)

    read = ours()
    assert read.equals(theirs().sort(CLOSES.key)), "the peer reads other rows"
    [status] = lake.tables([CLOSES])
    record(
        "lake",
        name,
        value=seconds(ours, repeat=7),
        unit="s",
        bar=BAR_S,
        higher_is_better=False,
        peer="plain polars: filter, sort by known_at, last of each key, unsorted result",
        peer_value=seconds(theirs, repeat=3),
        details={"rows_stored": status.rows, "rows_read": read.height, "files": status.files, "bytes": status.bytes},
    )


def main() -> None:
    """Measure the three layouts."""
    days = days_of(date(2015, 1, 2), date(2023, 12, 29)).head(ROWS // INSTRUMENTS + 1)
    first = prices(days, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        lake.append(CLOSES, first)
        lake.append(CLOSES, restatements(first))
        lake.compact(CLOSES)
        measure(lake, "as_of_read", datetime(2023, 9, 1, tzinfo=UTC))
        measure(lake, "as_of_read_mid_history", datetime(2019, 6, 28, 22, tzinfo=UTC))
        later = days_of(date(2024, 1, 2), date(2024, 3, 28)).head(DAYS_APPENDED)
        for number, day in enumerate(later.iter_slices(1)):
            lake.append(CLOSES, prices(day, seed=number))
        measure(lake, "as_of_read_after_daily_appends", datetime(2024, 6, 1, tzinfo=UTC))


if __name__ == "__main__":
    main()
