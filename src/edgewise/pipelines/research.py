"""How well a stored factor ordered what happened next: daily rank IC against forward returns, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FACTORS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.factors.registry import factor_named
from edgewise.research.ic import quantile_spread, rank_ic, summarise
from edgewise.research.labels import abnormal_returns, forward_returns

if TYPE_CHECKING:
    from datetime import date

    from edgewise.lake import Lake
    from edgewise.research.inference import MeanSummary

SEED = 20_240_101


@dataclass(frozen=True, slots=True)
class FactorEvaluation:
    """A factor against one horizon of forward returns.

    ic:       summary of the daily rank IC against returns less their sector's mean.
    spread:   summary of the daily difference between the top and bottom fifth, as a fraction per horizon.
    names:    mean number of names a session's IC rests on.
    dropped:  values that had no label, over all sessions.
    """

    factor: str
    horizon: int
    first_session: date
    last_session: date
    ic: MeanSummary
    spread: MeanSummary
    names: float
    dropped: int


def evaluate_factor(
    lake: Lake, name: str, *, horizon: int, since: date | None = None, until: date | None = None
) -> FactorEvaluation:
    """Evaluate the stored z-scores of a factor, from the session `since` to the session `until`, both inclusive.

    Raises NotFound where values or prices are missing, InvalidInput where `until` is before `since`.
    """
    if since and until and until < since:
        raise InvalidInput(f"the last session {until} is before the first {since}", advice="Swap them.")
    factor = factor_named(name)
    where = (pl.col("factor") == factor.name) & (pl.col("version") == factor.version)
    if since is not None:
        where &= pl.col("session") >= since
    if until is not None:
        where &= pl.col("session") <= until
    values = lake.read(FACTORS, where=where, columns=["instrument_id", "session", "sector", "z"])
    prices = lake.read(PRICES)
    if values["z"].drop_nulls().is_empty():
        span = "" if since is None and until is None else f" between {since or 'the first'} and {until or 'the last'}"
        raise NotFound(f"no z-score of {name} is stored{span}", advice=f"Build it: edgewise factors build {name}")
    if prices.is_empty():
        raise NotFound("no prices are stored", advice="Bring them in: edgewise prices ingest FILE")
    return evaluate(values, prices, lake.read(CORPORATE_ACTIONS), name=name, horizon=horizon)


def evaluate(
    values: pl.DataFrame, prices: pl.DataFrame, actions: pl.DataFrame | None = None, *, name: str, horizon: int
) -> FactorEvaluation:
    """Evaluate factor values (instrument_id, session, sector, z) against rows of PRICES and CORPORATE_ACTIONS."""
    labels = abnormal_returns(forward_returns(prices, actions, horizon=horizon), values)
    daily = rank_ic(values, labels, label="abnormal_return")
    spread = quantile_spread(values, labels, label="abnormal_return")
    used = daily.drop_nulls("ic")
    return FactorEvaluation(
        factor=name,
        horizon=horizon,
        first_session=used["session"].min(),  # type: ignore[arg-type]
        last_session=used["session"].max(),  # type: ignore[arg-type]
        ic=summarise(daily, "ic", horizon=horizon, seed=SEED),
        spread=summarise(spread, "spread", horizon=horizon, seed=SEED),
        names=float(used["names"].mean() or 0.0),  # type: ignore[arg-type]
        dropped=int(daily["dropped"].sum()),
    )
