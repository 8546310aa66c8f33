"""Capital return: whether a company gives money back to its owners or asks them for more.

Net issuance is the growth of the average number of shares over a year, on one split basis: a split issues nothing. The
payout is what was paid out in twelve months, dividends and buybacks, not what was announced. A company that pays
nothing has a payout of zero; one of which it is not known has none.

For every industry: a property trust must pay out most of its income and issues shares to grow, but it is compared with
property trusts.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import Metric, MetricFactor, positive

FACTOR = MetricFactor(
    name="capital_return",
    version="1",
    title="Capital return",
    meaning="The company pays its owners and does not dilute them.",
    metrics=(
        Metric(
            "net_issuance",
            "ratios",
            pl.col("net_issuance"),
            "average shares of twelve months / those of the twelve months a year before - 1",
            "fraction",
            -1,
            STATEMENT_DAYS,
            "Pontiff and Woodgate (2008)",
        ),
        Metric(
            "payout_yield",
            "ratios",
            positive(pl.col("dividends_paid") + pl.col("buybacks"), pl.col("market_value")),
            "dividends and buybacks of twelve months / market value",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Boudoukh, Michaely, Richardson and Roberts (2007)",
        ),
    ),
)
