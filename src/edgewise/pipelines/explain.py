"""From a factor value down to the filings it rests on, each with its part of the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import LAST_SESSION, session_close
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import InstrumentId
from edgewise.core.tables import FACTORS, FILING_TONE, FILINGS, INSTRUMENTS
from edgewise.factors import filing_tone
from edgewise.sources.edgar.tickers import resolve

if TYPE_CHECKING:
    from datetime import date

    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class Explained:
    """A stored value and its parts.

    value: the row of FACTORS.
    parts: one row per filing it rests on, oldest first: accession, form, known_at, age (sessions), net, baseline,
           surprise, weight, part; the parts add up to the raw value.
    """

    value: dict[str, Any]
    parts: pl.DataFrame


def explain_filing_tone(lake: Lake, name: str, session: date | None, *, model_version: str) -> Explained:
    """Return the stored filing_tone of a security at a session (the newest if None) and the filings behind it.

    name: ticker or instrument id. Raises NotFound where no value is stored.
    """
    security = _security(lake, name, session)
    where = (pl.col("factor") == filing_tone.FACTOR.name) & (pl.col("instrument_id") == str(security))
    if session is not None:
        where &= pl.col("session") == session
    stored = lake.read(FACTORS, where=where).sort("session")
    if stored.is_empty():
        when = f" at {session}" if session else ""
        raise NotFound(f"no filing_tone of {name} is stored{when}", advice="Build it: edgewise factors build")
    value = stored.row(-1, named=True)
    known_by = session_close(value["session"])
    tone = lake.history(FILING_TONE, as_of=known_by).filter(pl.col("model_version") == model_version)
    parts = filing_tone.contributions(tone, lake.history(FILINGS, as_of=known_by), security, value["session"])
    return Explained(value, parts)


def _security(lake: Lake, name: str, session: date | None) -> InstrumentId:
    try:
        return InstrumentId(name)
    except InvalidInput:
        instruments = lake.history(INSTRUMENTS)
        if instruments.is_empty():
            raise NotFound("no tickers are stored", advice="Run edgewise instruments ingest, or give an id.") from None
        if session is not None:
            return resolve(instruments, name, session)
        # Without a session, what the ticker named last.
        return resolve(instruments, name, LAST_SESSION)
