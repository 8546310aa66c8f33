"""What is visible at the end of a run, without the instants of our own clock; and how two such ends differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.tables import (
    DOCUMENTS,
    FILING_TONE,
    FILINGS,
    ITEM_CHANGES,
    ITEMS,
    RISK_CHANGES,
    RISK_FACTORS,
    TEXTS,
)

if TYPE_CHECKING:
    from edgewise.app.house import House

TABLES = (FILINGS, DOCUMENTS, TEXTS, ITEMS, RISK_FACTORS, ITEM_CHANGES, RISK_CHANGES, FILING_TONE)
OUR_CLOCK = ("first_seen_at",)
_ALL = 1_000_000


@dataclass(frozen=True)
class State:
    """ledger: what it says of each accession; tables: every stored row; blobs: bytes by key; queue and dead: keys."""

    ledger: dict[str, tuple[object, ...]]
    tables: dict[str, list[tuple[object, ...]]]
    blobs: dict[str, bytes]
    queue: int
    dead: tuple[str, ...]
    runs: dict[str, int]


def state_of(house: House) -> State:
    """Return the state of a house at rest."""
    works = house.filings.select(limit=_ALL)
    depth = house.queue.depth()
    store = house.documents._blobs  # noqa: SLF001 - bytes as they lie there, orphans included
    return State(
        ledger={
            str(work.accession): (str(work.state), work.reason, work.form, work.cik, work.filed_date, work.accepted_at)
            for work in works
        },
        tables={table.name: _rows(house, table) for table in TABLES},
        blobs={key: store.get(key) for key in store.keys()},  # noqa: SIM118 - a port, no dictionary
        queue=depth.waiting + depth.leased + depth.delayed,
        dead=tuple(letter.message.key for letter in house.queue.dead()),
        runs=dict(Counter(run.outcome for run in house.runs.recent(limit=_ALL))),
    )


def differences(wanted: State, got: State) -> list[str]:
    """Return in what `got` is not `wanted`, one sentence each; the runs may differ."""
    wrong = [f"{len(got.dead)} dead letters: {', '.join(got.dead[:3])}"] if got.dead else []
    wrong += [f"{got.queue} messages are left in the queue"] if got.queue else []
    wrong += _of_mapping("filing", wanted.ledger, got.ledger)
    wrong += _of_mapping("blob", wanted.blobs, got.blobs)
    for name, rows in wanted.tables.items():
        missing, spare = Counter(rows) - Counter(got.tables[name]), Counter(got.tables[name]) - Counter(rows)
        if missing or spare:
            wrong.append(f"table {name}: {missing.total()} rows missing, {spare.total()} rows too many")
    return wrong


def _of_mapping(what: str, wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    absent, spare = wanted.keys() - got.keys(), got.keys() - wanted.keys()
    changed = [key for key in wanted.keys() & got.keys() if wanted[key] != got[key]]
    wrong = [f"{len(absent)} {what}s missing, as {min(absent)}"] if absent else []
    wrong += [f"{len(spare)} {what}s too many, as {min(spare)}"] if spare else []
    if changed:
        one = min(changed)
        shown = "" if what == "blob" else f" is {got[one][:2]} instead of {wanted[one][:2]}"
        wrong.append(f"{len(changed)} {what}s differ, as {one}{shown}")
    return wrong


def _rows(house: House, table: Any) -> list[tuple[object, ...]]:
    """Return every stored row, versions included; floats as their exact text, so that null and NaN compare."""
    frame = house.lake.history(table).drop(*OUR_CLOCK, strict=False)
    if "source_url" in frame.columns:
        # A filing of several registrants has several addresses for the same bytes; which was met first is chance.
        frame = frame.with_columns(pl.col("source_url").str.replace(r"/data/\d+/", "/data/*/"))
    return [tuple(map(_exact, row)) for row in frame.sort(pl.all()).rows()]


def _exact(value: object) -> object:
    return value.hex() if isinstance(value, float) else value
