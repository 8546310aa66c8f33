"""From a factor's declaration and the lake's tables to rows of FACTORS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import FACTORS
from edgewise.factors.cross_section import sectors_as_of, z_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from edgewise.factors.factor import Factor


def build(
    factor: Factor, tables: Mapping[str, pl.DataFrame], sessions: Sequence[date], *, min_names: int = 5
) -> pl.DataFrame:
    """Return a factor's rows of FACTORS for `sessions`: raw, sector as of each close, z within it; known at the close.

    tables:    the factor's inputs and `filings`, by table name.
    sessions:  ask for a year or so at a time: memory grows with sessions times companies, and the values do not depend
               on what is asked for together.
    min_names: values a sector needs for a z-score.
    Raises:    InvalidInput for a missing table, SchemaMismatch where a factor breaks its contract.
    """
    if missing := sorted({*factor.inputs, "filings"} - tables.keys()):
        raise InvalidInput(f"factor {factor.name} needs the tables {missing}", advice="Read them and pass them along.")
    raw = factor.compute(tables, sessions)
    scored = z_within(sectors_as_of(raw, tables["filings"]), min_names=min_names)
    return FACTORS.check(
        scored.with_columns(
            factor=pl.lit(factor.name), version=pl.lit(factor.version), known_at=session_closes(scored["session"])
        )
    ).sort("session", "instrument_id")
