"""Lake tables of company data: facts as tagged in filings, and the lines of statements made of them."""

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

FUNDAMENTALS = Table(
    "fundamentals",
    "One row per line of a company's standardised statements and period, and per change of it: what it was from "
    "known_at on. A value told again, unchanged, is no new row.",
    key=("cik", "basis", "period_end", "period_start", "field", "unit"),
    columns=(
        Column("cik", pl.Int64, "company"),
        Column("basis", pl.String, "annual, quarter or ttm (twelve months to the end of a quarter)"),
        Column("period_end", pl.Date, "last day of the period; of a balance the day it is of"),
        Column("period_start", pl.Date, "first day of the period, also beside a balance at its end"),
        Column("field", pl.String, "line: revenue, net_income, total_assets, ..."),
        Column("unit", pl.String, "currency, shares, or currency/shares; whole units"),
        Column("statement", pl.String, "income_statement, balance_sheet or cash_flow"),
        Column(
            "value",
            pl.Float64,
            "in whole units of `unit`; expenses positive; shares and per-share values in shares as of known_at",
            nulls="withdrawn: from known_at on the line is not told any more",
        ),
        Column("method", pl.String, "filed, difference, per_share, summed or derived", nulls="withdrawn"),
        Column("status", pl.String, "ok, suspect or withdrawn"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is not suspect"),
        Column(
            "sources",
            pl.String,
            "facts it rests on, accession:concept, separated by '; '; of a later split * or / its ratio",
            nulls="withdrawn",
        ),
        Column(
            "known_at",
            Instant,
            "UTC instant from which it was so: the latest of its facts', of a filing that put it in doubt, or the open "
            "of a split's ex session",
        ),
    ),
)

ALL_FUNDAMENTALS: tuple[Table, ...] = (FACTS, FUNDAMENTALS)
