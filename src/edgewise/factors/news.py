"""News: in what tone the press writes about the company.

A story counts once, whoever copies it. Bad words are followed by low returns for days, good ones by high returns, more
so where few stories speak of a company; the mean of a month moves less and says more of what stays.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor

_AGE = 30  # as long as the longer window

FACTOR = MetricFactor(
    name="news",
    version="1",
    title="News",
    meaning="The press writes well of it.",
    metrics=(
        Metric(
            "news_tone_7",
            "news",
            pl.col("mean_tone_7"),
            "mean tone of the stories of the last 7 times 24 hours, each once",
            "-1 to 1",
            1,
            _AGE,
            "Tetlock (2007); Tetlock, Saar-Tsechansky and Macskassy (2008)",
        ),
        Metric(
            "news_tone_30",
            "news",
            pl.col("mean_tone_30"),
            "mean tone of the stories of the last 30 times 24 hours, each once",
            "-1 to 1",
            1,
            _AGE,
            "Heston and Sinha (2017)",
        ),
    ),
)
