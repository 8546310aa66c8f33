"""Insiders: what directors, officers and large owners do in the market with their own money.

A purchase is news: an insider who buys gives up what the same money could do elsewhere. A sale often is none: it pays
for a house, or spreads what an option gave. Purchases foretell returns, sales much less (Lakonishok and Lee 2001). So
sales count in two metrics and purchases in all three: several insiders who buy within ten sessions raise the third, and
no sale lowers it. What an insider does in the same month of every year is no news either (Cohen, Malloy and Pomorski
2012); it is not told apart here.

A company of which forms are known, but none of a purchase or a sale in 90 days, has zeros: silence is known. Planned
sales (Rule 10b5-1) count as sales; they, too, come before falls (Jagolinzer 2009). Grants, exercises and gifts do not.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor, positive

_AGE = 0  # the view counts the 90 days up to its own session, so it is never older

FACTOR = MetricFactor(
    name="insiders",
    version="1",
    title="Insider activity",
    meaning="Those who run the company buy its shares in the market, rather than sell them.",
    metrics=(
        Metric(
            "insider_net_buyers_90",
            "insiders",
            pl.col("buyers").cast(pl.Int64) - pl.col("sellers").cast(pl.Int64),
            "insiders who bought in the market in 90 days - insiders who sold; who report together count once",
            "insiders",
            1,
            _AGE,
            "Lakonishok and Lee (2001)",
        ),
        Metric(
            "insider_net_value_90",
            "insiders",
            positive(pl.col("net_value"), pl.col("market_value")),
            "USD bought in the market in 90 days less USD sold / market value",
            "fraction",
            1,
            _AGE,
            "Seyhun (1986); Lakonishok and Lee (2001)",
        ),
        Metric(
            "insider_cluster_90",
            "insiders",
            pl.col("cluster_buyers").cast(pl.Int64),
            "most distinct insiders who bought in the market within ten sessions, in 90 days",
            "insiders",
            1,
            _AGE,
            "Alldredge and Blank (2019)",
        ),
    ),
)
