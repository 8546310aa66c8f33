"""What institutions held at the end of the newest complete quarter and of the one before, as known at each close.

Reports come by the thousand when they are due and one by one afterwards. What managers add up to is made once for each
quarter, by `institutional_ownership`; after that, a manager of whom something became known is taken out as it was and
put in as it is. Each count is a sum over managers of whole numbers, so nothing is lost by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_close
from edgewise.core.tables_fundamentals import SHARE_COUNTS
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.ownership.institutions import (
    due_day,
    identify_cusips,
    institutional_ownership,
    lines_held,
    positions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from edgewise.lake import Lake

_CELL = ["instrument_id", "session"]
_COUNTS = ("holders", "shares", "opened", "closed")
_FIELDS = (*_COUNTS, "managers_both", "outstanding", "shares_before", "outstanding_before")
_REPORT_COLUMNS = [
    *("manager_cik", "period_end", "accession", "form", "amends", "amendment", "confidential"),
    *("status", "reasons", "known_at"),
]
_LINE_KEY = ("manager_cik", "period_end", "accession", "line")
_LINE_COLUMNS = [
    *(*_LINE_KEY, "issuer", "cusip", "value_filed", "value_usd", "amount", "amount_kind", "put_call"),
    *("discretion", "other_managers", "status", "reasons", "known_at"),
]
_SCHEMA = {"instrument_id": pl.String, "session": pl.Date, "observed_on": pl.Date} | {
    name: pl.Float64 if name.startswith("outstanding") else pl.Int64 for name in _FIELDS
}


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows of several quarters, all versions: reports, their lines, and which CUSIP names what."""

    reports: pl.DataFrame
    lines: pl.DataFrame
    links: pl.DataFrame

    def of_managers(self, managers: pl.Series) -> _Told:
        own = pl.col("manager_cik").is_in(managers.implode())
        return _Told(self.reports.filter(own), self.lines.filter(own), self.links)

    def of_quarter(self, quarter: date) -> _Told:
        """Return what is about this quarter and the one before it."""
        own = pl.col("period_end").is_between(_quarter_before(_quarter_before(quarter)), quarter, closed="right")
        return _Told(self.reports.filter(own), self.lines.filter(own), self.links)


def institutions_view(lake: Lake, peers: pl.DataFrame) -> pl.DataFrame:
    """Return what institutions held, a row per security and session of `peers` that one of them held or sold.

    peers:   PEERS_SCHEMA, of any sessions.
    Returns: instrument_id, session, observed_on (end of the newest quarter about which all reports were due before the
             session), holders, shares, opened, closed and managers_both as `institutional_ownership` says of it,
             shares_before of the quarter before, outstanding and outstanding_before (shares outstanding that were known
             at the end of each, in shares of then).
    Nulls:   shares_before where nobody reported it for the quarter before; outstanding where it was not known or in
             doubt then, and where several securities of the company are listed: the count may be of all of them.
    Time:    a row rests on what was known at its close. Rows known later about the same quarter change later rows only.
    """
    sessions = peers["session"].unique().sort().to_list()
    if not sessions:
        return pl.DataFrame(schema=_SCHEMA)
    quarters = {session: newest_complete_quarter(session) for session in sessions}
    told = _told(lake, peers, min(quarters.values()), sessions[-1])
    counts = lake.history(
        SHARE_COUNTS, as_of=session_close(sessions[-1]), columns=["cik", "shares", "status", "known_at"]
    )
    parts = []
    for quarter in sorted(set(quarters.values())):
        own = [session for session in sessions if quarters[session] == quarter]
        outstanding = _outstanding(counts, quarter).join(
            _outstanding(counts, _quarter_before(quarter)), on="cik", how="full", coalesce=True, suffix="_before"
        )
        held = list(_held(told.of_quarter(quarter), quarter, own))
        parts.append(_rows(peers, pl.concat(held), outstanding, quarter))
    return pl.concat(parts).sort("session", "instrument_id")


def newest_complete_quarter(session: date) -> date:
    """Return the end of the newest calendar quarter about which all reports were due before the day of a session."""
    end = _quarter_before(session)
    while due_day(end) >= session:
        end = _quarter_before(end)
    return end


def _quarter_before(day: date) -> date:
    """Return the last day of the calendar quarter before the one that holds a day."""
    return date(day.year, day.month - (day.month - 1) % 3, 1) - timedelta(days=1)


def _told(lake: Lake, peers: pl.DataFrame, quarter: date, last: date) -> _Told:
    """Return what was known by the last close about the quarter before `quarter` and all later ones.

    Of the lines those are left out that can be no shares of one of the peers; what remains gives them the same sums.
    """
    by_then, since = session_close(last), _quarter_before(_quarter_before(quarter))
    about = pl.col("period_end") > since
    links = lake.history(CUSIPS, as_of=by_then)
    named = links.filter(pl.col("instrument_id").is_in(peers["instrument_id"].unique().implode()))["cusip"].unique()
    lines = lake.history(HOLDINGS, as_of=by_then, columns=_LINE_COLUMNS, where=about)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in _LINE_KEY).fill_null(value=False)
    several = same | same.shift(-1, fill_value=False)  # a line told anew must be seen with what it was told before
    shares = pl.col("cusip").is_in(named.implode()) & (pl.col("put_call") == "") & (pl.col("amount_kind") == "SH")
    return _Told(
        lake.history(HOLDING_REPORTS, as_of=by_then, columns=_REPORT_COLUMNS, where=about),
        lines.filter(shares.fill_null(value=False) | several),
        links,
    )


