"""The lines that ratios rest on, a row per company, basis, period and version: of then, a year and five years before.

A *state* is what a period's lines were from an instant on. Ratios change where a state of their period does, or one of
the periods that they look back at. So each of those instants gets a row, and each row picks the three states in force:
numbers of rows are joined, and the lines themselves are gathered once at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.table import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEAR = pl.duration(days=20)  # fiscal years of 52 or 53 weeks end some days apart
_PERIOD = ["cik", "basis", "period_end"]
_MONEY = r"^([A-Z]{3})(?:/shares)?$"
TOLD = ("value", "reasons", "known_at")
ENDS = {1: "year_before", 5: "five_years_before"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Rows ready for formulas, and where they are from.

    frame:  cik, basis, period_end, at, currency (null: nothing is told any more), ENDS, and per line `line`,
            `line reasons` and `line known_at`, those of years before as `line@1 reasons`; sorted by period and `at`.
    states: per row the number of the state by years before (0: of the period itself), null where there is none.
    held:   lines in force by `state`, as given.
    """

    frame: pl.DataFrame
    states: dict[int, pl.Series]
    held: pl.DataFrame


def column(name: str, years: int = 0) -> str:
    """Return what a line of so many years before is called."""
    return f"{name}@{years}" if years else name


def told_columns(name: str) -> tuple[str, str, str]:
    """Return the columns of a line: its value, the reasons to doubt it, and when it was known."""
    return name, f"{name} reasons", f"{name} known_at"


def inputs_of(lines: pl.DataFrame, wanted: Mapping[int, Sequence[str]]) -> Inputs:
    """Return the inputs at each instant at which one of them changes.

    lines:  cik, basis, period_end, period_start, field, unit, value (null: withdrawn), reasons, known_at, and in force
            from `begins` until before `ends` (null: for ever). Further columns are kept in `held`.
    wanted: lines by how many years before they are taken, 0 for the period itself.
    Nulls:  a line that is not told is null. What years before was in another currency is not taken. Where two periods
            end on one day, or a filing of another currency told some lines, what most lines are of is taken.
    """
    names = list(dict.fromkeys(name for of in wanted.values() for name in of))
    known = lines.filter(pl.col("field").is_in(names)).with_columns(currency=pl.col("unit").str.extract(_MONEY))
    states = known.select(*_PERIOD, at="begins").unique().sort(*_PERIOD, "at").with_row_index("state")
    held = (
        states.join(known.drop_nulls("value"), on=_PERIOD)
        .filter(pl.col("begins") <= pl.col("at"), (pl.col("at") < pl.col("ends")).fill_null(value=True))
        .drop("at", "begins", "ends")
    )
    main = _main(held)
    held = held.join(main, on=["state", "period_start"]).filter(
        (pl.col("currency") == pl.col("main")).fill_null(value=True)
    )
    stood = states.join(main.select("state", currency="main"), on="state", how="left", maintain_order="left")
    stood = stood.with_columns(period=pl.struct(_PERIOD).rle_id())
    rows = _rows(stood, [years for years in wanted if years])
    places = _places(held, stood.height, names)
    told = pl.concat([held.select(TOLD), pl.DataFrame([[None]] * len(TOLD), schema=held.select(TOLD).schema)])
    frame = rows.drop("period", "state", *(f"state@{years}" for years in ENDS if years in wanted))
    picked = {0: rows["state"]} | {years: rows[f"state@{years}"] for years in wanted if years}
    columns = [frame]
    for years, of in wanted.items():
        states_then = picked[years].fill_null(stood.height).to_numpy()
        for name in of:
            columns.append(told[pl.Series(places[names.index(name), states_then])])
            columns[-1].columns = told_columns(column(name, years))
    return Inputs(pl.concat(columns, how="horizontal"), picked, held)


