"""What an ingester could not bring in, kept as rows until it comes after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core import errors
from edgewise.core.tables_failures import INGEST_FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from edgewise.lake import Lake

FAILED, MENDED = "failed", "mended"
PASSING = frozenset({errors.Transient.reason, *(kind.reason for kind in errors.Transient.__subclasses__())})
"""Reasons of failures that may pass by themselves."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one thing could not be brought in, and the command that asks for it again."""

    reason: str
    command: str
    detail: str = ""

    @property
    def retry(self) -> bool:
        """Whether the same question may succeed later; of several providers' reasons one is enough."""
        return not PASSING.isdisjoint(self.reason.split(","))


def record_outcomes(
    lake: Lake, ingester: str, asked: Iterable[str], refused: Mapping[str, Refused], *, at: datetime
) -> None:
    """Store what was refused of what was asked for, and that what had failed before and was not refused has come."""
    came = set(asked) - refused.keys()
    open_before = open_failures(lake, ingester)
    mended = open_before.filter(pl.col("asked").is_in(list(came)))
    failed_rows: list[dict[str, object]] = [
        {
            "asked": name,
            "status": FAILED,
            "reason": one.reason,
            "detail": one.detail or None,
            "retry": one.retry,
            "command": one.command,
        }
        for name, one in refused.items()
    ]
    came_rows: list[dict[str, object]] = [
        {"asked": name, "status": MENDED, "reason": None, "detail": None, "retry": False, "command": command}
        for name, command in mended.select("asked", "command").iter_rows()
    ]
    of_run: dict[str, object] = {"ingester": ingester, "known_at": at}
    lake.upsert(INGEST_FAILURES, INGEST_FAILURES.frame([row | of_run for row in (*failed_rows, *came_rows)]))


def open_failures(lake: Lake, ingester: str = "", *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return the rows of INGEST_FAILURES that had not come by `as_of` (None: now), of one ingester or of all."""
    rows = lake.read(INGEST_FAILURES, as_of=as_of, where=pl.col("status") == FAILED)
    return rows.filter(pl.col("ingester") == ingester) if ingester else rows
