"""What analysts publish about securities: one table, a row for each rating as a provider has it."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_UNREADABLE = "the item could not be read"

RATINGS = Table(
    "ratings",
    "One row per rating of a provider, as it said it: a corrected item is a further row of the same key with a later "
    "`known_at`. What cannot be read is a row with status absent, what cannot be understood one with status "
    "suspect; neither counts in a consensus.",
    key=("provider", "rating_id"),
    columns=(
        Column("provider", pl.String, "benzinga, or file"),
        Column("rating_id", pl.String, "the provider's number; where it gives none, '?' and a digest of the item"),
        Column("ticker", pl.String, "symbol on the day, upper case, a dash before the class", nulls=_UNREADABLE),
        Column("instrument_id", pl.String, "security that the symbol named that day", nulls="no known security"),
        Column("firm", pl.String, "who rates, as printed", nulls=_UNREADABLE),
        Column("firm_id", pl.String, "the firm under all its spellings", nulls=_UNREADABLE),
        Column("analyst", pl.String, "the person", nulls="not given"),
        Column("action_said", pl.String, "the provider's word for what was done", nulls="not given"),
        Column("action", pl.String, "upgrade, downgrade, initiate, reiterate, terminate", nulls="no known word"),
        Column("grade_said", pl.String, "the firm's word", nulls="none is given, as where only a target changes"),
        Column("prior_grade_said", pl.String, "the firm's word before", nulls="none is given"),
        Column("grade", pl.Float64, "that word from 1, worst, to 5, best", nulls="no word, or no known one"),
        Column("prior_grade", pl.Float64, "the word before on that scale", nulls="as grade"),
        Column("target", pl.Float64, "price target per share as published, on the shares of that day", nulls="none"),
        Column("prior_target", pl.Float64, "the firm's target before, as published then", nulls="none"),
        Column("currency", pl.String, "of the targets, ISO 4217", nulls="no target, or not given"),
        Column("published_at", Instant, "UTC instant at which it was published", nulls="no time of day is given"),
        Column("published_on", pl.Date, "New York day of that", nulls=_UNREADABLE),
        Column("status", pl.String, "ok, suspect or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        Column("source_url", pl.String, "where it was read from, without any key"),
        Column("first_seen_at", Instant, "UTC instant at which this lake first saw it; never used as known_at"),
        Column(
            "known_at_source",
            pl.String,
            "what known_at rests on: updated (the provider last touched the item then), published, day (the end of the "
            "day, no time is given), or seen (this lake saw it then)",
        ),
        Column("known_at", Instant, "UTC instant from which the public could know it as it is here"),
    ),
)
