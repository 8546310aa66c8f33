"""Which columns of SCORES are served, and which version of a row is the newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.core.tables_score import SCORES

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

_NOT_SERVED = {"inputs_fingerprint", "code_fingerprint", "computed_at"}
SERVED_SCHEMA: dict[str, PolarsDataType] = {
    name: dtype for name, dtype in SCORES.schema.items() if name not in _NOT_SERVED
}
"""Columns and dtypes of the frames of `ports.ServedScores`: SCORES without what tells how a row was made."""
FACTOR_COLUMNS: tuple[str, ...] = (
    "value",
    "growth",
    "profitability",
    "health",
    "momentum",
    "analysts",
    "insiders",
    "institutional",
    "news",
    "technical",
    "filing_tone",
    "filing_tone_change",
    "risk_factor_change",
    "text_similarity",
    "earnings_quality",
    "capital_return",
    "low_risk",
)
"""Columns of SCORES that are factors, 0 to 100, in the table's order."""


def version_order(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by: the numbers between their dots, so that 1.10 comes after 1.9.

    Raises InvalidInput for a version that is made of anything else.

    >>> sorted(["1.10", "1.9", "2"], key=version_order)
    ['1.9', '1.10', '2']
    """
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise InvalidInput(f"{version!r} is not a version of scores", advice="It is numbers joined by dots, like 1.2.")
    return tuple(map(int, parts))
