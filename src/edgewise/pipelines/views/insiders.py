"""What insiders did in the 90 days before each close, for the securities of every company of which forms are known.

Nothing is added up here: `insider_activity` is asked at every close, though
1. only with lines on which its answer can rest (`_that_matter`): most forms are grants, exercises and old trades;
2. only about companies of which its answer can differ from that of the session before (`_may_differ`): a form became
   known, or a day with a purchase or a sale entered or left the window.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, session_close
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.ownership.insiders import insider_activity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.lake import Lake

WINDOW_DAYS = 90
_COLUMNS = [
    *("accession", "line", "form", "issuer_cik", "owner_ciks", "period_end", "filed_date", "original_filed_date"),
    *("kind", "derivative", "security", "transaction_date", "code", "equity_swap", "shares", "price", "value"),
    *("owned_after", "direct", "nature", "plan", "plan_noted", "status", "reasons", "known_at"),
]
_DECIDING = [
    *("accession", "line", "form", "issuer_cik", "owner_ciks", "period_end", "filed_date", "original_filed_date"),
    *("kind", "derivative", "code", "transaction_date", "known_at"),
]
"""What tells whether a line matters."""
_IN_MARKET = (pl.col("kind") == "transaction") & ~pl.col("derivative") & pl.col("code").is_in(["P", "S"])
_COUNTS = ("buyers", "sellers", "cluster_buyers")
_CELL = ["instrument_id", "session"]
_FIELDS = ("buyers", "sellers", "net_value", "cluster_buyers")
_ACTIVITY_SCHEMA = {"cik": pl.Int64, "session": pl.Date, "net_value": pl.Float64} | dict.fromkeys(_COUNTS, pl.Int64)


def insiders_view(lake: Lake, peers: pl.DataFrame, *, market_values: pl.DataFrame) -> pl.DataFrame:
    """Return what insiders did, a row per security and session of `peers` of whose company forms are known.

    peers:         PEERS_SCHEMA, of any sessions; all securities of a company have its row.
    market_values: instrument_id, session, market_value (USD), as the view of ratios has them.
    Returns:       instrument_id, session, observed_on (the session), buyers, sellers and cluster_buyers (insiders),
                   net_value (USD) and market_value (USD), as `insider_activity` says of 90 days; zeros for a company
                   that did nothing in them.
    Nulls:         net_value where a price is unknown; all four where every line in the window is in doubt; market_value
                   where it is not known or in doubt. A company of which no form is known has no row.
    Time:          a row rests on forms known at its close, and since 1 January of the year before.
    """
    sessions = peers["session"].unique().sort().to_list()
    if not sessions:
        return _rows(peers, pl.DataFrame(schema=_ACTIVITY_SCHEMA), market_values)
    recent = pl.col("known_at") >= known_since(sessions[0])
    told = lake.history(INSIDER_TRADES, as_of=session_close(sessions[-1]), columns=_COLUMNS, where=recent)
    trades = told.filter(pl.col("issuer_cik").is_in(peers["cik"].unique().implode()))
    found = pl.concat([pl.DataFrame(schema=_ACTIVITY_SCHEMA), *_activity(trades, sessions)])
    return _rows(peers, found, market_values)


def known_since(session: date) -> datetime:
    """Return the instant from which on forms count at a session's close: the start, UTC, of the year before.

    What is in the window was reported since; older forms could only say who reports together.
    """
    return datetime(session.year - 1, 1, 1, tzinfo=UTC)


def _activity(trades: pl.DataFrame, sessions: Sequence[date]) -> Iterator[pl.DataFrame]:
    """Yield the activity of every company at each close, zeros for those of which forms are known and no trade."""
    for year in sorted({session.year for session in sessions}):
        own = [session for session in sessions if session.year == year]
        known = trades.filter(pl.col("known_at") >= known_since(own[0]))
        seen = known.group_by("issuer_cik").agg(first_known_at=pl.col("known_at").min())
        for session, done in _done(_that_matter(known, own[0], own[-1]), own):
            there = seen.filter(pl.col("first_known_at") <= session_close(session))
            yield (
                there.join(done, on="issuer_cik", how="left")
                .with_columns(_or_zero(), session=pl.lit(session))
                .select(pl.col("issuer_cik").alias("cik"), *(name for name in _ACTIVITY_SCHEMA if name != "cik"))
            )


def _or_zero() -> list[pl.Expr]:
    """Return the fields, zero where nothing was done, null where all that was done is in doubt."""
    nothing, doubted = pl.col("doubtful").is_null(), (pl.col("doubtful") > 0) & (pl.col("trusted") == 0)
    of_whom = {name: pl.col(name).cast(_ACTIVITY_SCHEMA[name]) for name in _FIELDS}
    return [pl.when(nothing).then(0).when(~doubted).then(field).alias(name) for name, field in of_whom.items()]


def _that_matter(trades: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Return the lines on which the answers of the sessions from `first` to `last` can rest.

    These are 1. lines in the market of their windows, 2. whole forms that amend or may be amended, or of which a line
    was told twice, 3. of all others the first of each set of owners, which says who reports together; and of all these
    only those about companies that have any of the first.
    """
    day = pl.col("transaction_date")
    inside = day.is_between(first - timedelta(days=WINDOW_DAYS - 1), last) | day.is_null()
    slim = trades.select(_DECIDING).with_row_index("row")
    traded = slim.filter(_IN_MARKET & inside)
    own = slim.join(traded.select("issuer_cik").unique(), on="issuer_cik", how="semi", maintain_order="left")
    amended = own.join(_in_question(own), on="accession", how="semi")
    owners = pl.col("owner_ciks").cast(pl.List(pl.String)).list.join(" ")
    together = own.filter(pl.col("accession").is_first_distinct()).sort("known_at", maintain_order=True)
    first_told = together.filter(pl.struct("issuer_cik", owners).is_first_distinct())
    return trades[pl.concat([amended["row"], traded["row"], first_told["row"]]).unique().sort()].sort("known_at")


