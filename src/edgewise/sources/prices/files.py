"""Daily prices from a file: Parquet or CSV with ticker, session (or date), open, high, low, close, volume.

The lake keeps prices as traded. Vendors' files often are not: what they call `close` is divided by every split up to
the day the file was made, while `adj_factor` turns it into a total-return series (close * adj_factor) and is *not* in
`close`. So `adj_factor` is left alone, and splits are undone if a file of them is given; splits after that file's last
day stay in, and nothing in a price file can show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes, session_ordinals
from edgewise.core.errors import InvalidInput, NotFound, SchemaMismatch, Truncated, Unparsable
from edgewise.core.table import Instant

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "ticker": pl.String,
    "session": pl.Date,
    "open": pl.Float64,
    "high": pl.Float64,
    "low": pl.Float64,
    "close": pl.Float64,
    "volume": pl.Int64,
    "known_at": Instant,
}
_PRICES = ("open", "high", "low", "close")
_KEY = ("ticker", "session")
_REPEATED = (*_KEY, "reason")
_TICKER = r"^[A-Z0-9]{1,8}(-[A-Z0-9]{1,4}){0,2}$"


@dataclass(frozen=True, slots=True)
class PriceRows:
    """Prices that passed every check, and how many rows did not, by reason.

    `prices` has one row per (ticker, session), sorted: ticker (upper case, dash before the class), session, open, high,
    low, close (USD per share; all null on a session without trade), volume (shares, null if not reported), known_at
    (UTC, the session's close).
    """

    prices: pl.DataFrame
    rejected: dict[str, int]


def read_prices(path: Path, *, splits: Path | None = None) -> PriceRows:
    """Return the daily prices of a .parquet or .csv file; further columns are ignored.

    splits:   a file with ticker, session (or date: the first session at the new count) and split_ratio (new shares
              for one old, 4.0 for four-for-one; 0 and null mean no split). If given, prices are multiplied and volumes
              divided by the splits after their session; if not, they are kept as they are in the file.
    Rejected: bad_ticker, not_a_session, missing_price (some but not all of the four), bad_number (no finite number),
              non_positive_price, high_below_low, outside_range (open or close not between low and high),
              negative_volume, duplicate (same row again), conflicting (same key, other values: none of them is kept).
    Raises:   NotFound; InvalidInput for other kinds of file; SchemaMismatch, if a column is missing or of the wrong
              kind; Truncated and Unparsable, if the file cannot be read.
    """
    raw = _typed(_read(path), path, numbers=(*_PRICES, "volume"))
    kept, counts = judged_bars(raw)
    if splits is not None:
        kept = _undo_splits(kept, read_splits(splits))
    prices = kept.with_columns(
        pl.col("volume").round().cast(pl.Int64), session_closes(kept["session"]).alias("known_at")
    )
    return PriceRows(prices.select(SCHEMA.keys()).sort(_KEY), counts)


def read_splits(path: Path) -> pl.DataFrame:
    """Return the splits of a file as `read_prices` takes it: ticker, session, split_ratio above zero; sorted.

    Raises: as `read_prices`; SchemaMismatch, too, where a ticker has two splits on one day.
    """
    rows = _typed(_read(path), path, numbers=("split_ratio",))
    splits = rows.filter(pl.col("split_ratio").is_finite(), pl.col("split_ratio") > 0)
    if splits.select(pl.struct(_KEY).is_duplicated().any()).item():
        raise SchemaMismatch("the splits name a ticker twice on one day", advice="Keep one row for each split.")
    return splits.sort("session", "ticker")


def judged_bars(raw: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the bars that pass every check of `read_prices`, and how many rows do not, by reason.

    raw: ticker, session, open, high, low, close, volume; NaN stands for what is no number.
    """
    judged = raw.with_columns(reason=_reason())
    # To compare the rows of each key takes longer than all other checks together; mostly no key stands twice.
    if judged.select(pl.struct(_REPEATED).is_duplicated().any()).item():
        repeated = pl.when(pl.col("reason").is_null()).then(_repetition()).otherwise("reason")
        judged = judged.with_columns(reason=repeated)
    counts = judged["reason"].drop_nulls().value_counts(sort=True)
    return judged.filter(pl.col("reason").is_null()).select(*_KEY, *_PRICES, "volume"), dict(counts.iter_rows())


def _read(path: Path) -> pl.DataFrame:
    """Return the file's columns with lower-case names; those of a CSV are text."""
    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
        elif path.suffix == ".csv":
            frame = pl.read_csv(path, infer_schema=False)
        else:
            raise InvalidInput(f"{path.name} is neither .parquet nor .csv", advice="Convert it to one of them.")
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}", advice="Check the path.") from error
    except pl.exceptions.NoDataError as error:
        raise Truncated(f"{path.name} is empty", advice="Fetch it again.") from error
    except pl.exceptions.PolarsError as error:
        raise Unparsable(
            f"{path.name} cannot be read: {error}", advice="Check that it is what its name says."
        ) from error
    return _renamed(frame, path)


