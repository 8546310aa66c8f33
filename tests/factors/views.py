"""Metrics of one security from the fields of one row of any view."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from edgewise.factors.measure import PEERS_SCHEMA, QUOTE_SCHEMA, measured

SESSION = date(2024, 6, 3)


def fields_of(factor):
    """Return the fields of its view that the formulas of a factor read."""
    return {name for metric in factor.metrics for name in metric.value.meta.root_names()}


def metrics_of(factor, *, days=1, **fields):
    """The metrics of a factor, by name, of a row of so many days before the session; fields not given are null."""
    (view,) = factor.views
    assert fields.keys() <= fields_of(factor)
    told = dict.fromkeys(fields_of(factor)) | fields
    cell = {"instrument_id": "A-1", "session": SESSION}
    numbers = dict.fromkeys(fields_of(factor), pl.Float64)
    schema = {"instrument_id": pl.String, "session": pl.Date, "observed_on": pl.Date, **numbers}
    row = pl.DataFrame([{**cell, "observed_on": SESSION - timedelta(days=days), **told}], schema=schema)
    peers = pl.DataFrame([{**cell, "cik": 1, "industry": "other"}], schema=PEERS_SCHEMA)
    rows = measured([factor], {view: row}, peers, pl.DataFrame(schema=QUOTE_SCHEMA), version="test")
    return rows.select(metric.name for metric in factor.metrics).row(0, named=True)


def directions_of(factor):
    return {metric.name: metric.direction for metric in factor.metrics}
