"""The truth about earnings calls: when each was held and could be read, its tone, what is spoken of, and the themes.

truth/calls.parquet        one row per call
truth/call_topics.parquet  one row per component and subject, whatever the copy
truth/themes.parquet       one row per call and theme
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant
from edgewise.simulate.calls.plain import plain_path
from edgewise.simulate.calls.subjects import BOILERPLATE, OPERATOR, THEMES
from edgewise.simulate.calls.wrds import company_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polars._typing import PolarsDataType

    from edgewise.simulate.calls.calendar import Call
    from edgewise.simulate.calls.spoken import Component

    Row = tuple[object, ...]

# results: accession of the results 8-K before it. begins_at, known_at: UTC; known_at is of the first copy.
CALLS: dict[str, PolarsDataType] = {
    "call_id": pl.Int64,
    "company_id": pl.Float64,
    "cik": pl.Int64,
    "ticker": pl.String,
    "name": pl.String,
    "fiscal_year": pl.Int64,
    "fiscal_quarter": pl.Int64,
    "period_end": pl.Date,
    "results": pl.String,
    "begins_at": Instant,
    "known_at": Instant,
    "copies": pl.Int64,
    "part": pl.String,
    "components": pl.Int64,
    "latent_tone": pl.Float64,
    "path": pl.String,
}
# kind: of the subject: topic, theme, boilerplate or operator; sentences: how many are about it.
TOPICS: dict[str, PolarsDataType] = {
    "call_id": pl.Int64,
    "component_order": pl.Int64,
    "kind": pl.String,
    "topic": pl.String,
    "sentences": pl.Int64,
    "latent_tone": pl.Float64,
}
# quarter: calendar quarter of the call ("2024Q3"); strength: from 0 to 1; sentences: how many were spent on it.
THEME_STRENGTHS: dict[str, PolarsDataType] = {
    "quarter": pl.String,
    "theme": pl.String,
    "direction": pl.Int64,
    "call_id": pl.Int64,
    "cik": pl.Int64,
    "known_at": Instant,
    "strength": pl.Float64,
    "sentences": pl.Int64,
}
_THEMES = frozenset(theme.name for theme in THEMES)


def call_row(call: Call, components: Sequence[Component]) -> Row:
    """Return a call's row of CALLS."""
    company, quarter = call.company, call.quarter
    return (
        *(call.call_id, company_id(company), int(company.cik), str(company.ticker), company.name),
        *(quarter.fiscal_year, quarter.number, quarter.end, str(call.results.accession), call.begins, call.known_at),
        *(len(call.copies), call.part.value, len(components), call.tone, plain_path(call)),
    )


def topic_rows(call: Call, components: Sequence[Component]) -> Iterator[Row]:
    """Yield a call's rows of TOPICS."""
    for order, one in enumerate(components):
        for name, sentences in one.topics:
            yield call.call_id, order, _kind(name), name, sentences, one.tone


def theme_rows(call: Call, components: Sequence[Component]) -> Iterator[Row]:
    """Yield a call's rows of THEME_STRENGTHS."""
    quarter = f"{call.day.year}Q{(call.day.month + 2) // 3}"
    for theme, strength in zip(THEMES, call.themes, strict=True):
        said = sum(dict(one.topics).get(theme.name, 0) for one in components)
        row = (quarter, theme.name, theme.direction, call.call_id, int(call.company.cik))
        yield (*row, call.known_at, strength, said)


def _kind(name: str) -> str:
    if name in {OPERATOR, BOILERPLATE}:
        return name
    return "theme" if name in _THEMES else "topic"
