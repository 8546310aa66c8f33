"""The score of every security of a session.

    score_i = 50 + stretch_i * sum over known factors f of  w'_f * (factor_if - 50)      brought to 1 .. 100
    stretch_i = 20 / spread_i                           w' = weights of the known factors, summing to 1

`spread_i` is how far such a weighted mean lies from 50 as a rule, for just those factors that are known of i
(`edgewise.factors.combine`): so scores have a deviation of 20 whatever is known, and names of which little is known
crowd neither tail. A score is relative to its session: 50 is the middle of the market of that day.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import shift_session
from edgewise.core.tables_score import SCORES
from edgewise.factors.combine import CENTRE, combined
from edgewise.factors.factor_values import factor_values
from edgewise.factors.percentiles import LEAST_PEERS
from edgewise.score.rating import confidence_of, rating_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from edgewise.factors.factor_values import FactorValues
    from edgewise.factors.metric import MetricFactor
    from edgewise.score.weights import Configuration

VERSION = "1"
"""Raise it with any change of what a score is; published scores of another version stay as they are."""
DEVIATION = 20.0
LOWEST, HIGHEST = 1.0, 100.0
LEAST_COMPLETE, LEAST_FACTORS = 0.4, 4
"""Share of the weight, and factors, that must be known for a score."""
STEADY_SESSIONS = 21
UNSTEADY_POINTS = 50.0
NOT_TRADED, TOO_LITTLE = "not_traded", "too_little_known"


def scores(
    metrics: pl.DataFrame,
    factors: Sequence[MetricFactor],
    configuration: Configuration,
    *,
    before: pl.DataFrame | None = None,
    code_fingerprint: str,
    computed_at: datetime,
) -> pl.DataFrame:
    """Return rows of SCORES, one for each security of one session, sorted by instrument_id.

    metrics: rows of FACTOR_METRICS of one session and version.
    before:  rows of SCORES of 21 sessions earlier, same configuration and version; for stability.
    Nulls:   who is not rated has no score; `reasons` says why: not_traded without a close, or too_little_known.
    Time:    known at the session's close, as the metrics are.
    """
    rows = metrics.sort("instrument_id")
    told = factor_values(rows, factors)
    names = list(configuration.weights)
    values = np.column_stack([told[name].value for name in names])
    weights = np.array([configuration.weights[name] for name in names])
    found = combined(values, weights)
    complete = _completeness(told, configuration)
    is_traded = rows["close"].is_not_null().to_numpy()
    enough = (complete >= LEAST_COMPLETE) & (np.isfinite(values).sum(axis=1) >= LEAST_FACTORS)
    rated = is_traded & enough
    with np.errstate(invalid="ignore", divide="ignore"):
        stretch = np.where(rated, DEVIATION / found.spread, np.nan)
    score = np.clip(CENTRE + (stretch[:, None] * found.parts).sum(axis=1), LOWEST, HIGHEST)
    frame = rows.select("instrument_id", "session", "cik", "sector", "mean_age", "known_at").with_columns(
        *(pl.Series(name, standing.value).fill_nan(None) for name, standing in told.items()),
        configuration=pl.lit(configuration.name),
        version=pl.concat_str(rows["version"], pl.lit(VERSION), separator="."),
        score=pl.Series(score).fill_nan(None),
        stretch=pl.Series(stretch).fill_nan(None),
        completeness=pl.Series(complete),
        status=pl.Series(np.where(rated, "rated", "not_rated")),
        reasons=pl.Series(np.where(~is_traded, NOT_TRADED, np.where(enough, "", TOO_LITTLE))).replace("", None),
        inputs_fingerprint=pl.lit(_fingerprint(rows, configuration)),
        code_fingerprint=pl.lit(code_fingerprint),
        computed_at=pl.lit(computed_at),
        correction=pl.lit(None, pl.String),
    )
    return SCORES.check(_judged(frame, list(told), before).select(SCORES.schema.keys()))


def session_before(session: date) -> date:
    """Return the session whose scores tell how steady those of `session` are."""
    return shift_session(session, -STEADY_SESSIONS)


def _completeness(told: Mapping[str, FactorValues], configuration: Configuration) -> NDArray[np.float64]:
    """Return the share of the weight that is known: of each factor with a value, the share of its metrics."""
    shares = [weight * np.where(np.isfinite(told[name].value), told[name].known, 0.0)
              for name, weight in configuration.weights.items()]  # fmt: skip
    complete: NDArray[np.float64] = np.minimum(np.sum(shares, axis=0), 1.0)
    return complete


def _judged(frame: pl.DataFrame, factors: list[str], before: pl.DataFrame | None) -> pl.DataFrame:
    """Return the frame with overall, rating, place in the sector, freshness, stability and confidence."""
    overall = (pl.col("score") + 0.5).floor().cast(pl.Int32)
    rated = pl.col("score").count()
    place = pl.when(rated.over("sector") >= LEAST_PEERS).then(
        ((pl.col("score").rank() - 0.5) / rated * 100).over("sector")
    )
    steady = _stability(frame, factors, before)
    return (
        frame.with_columns(
            overall=overall,
            sector_percentile=pl.when(pl.col("sector").is_not_null() & pl.col("score").is_not_null()).then(place),
            freshness=1 - pl.col("mean_age"),
            stability=steady,
        )
        .with_columns(rating=rating_of(pl.col("overall")))
        .with_columns(
            confidence=pl.when(pl.col("status") == "rated").then(
                confidence_of(pl.col("completeness"), pl.col("freshness"), pl.col("stability"))
            )
        )
    )


def _stability(frame: pl.DataFrame, factors: list[str], before: pl.DataFrame | None) -> pl.Series:
    if before is None or before.is_empty():
        return pl.Series("stability", [None] * frame.height, dtype=pl.Float64)
    old = before.select("instrument_id", *(pl.col(name).alias(f"{name} before") for name in factors))
    both = frame.select("instrument_id", *factors).join(old, on="instrument_id", how="left", maintain_order="left")
    moved = pl.mean_horizontal((pl.col(name) - pl.col(f"{name} before")).abs() for name in factors)
    return both.select((1 - moved / UNSTEADY_POINTS).clip(0, 1)).to_series()


def _fingerprint(metrics: pl.DataFrame, configuration: Configuration) -> str:
    """Return a hash of all that the scores of a session rest on: every metric of every name, and the weights."""
    hashed = hashlib.sha256(repr((configuration.name, sorted(configuration.weights.items()))).encode())
    for column in metrics.drop("known_at"):
        if column.dtype == pl.Float64:
            hashed.update(column.fill_null(float("nan")).to_numpy().tobytes())
        else:
            hashed.update("\n".join(column.cast(pl.String).fill_null("").to_list()).encode())
    return hashed.hexdigest()[:16]
