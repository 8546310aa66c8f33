"""Prices in quarantine: moves that nothing explains are kept and marked, never dropped.

A close that leaves the one before by more than `JUMP` needs a reason. In this order:
1. a split or dividend of the session that leaves a move within the limit;
2. a way back: the close before is itself in quarantine, and this one is near the last good one again;
3. another class of the same issuer that moved alike on that session;
4. a second provider with the same return, which the caller asks (`confirmed`).
What has none is `suspect` for `unexplained_jump`, or for `looks_like_split` where the move is that of a usual ratio: a
split nobody told. So is every move beyond threefold, for a share that is merged ten into one opens well below ten times
its price (`WHATEVER_RATIO`). Three for two is the ratio of many a crash, too: where far more money changed hands than
before it is taken for news, since a split moves none (`NEWS`). Later the market may confirm: if the next traded close
stays where the jump led, the row is stored once more, as ok, known at that close. A move that looks like a split is
never released like that, since a missed split stays where it led as well. Nothing known later changes what a row said
before.

Failure case 39: prices adjusted with future splits, or with none, used as price levels.
"""

from __future__ import annotations

import math

import polars as pl

from edgewise.core.tables import PRICES
from edgewise.market.events import with_events
from edgewise.market.prices import traded_prices

JUMP = 0.35
"""Largest move that needs no reason, as a logarithm: 42 % up, 30 % down."""
ALIKE = 0.1
"""How far apart two moves may be that confirm each other, as a logarithm."""
FAR = 5
"""Sessions without a trade after which a move is no longer judged: a halt ends at any price."""
NEWS = 4.0
"""Money traded on a session over the median of the 20 before, above which a move of three for two is no split.

Of 449 large companies from 2009 to 2023 all 15 splits of three for two lie below 2.4, and 21 of 39 crashes and jumps
that look like one above 4.
"""
WHATEVER_RATIO = math.log(3)
"""Moves beyond this, a logarithm, look like a split whatever their ratio.

Of 1,578 shares that were later delisted, 2015 to 2017, 55 splits that nobody told lie here, off every usual ratio, and
would have been released by the next close; so would 25 moves that were real.
"""
_NEAR_RATIO = 0.05
_BEFORE, _LEAST = 20, 5
_RATIOS = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100)
SUSPECT, OK = "suspect", "ok"


