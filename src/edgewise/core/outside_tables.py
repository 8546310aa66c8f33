"""The port of a vendor's tables: a database of his, a copy of it, or a folder of files. Read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl
    from polars._typing import PolarsDataType


class OutsideTables(Protocol):
    """Tables somebody else keeps, by the names he gives them."""

    def select(
        self,
        table: str,
        columns: Mapping[str, PolarsDataType],
        *,
        among: Mapping[str, Sequence[int | str]] | None = None,
        within: tuple[str, date, date] | None = None,
    ) -> pl.DataFrame:
        """Return these columns, of these types, of the rows that fit.

        table:   as `crsp.dsf`; where nothing is called after the part before the dot, as in a folder, that part may go.
        columns: String, Int64, Float64 or Date. What is given and is none of its type is null, a vendor's code for a
                 missing number among it.
        among:   columns and the values they may have.
        within:  a column of days, its first and its last one.
        Raises NotFound without the table, SchemaMismatch without a column, NotConfigured where it is closed to us,
        ServiceUnavailable where it does not answer.
        """
        ...

    def close(self) -> None:
        """Let connections go."""
        ...
