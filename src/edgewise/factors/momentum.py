"""Momentum: how well the security did over the last year, against its peers.

What rose over three to twelve months goes on rising, and what fell goes on falling, for some months. The last month is
left out of the year, for over one month prices turn back (see `technical`). A price near its highest of the year says
much of the same and does not turn back later. Returns hold dividends and undo splits, by what was known at each close.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor

_AGE = 10  # calendar days since the last trade; an older price is none

FACTOR = MetricFactor(
    name="momentum",
    version="1",
    title="Momentum",
    meaning="The price did better than others over half a year and a year.",
    metrics=(
        Metric(
            "momentum_12_1",
            "indicators",
            pl.col("momentum_12_1"),
            "total return from 252 to 21 sessions ago",
            "fraction",
            1,
            _AGE,
            "Jegadeesh and Titman (1993); Carhart (1997)",
        ),
        Metric(
            "return_126",
            "indicators",
            pl.col("return_126"),
            "total return of the last 126 sessions",
            "fraction",
            1,
            _AGE,
            "Jegadeesh and Titman (1993)",
        ),
        Metric(
            "to_high_252",
            "indicators",
            pl.col("to_high_252"),
            "close / highest price of 252 sessions, in shares of one count",
            "fraction",
            1,
            _AGE,
            "George and Hwang (2004)",
        ),
    ),
)
