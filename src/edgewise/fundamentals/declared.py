"""The lines of standardised statements as data: which concepts hold each, in which order, by industry.

`concepts.toml` is the declaration and says what its words mean. An expression of several concepts becomes terms, each
with a sign and whether it may be missing, so that all of them are evaluated by one join.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.errors import Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERAL = "general"
TIERS = ("concepts", "alternates", "doubtful")
DOUBTFUL = TIERS.index("doubtful")
_OPERATORS = {"+": 1.0, "-": -1.0}
_KNOWN_KEYS = {"statement", "period", "unit", "positive", "internal", "derived", *TIERS}
_TERM_SCHEMA = {
    "industry": pl.String,
    "field": pl.String,
    "tier": pl.Int8,
    "order": pl.Int16,
    "taxonomy": pl.String,
    "concept": pl.String,
    "sign": pl.Float64,
    "required": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line: the statement it stands in, duration or instant, money, shares or per_share.

    positive: a value below zero is suspect.   internal: used by checks, never shown.
    derived:  lines of the same period that it is the sum of, each with its sign; no concept then holds it.
    """

    name: str
    statement: str
    period: str
    unit: str
    positive: bool = False
    internal: bool = False
    derived: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Declaration:
    """All lines.

    forms, annual_forms: filings that hold statements, and those about a whole year; without /A.
    markers: one row per industry (`rank` orders them) and concept that betrays it.
    terms:   one row per industry, field, alternative (tier, order) and concept of it.
    """

    forms: tuple[str, ...]
    annual_forms: tuple[str, ...]
    fields: tuple[Field, ...]
    markers: pl.DataFrame
    terms: pl.DataFrame

    def named(self, *, period: str | None = None, unit: str | None = None) -> list[str]:
        """Return the names of the fields of this kind."""
        return [one.name for one in self.fields if period in (None, one.period) and unit in (None, one.unit)]

    @property
    def shown(self) -> list[str]:
        """Names of the fields that statements show, in their order."""
        return [one.name for one in self.fields if not one.internal]


@lru_cache(maxsize=1)
def declaration() -> Declaration:
    """Return the packaged declaration."""
    return parse_declaration(files(__package__).joinpath("concepts.toml").read_text(encoding="utf-8"))


def parse_declaration(text: str) -> Declaration:
    """Return what a declaration says. Raises Unparsable for unknown words, naming the field."""
    said = tomllib.loads(text)
    industries = list(said["industries"])
    markers = [
        (rank, name, *_concept(concept))
        for rank, name in enumerate(industries)
        for concept in said["industries"][name]["markers"]
    ]
    terms = [
        (industry, *term)
        for industry in (*industries, GENERAL)
        for name, one in said["fields"].items()
        for term in _terms(name, one, industry, industries)
    ]
    return Declaration(
        forms=tuple(said["forms"]),
        annual_forms=tuple(said["annual_forms"]),
        fields=tuple(_field(name, one, industries) for name, one in said["fields"].items()),
        markers=pl.DataFrame(
            markers,
            schema={"rank": pl.Int8, "industry": pl.String, "taxonomy": pl.String, "concept": pl.String},
            orient="row",
        ),
        terms=pl.DataFrame(terms, schema=_TERM_SCHEMA, orient="row"),
    )


def _field(name: str, said: dict[str, Any], industries: list[str]) -> Field:
    if unknown := said.keys() - _KNOWN_KEYS - set(industries):
        raise Unparsable(f"field {name} has unknown words {sorted(unknown)}", advice=f"Known: {sorted(_KNOWN_KEYS)}.")
    return Field(
        name,
        statement=said["statement"],
        period=said["period"],
        unit=said["unit"],
        positive=said.get("positive", False),
        internal=said.get("internal", False),
        derived=tuple((sign, line) for sign, line, _ in _parsed(name, said.get("derived", ""))),
    )


def _terms(
    name: str, said: dict[str, Any], industry: str, industries: list[str]
) -> Iterator[tuple[str, int, int, str, str, float, bool]]:
    own = said.get(industry, {}) if industry in industries else {}
    for tier, words in enumerate(TIERS):
        for order, expression in enumerate(own.get(words, said.get(words, ()))):
            for sign, concept, required in _parsed(name, expression):
                yield (name, tier, order, *_concept(concept), sign, required)


def _parsed(name: str, expression: str) -> Iterator[tuple[float, str, bool]]:
    """Yield sign, concept and whether it is required, of "A + B? - C"."""
    sign = 1.0
    for at, word in enumerate(expression.split()):
        if at % 2 == 0:
            yield sign, word.removesuffix("?"), not word.endswith("?")
        elif word in _OPERATORS:
            sign = _OPERATORS[word]
        else:
            raise Unparsable(f"field {name}: {expression!r} has {word!r} for an operator", advice="Write A + B? - C.")


def _concept(said: str) -> tuple[str, str]:
    taxonomy, _, concept = said.rpartition(":")
    return taxonomy or "us-gaap", concept
