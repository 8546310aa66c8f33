"""Consensus and targets at many instants: what `consensus` and `targets` answer for one, without asking them so often.

1. A rating stands from when it was known until its provider said it anew, and at most as long as an opinion is valid.
2. Of the ratings of a firm and security the last one hides the others (`core.versions_at`): an array (firm and
   security, instant) of rows.
3. Firms are added up in the order of their ids, so a sum is the same bits whatever is asked for together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from edgewise.core.clock import NEW_YORK, last_opened_session
from edgewise.core.table import Instant
from edgewise.core.versions_at import Whole, checked_instants, places, spent, standing, versions
from edgewise.opinions.consensus import (
    ENDS,
    FIRM,
    IS_TARGET,
    IS_WORD,
    ITEM,
    ORDER,
    STALE_CLOSE_DAYS,
    TRADED,
    VALID_DAYS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats: TypeAlias = NDArray[np.float64]
COLUMNS = (*FIRM, *ORDER, "action_said", "action", "grade_said", "grade", "target", "currency", "status")
"""What is read of RATINGS."""
AT_ONCE = 64
"""Instants: the arrays grow with them times firms and securities."""
_KEY: dict[str, pl.DataType] = {"instrument_id": pl.String(), "at": Instant}
_PRICE, _SPLIT = ["instrument_id", "session"], ["instrument_id", "ex_session"]
_OF_PRICE = ("close", "volume", "status", "known_at")


@dataclass(frozen=True, slots=True)
class _Standing:
    """Which of `rows` stands at some instants `at`, for each owner.

    rows:  in the order of their owners: firms on securities, or securities.
    day:   the column that says what day a row is of.
    names: the security of each owner, ascending.
    cells: (owner, instant) place in `rows`, -1 for none.
    """

    rows: pl.DataFrame
    day: str
    names: pl.Series
    cells: Whole
    at: pl.Series

    @property
    def days(self) -> Whole:
        """Return the day of what stands, as days since 1970."""
        return np.append(self.rows[self.day].to_physical().to_numpy().astype(np.int64), -1)[self.cells]

    def of(self, number: pl.Expr) -> Floats:
        """Return a number of what stands; NaN for a null and for nothing."""
        column = self.rows.select(number.cast(pl.Float64).fill_null(np.nan)).to_series().to_numpy()
        return np.append(column, np.nan)[self.cells]

    def where(self, condition: pl.Expr) -> NDArray[np.bool_]:
        """Return whether something stands that fulfils a condition."""
        column = self.rows.select(condition.fill_null(value=False)).to_series().to_numpy()
        return np.append(column, np.False_)[self.cells]


def consensus_at(ratings: pl.DataFrame, instants: pl.Series, *, valid_days: int = VALID_DAYS) -> pl.DataFrame:
    """Return the consensus on each security at each instant at which somebody covers it, by `at` and security.

    ratings:  rows of `ratings`, at least COLUMNS, of any number of versions.
    instants: aware UTC instants.
    Columns:  instrument_id, at, firms, mean, newest; they and their nulls are as in `consensus`.
    Time:     a row rests on versions known at its instant only, to the last bit.
    Raises InvalidInput for instants that are not UTC.
    """
    found = [_consensus(part) for part in _standings(ratings, checked_instants(instants), IS_WORD, valid_days)]
    empty = pl.DataFrame(schema={**_KEY, "firms": pl.Int64(), "mean": pl.Float64(), "newest": pl.Date()})
    return pl.concat([empty, *found]).sort("at", "instrument_id")


def targets_at(
    ratings: pl.DataFrame,
    instants: pl.Series,
    *,
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    valid_days: int = VALID_DAYS,
) -> pl.DataFrame:
    """Return the price targets on each security at each instant against its price, by `at` and security.

    ratings, instants: as in `consensus_at`.
    prices, actions:   rows of `prices` and `corporate_actions`, of any number of versions; the newest known counts.
    Columns: instrument_id, at, targets, mean_target, newest_target (day of the newest one, in whatever currency),
             close, target_vs_price; the others and their nulls are as in `targets`.
    Time, Raises: as in `consensus_at`.
    """
    at, splits = checked_instants(instants), _splits(actions)
    traded = versions(prices.select(*_PRICE, *_OF_PRICE), _PRICE).filter(TRADED)
    told = [_targets(part, splits) for part in _standings(ratings, at, IS_TARGET, valid_days)]
    closes = [_closes(traded, some, splits) for some in _blocks(at)]
    numbers = {"targets": pl.Int64(), "mean_target": pl.Float64(), "newest_target": pl.Date()}
    return (
        pl.concat([pl.DataFrame(schema={**_KEY, **numbers}), *told])
        .join(pl.concat([pl.DataFrame(schema={**_KEY, "close": pl.Float64()}), *closes]), on=list(_KEY), how="left")
        .with_columns(target_vs_price=pl.col("mean_target") / pl.col("close") - 1)
        .sort("at", "instrument_id")
    )


def _blocks(at: pl.Series) -> Iterator[pl.Series]:
    return (at[first : first + AT_ONCE] for first in range(0, len(at), AT_ONCE))


def _standings(ratings: pl.DataFrame, at: pl.Series, wanted: pl.Expr, valid_days: int) -> Iterator[_Standing]:
    """Yield which of the wanted ratings stand, some instants at a time."""
    told = versions(ratings.select(COLUMNS), ITEM).filter(
        wanted, pl.all_horizontal(pl.col(*FIRM, "published_on").is_not_null())
    )
    ordered = told.sort(*FIRM, *ORDER, nulls_last=False)
    for some in _blocks(at):
        yield _standing(ordered, FIRM, "published_on", some, good_for=valid_days - 1)


def _standing(ordered: pl.DataFrame, owner: list[str], day: str, at: pl.Series, *, good_for: int) -> _Standing:
    """Return which of some versions of rows, in the order of their owners, stand at instants.

    good_for: days after the one in column `day` at whose end a row stands no more.
    """
    first = at[0].astimezone(NEW_YORK).date() - timedelta(days=good_for)
    rows = ordered.filter(pl.col(day) >= first, pl.col("known_at") <= at[-1])
    number = rows.select(pl.struct(owner).rle_id().cast(pl.Int64)).to_series().to_numpy()
    names = rows.select(owner).unique(maintain_order=True)["instrument_id"]
    begins, ends = places(rows["known_at"], rows["until"], at)
    ends = np.minimum(ends, spent(rows[day], at, good_for=good_for))
    cells = standing(number, begins, ends, owners=len(names), width=len(at))
    return _Standing(rows, day, names, cells, at)


def _consensus(part: _Standing) -> pl.DataFrame:
    counted = pl.when(pl.col("status") == "ok").then("grade")
    return _added(part, part.of(counted), part.where(~ENDS)).rename({"count": "firms"})


def _targets(part: _Standing, splits: pl.DataFrame) -> pl.DataFrame:
    in_usd = pl.when(pl.col("currency") == "USD").then("target")
    values = _in_shares_of(part, part.of(in_usd), splits)
    told = _added(part, values, part.where(~ENDS & (pl.col("status") == "ok")))
    return told.rename({"count": "targets", "mean": "mean_target", "newest": "newest_target"})


def _closes(traded: pl.DataFrame, at: pl.Series, splits: pl.DataFrame) -> pl.DataFrame:
    """Return the last close of each security that is known and recent at each instant, on the shares of then."""
    part = _standing(traded, ["instrument_id"], "session", at, good_for=STALE_CLOSE_DAYS)
    values = _in_shares_of(part, part.of(pl.col("close")), splits)
    name, place = np.nonzero(part.cells >= 0)
    return pl.DataFrame(
        {"instrument_id": part.names.gather(name), "at": at.gather(place), "close": values[name, place]},
        schema={**_KEY, "close": pl.Float64()},
    )


def _added(part: _Standing, values: Floats, counts: NDArray[np.bool_]) -> pl.DataFrame:
    """Return instrument_id, at, count and mean of the values of the cells that count, and the newest day of these."""
    names = part.names.unique(maintain_order=True)
    owner, place = np.nonzero(counts)
    cell = place * len(names) + part.names.rle_id().cast(pl.Int64).to_numpy()[owner]
    value, size = values[owner, place], len(names) * len(part.at)
    there = np.isfinite(value)
    newest = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(newest, cell, part.days[owner, place])
    count = np.bincount(cell[there], minlength=size)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(cell[there], value[there], size) / count
    kept = np.flatnonzero(newest > np.iinfo(np.int64).min)
    return pl.DataFrame(
        {
            "instrument_id": names.gather(kept % max(len(names), 1)),
            "at": part.at.gather(kept // max(len(names), 1)),
            "count": count[kept],
            "mean": mean[kept],
            "newest": pl.Series(newest[kept], dtype=pl.Int32).cast(pl.Date),
        },
        schema={**_KEY, "count": pl.Int64(), "mean": pl.Float64(), "newest": pl.Date()},
    ).with_columns(pl.col("mean").fill_nan(None))


def _splits(actions: pl.DataFrame) -> pl.DataFrame:
    """Return all versions of splits by security and session."""
    kept = actions.filter(pl.col("kind") == "split").select(*_SPLIT, "ratio", "known_at")
    return versions(kept, _SPLIT).drop_nulls("ratio")


def _in_shares_of(part: _Standing, values: Floats, splits: pl.DataFrame) -> Floats:
    """Return the values on the shares of each instant: divided by the splits since their day, known and due by then."""
    splits = splits.filter(pl.col("ex_session") > pl.lit(part.rows[part.day].min(), pl.Date))
    opened = pl.Series([last_opened_session(one) for one in part.at], dtype=pl.Date)
    begins, ends = places(splits["known_at"], splits["until"], part.at)
    begins = np.maximum(begins, opened.search_sorted(splits["ex_session"]).to_numpy())
    lows, highs = (
        part.names.search_sorted(splits["instrument_id"], side=side).to_numpy() for side in ("left", "right")
    )
    days, ratios, ex = part.days, splits["ratio"].to_numpy(), splits["ex_session"].to_physical().to_numpy()
    for split in np.flatnonzero((begins < ends) & (lows < highs)):
        some = np.s_[lows[split] : highs[split], begins[split] : ends[split]]
        values[some] /= np.where(days[some] < ex[split], ratios[split], 1.0)
    return values