def _renamed(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return `frame` with lower-case names, and its `date`, if it has no `session`, under that name."""
    names = {name: name.strip().lower() for name in frame.columns}
    if "session" not in names.values():
        names = {name: "session" if lower == "date" else lower for name, lower in names.items()}
    if len(set(names.values())) < len(names):
        raise SchemaMismatch(f"{path.name} has two columns of one name", advice="Names differ by more than case.")
    return frame.rename(names)


def _typed(frame: pl.DataFrame, path: Path, *, numbers: tuple[str, ...]) -> pl.DataFrame:
    """Return ticker, session and `numbers` in their types; what is no date or number becomes null or NaN."""
    if missing := [name for name in (*_KEY, *numbers) if name not in frame.columns]:
        raise SchemaMismatch(
            f"{path.name} has no column {', '.join(missing)}", advice=f"It has {', '.join(frame.columns)}."
        )
    try:
        return frame.select(
            pl.col("ticker").cast(pl.String).str.strip_chars().str.to_uppercase().str.replace_all(r"[./]", "-"),
            _date(frame.schema["session"]),
            *(_number(name, frame.schema[name]) for name in numbers),
        )
    except pl.exceptions.PolarsError as error:
        raise SchemaMismatch(f"{path.name}: {error}", advice="Dates, numbers and text are expected.") from error


def _date(dtype: pl.DataType) -> pl.Expr:
    session = pl.col("session")
    return session.str.to_date("%Y-%m-%d", strict=False) if dtype == pl.String else session.cast(pl.Date)


def _number(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the column as numbers: null where nothing is given, NaN where what is given is no number."""
    if dtype != pl.String:
        return pl.col(name).cast(pl.Float64)
    text = pl.col(name).str.strip_chars().replace("", None)
    return pl.when(text.is_not_null()).then(text.cast(pl.Float64, strict=False).fill_null(float("nan"))).alias(name)


def _reason() -> pl.Expr:
    """Return why a row is rejected on its own, null if it is not; the first reason counts."""
    traded = [pl.col(name) for name in _PRICES]
    low, high = pl.col("low"), pl.col("high")
    reasons = {
        "bad_ticker": ~pl.col("ticker").str.contains(_TICKER).fill_null(value=False),
        "not_a_session": pl.col("session").map_batches(_is_no_session, return_dtype=pl.Boolean),
        "bad_number": pl.any_horizontal(~column.is_finite() for column in (*traded, pl.col("volume"))),
        "missing_price": pl.any_horizontal(price.is_null() for price in traded)
        & ~pl.all_horizontal(price.is_null() for price in traded),
        "non_positive_price": pl.any_horizontal(price <= 0 for price in traded),
        "high_below_low": high < low,
        "outside_range": pl.any_horizontal(~pl.col(name).is_between(low, high) for name in ("open", "close")),
        "negative_volume": pl.col("volume") < 0,
    }
    return pl.coalesce(pl.when(wrong).then(pl.lit(reason)) for reason, wrong in reasons.items())


def _is_no_session(days: pl.Series) -> pl.Series:
    return session_ordinals(days).is_null()


def _repetition() -> pl.Expr:
    """Return `conflicting` or `duplicate` where a key stands again among rows that have no other fault."""
    values = pl.struct(*_PRICES, "volume")
    return (
        pl.when(values.n_unique().over(_REPEATED) > 1)
        .then(pl.lit("conflicting"))
        .when(pl.int_range(pl.len()).over(_REPEATED) > 0)
        .then(pl.lit("duplicate"))
    )


def _undo_splits(prices: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Return prices and volumes as they were traded: times, and by, the product of the splits after each session."""
    # The factor before a split is the product of it and all later ones; the next split after a session names it.
    upcoming = splits.sort("session").select(*_KEY, factor=pl.col("split_ratio").cum_prod(reverse=True).over("ticker"))
    joined = prices.sort("session").join_asof(
        upcoming,
        on="session",
        by="ticker",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    factor = pl.col("factor").fill_null(1.0)
    return joined.with_columns(pl.col(*_PRICES) * factor, pl.col("volume") / factor).drop("factor")
