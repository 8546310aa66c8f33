"""CRSP's daily stock file, through WRDS or a copy: bars as traded, splits, what was paid, and how a share ended.

What its columns mean, and what becomes of them:
1. `prc` is the close as traded. Below zero it is the middle of bid and ask of a session without trade: nobody could
   have had it, so the bar is one without trade, and counted (`bid_ask_midpoint`). 0 and null are no price at all.
2. `cfacshr` is the number of today's shares in one of that day. Only its ratio from one session to the next is used,
   which no later split changes (failure case 39): where it moves, a share became so many.
3. `ret` is what a holder earned since the last price. What the price and the split do not explain was paid out: a
   dividend, or the value of a spin-off. CRSP rounds `ret` to six digits, so less than two millionths of a price is no
   payment, and on the session of a split less than half a thousandth.
4. `dlret` is the delisting return; where CRSP has none, `dlstcd` says how the share ended, and the rest is not ours.
5. PERMNO names the security through all its symbols; `stocknames` says which symbol it had on which days.

`vol` below zero stands for no report, `openprc` begins in 1992; without `askhi` and `bidlo` nothing says how high and
low it went, and these stay null. Letters that stand for missing returns in downloads arrive as null.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_ordinals
from edgewise.core.errors import NotFound, SchemaMismatch
from edgewise.sources.prices.provided import ACTIONS, BARS, ProvidedPrices, provided

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from polars._typing import PolarsDataType

    from edgewise.core.identifiers import Ticker
    from edgewise.core.outside_tables import OutsideTables

PROVIDER = "crsp"
LIBRARY = "crsp"
DAILY: Mapping[str, PolarsDataType] = {
    "permno": pl.Int64,
    "date": pl.Date,
    **dict.fromkeys(("prc", "ret", "vol", "cfacshr"), pl.Float64),
}
RANGE: Mapping[str, PolarsDataType] = dict.fromkeys(("openprc", "askhi", "bidlo"), pl.Float64)
NAMES: Mapping[str, PolarsDataType] = {
    "permno": pl.Int64,
    "namedt": pl.Date,
    "nameenddt": pl.Date,
    "ticker": pl.String,
    "shrcls": pl.String,
    "exchcd": pl.Int64,
}
ENDS: Mapping[str, PolarsDataType] = {
    "permno": pl.Int64,
    "dlstdt": pl.Date,
    "dlstcd": pl.Int64,
    "dlret": pl.Float64,
}
ENDED_ACTIONS = ACTIONS | {"delisting_return": pl.Float64, "ended": pl.String, "exchange": pl.String}
"""What an end tells beside ACTIONS. ended: merged or performance, null for another reason; exchange: by name."""
_EXCHANGES = {1: "NYSE", 2: "AMEX", 3: "Nasdaq"}
_ACTIVE = 100
_BEFORE = timedelta(days=30)
_EXACT, _EXACT_AT_SPLIT = 2e-6, 5e-4


class Crsp:
    """Asks CRSP's tables. A symbol is what it named on each day, so the days under another symbol are asked with it."""

    name = PROVIDER
    symbols_of_day = True

    def __init__(self, tables: OutsideTables) -> None:
        self._tables = tables

    def history(self, ticker: Ticker, since: date, until: date) -> ProvidedPrices:
        """Return bars and events of every security that had the symbol within these days; see `PriceProvider`."""
        bearers = self._names({"ticker": [str(ticker).partition("-")[0]]})
        within = bearers.filter(
            pl.col("symbols").list.contains(str(ticker)), pl.col("namedt") <= until, pl.col("nameenddt") >= since
        )
        if within.is_empty():
            raise NotFound(
                f"CRSP knows no share called {ticker} on these days", advice="Check the symbol and the days."
            )
        permnos = within["permno"].unique().sort().to_list()
        symbols = self._names({"permno": permnos})["ticker"].unique().sort().to_list()
        ends = self._tables.select(
            f"{LIBRARY}.dsedelist", ENDS, among={"permno": permnos}, within=("dlstdt", since, until)
        )
        # Who else had these symbols tells whether a class is part of one.
        return crsp_prices(self._daily(permnos, since, until), self._names({"ticker": symbols}), ends, since=since)

    def source_of(self, ticker: Ticker) -> str:
        """Return where rows were read: the table and the symbol, never the address with its user and password."""
        return f"wrds:{LIBRARY}.dsf/{ticker}"

    def _names(self, among: dict[str, list[int] | list[str]]) -> pl.DataFrame:
        names = self._tables.select(f"{LIBRARY}.stocknames", NAMES, among=among)
        base = pl.col("ticker")
        with_class = pl.when(pl.col("shrcls").str.len_chars() > 0).then(base + "-" + pl.col("shrcls"))
        return names.drop_nulls(["ticker", "namedt"]).with_columns(symbols=pl.concat_list(base, with_class))

    def _daily(self, permnos: list[int], since: date, until: date) -> pl.DataFrame:
        """Return the rows of these days, and of some before, which the first split and payment are measured from."""
        asked = {"among": {"permno": permnos}, "within": ("date", since - _BEFORE, until)}
        try:
            return self._tables.select(f"{LIBRARY}.dsf", {**DAILY, **RANGE}, **asked)  # type: ignore[arg-type]
        except SchemaMismatch:
            return self._tables.select(f"{LIBRARY}.dsf", DAILY, **asked)  # type: ignore[arg-type]


