"""Facts as tagged to standardised statements, as of any instant, and ratios of them. Pure: frames in, frames out."""

from __future__ import annotations

from edgewise.fundamentals.declared import declaration
from edgewise.fundamentals.price_ratios import price_ratios
from edgewise.fundamentals.ratio_versions import ratio_versions
from edgewise.fundamentals.ratios import QUOTE_SCHEMA, RATIO_SCHEMA, RATIOS, ratios
from edgewise.fundamentals.share_counts import shares_outstanding
from edgewise.fundamentals.statements import BASES, STATEMENT_SCHEMA, statements
from edgewise.fundamentals.versions import versions

__all__ = [
    "BASES",
    "QUOTE_SCHEMA",
    "RATIOS",
    "RATIO_SCHEMA",
    "STATEMENT_SCHEMA",
    "declaration",
    "price_ratios",
    "ratio_versions",
    "ratios",
    "shares_outstanding",
    "statements",
    "versions",
]
