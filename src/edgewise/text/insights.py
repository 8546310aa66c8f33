"""What risk factors say when they are counted: kinds of risk new to a company, kinds rising across a sector.

Pure: rows of risk factors, of changes and of reports in, rows out. A kind is a risk category; `other` is none. What
cannot be trusted is left out whole: a list of risk factors with one doubtful entry may lack others, and what it lacks
would look new the year after. Two reports are compared only where one model classified both.
"""

from __future__ import annotations

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.text.risk_categories.declared import OTHER


def sound_reports(factors: pl.DataFrame) -> pl.DataFrame:
    """Return (accession, category_version) of reports whose risk factors are all trusted and of one classification.

    factors: rows of RISK_FACTORS of one parser version. A report without risk factors of its own is in no row of them,
             and so not among the result: that it names no risk says nothing about the company.
    """
    whole = pl.col("status").ne("suspect").all() & (pl.col("category_version").n_unique() == 1)
    return (
        factors.group_by("accession")
        .agg(whole=whole, category_version=pl.col("category_version").first())
        .filter("whole")
        .drop("whole")
        .sort("accession")
    )


def new_kinds(changes: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return the kinds of risk that a report names and the report it is compared with lacked.

    A kind counts as new only where a factor of it was newly written: one that was kept, reworded or split off from an
    older one has merely been classified otherwise.

    changes: rows of RISK_CHANGES, each report against one earlier one.
    factors: rows of RISK_FACTORS of both reports; pairs of which one is not sound (`sound_reports`) are left out.
    Returns: accession, previous_accession, family, category, factors (newly written ones), words (of these), ordinal
             and heading (of the first), known_at; by accession and ordinal.
    Time:    `known_at` is that of the change: when the later report was public.
    """
    kinds = factors.select(previous_accession="accession", category="category").unique()
    written = (pl.col("change") == "new") & pl.col("split_of").is_null() & (pl.col("category") != OTHER)
    return (
        _comparable(changes, sound_reports(factors))
        .filter(written)
        .join(kinds, on=("previous_accession", "category"), how="anti")
        .sort("accession", "ordinal")
        .group_by("accession", "previous_accession", "family", "category", maintain_order=True)
        .agg(
            factors=pl.len().cast(pl.Int64),
            words=pl.col("words_added").sum(),
            ordinal=pl.col("ordinal").first(),
            heading=pl.col("heading").first(),
            known_at=pl.col("known_at").max(),
        )
        .sort("accession", "ordinal")
    )


def rising_kinds(reports: pl.DataFrame, factors: pl.DataFrame, *, min_companies: int = 5) -> pl.DataFrame:
    """Return how many companies of a sector name each kind of risk in a year, beside the same companies a year before.

    Only companies with a sound report in both years count, so that who enters or leaves the sector changes no share.

    reports: accession, cik, sector, year; one annual report per company and year, as known at some instant.
    factors: rows of RISK_FACTORS of these reports.
    min_companies: companies in both years that a sector needs for shares.
    Returns: sector, year, family, category, companies (with both reports), before and now (of these, how many named the
             kind), gained and lost (which began and which ceased to), share_before, share_now, change (fractions); by
             sector and year, the largest change first.
    Nulls:   a report without a sector or year is left out. The shares are null with fewer companies.
    Raises:  InvalidInput where a company has two reports in a year.
    """
    if reports.height != reports.select("cik", "year").n_unique():
        raise InvalidInput("a company has two reports in one year", advice="Choose the one that was known last.")
    whole = reports.drop_nulls(["sector", "year"]).join(sound_reports(factors), on="accession")
    before = whole.select("cik", "category_version", old="accession", year=pl.col("year") + 1)
    pairs = whole.join(before, on=("cik", "category_version", "year")).select("sector", "year", "old", new="accession")
    named = factors.filter(pl.col("category") != OTHER).select("accession", "family", "category").unique()
    kinds = named.select("family", "category").unique()
    asked = pairs.join(kinds, how="cross")
    for side in ("old", "new"):
        told = named.select(
            pl.col("accession").alias(side), "family", "category", pl.lit(value=True).alias(f"in_{side}")
        )
        asked = asked.join(told, on=(side, "family", "category"), how="left")
    old, new = pl.col("in_old").fill_null(value=False), pl.col("in_new").fill_null(value=False)
    counted = asked.group_by("sector", "year", "family", "category").agg(
        companies=pl.len().cast(pl.Int64),
        before=old.sum().cast(pl.Int64),
        now=new.sum().cast(pl.Int64),
        gained=(new & ~old).sum().cast(pl.Int64),
        lost=(old & ~new).sum().cast(pl.Int64),
    )
    return _with_shares(counted.filter(pl.col("before") + pl.col("now") > 0), min_companies)


def _comparable(changes: pl.DataFrame, sound: pl.DataFrame) -> pl.DataFrame:
    """Return the changes between two sound reports that one model classified."""
    earlier = sound.select(previous_accession="accession", category_version="category_version")
    return changes.join(sound, on="accession").join(earlier, on=("previous_accession", "category_version"))


def _with_shares(counted: pl.DataFrame, min_companies: int) -> pl.DataFrame:
    companies = pl.when(pl.col("companies") >= min_companies).then("companies")
    return (
        counted.with_columns(share_before=pl.col("before") / companies, share_now=pl.col("now") / companies)
        .with_columns(change=pl.col("share_now") - pl.col("share_before"))
        .sort("sector", "year", "change", "category", descending=[False, False, True, False], nulls_last=True)
    )
