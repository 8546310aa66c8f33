"""Which ticker names which security: fold the SEC's list of tickers, and who has left it, into the lake's instruments.

The SEC lists whose symbols are in use today. Whoever looks back with that list alone sees survivors only, so that what
was bought out or went bankrupt comes from a provider's list of symbols that are no longer in use.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.identifiers import Cik, Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar.tickers import current, fold, resolve, resolve_last
from edgewise.sources.listings.fold import fold_listings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.sources.edgar.service import Edgar
    from edgewise.sources.listings.polygon import PolygonListings


@dataclass(frozen=True, slots=True)
class IngestedListings:
    """What came of a list of symbols that are no longer in use.

    symbols:    how many it has that could be read. securities: new ones. rows: stored, those of moved spans, too.
    rejected:   rows of the list that could not be read, by reason. left_out: symbols that contradict, by reason.
    """

    symbols: int
    securities: int
    rows: int
    rejected: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def ingest_instruments(edgar: Edgar, lake: Lake, clock: Clock) -> tuple[int, int]:
    """Fetch today's list of tickers and store what it changes; return (tickers listed, rows added)."""
    page = edgar.company_tickers()
    known = lake.history(INSTRUMENTS)
    folded = fold(known, page.entries, clock.now(), source_url=edgar.company_tickers_url)
    added = folded.tail(folded.height - known.height)
    lake.upsert(INSTRUMENTS, added)
    return page.entries.height, added.height


def ingest_listings(
    listings: PolygonListings, lake: Lake, clock: Clock, *, on_page: Callable[[int], object] = lambda _done: None
) -> IngestedListings:
    """Fetch the symbols that are no longer in use and store the securities they were; after the SEC's list of today.

    Those in use are asked for, too: they tell which share class goes on under another symbol.
    """
    ended = listings.symbols(active=False, on_page=on_page)
    in_use = listings.symbols(active=True, on_page=on_page)
    known = lake.history(INSTRUMENTS)
    folded = fold_listings(known, ended.rows, in_use.rows, clock.now(), source_url=listings.url)
    lake.upsert(INSTRUMENTS, folded.instruments.tail(folded.rows))
    return IngestedListings(ended.rows.height, folded.securities, folded.rows, ended.rejected, folded.left_out)


def known_instruments(edgar: Edgar, lake: Lake, clock: Clock) -> pl.DataFrame:
    """Return all versions of the stored instruments; fetch the SEC's list first if none is stored."""
    known = lake.history(INSTRUMENTS)
    if known.is_empty():
        ingest_instruments(edgar, lake, clock)
        known = lake.history(INSTRUMENTS)
    return known


def issuer_of(instruments: pl.DataFrame, ticker: Ticker, on: date) -> Cik:
    """Return the registrant whose security `ticker` named on the day `on`. Raises NotFound with the nearest tickers."""
    return _issuer(instruments, ticker, resolve(instruments, ticker, on))


def last_issuer_of(instruments: pl.DataFrame, ticker: Ticker, on: date) -> Cik:
    """Return the registrant that `ticker` named on the day `on`, or last before it. Raises as `issuer_of` does."""
    return _issuer(instruments, ticker, resolve_last(instruments, ticker, on))


def _issuer(instruments: pl.DataFrame, ticker: Ticker, security: str) -> Cik:
    own = (pl.col("instrument_id") == security) & (pl.col("ticker") == str(ticker))
    return Cik(int(current(instruments).filter(own)["cik"][-1]))
