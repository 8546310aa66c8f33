"""Sentences labelled by what the share did: those of 8-Ks after which the abnormal return was among the extremes.

A weak label: most sentences of a filing did not move the share. So only filings in the outer classes give sentences,
only those on which a direction word stands, and each counts little.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from training.data.home import filing_sentences
from training.data.labelled import NEGATIVE, POSITIVE, labelled

if TYPE_CHECKING:
    from pathlib import Path

WEIGHT = 0.1
_COLUMNS = {"accession", "return_class"}
_DIRECTION = re.compile(
    r"\b(?:increas|decreas|declin|grew|grow|rose|fell|higher|lower|improv|record|strong|weak|loss|profit|expand|reduc|"
    r"award|approv|delay|impair|exceed|guidance|outlook|raise|disappoint|challeng)",
    re.IGNORECASE,
)


def returns(table: Path | None, home: Path, *, weight: float = WEIGHT) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return sentences of filings with the label of the filing's return, and how many filings there were.

    table:  Parquet with accession and return_class: -1 worst, 0, 1 best class of its date; other classes are left out.
    Raises InvalidInput without a table or with other columns.
    """
    if table is None or not table.is_file():
        raise InvalidInput(f"there is no table of returns at {table}", advice="Name it in data.returns_table.")
    rows = pl.read_parquet(table)
    if missing := _COLUMNS - set(rows.columns):
        raise InvalidInput(f"{table.name} has no column {', '.join(sorted(missing))}")
    extremes = dict(rows.filter(pl.col("return_class").abs() == 1).select("accession", "return_class").iter_rows())
    found = filing_sentences(home, extremes)
    frame = labelled(
        (
            row["sentence"],
            POSITIVE if extremes[row["accession"]] > 0 else NEGATIVE,
            "returns",
            f"company:{row['company']}",
            weight,
        )
        for row in found.iter_rows(named=True)
        if _DIRECTION.search(row["sentence"])
    )
    return frame, {"read": rows.height, "filings": len(extremes)}
