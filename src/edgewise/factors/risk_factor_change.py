"""Change of risk factors: which share of them a company added or dropped since the comparable report before.

Companies repeat themselves; what they add to their risk factors is bad news that prices take in slowly, and what they
drop is often replaced by worse. Most quarterly reports have no risk factors of their own, so the newest report that has
counts, for longer than other reports do.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor, positive

REPORT_DAYS = 400
"""Annual reports tell all risk factors: one stands until the next, and a month of grace."""

FACTOR = MetricFactor(
    name="risk_factor_change",
    version="1",
    title="Risk-factor change",
    meaning="Its risk factors are those of the comparable report before: few are new and few were dropped.",
    metrics=(
        Metric(
            "risk_factor_change",
            "texts",
            positive(pl.col("risks_new") + pl.col("risks_dropped"), pl.col("risks")),
            "(new + dropped risk factors) / all risk factors of the newest report and of the comparable one before",
            "fraction",
            -1,
            REPORT_DAYS,
            "Cohen, Malloy and Nguyen (2020); Campbell, Chen, Dhaliwal, Lu and Steele (2014)",
        ),
    ),
)


def risks_compared(changes: pl.DataFrame) -> pl.DataFrame:
    """Return how many risk factors of each pair of reports are new, dropped, and there at all, by accession.

    changes: RISK_CHANGES of one version, each pair of reports once: a row per risk factor of either.
    Returns: accession, previous_accession, risks_new, risks_dropped, risks (of either report, one that is in both
             once).
    Nulls:   all three where a risk factor of the pair is in doubt: it may stand for several, or for none.
    """
    sure = (pl.col("status") == "ok").all()
    return (
        changes.group_by("accession", "previous_accession")
        .agg(
            risks_new=pl.when(sure).then((pl.col("change") == "new").sum()).cast(pl.Int64),
            risks_dropped=pl.when(sure).then((pl.col("change") == "dropped").sum()).cast(pl.Int64),
            risks=pl.when(sure).then(pl.len()).cast(pl.Int64),
        )
        .sort("accession", "previous_accession")
    )
