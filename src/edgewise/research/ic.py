"""Does a factor rank later returns? Daily rank correlation, daily quantile spread, and how sure their means are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import session_ordinals
from edgewise.core.errors import InvalidInput
from edgewise.research.inference import MeanSummary, summarise_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rank_ic(
    factor: pl.DataFrame,
    labels: pl.DataFrame,
    *,
    value: str = "z",
    label: str = "forward_return",
    min_names: int = 20,
) -> pl.DataFrame:
    """Return the information coefficient of each session: Spearman's correlation of factor value and label, -1 to 1.

    factor:    instrument_id, session and `value`; rows of FACTORS of one factor and version.
    labels:    instrument_id, session and `label`.
    min_names: names with both that a session needs.
    Returns:   session, ic, names (with both), dropped (names with a value but no label); one row per session of
               `factor`, in order.
    Nulls:     values that are null or not finite do not count; `ic` is null with fewer than `min_names` and where all
               values or all labels are equal.
    Raises:    InvalidInput where a name stands twice in a session of `factor` or `labels`.
    """
    pairs = _pairs(factor, labels, value=value, label=label)
    ranks = pairs.drop_nulls("label").with_columns(pl.col("value", "label").rank().over("session"))
    correlation = pl.corr("value", "label").fill_nan(None)
    daily = ranks.group_by("session").agg(ic=pl.when(pl.len() >= min_names).then(correlation))
    return _with_counts(daily, pairs, factor)


def quantile_spread(
    factor: pl.DataFrame,
    labels: pl.DataFrame,
    *,
    value: str = "z",
    label: str = "forward_return",
    fraction: float = 0.2,
    min_names: int = 20,
) -> pl.DataFrame:
    """Return the mean label of the top `fraction` of names less that of the bottom one, per session, as a fraction.

    Columns: session, spread, names, dropped; arguments, nulls and errors are those of `rank_ic`. Each end holds
    floor(fraction * names) names; names with equal values at its border enter in the order of instrument_id.
    """
    if not 0 < fraction <= 1 / 2:  # two ends cannot share a name
        raise InvalidInput(f"an end with a fraction of {fraction}", advice="Give a fraction above 0, up to 0.5.")
    pairs = _pairs(factor, labels, value=value, label=label)
    ordered = pairs.drop_nulls("label").sort("session", "value", "instrument_id")
    size = (pl.len() * fraction).floor().cast(pl.Int64)
    spread = pl.col("label").tail(size).mean() - pl.col("label").head(size).mean()
    daily = ordered.group_by("session", maintain_order=True).agg(spread=pl.when(pl.len() >= min_names).then(spread))
    return _with_counts(daily, pairs, factor)


def summarise(daily: pl.DataFrame, column: str, *, horizon: int, seed: int, confidence: float = 0.95) -> MeanSummary:
    """Return the mean of a daily column with intervals that allow for overlapping horizons: see `summarise_mean`.

    daily:   as `rank_ic` or `quantile_spread` gives it; `column` is ic or spread.
    horizon: the labels' horizon in sessions.
    Gaps:    null figures and sessions that are absent count as missing and keep their place in time.
    """
    return summarise_mean(_on_grid(daily, column), horizon=horizon, seed=seed, confidence=confidence)


def _pairs(factor: pl.DataFrame, labels: pl.DataFrame, *, value: str, label: str) -> pl.DataFrame:
    """Return instrument_id, session, value and label of all names with a finite value; label is null if not finite."""
    for frame, what in ((factor, "the factor"), (labels, "the labels")):
        if repeated := frame.height - frame.select("instrument_id", "session").n_unique():
            raise InvalidInput(
                f"{repeated} rows of {what} repeat a name and session",
                advice="Filter to one factor, version and instant.",
            )
    values = factor.select("instrument_id", "session", value=value).filter(pl.col("value").is_finite())
    outcomes = labels.select("instrument_id", "session", label=label).filter(pl.col("label").is_finite())
    return values.join(outcomes, on=("instrument_id", "session"), how="left")


def _with_counts(daily: pl.DataFrame, pairs: pl.DataFrame, factor: pl.DataFrame) -> pl.DataFrame:
    """Return `daily` with the counts of names used and dropped, one row per session of `factor`."""
    counts = pairs.group_by("session").agg(
        names=pl.col("label").count().cast(pl.Int64), dropped=pl.col("label").null_count().cast(pl.Int64)
    )
    return (
        factor.select(pl.col("session").unique())
        .join(daily, on="session", how="left")
        .join(counts, on="session", how="left")
        .with_columns(pl.col("names", "dropped").fill_null(0))
        .sort("session")
    )


def _on_grid(daily: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a daily column on the grid of sessions from its first to its last figure, NaN where there is none."""
    figures = daily.filter(pl.col(column).is_finite())
    ordinal = session_ordinals(figures["session"]).to_numpy()
    if not len(ordinal):
        return np.empty(0)
    grid = np.full(ordinal.max() - ordinal.min() + 1, np.nan)
    grid[ordinal - ordinal.min()] = figures[column].to_numpy()
    return grid