def _held(told: _Told, quarter: date, sessions: Sequence[date]) -> Iterator[pl.DataFrame]:
    """Yield per session instrument_id, session, the counts of a quarter and the shares of the one before."""
    before: datetime | None = None
    sums = rows = pl.DataFrame()
    for session in sessions:
        close = session_close(session)
        new = [frame for frame in (told.reports, told.lines, told.links) if _has_news(frame, before, close)]
        if before is None or any(frame is told.links for frame in new):
            sums = _sums(told, quarter, close)
        elif new:
            some = told.of_managers(pl.concat([_news(frame, before, close)["manager_cik"] for frame in new]).unique())
            gone = _sums(some, quarter, before).with_columns(-pl.col(name) for name in _COUNTS)
            sums = _added(pl.concat([sums, gone, _sums(some, quarter, close)]))
        if new or before is None:
            both = pl.lit(_managers_both(told, quarter, close), pl.Int64)
            rows = _of_quarter(sums, quarter).with_columns(managers_both=both)
        yield rows.with_columns(session=pl.lit(session))
        before = close


def _news(frame: pl.DataFrame, before: datetime | None, close: datetime) -> pl.DataFrame:
    """Return the rows that became known after one instant and up to another."""
    known = pl.col("known_at")
    return frame.filter((known <= close) if before is None else known.is_between(before, close, closed="right"))


def _has_news(frame: pl.DataFrame, before: datetime | None, close: datetime) -> bool:
    return not _news(frame, before, close).is_empty()


def _sums(told: _Told, quarter: date, as_of: datetime) -> pl.DataFrame:
    """Return instrument_id, period_end and the counts of a quarter and of the one before, as known at an instant."""
    held = identify_cusips(positions(lines_held(told.reports, told.lines, as_of)), told.links, as_of)
    owned = institutional_ownership(held, told.reports, as_of)
    return owned.filter(pl.col("period_end").is_in([quarter, _quarter_before(quarter)])).select(
        "instrument_id", "period_end", *(pl.col(name).cast(pl.Int64) for name in _COUNTS)
    )


def _added(sums: pl.DataFrame) -> pl.DataFrame:
    """Return the counts summed by security and quarter, without those of which nobody has or had anything."""
    total = sums.group_by("instrument_id", "period_end").agg(pl.col(name).sum() for name in _COUNTS)
    return total.filter(pl.any_horizontal(pl.col(name) != 0 for name in _COUNTS))


def _of_quarter(sums: pl.DataFrame, quarter: date) -> pl.DataFrame:
    before = sums.filter(pl.col("period_end") == _quarter_before(quarter))
    return (
        sums.filter(pl.col("period_end") == quarter)
        .drop("period_end")
        .join(before.select("instrument_id", shares_before="shares"), on="instrument_id", how="left")
    )


def _managers_both(told: _Told, quarter: date, as_of: datetime) -> int:
    """Return how many managers count that reported on a quarter and on the one before.

    It is the same for all securities, so `institutional_ownership` is asked about one.
    """
    one = {"manager_cik": 0, "period_end": quarter, "put_call": "", "amount_kind": "SH", "amount": 1, "value_usd": 1.0}
    held = pl.DataFrame([one | {"instrument_id": "any", "status": "ok"}])
    return int(institutional_ownership(held, told.reports, as_of)["managers_both"].item())


def _outstanding(counts: pl.DataFrame, quarter: date) -> pl.DataFrame:
    """Return cik and outstanding: the newest count known at a quarter's end, null where it is in doubt."""
    end = pl.lit(quarter).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") + pl.duration(days=1)
    newest = counts.filter(pl.col("known_at") < end).sort("known_at").group_by("cik").last()
    sure = (pl.col("status") == "ok") & (pl.col("shares") > 0)
    return newest.select("cik", outstanding=pl.when(sure).then("shares"))


def _rows(peers: pl.DataFrame, held: pl.DataFrame, outstanding: pl.DataFrame, quarter: date) -> pl.DataFrame:
    single = pl.len().over("cik", "session") == 1
    listed = peers.select(*_CELL, "cik", single.alias("single"))
    counts = [pl.when("single").then(name).alias(name) for name in ("outstanding", "outstanding_before")]
    return (
        listed.join(held, on=_CELL)
        .join(outstanding, on="cik", how="left")
        .with_columns(*counts, observed_on=pl.lit(quarter))
        .select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
    )
