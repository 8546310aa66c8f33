"""Ratios of a company as of an instant: statements, share count and price, all of them as they were known then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.fundamentals.ratios import QUOTE_SCHEMA, ratios
from edgewise.fundamentals.share_counts import shares_outstanding
from edgewise.market.adjust import adjusted_prices
from edgewise.market.prices import traded_prices
from edgewise.pipelines.fundamentals import known_facts, known_statements
from edgewise.pipelines.fundamentals_build import splits_of
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from datetime import date, datetime

    from edgewise.core.identifiers import Cik
    from edgewise.lake import Lake

_NEWEST_PRICE_DAYS = 30  # an older price is none: the security does not trade any more
_CLASSES = "several_classes"


def known_ratios(lake: Lake, cik: Cik, *, basis: str, as_of: datetime) -> pl.DataFrame:
    """Return a company's ratios as `edgewise.fundamentals.ratios` gives them; empty where no statement is known."""
    return ratios(known_statements(lake, cik, basis=basis, as_of=as_of), quote_of(lake, cik, as_of=as_of))


def quote_of(lake: Lake, cik: Cik, *, as_of: datetime) -> pl.DataFrame:
    """Return a company's price and market value at `as_of`, QUOTE_SCHEMA; no row without a price of the last 30 days.

    The price is the newest close of a security in quarantine by nobody, in shares as of `as_of`. Of several classes the
    one of which most dollars were traded is taken for all, and both figures say `several_classes`.
    """
    day = as_of.astimezone(NEW_YORK).date()
    securities = _listed(lake, cik, day)
    own = pl.col("instrument_id").is_in(securities)
    recent = (pl.col("session") <= day) & (pl.col("session") > day - pl.duration(days=_NEWEST_PRICE_DAYS))
    traded = traded_prices(lake.read(PRICES, as_of=as_of, where=own & recent)).drop_nulls("close")
    if traded.is_empty():
        return pl.DataFrame(schema=QUOTE_SCHEMA)
    adjusted = adjusted_prices(
        traded.drop("ordinal"), lake.read(CORPORATE_ACTIONS, as_of=as_of, where=own), as_of=as_of
    )
    known = traded.select("instrument_id", "session", "known_at")
    newest = (
        adjusted.join(known, on=["instrument_id", "session"])
        .sort("session", pl.col("close") * pl.col("volume").fill_null(0.0), "instrument_id")
        .tail(1)
        .select("session", "known_at", price="close", cik=pl.lit(int(cik), pl.Int64))
    )
    classes = _CLASSES if len(securities) > 1 else None
    splits = splits_of(lake, [int(cik)])
    counts = shares_outstanding(
        known_facts(lake, cik, as_of=as_of), as_of=as_of, splits=splits.filter(pl.col("effective_at") <= as_of)
    )
    doubt = pl.lit(classes, dtype=pl.String)
    return (
        newest.join(counts.select("cik", "shares", "reasons", counted_at="known_at"), on="cik", how="left")
        .with_columns(
            market_value=pl.col("price") * pl.col("shares"),
            currency=pl.lit("USD"),
            price_reasons=doubt,
            market_value_reasons=pl.concat_str("reasons", doubt, separator=",", ignore_nulls=True).replace("", None),
            known_at=pl.max_horizontal("known_at", "counted_at"),
        )
        .select(QUOTE_SCHEMA.keys())
    )


def _listed(lake: Lake, cik: Cik, day: date) -> list[str]:
    """Return the securities of a company that had a symbol on `day`."""
    spans = current(lake.history(INSTRUMENTS)).filter(
        pl.col("cik") == int(cik),
        pl.col("valid_from") <= day,
        (pl.col("valid_to") >= day).fill_null(value=True),
    )
    listed: list[str] = spans["instrument_id"].unique().sort().to_list()
    return listed
