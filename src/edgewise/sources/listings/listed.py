"""What a provider says of the symbols of a market: one row per symbol, in use or no longer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

LISTED: dict[str, pl.DataType] = {
    "ticker": pl.String(),
    "cik": pl.Int64(),
    "company": pl.String(),
    "exchange": pl.String(),
    "kind": pl.String(),
    "share_class": pl.String(),
    "ended": pl.Date(),
    "told_at": pl.Datetime("us", "UTC"),
}
"""Columns of a list, below those of INSTRUMENTS.

kind:        type of security in the provider's letters, as CS for a common share; null where not given.
share_class: FIGI of the share class, the same through renamings; null where not given.
ended:       the last day on which the symbol named the security, New York's; null for one in use.
told_at:     when the provider last changed the row; null where not given.
"""


@dataclass(frozen=True, slots=True)
class ListedSymbols:
    """Symbols, with columns LISTED in no order that matters, and the rows that were left out, counted by reason."""

    rows: pl.DataFrame
    rejected: Counter[str] = field(default_factory=Counter)

    @classmethod
    def together(cls, pages: list[ListedSymbols]) -> ListedSymbols:
        """Return the pages of a list as one."""
        rows = pl.concat([pl.DataFrame(schema=LISTED), *(page.rows for page in pages)])
        return cls(rows, sum((page.rejected for page in pages), Counter[str]()))
