"""Members of an index from a file: Parquet or CSV with a row per span of membership. Bytes in, spans out.

A span has a first day, `member_from`, and ends with its last day, `member_to`, or before the day on which it was taken
out, `removed_on`; a file has one of the two, and neither is guessed from a column of another name. Without an end it
goes on. `announced_on` and `removal_announced_on` say when either was told, where the file knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import FIRST_SESSION
from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.sources.tabular import file_records

if TYPE_CHECKING:
    from collections.abc import Mapping

SP500 = "sp500"
SPANS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "index": pl.String,
    "ticker": pl.String,
    "member_from": pl.Date,
    "member_to": pl.Date,
    "instrument_id": pl.String,
    "cik": pl.Int64,
    "announced_on": pl.Date,
    "removal_announced_on": pl.Date,
}
_KEY = ["index", "ticker", "member_from"]
_DAYS = ("member_from", "member_to", "removed_on", "announced_on", "removal_announced_on")
_TICKER = r"^[A-Z0-9]{1,8}(-[A-Z0-9]{1,4}){0,2}$"


@dataclass(frozen=True, slots=True)
class MemberFile:
    """Spans of membership, the columns of SPANS, and how many rows were left out, by reason.

    Null: `member_to` where the span goes on; the others where the file says nothing.
    """

    spans: pl.DataFrame
    rejected: dict[str, int]


def read_members(body: bytes, name: str, *, index: str = SP500) -> MemberFile:
    """Return the spans of a file.

    index:    which one its rows are of, where it has no column `index`.
    Rejected: bad_ticker, bad_day (no first day, or one that is no day), ends_before_it_begins, overlapping (of a symbol
              that was a member on that day already: the span that begins first stays).
    Raises what `file_records` raises, and SchemaMismatch for a file with both kinds of end.
    """
    names = {one: (one,) for one in (*SPANS, "removed_on")}
    said = file_records(body, name, names, needed=("ticker", "member_from"))
    if {"member_to", "removed_on"} <= set(said.columns):
        raise SchemaMismatch(
            f"{name} has both member_to and removed_on", advice="Keep the last day as a member, or the first without."
        )
    # A first session is all that can be known of what began before the calendar does.
    began = pl.max_horizontal("member_from", pl.lit(FIRST_SESSION))
    rows = _typed(said, name, index).with_columns(member_from=pl.when(pl.col("member_from").is_not_null()).then(began))
    judged = rows.with_columns(reason=_reason()).sort("index", "ticker", "member_from", nulls_last=True)
    kept = judged.filter(pl.col("reason").is_null())
    # The latest day up to which an earlier span of the symbol goes on; one without end goes on for good.
    before = pl.col("member_to").fill_null(pl.date(9999, 12, 31)).cum_max().shift(1).over("index", "ticker")
    overlapping = kept.select((before >= pl.col("member_from")).fill_null(value=False)).to_series()
    counts = dict(judged["reason"].drop_nulls().value_counts(sort=True).iter_rows())
    if repeated := int(overlapping.sum()):
        counts["overlapping"] = repeated
    return MemberFile(kept.filter(~overlapping).select(SPANS.keys()).sort(_KEY), counts)


def _typed(said: pl.DataFrame, name: str, index: str) -> pl.DataFrame:
    """Return the columns of SPANS in their types; a day that is given and is none becomes the flag `bad_day`."""
    absent = [one for one in (*SPANS, "removed_on") if one not in said.columns]
    frame = said.with_columns(pl.lit(None, pl.String).alias(one) for one in absent)
    try:
        days = frame.with_columns(_day(one, frame.schema[one]) for one in _DAYS)
        unread = pl.any_horizontal(_text(one).is_not_null() & days[one].is_null() for one in _DAYS)
        return days.with_columns(frame.select(bad_day=unread).to_series()).with_columns(
            index=_text("index").str.to_lowercase().fill_null(index),
            ticker=_text("ticker").str.to_uppercase().str.replace_all(r"[./]", "-"),
            member_to=pl.coalesce("member_to", pl.col("removed_on") - timedelta(days=1)),
            instrument_id=_text("instrument_id"),
            cik=_text("cik").cast(pl.Int64),
        )
    except pl.exceptions.PolarsError as error:
        raise SchemaMismatch(f"{name}: {error}", advice="Days, symbols and whole numbers are expected.") from error


def _day(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as days, null where it says nothing or no day."""
    text = _text(name)
    return text.str.to_date("%Y-%m-%d", strict=False).alias(name) if dtype == pl.String else pl.col(name).cast(pl.Date)


def _text(name: str) -> pl.Expr:
    """Return a column as text, null where it says nothing."""
    return pl.col(name).cast(pl.String).str.strip_chars().replace("", None)


def _reason() -> pl.Expr:
    reasons = {
        "bad_ticker": ~pl.col("ticker").str.contains(_TICKER).fill_null(value=False),
        "bad_day": pl.col("bad_day") | pl.col("member_from").is_null(),
        "ends_before_it_begins": pl.col("member_to") < pl.col("member_from"),
    }
    return pl.coalesce(pl.when(wrong).then(pl.lit(reason)) for reason, wrong in reasons.items())


def checked_index(text: str) -> str:
    """Return the name of an index in its one spelling. Raises InvalidInput for what is none."""
    name = text.strip().lower()
    if not name.isidentifier() or not name.isascii():
        raise InvalidInput(f"{text!r} is no name of an index", advice="Write it as sp500: letters and digits.")
    return name