def crsp_prices(daily: pl.DataFrame, names: pl.DataFrame, ends: pl.DataFrame, *, since: date) -> ProvidedPrices:
    """Return the bars and events from `since` on; rows before it only say what the first event is measured from.

    daily: the columns of DAILY, of RANGE if they are there.
    names: those of NAMES, and `symbols`: each span's symbol without and with its class.
    ends:  those of ENDS. An action of kind delisting stands on the last session traded (`ENDED_ACTIONS`).
    Rejected: bid_ask_midpoint and no_price for sessions without trade, whose bars are kept and empty; no_symbol for
              days on which the security had none; bad_event; and the reasons of `sources.prices.files`.
    """
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in RANGE.items() if name not in daily.columns]
    known = _named(daily.with_columns(missing), names, on="date").sort("permno", "date")
    bars = known.filter(pl.col("date") >= since)
    told = provided(
        _bars(bars), _events(known).filter(pl.col("ex_session") >= since).select(ACTIONS.keys()), adjusted=False
    )
    counts = {
        "bid_ask_midpoint": bars.filter(pl.col("prc") < 0).height,
        "no_price": bars.filter(pl.col("prc").is_null() | (pl.col("prc") == 0)).height,
        "no_symbol": bars["ticker"].null_count(),
    }
    actions = pl.concat([told.actions, _ended(ends, names).filter(pl.col("ex_session") >= since)], how="diagonal")
    listed = _on_sessions(actions)
    lost = {reason: rows for reason, rows in (counts | {"bad_event": actions.height - listed.height}).items() if rows}
    return ProvidedPrices(_untold(told.prices, bars), listed, told.rejected | lost)


