"""Value: how much of earnings, equity, sales, EBITDA and free cash flow a dollar buys.

Multiples are turned into yields, so that "more" is "cheaper" through zero: a loss is a negative yield and ranks last,
where its P/E would be no number. A company without equity has a negative book yield. Market value and enterprise value
are denominators and above zero; twelve months of statements are set against the price of the session's close.

Not for banks and insurers: sales, EBITDA and free cash flow, for what they lend, borrow and underwrite passes through
these lines, and interest is a cost of their trade. Not for property trusts: free cash flow, for the buildings they buy
count as capital expenditure; and earnings, which depreciate buildings that keep their value. Their price is set against
operating cash flow instead, which is before depreciation and without gains on what they sell: close to the funds from
operations that they report themselves, and a line of every statement.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import Metric, MetricFactor, positive

FACTOR = MetricFactor(
    name="value",
    version="2",
    title="Value",
    meaning="The price is low beside what the company earns and owns.",
    metrics=(
        Metric(
            "earnings_yield",
            "ratios",
            positive(pl.col("eps_diluted"), pl.col("price")),
            "diluted earnings a share of twelve months / price",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Basu (1977)",
            not_for=("reit",),
        ),
        Metric(
            "book_yield",
            "ratios",
            positive(pl.col("equity"), pl.col("market_value")),
            "equity / market value",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Fama and French (1992)",
        ),
        Metric(
            "sales_yield",
            "ratios",
            positive(pl.col("revenue"), pl.col("market_value")),
            "revenue of twelve months / market value",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Barbee, Mukherji and Raines (1996)",
            not_for=("bank", "insurer"),
        ),
        Metric(
            "ebitda_yield",
            "ratios",
            positive(pl.col("ebitda"), pl.col("market_value") + pl.col("net_debt_and_minority")),
            "EBITDA of twelve months / (market value + debt + minority - cash and short-term investments)",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Loughran and Wellman (2011)",
            not_for=("bank", "insurer"),
        ),
        Metric(
            "free_cash_flow_yield",
            "ratios",
            positive(pl.col("free_cash_flow"), pl.col("market_value")),
            "(operating cash flow - capital expenditure) of twelve months / market value",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Lakonishok, Shleifer and Vishny (1994), with free cash flow for earnings and depreciation",
            not_for=("bank", "insurer", "reit"),
        ),
        Metric(
            "reit_cash_flow_yield",
            "ratios",
            positive(pl.col("operating_cash_flow"), pl.col("market_value")),
            "operating cash flow of twelve months / market value",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Vincent (1999), who sets it beside funds from operations",
            only_for=("reit",),
        ),
    ),
)
