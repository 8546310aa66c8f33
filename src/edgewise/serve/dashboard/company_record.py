"""What was told of a company, and what its shares cost: read from the lake, as known at a session's close."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.tables import PRICES, RISK_CHANGES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.adjust import adjusted_prices
from edgewise.market.prices import traded_prices
from edgewise.pipelines.changes import VERSION, previous_of
from edgewise.serve.dashboard.branches import filing_url
from edgewise.serve.dashboard.data import StockRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgewise.lake import Lake
    from edgewise.pipelines.score_day import ServedDay
    from edgewise.pipelines.score_reading import ScoreReader

YEARS = timedelta(days=730)
FILINGS_AT_MOST = 400
REPORTS = ("10-K", "10-Q")


def company_record(
    lake: Lake, reader: ScoreReader, row: Mapping[str, Any], day: ServedDay, *, simulated: bool
) -> StockRecord:
    """Return prices of two years in shares of the session, filings newest first, and the newest changes of risks.

    Time: nothing that was known after the session's close.
    """
    company, newest = reader.filings(row["ticker"], limit=FILINGS_AT_MOST)
    told, cik = newest.filter(pl.col("known_at") <= day.known_at), company.cik
    filings = told.with_columns(url=pl.Series([_url(cik, each, simulated=simulated) for each in told["accession"]],
                                              dtype=pl.String))  # fmt: skip
    return StockRecord(_prices(lake, row["instrument_id"], day), filings, _risks(lake, filings))


def _url(cik: int, accession: str, *, simulated: bool) -> str:
    return "" if simulated else filing_url(cik, accession)


def _prices(lake: Lake, instrument_id: str, day: ServedDay) -> pl.DataFrame:
    own = pl.col("instrument_id") == instrument_id
    spans = own & pl.col("session").is_between(day.session - YEARS, day.session)
    prices = traded_prices(lake.read(PRICES, as_of=day.known_at, where=spans))
    actions = lake.read(CORPORATE_ACTIONS, as_of=day.known_at, where=own)
    return adjusted_prices(prices, actions, as_of=day.known_at).select("session", "close")


def _risks(lake: Lake, filings: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of risk factors of the newest report that is compared, against the one before; no doubtful."""
    reports = filings.filter(pl.col("form").str.starts_with(REPORTS[0]) | pl.col("form").str.starts_with(REPORTS[1]))
    own = pl.col("accession").is_in(reports["accession"].to_list()) & (pl.col("change_version") == VERSION)
    rows = lake.read(RISK_CHANGES, where=own & (pl.col("status") != "suspect"))
    if rows.is_empty():
        return rows.with_columns(url=pl.lit(""))
    newest = rows.sort("known_at", "accession")["accession"][-1]
    previous = previous_of(lake, newest)
    pair = rows.filter(pl.col("accession") == newest)
    if previous is not None:
        pair = pair.filter(pl.col("previous_accession") == previous[0])
    return (
        pair.join(filings.select("accession", "url"), on="accession", how="left")
        .with_columns(heading=pl.coalesce("heading", "old_heading"))
        .sort("ordinal", "old_ordinal")
    )
