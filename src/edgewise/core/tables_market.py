"""Tables of the market beside `PRICES`: what companies did to their shares, and indicators."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_NO_WINDOW = "its window is not full"

CORPORATE_ACTIONS = Table(
    "corporate_actions",
    "One row per security, session and kind of event that changes what a share is or pays: splits, dividends, the end.",
    key=("instrument_id", "ex_session", "kind"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column(
            "ex_session",
            pl.Date,
            "first session at the new count or without the dividend; of a delisting the last session traded",
        ),
        Column("kind", pl.String, "split, dividend, special_dividend or delisting"),
        Column("ratio", pl.Float64, "new shares for one old, 4.0 for four-for-one", nulls="not a split"),
        Column("amount", pl.Float64, "USD per share held before that session, as paid", nulls="not a dividend"),
        Column(
            "delisting_return",
            pl.Float64,
            "what a holder finally got over the last close, less 1, a fraction",
            nulls="not a delisting",
        ),
        Column("declared_on", pl.Date, "day it was announced (New York)", nulls="the source does not say"),
        Column("source_url", pl.String, "where it was read from"),
        Column(
            "known_at",
            Instant,
            "UTC instant from which the public could know it: 22:00 Eastern of the day it was declared, at the latest "
            "the open of the ex session; of a delisting the close of the session after",
        ),
    ),
)

PRICE_DISAGREEMENTS = Table(
    "price_disagreements",
    "One row per security, session and provider whose close is not the stored one: told, not hidden.",
    key=("instrument_id", "session", "provider"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day in New York"),
        Column("provider", pl.String, "who says otherwise"),
        Column("close", pl.Float64, "its close, USD per share as traded", nulls="it has no trade there"),
        Column("stored_provider", pl.String, "whose close is stored", nulls="stored before 0.2"),
        Column("stored_close", pl.Float64, "the stored close, USD per share as traded", nulls="no trade is stored"),
        Column(
            "reason",
            pl.String,
            "close_differs; looks_adjusted, where they are a usual split ratio apart; trade_differs, where only one "
            "has a trade",
        ),
        Column("source_url", pl.String, "where it was read from"),
        Column("known_at", Instant, "UTC instant at which it was seen"),
    ),
)

_LEVEL = "USD per share as counted on that session"

INDICATORS = Table(
    "indicators",
    "One row per security and session: indicators of its price and volume, known at that session's close. Splits and "
    "dividends count from when they were known; no later one ever reaches a row.",
    key=("instrument_id", "session"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day at whose close the values are known"),
        Column("rsi_14", pl.Float64, "relative strength index after Wilder, 0 to 100", nulls=_NO_WINDOW),
        Column("macd", pl.Float64, f"EMA 12 less EMA 26, {_LEVEL}", nulls=_NO_WINDOW),
        Column("macd_signal", pl.Float64, f"EMA 9 of macd, {_LEVEL}", nulls=_NO_WINDOW),
        Column("macd_histogram", pl.Float64, "macd less its signal", nulls=_NO_WINDOW),
        Column("sma_50", pl.Float64, f"mean close of 50 sessions, {_LEVEL}", nulls=_NO_WINDOW),
        Column("sma_200", pl.Float64, f"mean close of 200 sessions, {_LEVEL}", nulls=_NO_WINDOW),
        Column("ema_12", pl.Float64, f"exponential mean of the close, weight 2/13, {_LEVEL}", nulls=_NO_WINDOW),
        Column("ema_26", pl.Float64, f"exponential mean of the close, weight 2/27, {_LEVEL}", nulls=_NO_WINDOW),
        Column("bollinger_middle", pl.Float64, f"mean close of 20 sessions, {_LEVEL}", nulls=_NO_WINDOW),
        Column("bollinger_upper", pl.Float64, "middle plus 2 standard deviations of those 20", nulls=_NO_WINDOW),
        Column("bollinger_lower", pl.Float64, "middle less 2 standard deviations of those 20", nulls=_NO_WINDOW),
        Column("volume_20", pl.Float64, "mean volume of 20 sessions, shares as counted on that one", nulls=_NO_WINDOW),
        Column("return_21", pl.Float64, "total return of 21 sessions, a fraction", nulls="no trade at one of its ends"),
        Column("return_63", pl.Float64, "total return of 63 sessions, a fraction", nulls="as return_21"),
        Column("return_126", pl.Float64, "total return of 126 sessions, a fraction", nulls="as return_21"),
        Column("return_252", pl.Float64, "total return of 252 sessions, a fraction", nulls="as return_21"),
        Column("momentum_12_1", pl.Float64, "total return from 252 to 21 sessions ago, a fraction", nulls="as above"),
        Column("high_252", pl.Float64, f"highest price of 252 sessions, {_LEVEL}", nulls="under 200 of them traded"),
        Column("to_high_252", pl.Float64, "close over that high, 0 to 1", nulls="as high_252, or no trade"),
        Column(
            "volatility_21",
            pl.Float64,
            "standard deviation of 21 total returns, times the root of 252, a fraction a year",
            nulls=_NO_WINDOW,
        ),
        Column("volatility_252", pl.Float64, "the same of 252 sessions", nulls="under 200 returns"),
        Column(
            "beta_252", pl.Float64, "slope on the market's returns over 252 sessions, shrunk to 1", nulls="under 60"
        ),
        Column(
            "idiosyncratic_volatility_252",
            pl.Float64,
            "standard deviation of what the market does not explain, times the root of 252, a fraction a year",
            nulls="under 60 returns",
        ),
        Column(
            "amihud_21",
            pl.Float64,
            "mean of |return| over USD million traded, 21 sessions",
            nulls="under 15 of them traded",
        ),
        Column(
            "turnover_21",
            pl.Float64,
            "mean of shares traded over shares outstanding, 21 sessions, a fraction a session",
            nulls="shares outstanding are not known, or under 15 sessions traded",
        ),
        Column("version", pl.String, "version of the formulas"),
        Column("known_at", Instant, "UTC instant of the session's close"),
    ),
)

ALL_MARKET: tuple[Table, ...] = (CORPORATE_ACTIONS, PRICE_DISAGREEMENTS, INDICATORS)
