"""Sentences labelled by what the share did: those of filings after which the abnormal return was among the extremes.

The labels are those of `edgewise research labels`, stored in the lake of a home whose filings are parsed. A weak label:
most sentences of a filing did not move the share. So only filings in the outer classes of their session give sentences,
only those on which a direction word stands, and each counts little.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.lake import Lake
from edgewise.pipelines.labels import SEED_CLASSES, SEED_HORIZON, filing_labels
from training.data.home import filing_sentences
from training.data.labelled import NEGATIVE, POSITIVE, labelled

if TYPE_CHECKING:
    from pathlib import Path

WEIGHT = 0.1
_DIRECTION = re.compile(
    r"\b(?:increas|decreas|declin|grew|grow|rose|fell|higher|lower|improv|record|strong|weak|loss|profit|expand|reduc|"
    r"award|approv|delay|impair|exceed|guidance|outlook|raise|disappoint|challeng)",
    re.IGNORECASE,
)


def returns(home: Path, *, weight: float = WEIGHT) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return sentences of filings with the label of the filing's return, and how many filings there were.

    home:   folder of lake and documents, as EDGEWISE_HOME is; `edgewise research labels` was run on it.
    Counts: `read` filings have a label, `filings` of them are in an outer class.
    Raises InvalidInput where no filing of the home has a label.
    """
    labels = filing_labels(Lake(str(home / "lake")), horizon=SEED_HORIZON, classes=SEED_CLASSES).drop_nulls("quantile")
    if labels.is_empty():
        raise InvalidInput(
            f"no filing in {home} has a label",
            advice=f"Store prices there and run: EDGEWISE_HOME={home} edgewise research labels",
        )
    extremes = outer_filings(labels, classes=SEED_CLASSES)
    frame = labelled(
        (row["sentence"], extremes[row["accession"]], "returns", f"company:{row['company']}", weight)
        for row in filing_sentences(home, extremes).iter_rows(named=True)
        if _DIRECTION.search(row["sentence"])
    )
    return frame, {"read": labels["accession"].n_unique(), "filings": len(extremes)}


def outer_filings(labels: pl.DataFrame, *, classes: int) -> dict[str, int]:
    """Return the tone of each filing in the lowest or highest class, by accession, in order.

    labels: rows as `filing_labels` gives them, none without a quantile. A filing whose registrants' shares fell into
            different classes is left out: its words are not of one of them.
    """
    of_one = labels.group_by("accession").agg(pl.col("quantile").unique()).filter(pl.col("quantile").list.len() == 1)
    quantiles = of_one.select("accession", pl.col("quantile").list.first()).sort("accession")
    tones = {0: NEGATIVE, classes - 1: POSITIVE}
    return {accession: tones[quantile] for accession, quantile in quantiles.iter_rows() if quantile in tones}
