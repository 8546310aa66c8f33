"""Small writes onto a table of a million filings: append, and upserts of new, of backfilled and of unchanged rows.

Accessions scatter over the whole key range, as the prefixes of filing agents do, so that no file can be passed over by
its keys. The peer is deltalake alone: its own append, and its merge, opened once.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import polars as pl
from deltalake import DeltaTable, write_deltalake
from harness import record, seconds

from edgewise.core.table import Column, Instant, Table
from edgewise.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 1_000_000
BATCH = 100
BAR_APPEND_S = 0.025
BAR_UPSERT_S = 0.100
FIRST_KNOWN = datetime(2001, 1, 1, tzinfo=UTC)
SECONDS_APART = 600
FILINGS = Table(
    "filings",
    "Filings, synthetic.",
    key=("accession", "cik"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("cik", pl.Int64, "registrant"),
        Column("form", pl.String, "form type"),
        Column("source_url", pl.String, "where it was read from"),
        Column("known_at", Instant, "acceptance"),
    ),
)
SAME_ROW = " AND ".join(f"stored.{name} = batch.{name}" for name in FILINGS.identity)


def filings(first: int, rows: int, *, known_from: int) -> pl.DataFrame:
    """Return filings number `first` and on; they become known from step `known_from` of the history, one by one."""
    number = pl.int_range(first, first + rows, dtype=pl.Int64)
    prefix = (number * 7_919_177) % 9_999_999_967
    accession = pl.format("{}-24-{}", prefix.cast(pl.String).str.zfill(10), (number % 1_000_000).cast(pl.String))
    step = pl.int_range(known_from, known_from + rows)
    frame = pl.select(
        accession=accession,
        cik=prefix % 2_000_000,
        form=pl.lit("8-K"),
        source_url=pl.format("https://example.org/{}", accession),
        known_at=pl.lit(FIRST_KNOWN).cast(Instant) + pl.duration(seconds=step * SECONDS_APART),
    )
    return FILINGS.check(frame)


def batches(*, known_from: int) -> Callable[[], pl.DataFrame]:
    """Return a function that gives a new batch at each call."""
    numbers = count(known_from % 7 * 1000 + 100_000)
    return lambda: filings(next(numbers) * BATCH, BATCH, known_from=known_from)


def merge(peer: DeltaTable, batch: pl.DataFrame) -> None:
    """Upsert with deltalake's merge."""
    merger = peer.merge(batch, predicate=SAME_ROW, source_alias="batch", target_alias="stored")
    merger.when_matched_update_all().when_not_matched_insert_all().execute()


def main() -> None:
    """Measure each kind of write, ours and the peer's, on tables of the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        lake, path = Lake(f"{folder}/ours"), f"{folder}/peer"
        stored = filings(0, ROWS, known_from=0)
        lake.append(FILINGS, stored)
        write_deltalake(path, stored)
        peer = DeltaTable(path)

        recent, backfilled = batches(known_from=ROWS), batches(known_from=ROWS // 3)
        known = stored.sample(BATCH, seed=3)
        record(
            "lake",
            "append",
            value=seconds(lambda: lake.append(FILINGS, recent()), repeat=40) * 1000,
            unit="ms for 100 rows onto a million",
            bar=BAR_APPEND_S * 1000,
            higher_is_better=False,
            peer="deltalake write_deltalake",
            peer_value=seconds(lambda: write_deltalake(peer, recent(), mode="append"), repeat=40) * 1000,
        )
        for name, batch in {"new": recent, "backfilled": backfilled, "unchanged": lambda: known}.items():
            record(
                "lake",
                f"upsert_{name}",
                value=seconds(lambda batch=batch: lake.upsert(FILINGS, batch()), repeat=20) * 1000,  # type: ignore[misc]
                unit="ms for 100 rows onto a million",
                bar=BAR_UPSERT_S * 1000,
                higher_is_better=False,
                peer="deltalake merge",
                peer_value=seconds(lambda batch=batch: merge(peer, batch()), repeat=3) * 1000,  # type: ignore[misc]
            )


if __name__ == "__main__":
    main()
