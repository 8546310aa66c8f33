"""What the ending of a symbol says about a security: a share that a company is owned by, or something beside it.

A list of tickers names preferred shares, warrants, units, rights and notes like shares, with nothing but a longer
symbol to tell them by. Where they end in a dash and letters, these say it (BAC-PL, a preferred share; OXY-WT, a
warrant). On Nasdaq and over the counter the fifth letter does (SOUNW, a warrant). On the New York exchanges, where
classes of shares have a dash, a letter without one is a note's (DUKB). Without a dash a symbol is only judged beside
another of its company that it extends: who has one symbol has a share. What is traded over the counter, of a company
that is listed elsewhere, is its share at home (NONOF beside NVO). Notes that are called otherwise than their company
(AMJB of JPM) are taken for shares.

Source: Nasdaq, "Fifth Character Symbol Suffixes"; NYSE, "NYSE Symbology Plan", in the spelling of the SEC's list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = "common"
"""Shares of any class, depositary receipts among them."""
PREFERRED, WARRANT, UNIT, RIGHT, NOTE, FOREIGN = "preferred", "warrant", "unit", "right", "note", "foreign"
"""FOREIGN: the share of its home market, traded over the counter beside what is listed."""

_AFTER_DASH = re.compile(r"(?P<preferred>P[A-Z]?)|(?P<warrant>W[ST][A-Z]?)|(?P<unit>UN?)|(?P<right>R[IT]?)", re.ASCII)
_FIFTH = (
    dict.fromkeys("PONM", PREFERRED)
    | dict.fromkeys("GHI", NOTE)  # convertible bonds
    | {"Z": NOTE}  # miscellaneous: notes, mostly
    | {"W": WARRANT, "U": UNIT, "R": RIGHT, "F": FOREIGN}
)
_NASDAQ_LENGTH = 5
_NEW_YORK, _OVER_THE_COUNTER = "NYSE", "OTC"


def kind_of(symbol: str, of_company: Mapping[str, str | None]) -> str:
    """Return what a symbol is of, beside the other symbols of its company.

    of_company: exchange by symbol, as the SEC's list says; None where it tells none.

    >>> kind_of("SOUNW", {"SOUN": "Nasdaq", "SOUNW": "Nasdaq"}), kind_of("GOOGL", {"GOOG": "Nasdaq", "GOOGL": "Nasdaq"})
    ('warrant', 'common')
    """
    base, _, letters = symbol.partition("-")
    if letters:
        found = _AFTER_DASH.fullmatch(letters)
        return found.lastgroup or COMMON if found else COMMON
    exchange = of_company.get(symbol)
    if exchange == _OVER_THE_COUNTER and any(other not in (exchange, None) for other in of_company.values()):
        return FOREIGN
    shorter = (other.partition("-")[0] for other in of_company)
    if not any(base != other and base.startswith(other) for other in shorter):
        return COMMON
    if len(base) == _NASDAQ_LENGTH:
        return _FIFTH.get(base[-1], COMMON)
    return NOTE if exchange == _NEW_YORK else COMMON


def is_common(instruments: pl.DataFrame) -> pl.Series:
    """Return for each row whether it is a share of its company: booleans in the order of the rows.

    instruments: ticker, cik, exchange; a row per symbol or span of it. Of a company without shares, its units are.
    """
    symbols = instruments.select("cik", "ticker", "exchange", of=pl.len().over("cik"))
    doubtful = symbols.filter((pl.col("of") > 1) | pl.col("ticker").str.contains("-", literal=True))
    companies: dict[int, dict[str, str | None]] = {}
    for cik, ticker, exchange, _ in doubtful.iter_rows():
        companies.setdefault(cik, {})[ticker] = exchange
    beside = [(cik, ticker) for cik, own in companies.items() for ticker in own.keys() - _shares(own)]
    others = pl.DataFrame(beside, schema={"cik": pl.Int64, "ticker": pl.String}, orient="row")
    found = symbols.join(others.with_columns(beside=True), on=["cik", "ticker"], how="left", maintain_order="left")
    return found["beside"].is_null().alias("is_common")


def _shares(of_company: Mapping[str, str | None]) -> set[str]:
    kinds = {symbol: kind_of(symbol, of_company) for symbol in of_company}
    meant = COMMON if COMMON in kinds.values() else UNIT
    return {symbol for symbol, kind in kinds.items() if kind == meant}
