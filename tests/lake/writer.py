"""A program that writes to a lake, run by the tests as a process of its own: `writer.py ACTION FOLDER NUMBER`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from edgewise.core.tables import PRICES
from edgewise.lake import Lake

if TYPE_CHECKING:
    import polars as pl

ROWS_OF_A_BATCH = 50


def batch(number: int, *, close: float = 1.0) -> pl.DataFrame:
    known_at = datetime(2024, 1, 2, 21, tzinfo=UTC)
    return PRICES.frame(
        [
            {
                "instrument_id": f"{number:04d}-{row:02d}",
                "session": date(2024, 1, 2),
                "close": close,
                "source_url": "u",
                "known_at": known_at,
            }
            for row in range(ROWS_OF_A_BATCH)
        ]
    )


def upsert_shared(lake: Lake, number: int) -> None:
    """Upsert the same ten batches as all others, in step with them, with a close of its own."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    done = [lake.upsert(PRICES, batch(step, close=float(number))) for step in range(10)]
    sys.stdout.write(f"{sum(one.inserted for one in done)}\n")


def append_own(lake: Lake, number: int) -> None:
    """Append ten batches that nobody else writes."""
    for step in range(10):
        lake.append(PRICES, batch(10 * number + step))


def append_for_ever(lake: Lake, number: int) -> None:
    """Append batch after batch, telling each one, until killed."""
    while True:
        lake.append(PRICES, batch(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


def compact_often(lake: Lake, number: int) -> None:
    """Compact again and again."""
    for _ in range(number):
        lake.compact(PRICES)


if __name__ == "__main__":
    actions = {action.__name__: action for action in (upsert_shared, append_own, append_for_ever, compact_often)}
    actions[sys.argv[1]](Lake(sys.argv[2]), int(sys.argv[3]))
