"""Metrics of one security from fields of view `ratios`, as one would read them off its statements."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from edgewise.factors.measure import PEERS_SCHEMA, QUOTE_SCHEMA, measured
from edgewise.pipelines.views.ratios import RATIOS_VIEW

SESSION = date(2024, 6, 3)


def metrics_of(factor, *, industry="other", days=60, **fields):
    """The metrics of a factor, by name, of a period that ended so many days before; fields not given are null.

    Metrics of single other industries are left out.
    """
    cell = {"instrument_id": "A-1", "session": SESSION}
    row = {**cell, "reports_yearly": False, "observed_on": SESSION - timedelta(days=days), **fields}
    assert row.keys() <= RATIOS_VIEW.keys()
    view = pl.DataFrame([row], schema_overrides=RATIOS_VIEW, schema=RATIOS_VIEW, strict=False)
    peers = pl.DataFrame([{**cell, "cik": 1, "industry": industry}], schema=PEERS_SCHEMA)
    told = measured([factor], {"ratios": view}, peers, pl.DataFrame(schema=QUOTE_SCHEMA), version="test")
    asked = [metric.name for metric in factor.metrics if not metric.only_for or industry in metric.only_for]
    of_others = [metric.name for metric in factor.metrics if metric.name not in asked]
    assert all(told[name].is_null().all() for name in of_others)
    return told.select(asked).row(0, named=True)


def without_meaning(factor):
    """Names of the metrics that have none, by industry."""
    return {
        industry: {metric.name for metric in factor.metrics if not metric.only_for and not metric.has_meaning(industry)}
        for industry in ("bank", "insurer", "reit", "utility")
    }
