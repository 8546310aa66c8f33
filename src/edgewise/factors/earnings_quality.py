"""Earnings quality: how much of what a company calls earnings is cash, and whether it had to swell to earn it.

Accruals are the part of income that no cash came in for; they turn back sooner than cash does, and prices do not see it
(Sloan; from the cash flow statement, as Hribar and Collins advise, for balance sheets jump at every merger). Companies
that let their assets grow fast earn less for their holders in the years after (Cooper, Gulen and Schill).

Not for banks and insurers: both, for loans and claims go through operating cash flow, and to grow is to lend. Nor is
growth of assets for property trusts, which hand out what they earn and grow by what they buy.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import Metric, MetricFactor

FACTOR = MetricFactor(
    name="earnings_quality",
    version="1",
    title="Earnings quality",
    meaning="Earnings are cash, and were not bought with ever more assets.",
    metrics=(
        Metric(
            "accruals",
            "ratios",
            pl.col("accruals"),
            "(net income - operating cash flow) of twelve months / mean total assets of both ends",
            "fraction",
            -1,
            STATEMENT_DAYS,
            "Sloan (1996); Hribar and Collins (2002)",
            not_for=("bank", "insurer"),
        ),
        Metric(
            "asset_growth",
            "ratios",
            pl.col("asset_growth"),
            "total assets / those of a year before - 1",
            "fraction",
            -1,
            STATEMENT_DAYS,
            "Cooper, Gulen and Schill (2008)",
            not_for=("bank", "insurer", "reit"),
        ),
    ),
)
