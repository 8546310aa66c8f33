"""Change of filing tone: how much better or worse the newest report sounds than the comparable one before it.

Comparable is the report of the same kind a year before, or, of a quarterly report without one, of the quarter before:
annual reports sound worse than quarterly ones, and a company's own language differs from everybody else's.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor

REPORT_DAYS = 200
"""A report that became known longer ago says nothing of today: a newer one was due 130 days after it at the latest."""

FACTOR = MetricFactor(
    name="filing_tone_change",
    version="1",
    title="Change of filing tone",
    meaning="The newest annual or quarterly report sounds better than the comparable one before it.",
    metrics=(
        Metric(
            "filing_tone_change",
            "texts",
            pl.col("tone") - pl.col("tone_before"),
            "net tone of the newest annual or quarterly report - net tone of the comparable one before it",
            "net tone, -2 to 2",
            1,
            REPORT_DAYS,
            "Feldman, Govindaraj, Livnat and Segal (2010)",
        ),
    ),
)
