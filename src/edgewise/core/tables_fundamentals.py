"""Lake tables of company data: facts as tagged in filings. `core.tables.ALL` lists them."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

FACTS = Table(
    "facts",
    "One row per tagged value and filing that tells it, as filed: a later filing that repeats or restates a value is "
    "another row.",
    key=("cik", "taxonomy", "concept", "unit", "period_start", "period_end", "accession"),
    columns=(
        Column("cik", pl.Int64, "company whose value it is"),
        Column("taxonomy", pl.String, "where the concept is defined: us-gaap, ifrs-full, dei, ..."),
        Column("concept", pl.String, "name of what is told, as tagged"),
        Column("unit", pl.String, "USD, shares, USD/shares, pure, ... as tagged"),
        Column(
            "period_start",
            pl.Date,
            "first day of the period; of a value at one day (a balance) that day, the same as period_end",
        ),
        Column("period_end", pl.Date, "last day of the period"),
        Column("accession", pl.String, "filing that tells it"),
        Column("instant", pl.Boolean, "whether it is a value at one day and not over a period"),
        Column("value", pl.Float64, "as filed, in whole units of `unit`, with the tag's sign"),
        Column("form", pl.String, "form of the filing"),
        Column("filed_date", pl.Date, "the date EDGAR printed on the filing (New York)"),
        Column("fiscal_year", pl.Int32, "fiscal year that the *filing* is about, not the value", nulls="not given"),
        Column("fiscal_period", pl.String, "FY, Q1, Q2 or Q3: what the *filing* is about", nulls="not given"),
        Column("known_at_source", pl.String, "what known_at rests on, as in filings"),
        Column("source_url", pl.String, "where it was read from"),
        Column("known_at", Instant, "UTC instant from which the public could know this row: the filing's"),
    ),
)
