"""Text similarity: how much the newest report is, word for word, the comparable one before it.

    similarity = sum over items of words * cosine / sum over items of words

over the items that both reports hold, `words` being those of the later one. Companies change their reports when they
have to; those that change least do better afterwards, and nobody seems to read the difference in time.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.filing_tone_change import REPORT_DAYS
from edgewise.factors.metric import Metric, MetricFactor, positive

_LEAST_TRUSTED = 0.5

FACTOR = MetricFactor(
    name="text_similarity",
    version="1",
    title="Text similarity",
    meaning="The newest annual or quarterly report repeats the comparable one before it.",
    metrics=(
        Metric(
            "text_similarity",
            "texts",
            positive(pl.col("cosine_words"), pl.col("compared_words")),
            "sum of words * cosine over the items of both reports / sum of their words",
            "fraction",
            1,
            REPORT_DAYS,
            "Cohen, Malloy and Nguyen (2020)",
        ),
    ),
)


def items_compared(changes: pl.DataFrame) -> pl.DataFrame:
    """Return, by accession, the words of the items of each pair of reports, and these words times their cosine, summed.

    changes: ITEM_CHANGES of one version, each pair of reports once: a row per item of either.
    Returns: accession, previous_accession, cosine_words, compared_words; only of items with status ok. A pair of which
             no item could be compared has no row.
    Nulls:   both where more than half of the words compared stand in items that are in doubt.
    """
    words, counts = pl.col("new_words").cast(pl.Float64), pl.col("status") == "ok"
    trusted = words.filter(counts).sum()
    enough = trusted >= _LEAST_TRUSTED * words.sum()
    return (
        changes.drop_nulls("cosine")
        # In one order, so that sums are the same bits however the rows come.
        .sort("accession", "previous_accession", "part", "item")
        .group_by("accession", "previous_accession", maintain_order=True)
        .agg(
            cosine_words=pl.when(enough).then((words * pl.col("cosine")).filter(counts).sum()),
            compared_words=pl.when(enough).then(trusted),
        )
    )
