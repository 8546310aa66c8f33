"""The table of what could not be brought in: companies, sessions, stretches of days, and when they came after all."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

INGEST_FAILURES = Table(
    "ingest_failures",
    "One row per ingester and thing it was asked for that failed, in a version for each time that it failed and for "
    "when it came after all. Filings that failed are in the ledger of filings, not here.",
    key=("ingester", "asked"),
    columns=(
        Column("ingester", pl.String, "noun of the command: fundamentals, prices, ratings, news"),
        Column("asked", pl.String, "what it was asked for: a CIK, a symbol, a session, a stretch of days"),
        Column("status", pl.String, "failed, or mended: it came in a later run"),
        Column("reason", pl.String, "reason code", nulls="mended"),
        Column("detail", pl.String, "what was said, for people", nulls="nothing more, or mended"),
        Column("retry", pl.Boolean, "whether the same question may succeed later; false of what is mended"),
        Column("command", pl.String, "command that asks for it again"),
        Column("known_at", Instant, "UTC instant at which this lake saw it"),
    ),
)
