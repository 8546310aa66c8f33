"""What an upsert has to do, decided from the batch and what is stored: pure, so that a refused commit can be redone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.core.table import Table

FILE = "_file"  # beside a stored row: the path it was read from
_STORED = ":stored"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a batch relates to what is stored.

    inserted:  rows whose identity is not stored.
    replaced:  rows whose identity is stored with another payload, with the values that survive filled in.
    unchanged: number of rows that are stored already.
    touched:   names, without folder, of the files that hold an identity of `replaced`.
    """

    inserted: pl.DataFrame
    replaced: pl.DataFrame
    unchanged: int
    touched: frozenset[str]


def judge(table: Table, batch: pl.DataFrame, stored: pl.DataFrame, keep_first: Sequence[str]) -> Verdict:
    """Return what to do with `batch`.

    stored:     the stored rows that have an identity of the batch, with the column `FILE`.
    keep_first: columns that are not compared and keep their stored value.
    """
    identity = list(table.identity)
    both = batch.join(stored, on=identity, how="inner", suffix=_STORED, maintain_order="left_right")
    payload = [name for name in table.schema if name not in {*identity, *keep_first}]
    same = pl.all_horizontal(pl.lit(value=True), *(pl.col(name).eq_missing(pl.col(name + _STORED)) for name in payload))
    differing = both.filter(same.not_())
    survivors = differing.unique(identity, keep="first", maintain_order=True)
    replaced = survivors.with_columns(pl.col(name + _STORED).alias(name) for name in keep_first)
    inserted = batch.join(stored, on=identity, how="anti", maintain_order="left")
    touched = both.join(survivors, on=identity, how="semi")[FILE].str.split("/").list.last()
    return Verdict(
        inserted,
        replaced.select(batch.columns),
        batch.height - inserted.height - replaced.height,
        frozenset(touched),
    )


def reach(batch: pl.DataFrame, identity: Sequence[str]) -> tuple[dict[str, object], dict[str, object]]:
    """Return the smallest and the greatest value of each identity column of the batch."""
    low, high = batch.select(pl.col(identity).min()), batch.select(pl.col(identity).max())
    return low.row(0, named=True), high.row(0, named=True)


def within_reach(batch: pl.DataFrame, identity: Sequence[str]) -> pl.Expr:
    """Return a condition that each stored row with an identity of the batch meets, and row-group statistics can refuse.

    Wider than membership: a range for every identity column, and the values themselves for the most telling one.
    """
    ranges = (pl.col(name).is_between(*_bounds(batch[name])) for name in identity)
    telling = max(identity, key=lambda name: batch[name].n_unique())
    return pl.all_horizontal(*ranges, pl.col(telling).is_in(batch[telling].unique().implode()))


def _bounds(values: pl.Series) -> tuple[pl.Expr, pl.Expr]:
    """Return the smallest and greatest value as literals; a bare string would name a column."""
    return pl.lit(values.min(), dtype=values.dtype), pl.lit(values.max(), dtype=values.dtype)
