"""The table of companies: what EDGAR's list of a registrant's submissions says of the registrant itself."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

FORMER_NAME = pl.Struct({"name": pl.String, "valid_from": pl.Date, "valid_to": pl.Date})

COMPANIES = Table(
    "companies",
    "One row per registrant and change of what EDGAR's list of its submissions says of it: name, industry, fiscal "
    "year. That list tells only how things are on the day it is asked for, so nothing here is known before this lake "
    "asked.",
    key=("cik",),
    columns=(
        Column("cik", pl.Int64, "registrant"),
        Column("company", pl.String, "its name of that day", nulls="not given"),
        Column("entity_type", pl.String, "operating, investment or other", nulls="not given"),
        Column(
            "sic", pl.Int32, "standard industrial classification of that day, four digits", nulls="it is assigned none"
        ),
        Column("sic_description", pl.String, "EDGAR's words for that classification", nulls="as sic"),
        Column(
            "fiscal_year_end",
            pl.String,
            "month and day on which its fiscal year ends, 0926; of 52 or 53 weeks, the one of the last year told",
            nulls="not given",
        ),
        Column("state_of_incorporation", pl.String, "EDGAR's code of state or country: DE, 2M", nulls="not given"),
        Column(
            "category",
            pl.String,
            "which kind of filer it is, as EDGAR words it; several are separated by ' | '",
            nulls="not given",
        ),
        Column(
            "former_names",
            pl.List(FORMER_NAME),
            "names it had before, as EDGAR lists them, each with its first and last day (New York) as far as told",
        ),
        Column("source_url", pl.String, "where it was read from"),
        Column(
            "known_at",
            Instant,
            "UTC instant at which this lake had asked, never earlier: a list does not tell since when it says so",
        ),
    ),
)
