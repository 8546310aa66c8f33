"""What each filing says of each line: the first declared alternative that it has, for every period it shows.

A *line* is one value of one field for one period as one filing tells it. Lines are chosen filing by filing, so that a
company may change its tags over the years and a series stays continuous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.fundamentals.declared import GENERAL

if TYPE_CHECKING:
    from edgewise.fundamentals.declared import Declaration

LINE = ("cik", "accession", "field", "unit", "period_start", "period_end")
_FOUND = (*LINE, "form", "known_at", "tier", "order", "value", "sources")
_MONEY, _PER_SHARE = r"^[A-Z]{3}$", r"^[A-Z]{3}/shares$"


def filed_lines(facts: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return one row per field, period and filing.

    facts:   columns of table `facts`; one row per key.
    Returns: cik, accession, field, unit (currency, shares, or currency/shares), period_start, period_end, form,
             known_at, value, tier (0: the usual concepts; see `declared`), sources ("accession:concept + concept").
    A filing in several currencies counts in the one of most of its facts.
    """
    relevant = _in_one_currency(_of_statements(facts, declared)).with_columns(kind=_kind())
    terms = _terms(declared).filter(pl.col("industry").is_in(relevant["industry"].unique().implode()))
    found = relevant.join(terms, on=["industry", "taxonomy", "concept", "instant", "kind"]).with_columns(
        value=pl.col("sign") * pl.col("value") + 0.0,  # + 0.0: no minus zero
        sources=pl.col("accession") + ":" + pl.col("concept"),
    )
    return (
        pl.concat([found.filter(pl.col("terms") == 1).select(_FOUND), _sums(found.filter(pl.col("terms") > 1))])
        .sort("tier", "order")
        .unique(LINE, keep="first", maintain_order=True)
        .select(*LINE, "form", "known_at", "value", "tier", "sources")
    )


def _sums(found: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of alternatives of several concepts, of which all that are required are there."""
    return (
        found.group_by(*_FOUND[:-2], "needed")
        .agg(
            pl.col("value").sum(),
            found=pl.col("required").sum(),
            sources=pl.col("accession").first() + ":" + pl.col("concept").sort().str.join(" + "),
        )
        .filter(pl.col("found") == pl.col("needed"))
        .select(_FOUND)
    )


def _terms(declared: Declaration) -> pl.DataFrame:
    """Return the declared terms, each with what a fact must be, and how many terms and required ones its line has."""
    fields = pl.DataFrame(
        [(one.name, one.period == "instant", one.unit) for one in declared.fields],
        schema={"field": pl.String, "instant": pl.Boolean, "kind": pl.String},
        orient="row",
    )
    line = ["industry", "field", "tier", "order"]
    return declared.terms.join(fields, on="field").with_columns(
        terms=pl.len().over(line), needed=pl.col("required").sum().over(line)
    )


def _of_statements(facts: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return facts of filings that hold statements and of declared concepts, each with the industry of its filing."""
    concepts = pl.concat([declared.terms.select("taxonomy", "concept"), declared.markers.select("taxonomy", "concept")])
    wanted = facts.with_columns(form=pl.col("form").str.strip_suffix("/A")).filter(pl.col("form").is_in(declared.forms))
    known = wanted.join(concepts.unique(), on=["taxonomy", "concept"], how="semi")
    industries = (
        known.join(declared.markers, on=["taxonomy", "concept"])
        .sort("rank")
        .group_by("accession")
        .agg(pl.col("industry").first())
    )
    return known.join(industries, on="accession", how="left").with_columns(pl.col("industry").fill_null(GENERAL))


def _in_one_currency(facts: pl.DataFrame) -> pl.DataFrame:
    """Return facts in the currency that most money facts of their filing are in, and those in shares."""
    money = facts.filter(pl.col("unit").str.contains(_MONEY))
    main = (
        money.group_by("cik", "accession", "unit")
        .len()
        .sort("len", "unit", descending=True)
        .group_by("cik", "accession", maintain_order=True)
        .agg(currency=pl.col("unit").first())
    )
    return facts.join(main, on=["cik", "accession"], how="left").filter(
        pl.col("unit").is_in(["shares"])
        | (pl.col("unit") == pl.col("currency"))
        | (pl.col("unit") == pl.col("currency") + "/shares")
    )


def _kind() -> pl.Expr:
    """Return which kind of unit a fact has, as fields name them; null for any other."""
    unit = pl.col("unit")
    return (
        pl.when(unit == "shares")
        .then(pl.lit("shares"))
        .when(unit.str.contains(_MONEY))
        .then(pl.lit("money"))
        .when(unit.str.contains(_PER_SHARE))
        .then(pl.lit("per_share"))
    )
