"""Tables of what institutions hold, as Form 13F reports it: reports, lines, and which CUSIP names what."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_MANAGER = Column("manager_cik", pl.Int64, "manager that reports")
_PERIOD = Column("period_end", pl.Date, "last day of the calendar quarter reported on")
_ACCESSION = Column("accession", pl.String, "submission number of the report")
_KNOWN = Column("known_at", Instant, "UTC instant from which the public could know this row")

HOLDING_REPORTS = Table(
    "holding_reports",
    "One row per Form 13F: what kind of report it is, what it amends and how, and whether its table fits its cover.",
    key=("manager_cik", "period_end", "accession"),
    columns=(
        _MANAGER,
        _PERIOD,
        _ACCESSION,
        Column("form", pl.String, "13F-HR or 13F-NT, with /A for amendments"),
        Column("manager", pl.String, "manager's name as the report gives it", nulls="not given"),
        Column("report_type", pl.String, "holdings, notice or combination", nulls="not given"),
        Column("amends", pl.Boolean, "whether it amends an earlier report"),
        Column(
            "amendment",
            pl.String,
            "RESTATEMENT (replaces the report) or NEW HOLDINGS (adds to it)",
            nulls="an original, or not given",
        ),
        Column("amendment_number", pl.Int32, "of the amendment among those of the quarter", nulls="as amendment"),
        Column("filed_date", pl.Date, "the date EDGAR printed on it (New York)", nulls="no source gives it"),
        Column("entry_total", pl.Int64, "lines that the cover announces", nulls="a notice, or not given"),
        Column("value_total", pl.Int64, "value that the cover announces, in the unit written", nulls="as entry_total"),
        Column("lines", pl.Int64, "lines read from its table"),
        Column("value_sum", pl.Int64, "their values in the unit written, summed", nulls="it has no lines"),
        Column("unit_usd", pl.Int32, "USD that one unit of its values is worth: 1 or 1000", nulls="it has no lines"),
        Column(
            "unit_source",
            pl.String,
            "what the unit rests on: prices, own_rows, earlier_report, few_rows, or filing_date alone",
            nulls="it has no lines",
        ),
        Column("confidential", pl.Boolean, "whether positions were left out in confidence", nulls="not told"),
        Column("disclosed", pl.Boolean, "whether it discloses positions that were confidential until then"),
        Column("other_managers", pl.Int32, "other managers whose holdings it includes", nulls="not told"),
        Column("status", pl.String, "ok, suspect, or absent where nothing could be read"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        Column("known_at_source", pl.String, "what known_at rests on, as in filings"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

HOLDINGS = Table(
    "holdings",
    "One row per line of a Form 13F's information table, as filed, with its value in USD. A holding may stand in "
    "several lines; puts and calls are lines of their own, in shares of what they are on.",
    key=("manager_cik", "period_end", "accession", "line"),
    columns=(
        _MANAGER,
        _PERIOD,
        _ACCESSION,
        Column("line", pl.Int32, "its place in the table, from 1"),
        Column("issuer", pl.String, "issuer's name as the manager writes it", nulls="not given"),
        Column("title_of_class", pl.String, "class as the manager writes it", nulls="not given"),
        Column("cusip", pl.String, "CUSIP in upper case, leading zeros restored", nulls="none was given"),
        Column("figi", pl.String, "FIGI of the share class", nulls="not given"),
        Column("value_filed", pl.Int64, "value as written", nulls="not given or no number"),
        Column("value_usd", pl.Float64, "value in USD by the report's unit", nulls="as value_filed"),
        Column("amount", pl.Int64, "shares, or principal in USD", nulls="not given or no number"),
        Column("amount_kind", pl.String, "SH for shares, PRN for principal", nulls="neither was given"),
        Column("put_call", pl.String, "put or call; '' for the security itself"),
        Column("discretion", pl.String, "SOLE, DFND (shared) or OTR", nulls="not given"),
        Column("other_managers", pl.String, "numbers of the other managers it belongs to", nulls="none"),
        Column("voting_sole", pl.Int64, "votes held alone", nulls="not given"),
        Column("voting_shared", pl.Int64, "votes shared", nulls="not given"),
        Column("voting_none", pl.Int64, "votes not held", nulls="not given"),
        Column("status", pl.String, "ok, suspect, or absent where the line says that there is nothing"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        _KNOWN,
    ),
)

CUSIPS = Table(
    "cusips",
    "One row per CUSIP and span of days: which security it named, and since when that could be known. From a file of "
    "yours, or from the days in `cusip_sightings`.",
    key=("cusip", "valid_from"),
    columns=(
        Column("cusip", pl.String, "nine characters with a right check digit"),
        Column("valid_from", pl.Date, "first day on which it named the security; 1990-01-02 where unknown"),
        Column(
            "valid_to",
            pl.Date,
            "last day on which it did; the day before valid_from where the row does not hold any more",
            nulls="still does, as far as known",
        ),
        Column("instrument_id", pl.String, "security"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

CUSIP_SIGHTINGS = Table(
    "cusip_sightings",
    "One row per CUSIP, half month and run of days on which it failed to be delivered under one symbol, as the SEC's "
    "files of fails to deliver have it, whether or not the symbol is that of a known security.",
    key=("cusip", "half_month", "first_seen"),
    columns=(
        Column("cusip", pl.String, "nine characters with a right check digit"),
        Column("half_month", pl.String, "the file: 2024-03a to the middle of the month, 2024-03b from there on"),
        Column("first_seen", pl.Date, "first settlement day of the run"),
        Column("last_seen", pl.Date, "last settlement day of the run"),
        Column("symbol", pl.String, "symbol as the file writes it, in upper case"),
        Column("days", pl.Int32, "settlement days of the run on which it failed"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

ALL_HOLDINGS: tuple[Table, ...] = (HOLDING_REPORTS, HOLDINGS, CUSIPS, CUSIP_SIGHTINGS)
