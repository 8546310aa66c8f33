"""Who is scored on each session, and with whom: the securities listed then, their companies and industries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.tables import FILINGS, INSTRUMENTS
from edgewise.factors.cross_section import codes_as_of
from edgewise.factors.measure import PEERS_SCHEMA
from edgewise.factors.sectors import division_of, industry_of, sector_of
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from edgewise.lake import Lake


def peers_at(lake: Lake, sessions: Sequence[date]) -> pl.DataFrame:
    """Return the securities listed on each session, PEERS_SCHEMA, sorted by (session, instrument_id).

    Time:  who was listed when is taken from INSTRUMENTS as it stands today: symbols are told by providers without the
           instant at which they became public. The industry is that of the newest submission known at the close.
    Nulls: sector, division and industry of a company that has told no industry code by then.
    """
    days = pl.DataFrame({"session": sorted(set(sessions))}, schema={"session": pl.Date})
    spans = current(lake.history(INSTRUMENTS)).select("instrument_id", "cik", "valid_from", "valid_to")
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
    last = session_closes(days["session"]).max()
    filings = lake.history(FILINGS, as_of=last, where=pl.col("sic").is_not_null()) if days.height else FILINGS.empty()  # type: ignore[arg-type]
    coded = codes_as_of(listed, filings)
    sic = coded["sic"].cast(pl.Int32)
    return coded.with_columns(sector_of(sic), division_of(sic), industry_of(sic)).select(PEERS_SCHEMA.keys())
