"""Growth: how much more a company sells and earns a share than one year and five years before.

A growth over one year needs a year before above zero: from a loss to a profit is no percentage. One over five years
is a geometric mean and needs both ends above zero. Both ends are as they were known at the close, earnings a share
on the split basis of that day, so neither a later restatement nor a split is growth.

The evidence is not of one mind. Earnings that rose on a year before are followed by higher returns for months (Ball and
Brown), and so are revenues (Jegadeesh and Livnat). A long record of sales growth was followed by lower returns, for
people pay too much for it (Lakonishok, Shleifer and Vishny): here it says what kind of company this is, and `value`
says what is paid for it.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import Metric, MetricFactor, positive

FACTOR = MetricFactor(
    name="growth",
    version="1",
    title="Growth",
    meaning="Revenue and earnings a share grow fast.",
    metrics=(
        Metric(
            "revenue_growth_1y",
            "ratios",
            positive(pl.col("revenue") - pl.col("revenue_before"), pl.col("revenue_before")),
            "revenue of twelve months / that of the twelve months a year before - 1",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Jegadeesh and Livnat (2006)",
        ),
        Metric(
            "eps_growth_1y",
            "ratios",
            positive(pl.col("eps_diluted") - pl.col("eps_diluted_before"), pl.col("eps_diluted_before")),
            "diluted earnings a share of twelve months / those of the twelve months a year before - 1",
            "fraction",
            1,
            STATEMENT_DAYS,
            "Ball and Brown (1968)",
        ),
        Metric(
            "revenue_growth_5y",
            "ratios",
            pl.col("revenue_growth_5y"),
            "(revenue of twelve months / that of five years before) ^ (1/5) - 1",
            "fraction a year",
            1,
            STATEMENT_DAYS,
            "Lakonishok, Shleifer and Vishny (1994), who found that it lowers later returns",
        ),
        Metric(
            "eps_growth_5y",
            "ratios",
            pl.col("eps_growth_5y"),
            "(diluted earnings a share of twelve months / those of five years before) ^ (1/5) - 1",
            "fraction a year",
            1,
            STATEMENT_DAYS,
            "Asness, Frazzini and Pedersen (2019), with earnings a share for residual profits",
        ),
    ),
)
