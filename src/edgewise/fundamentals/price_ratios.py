"""Ratios of prices to stored figures: of any number of companies and instants at once."""

from __future__ import annotations

import polars as pl

from edgewise.fundamentals.ratio_versions import codes, stands
from edgewise.fundamentals.ratios import PRICE_RATIOS, QUOTE_SCHEMA, QUOTED, against_price, evaluated

_NAMES = [one.name for one in PRICE_RATIOS]
_FIGURES = list(dict.fromkeys(name for one in PRICE_RATIOS for name in one.inputs if name not in QUOTED))
_VERSION = ["cik", "basis", "period_end", "known_at"]
_KEPT = ["cik", "at", "session", "instrument_id", "basis", "period_end", *QUOTED]


def price_ratios(stored: pl.DataFrame, quotes: pl.DataFrame) -> pl.DataFrame:
    """Return the ratios of a price as `ratios` gives them, a row per company and instant.

    stored:  rows of RATIOS and `at`: those of the newest period that stood at that instant, at most one for each
             (cik, at). So figures a share are on the split basis of `at`, and the price has to be as well.
    quotes:  QUOTE_SCHEMA with `at` and `instrument_id`, whose price it is, at most one row for each (cik, at).
    Returns: cik, at, session, instrument_id, basis, period_end, price, market_value, a column per ratio of PRICE_RATIOS
             and `reasons` as in RATIOS; sorted by (at, cik).
    Nulls:   a ratio whose input is missing or whose denominator is not above zero; `reasons` says which.
    """
    # A row stands at many instants: its reasons are read once.
    rows = stored.select(*_VERSION, "currency", *_FIGURES, "reasons").unique(_VERSION)
    told = rows.with_columns(
        column
        for name in _FIGURES
        for column in (
            stands(name).str.extract(r"^(\w+)").fill_null("ok").alias(f"{name} status"),
            stands(name).str.extract(r"^\w+ (.+)").alias(f"{name} reasons"),
            pl.col("known_at").alias(f"{name} known_at"),
        )
    ).drop("reasons")
    stood = stored.select("at", *_VERSION).join(told, on=_VERSION).drop("known_at")
    quoted = quotes.select("at", "instrument_id", *QUOTE_SCHEMA)
    joined = stood.join(quoted, on=["cik", "at"], how="left", suffix="_quoted")
    found = evaluated(against_price(joined), _KEPT, PRICE_RATIOS)
    return found.select(*_KEPT, *_NAMES, reasons=codes(tuple(_NAMES))).sort("at", "cik")
