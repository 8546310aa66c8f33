"""What the press writes about securities: one table, a row for each story and symbol that it names."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_UNREADABLE = "the item could not be read"

NEWS = Table(
    "news",
    "One row per story of a provider and symbol that the story names; a story that names none has one row, its ticker "
    "''. A story that changes under its number is a further row with a later `known_at`. The same story under several "
    "numbers keeps all its rows, which share `story`; averages count it once.",
    key=("provider", "news_id", "ticker"),
    columns=(
        Column("provider", pl.String, "polygon, or file"),
        Column("news_id", pl.String, "the provider's number; where it gives none, '?' and a digest of the item"),
        Column("ticker", pl.String, "symbol, upper case, a dash before the class; '' for none"),
        Column("instrument_id", pl.String, "security that the symbol named that day", nulls="no known security"),
        Column("story", pl.String, "digest of the headline's words, the same for every copy of the story"),
        Column("named", pl.Int32, "symbols that the story names"),
        Column("title", pl.String, "headline, without markup", nulls=_UNREADABLE),
        Column("description", pl.String, "the provider's summary, without markup", nulls="not given"),
        Column("publisher", pl.String, "who printed it", nulls="not given"),
        Column("url", pl.String, "where it can be read", nulls="not given, or no http(s) URL"),
        Column("sentiment_said", pl.String, "the provider's word or number for this symbol", nulls="not given"),
        Column("tone", pl.Float64, "-1, bad for the company, to 1, good", nulls="neither given nor to be scored"),
        Column(
            "tone_by", pl.String, "whose tone: provider, or the version of the model that scored", nulls="tone is null"
        ),
        Column("published_at", Instant, "UTC instant that the provider prints on it", nulls=_UNREADABLE),
        Column("published_on", pl.Date, "New York day of that", nulls=_UNREADABLE),
        Column("status", pl.String, "ok, suspect or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        Column("source_url", pl.String, "where it was read from, without any key"),
        Column("first_seen_at", Instant, "UTC instant at which this lake first saw it; never used as known_at"),
        Column("known_at_source", pl.String, "what known_at rests on: published, or seen (this lake saw it then)"),
        Column("known_at", Instant, "UTC instant from which the public could know it as it is here"),
    ),
)
