"""Bring splits, dividends and delistings of a file in: find the security each symbol named, store what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.pipelines.provided import file_bytes
from edgewise.pipelines.provided_prices import action_rows
from edgewise.sources.edgar.tickers import identify
from edgewise.sources.prices.action_files import read_actions

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class IngestedActions:
    """What came of a file: events stored, those that were there, those whose symbol named nothing, and the rejected."""

    rows: int
    present: int
    unresolved: int
    rejected: dict[str, int]


def ingest_actions(
    path: Path, lake: Lake, instruments: pl.DataFrame, *, split_adjusted: bool = False
) -> IngestedActions:
    """Store the events of a file that are not stored yet, whoever told them; `split_adjusted` as `read_actions` has it.

    Known as `action_rows` says: a file that does not tell when something was declared tells it when it happens.
    """
    told, rejected = read_actions(file_bytes(path), path.name, split_adjusted=split_adjusted)
    named = identify(told, instruments, on="ex_session")
    found = action_rows(named.drop_nulls("instrument_id").with_columns(source_url=pl.lit(f"file:{path.name}")))
    key = list(CORPORATE_ACTIONS.key)
    new = found.unique(key, keep="first", maintain_order=True).join(
        lake.read(CORPORATE_ACTIONS, columns=key), on=key, how="anti"
    )
    if new.height:
        lake.upsert(CORPORATE_ACTIONS, new.sort(key))
    return IngestedActions(new.height, found.height - new.height, named["instrument_id"].null_count(), rejected)