def _in_question(trades: pl.DataFrame) -> pl.DataFrame:
    """Return the accessions of forms that amend or may be amended, and of those of which a line was told twice."""
    filed = pl.coalesce("filed_date", pl.col("known_at").dt.convert_time_zone(NEW_YORK.key).dt.date())
    amends = pl.col("form").str.ends_with("/A")
    forms = trades.select("accession", "issuer_cik", "period_end", "original_filed_date", filed=filed, amends=amends)
    amendments = forms.filter("amends")
    named = amendments.select("issuer_cik", filed="original_filed_date")
    twice = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in ("accession", "line"))
    found = (
        amendments,
        forms.join(named.drop_nulls().unique(), on=["issuer_cik", "filed"], how="semi"),
        forms.join(amendments.drop_nulls("period_end"), on=["issuer_cik", "period_end"], how="semi"),
        trades.filter(twice),
    )
    return pl.concat([each.select("accession") for each in found]).unique()


def _done(trades: pl.DataFrame, sessions: Sequence[date]) -> Iterator[tuple[date, pl.DataFrame]]:
    """Yield each session with what `insider_activity` says at its close, of all who have anything in the window."""
    in_market = trades.filter(_IN_MARKET).select("issuer_cik", "transaction_date", "known_at")
    answers: list[pl.DataFrame] = []
    before: date | None = None
    for session in sessions:
        asked = _may_differ(trades, in_market, before, session)
        close = session_close(session)
        some = trades.filter((pl.col("known_at") <= close) & pl.col("issuer_cik").is_in(asked.implode()))
        new = insider_activity(some, as_of=close, days=(WINDOW_DAYS,)).select(
            "issuer_cik", *_FIELDS, "doubtful", trusted=pl.col("purchases") + pl.col("sales")
        )
        kept = [answer.filter(~pl.col("issuer_cik").is_in(asked.implode())) for answer in answers]
        answers = [pl.concat([*kept, new])]
        yield session, answers[0]
        before = session


def _may_differ(trades: pl.DataFrame, in_market: pl.DataFrame, before: date | None, session: date) -> pl.Series:
    """Return the companies of which the answer at this close may be another than at that of the session before."""
    known, close = pl.col("known_at"), session_close(session)
    dated = in_market.filter(known <= close)
    day, begins = pl.col("transaction_date"), session - timedelta(days=WINDOW_DAYS - 1)
    if before is None:
        return dated.filter(day.is_between(begins, session) | day.is_null())["issuer_cik"].unique()
    news = trades.filter(known.is_between(session_close(before), close, closed="right"))
    left = day.is_between(before - timedelta(days=WINDOW_DAYS - 1), begins, closed="left")
    moved = dated.filter(left | day.is_between(before, session, closed="right"))
    return pl.concat([news["issuer_cik"], moved["issuer_cik"]]).unique()


def _rows(peers: pl.DataFrame, found: pl.DataFrame, market_values: pl.DataFrame) -> pl.DataFrame:
    return (
        peers.select(*_CELL, "cik")
        .join(found, on=["cik", "session"])
        .join(market_values.select(*_CELL, "market_value"), on=_CELL, how="left")
        .select(*_CELL, pl.col("session").alias("observed_on"), *_FIELDS, pl.col("market_value").cast(pl.Float64))
        .sort("session", "instrument_id")
    )
