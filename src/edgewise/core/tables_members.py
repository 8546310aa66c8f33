"""The table of index members: who belonged to an index on which days, and since when that could be known."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

INDEX_MEMBERS = Table(
    "index_members",
    "One row per index, symbol and span of membership, in a version for each thing that became known of it: that it "
    "begins, that it ends. Whoever was a member once stays here.",
    key=("index", "ticker", "member_from"),
    columns=(
        Column("index", pl.String, "the index in lower case: sp500"),
        Column("ticker", pl.String, "symbol as the file gives it, upper case, dash before the class"),
        Column("member_from", pl.Date, "first day as a member (New York)"),
        Column("member_to", pl.Date, "last day as a member (New York)", nulls="still is, as far as known"),
        Column("instrument_id", pl.String, "security that the symbol named then", nulls="no known security"),
        Column("cik", pl.Int64, "issuer, of the file or of that security", nulls="neither tells"),
        Column("status", pl.String, "ok, or withdrawn: a later file does not tell it any more"),
        Column(
            "known_at_source",
            pl.String,
            "what known_at rests on: announced (the file says the day), effective (the open of the first session on "
            "which it holds), or seen (told otherwise before; this lake saw it then)",
        ),
        Column("source_url", pl.String, "where it was read from"),
        Column("known_at", Instant, "UTC instant from which the public could know this version"),
    ),
)
