"""Technical: where the price stands in its trend.

Three metrics ask whether the trend is up: the close and the mean of fifty sessions against the mean of two hundred, and
whether the short trend gains on the longer one. They are divided by a price, for a dollar is little at one security and
much at another; both sides are in shares as counted on one session, so no split is a trend.

The strength index counts the other way round, less is better. It says how one-sided the last fourteen sessions were,
and over a month prices turn back: what fell most in a month does better in the next one (Jegadeesh 1990; Lehmann 1990,
over a week). Chartists say the same of it: above 70 is overbought, below 30 oversold (Wilder 1978).
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor, positive

_AGE = 10  # calendar days since the last trade; an older price is none

FACTOR = MetricFactor(
    name="technical",
    version="1",
    title="Technical",
    meaning="The price is in an upward trend and has not just run ahead.",
    metrics=(
        Metric(
            "close_to_sma_200",
            "indicators",
            positive(pl.col("close"), pl.col("sma_200")) - 1,
            "close / mean close of 200 sessions - 1",
            "fraction",
            1,
            _AGE,
            "Brock, Lakonishok and LeBaron (1992)",
        ),
        Metric(
            "sma_50_to_sma_200",
            "indicators",
            positive(pl.col("sma_50"), pl.col("sma_200")) - 1,
            "mean close of 50 sessions / mean close of 200 sessions - 1",
            "fraction",
            1,
            _AGE,
            "Brock, Lakonishok and LeBaron (1992)",
        ),
        Metric(
            "macd_histogram_to_close",
            "indicators",
            positive(pl.col("macd_histogram"), pl.col("close")),
            "(MACD - its signal) / close; MACD is EMA 12 - EMA 26 of the close, the signal its EMA 9",
            "fraction",
            1,
            _AGE,
            "Appel (1985)",
        ),
        Metric(
            "rsi_14",
            "indicators",
            pl.col("rsi_14"),
            "100 - 100 / (1 + mean gain / mean loss), of 14 sessions after Wilder",
            "0 to 100",
            -1,
            _AGE,
            "Wilder (1978); Jegadeesh (1990)",
        ),
    ),
)
