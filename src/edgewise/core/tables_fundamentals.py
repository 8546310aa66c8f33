"""Lake tables of company data: tagged facts, the lines of statements made of them, and ratios of those."""

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

_UNTOLD = "an input is not told, or its denominator is not above zero: see reasons"


def _value(name: str, meaning: str) -> Column:
    return Column(name, pl.Float64, meaning, _UNTOLD)


RATIOS = Table(
    "ratios",
    "One row per company and period of twelve months, and per change of it: the ratios and figures that rest on its "
    "statements alone, from known_at on. What rests on a price is computed when somebody asks.",
    key=("cik", "basis", "period_end"),
    columns=(
        Column("cik", pl.Int64, "company"),
        Column("basis", pl.String, "annual, or ttm (twelve months to the end of a quarter)"),
        Column("period_end", pl.Date, "last day of the twelve months"),
        Column("currency", pl.String, "of the figures, and of the statements behind the ratios", nulls="withdrawn"),
        Column("year_before", pl.Date, "last day of the period that `x@1` is taken from", nulls="none is known"),
        Column("five_years_before", pl.Date, "last day of the period that `x@5` is taken from", nulls="none is known"),
        _value("debt_to_equity", "debt / equity"),
        _value("current_ratio", "current assets / current liabilities"),
        _value("quick_ratio", "current assets without inventory / current liabilities"),
        _value("interest_cover", "operating income / interest expense"),
        _value("return_on_equity", "net income / average equity, above zero at both ends, a fraction"),
        _value("return_on_assets", "net income / average total assets, a fraction"),
        _value("return_on_invested_capital", "operating income after tax / average debt and equity, a fraction"),
        _value("gross_margin", "gross profit / revenue, a fraction"),
        _value("operating_margin", "operating income / revenue, a fraction"),
        _value("net_margin", "net income / revenue, a fraction"),
        _value("revenue_growth_5y", "growth of revenue over five years, a fraction a year"),
        _value("eps_growth_5y", "growth of diluted earnings per share over five years, a fraction a year"),
        _value("free_cash_flow_growth_5y", "growth of free cash flow over five years, a fraction a year"),
        _value("accruals", "net income less operating cash flow / average total assets, a fraction"),
        _value("asset_growth", "growth of total assets over a year, a fraction"),
        _value("net_issuance", "growth of average shares over a year, on one split basis, a fraction"),
        _value("revenue", "of twelve months, whole units of currency"),
        _value("equity", "of the parent's holders at period_end, whole units of currency"),
        _value("free_cash_flow", "operating cash flow less capital expenditure, whole units of currency"),
        _value("ebitda", "operating income, depreciation and amortization, whole units of currency"),
        _value("net_debt_and_minority", "debt and minority less cash and short-term investments, units of currency"),
        _value("eps_diluted", "diluted earnings a share as counted at known_at, currency"),
        _value("revenue_per_share", "a diluted share as counted at known_at, currency"),
        _value("free_cash_flow_per_share", "a diluted share as counted at known_at, currency"),
        Column("status", pl.String, "ok; suspect, where a value is; or withdrawn"),
        Column(
            "reasons",
            pl.String,
            "what is not ok, separated by '; ': the column, then suspect, missing or undefined, then reason codes",
            nulls="every value is ok, or the row is withdrawn",
        ),
        Column(
            "sources",
            pl.String,
            "filings that the lines behind the values are from: accession numbers separated by '; '",
            nulls="withdrawn",
        ),
        Column("version", pl.String, "version of the formulas"),
        Column(
            "known_at",
            Instant,
            "UTC instant from which it was so; its inputs are the rows of fundamentals of period_end, year_before and "
            "five_years_before, read as of then",
        ),
    ),
)

SHARE_COUNTS = Table(
    "share_counts",
    "One row per change of how many shares a company has, from known_at on.",
    key=("cik",),
    columns=(
        Column("cik", pl.Int64, "company"),
        Column("counted_on", pl.Date, "day that the count is of", nulls="withdrawn"),
        Column("shares", pl.Float64, "in shares as of known_at", nulls="withdrawn"),
        Column("status", pl.String, "ok, suspect or withdrawn"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is not suspect"),
        Column("sources", pl.String, "facts it rests on, accession:concept", nulls="withdrawn"),
        Column("known_at", Instant, "UTC instant from which it was so: a filing's, or the open of a split's session"),
    ),
)

ALL_FUNDAMENTALS: tuple[Table, ...] = (FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS)