def _main(held: pl.DataFrame) -> pl.DataFrame:
    """Return per state the period and the currency that most of its lines are of."""
    kind = ["state", "period_start", "currency"]
    return (
        held.drop_nulls("currency")
        .group_by(kind)
        .agg(pl.len(), pl.col("known_at").max())
        .sort("len", "known_at", "period_start", "currency")
        .unique("state", keep="last", maintain_order=True)
        .select("state", "period_start", main="currency")
    )


def _rows(states: pl.DataFrame, back: Sequence[int]) -> pl.DataFrame:
    """Return a row per period and instant at which it or one it looks back at changes, with the states in force."""
    pairs = {years: _pairs(states, years) for years in back}
    own = states.select("period", "at")
    began = states.group_by(then="period").agg(first=pl.col("at").min())
    of_others = [
        pair.join(states.select("at", then="period"), on="then")
        .join(began.rename({"then": "period"}), on="period")
        .filter(pl.col("at") > pl.col("first"))
        .select("period", "at")
        for pair in pairs.values()
    ]
    rows = pl.concat([own, *of_others]).unique().sort("period", "at")
    found = _in_force(rows, states).with_row_index("row")
    for years, pair in pairs.items():
        found = found.join(_before(found, states, pair, years), on="row", how="left", maintain_order="left")
    periods = states.select("period", *_PERIOD).unique("period", keep="first")
    return found.drop("row").join(periods, on="period", how="left", maintain_order="left")


def _pairs(states: pl.DataFrame, years: int) -> pl.DataFrame:
    """Return which periods ended about so many years before others: period, then, off (how far from the day)."""
    ends = states.select("period", *_PERIOD).unique("period", keep="first")
    past = ends.select("cik", "basis", then="period", end="period_end")
    off = (pl.col("end") - pl.col("period_end").dt.offset_by(f"-{years}y")).abs()
    return (
        ends.join(past, on=["cik", "basis"])
        .with_columns(off=off)
        .filter(pl.col("off") <= _NEAR)
        .select("period", "then", "off", "end")
    )


def _in_force(rows: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Return rows (period, at) with the state of the period at that instant, and its currency."""
    return rows.sort("at").join_asof(
        states.select("period", "at", "state", "currency").sort("at"), on="at", by="period", check_sortedness=False
    ).sort("period", "at")  # fmt: skip


def _before(rows: pl.DataFrame, states: pl.DataFrame, pairs: pl.DataFrame, years: int) -> pl.DataFrame:
    """Return per row the state of the period nearest to so many years before, of those in its currency."""
    past = states.select("at", "state", "currency", then="period").sort("at")
    return (
        rows.select("row", "period", "at", "currency")
        .join(pairs, on="period")
        .sort("at")
        .join_asof(past, on="at", by="then", suffix="_then", check_sortedness=False)
        .filter(pl.col("currency") == pl.col("currency_then"))
        .sort("row", "off", "end")
        .unique("row", keep="first", maintain_order=True)
        .select("row", pl.col("state").alias(f"state@{years}"), pl.col("end").alias(ENDS[years]))
    )


def _places(held: pl.DataFrame, states: int, names: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    """Return for each line and state, and for none after the last, the row of `held` that tells it, else its height."""
    places = np.full((len(names), states + 1), held.height, dtype=np.uint32)
    line = held["field"].cast(pl.Enum(names)).to_physical().to_numpy()
    places[line, held["state"].to_numpy()] = np.arange(held.height)
    return places


def always(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines as of one instant as in force for ever."""
    return lines.with_columns(begins=pl.lit(0).cast(Instant), ends=pl.lit(None, Instant))


def in_turn(lines: pl.DataFrame) -> pl.DataFrame:
    """Return all versions of lines, sorted by identity, each in force until the next one of its key."""
    key = ["cik", "basis", "period_end", "period_start", "field", "unit"]
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in key)
    return lines.with_columns(begins="known_at", ends=pl.when(same).then(pl.col("known_at").shift(-1)))
