"""Spans of membership, folded one file after another into `index_members`, and asked for the members of a span of days.

1. A span becomes known twice: that it begins, with its end open, and later that it ends. So nobody who asks as of a day
   in between learns that a member will be taken out.
2. Each is known from the day it was announced, 22:00 Eastern, where the file says it; else, and at the latest, from the
   open of the first session on which it holds. A change is announced some days before, so that is late, never early.
3. What is stored already and told otherwise now (another end, a span that is not told any more and then again) is a
   correction: a version known from when it was seen.
4. A span that a later file of the same index does not tell any more is withdrawn, known from when that was seen.
   Nothing is ever deleted.

Members are asked for by days, never by today alone: who is a member today says who survived.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import FIRST_SESSION, LAST_SESSION, latest_known_at, session_open, sessions
from edgewise.core.tables_members import INDEX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

OK, WITHDRAWN = "ok", "withdrawn"
ANNOUNCED, EFFECTIVE, SEEN = "announced", "effective", "seen"
_KEY = list(INDEX_MEMBERS.key)
_LONGEST_CLOSURE = timedelta(days=10)
_DAY, _NEXT = timedelta(days=1), timedelta(microseconds=1)


def fold(stored: pl.DataFrame, told: pl.DataFrame, seen_at: datetime, *, source_url: str) -> pl.DataFrame:
    """Return the rows of INDEX_MEMBERS that a file adds to `stored`, or whose security it tells now.

    stored: all versions; told: spans of files.SPANS with `instrument_id` and `cik` as far as known.
    """
    newest = {
        tuple(row[name] for name in _KEY): row
        for row in stored.sort("known_at").unique(_KEY, keep="last", maintain_order=True).iter_rows(named=True)
    }
    rows = [
        row | {"source_url": source_url}
        for span in told.iter_rows(named=True)
        for row in _versions(span, newest.get((span["index"], span["ticker"], span["member_from"])), seen_at)
    ]
    indexes = told["index"].unique().implode()
    gone = stored.filter(pl.col("index").is_in(indexes)).join(told, on=_KEY, how="anti")
    rows += [
        newest[key]
        | {"status": WITHDRAWN, "known_at_source": SEEN, "source_url": source_url}
        | {"known_at": max(seen_at, newest[key]["known_at"] + _NEXT)}
        for key in gone.select(_KEY).unique().sort(_KEY).iter_rows()
        if newest[key]["status"] != WITHDRAWN
    ]
    return INDEX_MEMBERS.frame(rows)


def members_between(members: pl.DataFrame, index: str, first: date, last: date) -> pl.DataFrame:
    """Return the spans of those who were members of `index` on any day from `first` to `last`.

    members: rows of INDEX_MEMBERS as they were known at the instant that matters, one per key.
    """
    return members.filter(
        pl.col("index") == index,
        pl.col("status") == OK,
        pl.col("member_from") <= last,
        pl.col("member_to").is_null() | (pl.col("member_to") >= first),
    )


def _versions(span: Mapping[str, Any], newest: Mapping[str, Any] | None, seen_at: datetime) -> list[dict[str, object]]:
    """Return the versions of a span as its days tell them, or the one that corrects what is stored of it."""
    same = {name: span[name] for name in (*_KEY, "instrument_id", "cik")} | {"status": OK}
    begun, by = _known(span["announced_on"], span["member_from"])
    versions = [same | {"member_to": None, "known_at": begun, "known_at_source": by}]
    if span["member_to"] is not None:
        ended, by = _known(span["removal_announced_on"], span["member_to"] + _DAY)
        # Both may be announced on one day; the version with the end is the later one.
        ended = max(ended, begun + _NEXT)
        versions.append(same | {"member_to": span["member_to"], "known_at": ended, "known_at_source": by})
    if newest is None or newest["known_at"] < versions[-1]["known_at"]:
        return versions
    if (newest["status"], newest["member_to"]) == (OK, span["member_to"]):
        corrected = newest["known_at_source"] == SEEN
        return [dict(newest) | same] if corrected else versions
    seen = max(seen_at, newest["known_at"] + _NEXT)
    return [same | {"member_to": span["member_to"], "known_at": seen, "known_at_source": SEEN}]


def _known(announced_on: date | None, holds_from: date) -> tuple[datetime, str]:
    """Return since when a change was public that holds from a day on, and what that rests on."""
    opens = _next_open(holds_from)
    if announced_on is None or latest_known_at(announced_on) > opens:
        return opens, EFFECTIVE
    return latest_known_at(announced_on), ANNOUNCED


def _next_open(day: date) -> datetime:
    """Return the open of the first session from `day` on; the first or last one there is for days beyond them."""
    begins = min(max(day, FIRST_SESSION), LAST_SESSION - _LONGEST_CLOSURE)
    return session_open(sessions(begins, begins + _LONGEST_CLOSURE)[0])
