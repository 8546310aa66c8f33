"""Facts as tagged to standardised statements, as of any instant. Pure: frames in, frames out."""

from __future__ import annotations

from edgewise.fundamentals.statements import BASES, STATEMENT_SCHEMA, statements

__all__ = ["BASES", "STATEMENT_SCHEMA", "statements"]
