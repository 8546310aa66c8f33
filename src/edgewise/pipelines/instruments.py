"""Which ticker names which security: fold the SEC's list of tickers into the lake's instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.identifiers import Cik, Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar.tickers import current, fold, resolve

if TYPE_CHECKING:
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.sources.edgar.service import Edgar


def ingest_instruments(edgar: Edgar, lake: Lake, clock: Clock) -> tuple[int, int]:
    """Fetch today's list of tickers and store what it changes; return (tickers listed, rows added)."""
    page = edgar.company_tickers()
    known = lake.history(INSTRUMENTS)
    folded = fold(known, page.entries, clock.now(), source_url=edgar.company_tickers_url)
    added = folded.tail(folded.height - known.height)
    lake.upsert(INSTRUMENTS, added)
    return page.entries.height, added.height


def known_instruments(edgar: Edgar, lake: Lake, clock: Clock) -> pl.DataFrame:
    """Return all versions of the stored instruments; fetch the SEC's list first if none is stored."""
    known = lake.history(INSTRUMENTS)
    if known.is_empty():
        ingest_instruments(edgar, lake, clock)
        known = lake.history(INSTRUMENTS)
    return known


def issuer_of(instruments: pl.DataFrame, ticker: Ticker, on: date) -> Cik:
    """Return the registrant whose security `ticker` named on the day `on`. Raises NotFound with the nearest tickers."""
    security = resolve(instruments, ticker, on)
    spans = current(instruments).filter((pl.col("instrument_id") == security) & (pl.col("ticker") == str(ticker)))
    return Cik(int(spans["cik"][-1]))
