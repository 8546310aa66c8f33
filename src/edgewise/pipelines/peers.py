"""Who is scored on each session, and with whom: the shares listed then, their companies and industries."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.security_kinds import is_common
from edgewise.core.tables import FILINGS, INSTRUMENTS
from edgewise.core.tables_companies import COMPANIES
from edgewise.factors.cross_section import CODES, codes_as_of
from edgewise.factors.measure import PEERS_SCHEMA
from edgewise.factors.sectors import division_of, industry_of, sector_of
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from edgewise.lake import Lake


def peers_at(lake: Lake, sessions: Sequence[date]) -> pl.DataFrame:
    """Return the shares listed on each session, PEERS_SCHEMA, sorted by (session, instrument_id).

    Preferred shares, warrants, units, rights and notes are nobody's peers (`is_common`).

    Time:  who was listed when is taken from INSTRUMENTS as it stands today: symbols are told by providers without the
           instant at which they became public. The industry is the newest that was known at the close: what a
           submission stated, or EDGAR when it was asked.
    Nulls: sector, division and industry of a company that has told no industry code by then.
    """
    days = pl.DataFrame({"session": sorted(set(sessions))}, schema={"session": pl.Date})
    named = current(lake.history(INSTRUMENTS))
    spans = named.filter(is_common(named)).select("instrument_id", "cik", "valid_from", "valid_to")
    listed = (
        spans.join(days, how="cross")
        .filter(
            pl.col("valid_from") <= pl.col("session"),
            (pl.col("valid_to") >= pl.col("session")).fill_null(value=True),
        )
        .select("instrument_id", "session", "cik")
        .unique(["instrument_id", "session"], keep="last", maintain_order=True)
        .drop_nulls("cik")
    )
    coded = codes_as_of(listed, *_stated(lake, days["session"]))
    sic = coded["sic"].cast(pl.Int32)
    return coded.with_columns(sector_of(sic), division_of(sic), industry_of(sic)).select(PEERS_SCHEMA.keys())


def _stated(lake: Lake, sessions: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of FILINGS and of COMPANIES that state an industry code and were known at one of the closes."""
    last = session_closes(sessions).max()
    if not isinstance(last, datetime):
        return FILINGS.empty(), COMPANIES.empty()
    stated = pl.col("sic").is_not_null()
    return (
        lake.history(FILINGS, as_of=last, columns=CODES, where=stated),
        lake.history(COMPANIES, as_of=last, columns=["cik", "sic", "known_at"], where=stated),
    )
