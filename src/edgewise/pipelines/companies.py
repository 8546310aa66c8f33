"""What EDGAR says of registrants, into `companies`: known since this lake asked, a row only where something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_companies import COMPANIES
from edgewise.sources.edgar import urls

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from edgewise.lake import Lake
    from edgewise.sources.edgar.submissions import CompanySubmissions

_SAID = [name for name in COMPANIES.schema if name not in {*COMPANIES.identity, "source_url"}]
_STORED = ":stored"


def store_companies(lake: Lake, lists: Iterable[CompanySubmissions], *, at: datetime) -> int:
    """Store what these lists say of their registrants, and return how many rows are new.

    at: an instant by which all of them had been answered. A registrant of whom the row known then says the same gets
        none.
    Raises what `Lake.upsert` raises.
    """
    rows = {int(listed.cik): _row(listed, at) for listed in lists}
    told = COMPANIES.frame(list(rows.values()))
    stored = lake.read(COMPANIES, as_of=at, where=pl.col("cik").is_in(told["cik"].implode()))
    return lake.upsert(COMPANIES, _otherwise(told, stored)).inserted


def _otherwise(told: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `told` that say something else than those of `stored`, or are of somebody new."""
    both = told.join(stored, on="cik", how="left", suffix=_STORED, maintain_order="left")
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name + _STORED)) for name in _SAID)
    return both.filter(pl.col("known_at" + _STORED).is_null() | ~same).select(told.columns)


def _row(listed: CompanySubmissions, at: datetime) -> dict[str, object]:
    return {
        "cik": int(listed.cik),
        "company": listed.name or None,
        "entity_type": listed.entity_type or None,
        "sic": listed.sic,
        "sic_description": listed.sic_description,
        "fiscal_year_end": listed.fiscal_year_end,
        "state_of_incorporation": listed.state_of_incorporation,
        "category": listed.category,
        "former_names": [
            {"name": one.name, "valid_from": one.valid_from, "valid_to": one.valid_to} for one in listed.former_names
        ],
        "source_url": urls.submissions(listed.cik),
        "known_at": at,
    }