def _named(rows: pl.DataFrame, names: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """Return `rows` with the `ticker` and `exchange` that their PERMNO had on the day in column `on`."""
    # Two shares of one symbol on one day are classes: BRK is BRK-A and BRK-B.
    shared = names.join(names, on="ticker", suffix="_other").filter(
        pl.col("permno") != pl.col("permno_other"),
        pl.col("namedt") <= pl.col("nameenddt_other"),
        pl.col("namedt_other") <= pl.col("nameenddt"),
    )
    key, own = ["permno", "ticker", "namedt"], pl.col("symbols").list
    marked = names.join(shared.select(key).unique().with_columns(shared=True), on=key, how="left")
    spans = marked.select(
        "permno",
        "namedt",
        "nameenddt",
        ticker=pl.when("shared").then(pl.coalesce(own.last(), own.first())).otherwise(own.first()),
        exchange=pl.col("exchcd").replace_strict(_EXCHANGES, default=None, return_dtype=pl.String),
    )
    joined = rows.sort(on).join_asof(
        spans.sort("namedt"), left_on=on, right_on="namedt", by="permno", strategy="backward", check_sortedness=False
    )
    valid = pl.col(on) <= pl.col("nameenddt")
    return joined.with_columns(pl.when(valid).then(name).alias(name) for name in ("ticker", "exchange"))


def _bars(rows: pl.DataFrame) -> pl.DataFrame:
    """Return bars: what is not told of a traded session stands at its close, until it has passed the checks."""
    opened, close = _positive("openprc"), pl.col("prc")
    levels = {
        "open": pl.coalesce(opened, close),
        "high": pl.coalesce(_positive("askhi"), pl.max_horizontal(opened, close)),
        "low": pl.coalesce(_positive("bidlo"), pl.min_horizontal(opened, close)),
        "close": close,
    }
    traded = {name: pl.when(pl.col("prc") > 0).then(level) for name, level in levels.items()}
    volume = pl.when(pl.col("vol") >= 0).then("vol")
    return rows.drop_nulls("ticker").select("ticker", session="date", **traded, volume=volume).select(BARS.keys())


def _untold(prices: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the prices, null where CRSP does not tell an open, a high or a low."""
    told = rows.select("ticker", session="date", open="openprc", high="askhi", low="bidlo")
    joined = prices.join(told.drop_nulls("ticker"), on=("ticker", "session"), how="left", suffix="_told")
    return joined.with_columns(
        pl.when(_positive(f"{level}_told").is_not_null()).then(level).alias(level) for level in ("open", "high", "low")
    ).select(prices.columns)


def _events(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the splits and payments, the columns of ACTIONS, of rows in the order (permno, date)."""
    factor = _positive("cfacshr")
    change = pl.col("factor").shift().over("permno") / pl.col("factor")
    counted = rows.drop_nulls("ticker").with_columns(factor=factor).filter(pl.col("factor").is_not_null())
    splits = (
        counted.with_columns(ratio=change.round_sig_figs(6))
        .filter((pl.col("ratio") - 1).abs() > _EXACT_AT_SPLIT)
        .select("ticker", ex_session="date", kind=pl.lit("split"), ratio="ratio")
    )
    priced = rows.drop_nulls("ticker").with_columns(factor=factor.forward_fill().over("permno"))
    priced = priced.filter(pl.col("prc").is_not_null() & (pl.col("prc") != 0))
    before = pl.col("prc").abs().shift().over("permno")
    ratio = change.fill_null(1.0)
    paid = (1 + pl.col("ret")) * before - pl.col("prc").abs() * ratio
    least = before * pl.when((ratio - 1).abs() > _EXACT_AT_SPLIT).then(_EXACT_AT_SPLIT).otherwise(_EXACT)
    payments = (
        priced.with_columns(amount=paid.round_sig_figs(5), least=least)
        .filter(pl.col("amount") > pl.col("least"))
        .select("ticker", ex_session="date", kind=pl.lit("dividend"), amount="amount")
    )
    empty = pl.DataFrame(schema=ACTIONS)
    return pl.concat([empty, splits, payments], how="diagonal")


def _ended(ends: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the delistings, the columns of ENDED_ACTIONS."""
    code = pl.col("dlstcd")
    ended = (
        pl.when(code.is_between(200, 399))
        .then(pl.lit("merged"))
        .when(code.is_between(400, 490) | (code == 500) | code.is_between(520, 584))  # noqa: PLR2004 - CRSP's codes
        .then(pl.lit("performance"))
    )
    known = _named(ends.filter(code > _ACTIVE), names, on="dlstdt").drop_nulls("ticker")
    told = known.select(
        "ticker",
        ex_session="dlstdt",
        kind=pl.lit("delisting"),
        delisting_return=pl.when(pl.col("dlret") >= -1).then("dlret"),
        ended=ended,
        exchange="exchange",
    )
    return pl.concat([pl.DataFrame(schema=ENDED_ACTIONS), told], how="diagonal")


def _on_sessions(actions: pl.DataFrame) -> pl.DataFrame:
    return actions.filter(session_ordinals(actions["ex_session"]).is_not_null())


def _positive(name: str) -> pl.Expr:
    return pl.when(pl.col(name) > 0).then(pl.col(name))
