"""What a factor is: a frozen declaration beside one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from edgewise.core.errors import InvalidInput
from edgewise.core.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl


class Compute(Protocol):
    """A factor's calculation, from lake tables by name and the sessions asked for."""

    def __call__(self, tables: Mapping[str, pl.DataFrame], sessions: Sequence[date]) -> pl.DataFrame:
        """Return one row per (session, instrument_id), in this order, for each security known at the session's close.

        Columns: instrument_id (String), session (Date), raw (Float64, null without fresh input), inputs (Int32, rows
        of input the value rests on), newest_input (String, accession, null with raw), input_model (String).
        """
        ...


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor.

    name, version: the key under which values are stored; a change of the formula or a default is a new version.
    inputs:        names of the lake tables that `compute` reads.
    unit:          what one unit of `raw` is.
    direction:     1 if a higher value should mean a higher return, -1 if a lower one.
    source:        where the idea was published.
    compute:       the calculation.
    """

    name: str
    version: str
    inputs: tuple[str, ...]
    unit: str
    direction: Literal[1, -1]
    source: str
    compute: Compute

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.inputs) - BY_NAME.keys()):
            raise InvalidInput(
                f"factor {self.name} reads {unknown}, which are no tables", advice=f"Tables: {', '.join(BY_NAME)}."
            )