def judged(prices: pl.DataFrame, actions: pl.DataFrame, *, confirmed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return rows of PRICES with status and reasons, and once more what a later close confirms.

    prices:    rows of PRICES, one per key; what their status says is not read.
    actions:   rows of CORPORATE_ACTIONS, one per key.
    confirmed: instrument_id and session of rows whose return a second provider gives, too.
    Returns:   the rows, and later versions of some of them, in the order (instrument_id, session, known_at).
    Nulls:     a row without a traded close is ok: it claims nothing.
    """
    moves = _moves(prices, actions)
    released = _keys(confirmed)
    wild = (pl.col("move").abs() > JUMP) & (pl.col("gap") <= FAR)
    seen = (
        moves.join(released.with_columns(released=True), on=("instrument_id", "session"), how="left")
        .with_columns(wild=wild & pl.col("released").is_null())
        .pipe(_without_sisters)
        .with_columns(suspect=pl.col("wild") & ~_way_back())
    )
    ahead = pl.col("move").shift(-1).over("instrument_id"), pl.col("gap").shift(-1).over("instrument_id")
    stays = (ahead[0].abs() <= pl.col("move").abs() / 2) & (ahead[1] <= FAR)
    reason = pl.when(pl.col("splitlike")).then(pl.lit("looks_like_split")).otherwise(pl.lit("unexplained_jump"))
    doubted = seen.with_columns(
        confirmed_at=pl.when(stays & ~pl.col("splitlike")).then(
            pl.max_horizontal("known_at", pl.col("known_at").shift(-1).over("instrument_id"))
        )
    ).filter("suspect")
    marks = doubted.select("instrument_id", "session", "confirmed_at", mark=reason)
    marked = prices.drop("status", "reasons").join(marks, on=("instrument_id", "session"), how="left")
    first = marked.with_columns(
        status=pl.when(pl.col("mark").is_null()).then(pl.lit(OK)).otherwise(pl.lit(SUSPECT)), reasons="mark"
    )
    later = marked.drop_nulls("confirmed_at").with_columns(
        status=pl.lit(OK), reasons=pl.lit(None, dtype=pl.String), known_at=pl.col("confirmed_at")
    )
    columns = list(PRICES.schema)
    both = pl.concat([first.select(columns), later.select(columns)])
    return PRICES.check(both.unique(PRICES.identity, keep="first").sort("instrument_id", "session", "known_at"))


def looks_like_split(move: pl.Expr) -> pl.Expr:
    """Return whether a move, a logarithm, is that of a usual split ratio, either way."""
    ratios = [math.log(ratio) for ratio in _RATIOS]
    return pl.any_horizontal((move.abs() - ratio).abs() < _NEAR_RATIO for ratio in ratios)


def _moves(prices: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return each traded row with its holder's return since the traded row before, as a logarithm.

    Columns: instrument_id, session, known_at, close, gap (sessions without trade in between), move, splitlike.
    """
    own = prices.with_columns(status=pl.lit(OK))
    traded = with_events(traded_prices(own), actions).drop_nulls("close").sort("instrument_id", "session")
    before = pl.col("close").shift().over("instrument_id")
    money = pl.col("close") * pl.col("volume")
    usual = money.shift().rolling_median(_BEFORE, min_samples=_LEAST).over("instrument_id")
    return traded.select(
        "instrument_id",
        "session",
        "known_at",
        "close",
        gap=pl.col("ordinal") - pl.col("ordinal").shift().over("instrument_id") - 1,
        move=((pl.col("close") * pl.col("ratio") + pl.col("amount")) / before).log(),
        news=(money / usual > NEWS).fill_null(value=False),
    ).with_columns(splitlike=_splitlike(pl.col("move"), pl.col("news")))


def _splitlike(move: pl.Expr, news: pl.Expr) -> pl.Expr:
    """Return whether a move, a logarithm, may be a split nobody told; `news` says that far more money was traded."""
    three_for_two = (move.abs() - math.log(_RATIOS[0])).abs() < _NEAR_RATIO
    return (looks_like_split(move) & ~(three_for_two & news)) | (move.abs() > WHATEVER_RATIO)


def _without_sisters(seen: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, those no longer wild whose issuer has another class that moved alike on that session.

    Classes split together, so a move that looks like a split is not confirmed by one.
    """
    issued = seen.with_columns(issuer=pl.col("instrument_id").str.head(10))
    wild = issued.filter(pl.col("wild") & ~pl.col("splitlike")).select("issuer", "session", "instrument_id", "move")
    pairs = wild.join(issued.select("issuer", "session", "instrument_id", "move"), on=("issuer", "session"))
    other = pairs.filter(
        pl.col("instrument_id") != pl.col("instrument_id_right"),
        (pl.col("move") - pl.col("move_right")).abs() <= ALIKE,
    )
    alike = _keys(other).with_columns(alike=True)
    joined = seen.join(alike, on=("instrument_id", "session"), how="left", maintain_order="left")
    return joined.with_columns(wild=pl.col("wild") & pl.col("alike").is_null())


def _way_back() -> pl.Expr:
    """Return whether the row before was wild and this one is near the one before that."""
    own, before = pl.col("move"), pl.col("move").shift().over("instrument_id")
    return (pl.col("wild").shift().over("instrument_id") & ((own + before).abs() <= JUMP)).fill_null(value=False)


def _keys(rows: pl.DataFrame | None) -> pl.DataFrame:
    schema = {"instrument_id": pl.String, "session": pl.Date}
    return pl.DataFrame(schema=schema) if rows is None else rows.select(schema.keys()).unique()
