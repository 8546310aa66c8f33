"""Institutional: whether professional investors enter or leave, and how much of the company they own.

All is of the newest quarter about which every report was due (45 days after its end), set against the quarter before.
Breadth counts managers and not dollars: opened and closed positions of those who reported on both quarters, so that a
manager's first report is no purchase and a missing one no sale. Shares held and shares outstanding are both as counted
at the quarter's end, so a split between two quarters leaves the share as it is.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor, positive

_AGE = 200  # a quarter is complete 45 to 49 days after its end and the newest for 92 more; then two months of grace


def _share(shares: str, outstanding: str) -> pl.Expr:
    return positive(pl.col(shares), pl.col(outstanding))


FACTOR = MetricFactor(
    name="institutional",
    version="1",
    title="Institutional",
    meaning="Professional investors enter rather than leave, and own much of it.",
    metrics=(
        Metric(
            "institutional_breadth_change",
            "institutions",
            positive(pl.col("opened").cast(pl.Int64) - pl.col("closed").cast(pl.Int64), pl.col("managers_both")),
            "(managers who opened a position - managers who closed one) / managers who reported on both quarters",
            "fraction",
            1,
            _AGE,
            "Chen, Hong and Stein (2002)",
        ),
        Metric(
            "institutional_share",
            "institutions",
            _share("shares", "outstanding"),
            "shares that managers hold / shares outstanding, both of the quarter's end",
            "fraction",
            1,
            _AGE,
            "Gompers and Metrick (2001)",
        ),
        Metric(
            "institutional_share_change",
            "institutions",
            _share("shares", "outstanding") - _share("shares_before", "outstanding_before"),
            "shares that managers hold / shares outstanding, less the same of the quarter before",
            "fraction",
            1,
            _AGE,
            "Nofsinger and Sias (1999)",
        ),
    ),
)
