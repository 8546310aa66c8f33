"""Build a factor from the lake and store it, a year of sessions at a time."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_close
from edgewise.core.tables import BY_NAME, FACTORS, FILING_TONE
from edgewise.factors.build import build
from edgewise.factors.cross_section import coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from edgewise.factors.factor import Factor
    from edgewise.lake import Lake


def build_factor(
    lake: Lake,
    factor: Factor,
    sessions: Sequence[date],
    *,
    model_version: str,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> pl.DataFrame:
    """Build `factor` for `sessions`, store it, and return its coverage: one row per session.

    sessions:      at least one.
    model_version: whose tone scores to read.
    Rebuilding stores nothing new where nothing changed.
    """
    covered = []
    for year in _years(sessions):
        rows = build(factor, _inputs(lake, factor, session_close(year[-1]), model_version), year)
        lake.upsert(FACTORS, rows)
        covered.append(coverage(rows))
        on_progress(len(year))
    return pl.concat(covered)


def _inputs(lake: Lake, factor: Factor, known_by: datetime, model_version: str) -> dict[str, pl.DataFrame]:
    """Return every version of the factor's input rows that was known at `known_by`; the factor picks among them."""
    frames = {name: lake.history(BY_NAME[name], as_of=known_by) for name in sorted({*factor.inputs, "filings"})}
    if FILING_TONE.name in frames:
        frames[FILING_TONE.name] = frames[FILING_TONE.name].filter(pl.col("model_version") == model_version)
    return frames


def _years(sessions: Sequence[date]) -> Iterator[list[date]]:
    for _, group in groupby(sorted(sessions), key=lambda session: session.year):
        yield list(group)
