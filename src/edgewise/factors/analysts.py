"""Analysts: what they together think of the security, how that changed, and where they see its price.

Each firm counts once, with its newest word of a year. The level says least: analysts like what they like for long. Its
change is news, and prices follow it for months. Targets are put on the shares of the session's close by the splits that
were known and due, so one of 400 dollars before a split four for one is 100 dollars after it.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor, positive
from edgewise.opinions.consensus import VALID_DAYS

FACTOR = MetricFactor(
    name="analysts",
    version="1",
    title="Analysts",
    meaning="Analysts think well of it, better than a month ago, and see its price rise.",
    metrics=(
        Metric(
            "consensus",
            "ratings",
            pl.col("mean"),
            "mean of the newest words of all firms, 1 (worst) to 5 (best)",
            "1 to 5",
            1,
            VALID_DAYS,
            "Barber, Lehavy, McNichols and Trueman (2001)",
        ),
        Metric(
            "consensus_change_30",
            "ratings",
            pl.col("change_30"),
            "that mean less the mean of 30 days before, as it was known then",
            "1 to 5",
            1,
            VALID_DAYS,
            "Womack (1996); Jegadeesh, Kim, Krische and Lee (2004)",
        ),
        Metric(
            "target_to_price",
            "ratings",
            positive(pl.col("mean_target"), pl.col("close")) - 1,
            "mean of the newest price targets in USD / close - 1, both in shares of the session",
            "fraction",
            1,
            VALID_DAYS,
            "Brav and Lehavy (2003); Da and Schaumburg (2011)",
        ),
    ),
)
