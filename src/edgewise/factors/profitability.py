"""Profitability: how much a company earns on its equity, its assets, its invested capital, and of each dollar it sells.

Returns are of twelve months over the mean of both ends of them. Where the denominator is not above zero a return has no
meaning and is null: a company whose losses ate its equity would show a fine return on it.

Not for banks and insurers: return on invested capital and operating margin, for borrowing is their trade and interest
its cost, so that neither debt nor operating income is what it is elsewhere. Nor is gross margin, which is not for
property trusts and utilities either: what goes for a cost of goods there differs from one company to the next.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import Metric, MetricFactor

FACTOR = MetricFactor(
    name="profitability",
    version="1",
    title="Profitability",
    meaning="The company earns much on what it employs and sells.",
    metrics=(
        Metric(
            "return_on_equity",
            "ratios",
            pl.col("return_on_equity"),
            "net income of twelve months / mean equity of both ends",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Haugen and Baker (1996)",
        ),
        Metric(
            "return_on_assets",
            "ratios",
            pl.col("return_on_assets"),
            "net income of twelve months / mean total assets of both ends",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Piotroski (2000)",
        ),
        Metric(
            "return_on_invested_capital",
            "ratios",
            pl.col("return_on_invested_capital"),
            "(operating income - income tax) of twelve months / mean of debt and equity with minorities at both ends",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Koller, Goedhart and Wessels (2010)",
            not_for=("bank", "insurer"),
        ),
        Metric(
            "gross_margin",
            "ratios",
            pl.col("gross_margin"),
            "gross profit / revenue, of twelve months",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Asness, Frazzini and Pedersen (2019)",
            not_for=("bank", "insurer", "reit", "utility"),
        ),
        Metric(
            "operating_margin",
            "ratios",
            pl.col("operating_margin"),
            "operating income / revenue, of twelve months",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Soliman (2008)",
            not_for=("bank", "insurer"),
        ),
        Metric(
            "net_margin",
            "ratios",
            pl.col("net_margin"),
            "net income / revenue, of twelve months",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Haugen and Baker (1996)",
        ),
    ),
)
