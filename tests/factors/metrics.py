"""A market of made-up metrics: rows of FACTOR_METRICS, drawn by lot or written down."""

from datetime import date

import numpy as np
import polars as pl

from edgewise.core.clock import session_close
from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.factors.registry import SCORED

SESSION = date(2024, 5, 15)
METRICS = [metric.name for factor in SCORED for metric in factor.metrics if not metric.only_for]


def metrics_of(names, values, *, session=SESSION, sector="energy", industry="other", close=10.0):
    """Return rows of FACTOR_METRICS: `values` by metric, a number for all or one for each name; all else is null."""
    whole = {
        "instrument_id": names,
        "session": session,
        "version": "test",
        "cik": range(1, len(names) + 1),
        "sector": sector,
        "division": "D",
        "industry": industry,
        "close": close,
        "mean_age": 0.25,
        "oldest_days": 40,
        "known_at": session_close(session),
    }
    given = pl.DataFrame({**{name: value for name, value in whole.items() if np.ndim(value)}, **{
        name: value for name, value in values.items() if np.ndim(value)}})  # fmt: skip
    constant = {name: value for name, value in {**whole, **values}.items() if not np.ndim(value)}
    frame = given.with_columns(pl.lit(value).alias(name) for name, value in constant.items())
    lacking = [name for name in FACTOR_METRICS.schema if name not in frame.columns]
    return FACTOR_METRICS.check(
        frame.with_columns(pl.lit(None).alias(name) for name in lacking).cast(FACTOR_METRICS.schema)
    )


def drawn(number=300, seed=1, *, missing=0.3, session=SESSION):
    """Return `number` names of five sectors with every metric drawn by lot, a share of them missing."""
    dice = np.random.default_rng(seed)
    values = {}
    for name in METRICS:
        column = dice.normal(size=number)
        column[dice.random(number) < missing] = np.nan
        values[name] = column
    names = [f"{place + 1:010d}-01" for place in range(number)]
    sectors = [("energy", "materials", "utilities", "financials", "health_care")[place % 5] for place in range(number)]
    rows = metrics_of(names, values, session=session, sector=sectors)
    return rows.with_columns(pl.col(METRICS).fill_nan(None))
