"""Splits, dividends and delistings of a file: Parquet or CSV, a row per security and day. Bytes in, rows out.

What a row tells stands in the columns that hold something: `split_ratio`, `dividend`, `special_dividend`, and of a
delisting `delisting_return` or, where nobody knows it, `ended` (merged or performance) with `exchange`, which say what
stands in. Other columns are ignored. Dividends are as paid; vendors' files often divide them by the splits after them,
which is undone with the splits of the file if it is said (failure case 39).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_ordinals
from edgewise.core.errors import InvalidInput
from edgewise.sources.items import day_of, number_of, symbol_of, text_of
from edgewise.sources.prices.provided import ACTIONS, BARS, provided
from edgewise.sources.tabular import file_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ticker": ("ticker", "symbol"),
    "day": ("ex_session", "session", "ex_date", "date"),
    "split": ("split_ratio", "ratio"),
    "dividend": ("dividend", "amount"),
    "special_dividend": ("special_dividend",),
    "delisting_return": ("delisting_return", "dlret"),
    "ended": ("ended",),
    "exchange": ("exchange",),
    "declared": ("declared_on", "declaration_date"),
}
SCHEMA = ACTIONS | {"delisting_return": pl.Float64, "ended": pl.String, "exchange": pl.String}
ENDS = frozenset({"merged", "performance"})
_AMOUNTS = ("dividend", "special_dividend")


def read_actions(body: bytes, name: str, *, split_adjusted: bool = False) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the events of a file, the columns of SCHEMA, and how many rows were left out, by reason.

    name:           of the file; its ending says what it is.
    split_adjusted: whether dividends are divided by the splits of the file after them.
    Rejected: bad_ticker, not_a_session, bad_number (no number, or no ratio or amount above zero, or a return below -1),
              unknown_end, duplicate (the same event of a security and day again: the first counts).
    A ratio of 1 and a ratio or an amount of 0 mean that there was none. Raises what `file_records` raises, and
    InvalidInput for a file of adjusted dividends without a split: nothing in it says what they were divided by.
    """
    frame = file_records(body, name, COLUMNS, needed=("ticker", "day"))
    told: list[dict[str, object]] = []
    lost: dict[str, int] = {}
    for row in frame.to_dicts():
        found, reason = _events(row)
        told += found
        if reason:
            lost[reason] = lost.get(reason, 0) + 1
    rows = pl.DataFrame(told, schema=SCHEMA)
    listed = rows.filter(session_ordinals(rows["ex_session"]).is_not_null())
    once = listed.unique(["ticker", "ex_session", "kind"], keep="first", maintain_order=True)
    if split_adjusted and "split" not in once["kind"]:
        raise InvalidInput(
            f"{name} has no split that its dividends could be divided by",
            advice="Put the splits into the file, too; leave --split-adjusted out if dividends are as paid.",
        )
    counts = {"not_a_session": rows.height - listed.height, "duplicate": listed.height - once.height}
    actions = provided(pl.DataFrame(schema=BARS), once, adjusted=split_adjusted).actions
    return actions, lost | {reason: count for reason, count in counts.items() if count}


def _events(row: dict[str, object]) -> tuple[list[dict[str, object]], str]:
    """Return the events a row tells, and why it is left out, '' if it is not."""
    ticker, day = symbol_of(row.get("ticker")), day_of(row.get("day"))
    if ticker is None:
        return [], "bad_ticker"
    if day is None:
        return [], "not_a_session"
    shared = {"ticker": ticker, "ex_session": day, "declared_on": day_of(row.get("declared"))}
    try:
        return [shared | event for event in (*_changes(row), *_end(row))], ""
    except ValueError:
        return [], "bad_number"
    except KeyError:
        return [], "unknown_end"


def _changes(row: Mapping[str, object]) -> Iterator[dict[str, object]]:
    ratio = _positive(row.get("split"))
    if ratio not in {None, 1.0}:
        yield {"kind": "split", "ratio": ratio}
    for kind in _AMOUNTS:
        if (amount := _positive(row.get(kind))) is not None:
            yield {"kind": kind, "amount": amount}


def _end(row: Mapping[str, object]) -> Iterator[dict[str, object]]:
    final, ended = number_of(row.get("delisting_return")), text_of(row.get("ended"))
    if final is None and ended is None:
        return
    if final is not None and final < -1:
        raise ValueError("less than all is lost")
    if ended is not None and ended.lower() not in ENDS:
        raise KeyError(ended)
    end = ended.lower() if ended else None
    yield {
        "kind": "delisting",
        "delisting_return": final,
        "ended": end,
        "exchange": text_of(row.get("exchange")),
    }


def _positive(value: object) -> float | None:
    """Return a number above zero, None for nothing and for zero. Raises ValueError for another."""
    number = number_of(value)
    if number is None or number == 0:
        return None
    if number < 0:
        raise ValueError("below zero")
    return number
