"""What insiders report on Forms 3, 4 and 5: one table, a row for each line of a form."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_NO_TRANSACTION = "a holding, or the form does not say"

INSIDER_TRADES = Table(
    "insider_trades",
    "One row per line of an insider's form 3, 4 or 5: a transaction or a holding, as filed. A form without lines has "
    "one row, line 0. An amendment is a form of its own; `edgewise.ownership.amendments` says which lines it replaces.",
    key=("accession", "line"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column(
            "line",
            pl.Int32,
            "place from 1: transactions of table I, then of table II, then holdings of both; 0 of a form without lines",
        ),
        Column("form", pl.String, "3, 4 or 5, with /A for amendments"),
        Column("issuer_cik", pl.Int64, "the company whose securities they are, as the form names it"),
        Column("issuer", pl.String, "its name on the form", nulls="not given"),
        Column("ticker", pl.String, "its symbol as the filer wrote it", nulls="not given"),
        Column("owner_ciks", pl.List(pl.Int64), "all who report together, in the order of the form"),
        Column("owners", pl.List(pl.String), "their names, in the same order"),
        Column(
            "roles", pl.List(pl.String), "of each: director, officer, ten_percent, other, joined by '+'; '' if none"
        ),
        Column("titles", pl.List(pl.String), "of each: an officer's title or what other means; '' if none"),
        Column("director", pl.Boolean, "whether one of them is a director"),
        Column("officer", pl.Boolean, "whether one of them is an officer"),
        Column("ten_percent", pl.Boolean, "whether one of them owns more than ten percent"),
        Column("period_end", pl.Date, "date of the earliest transaction or of the event", nulls="not given"),
        Column("filed_date", pl.Date, "the date EDGAR printed on the form (New York)", nulls="no source gives it"),
        Column("original_filed_date", pl.Date, "filing date of the form that it amends", nulls="no amendment"),
        Column("kind", pl.String, "transaction, holding, or none of a form without lines"),
        Column("derivative", pl.Boolean, "whether it stands in table II: options, units, convertibles"),
        Column("security", pl.String, "title of the security", nulls="a form without lines, or not given"),
        Column("transaction_date", pl.Date, "day of the transaction", nulls=_NO_TRANSACTION),
        Column("deemed_date", pl.Date, "deemed execution date, where it differs", nulls="does not differ"),
        Column(
            "code", pl.String, "transaction code: P purchase, S sale, A grant, M exercise, ...", nulls=_NO_TRANSACTION
        ),
        Column("equity_swap", pl.Boolean, "whether an equity swap is involved", nulls=_NO_TRANSACTION),
        Column("timeliness", pl.String, "E early, L late", nulls="on time, or a holding"),
        Column("shares", pl.Float64, "securities acquired or disposed of, as filed", nulls=_NO_TRANSACTION),
        Column("price", pl.Float64, "USD per share as filed", nulls="a holding, or it stands in a footnote"),
        Column("value", pl.Float64, "USD: shares times price, or the total the form gives", nulls="as price"),
        Column("acquired", pl.Boolean, "whether acquired and not disposed of", nulls=_NO_TRANSACTION),
        Column("owned_after", pl.Float64, "securities of this line owned afterwards", nulls="given as a value, or not"),
        Column("value_owned_after", pl.Float64, "USD owned afterwards", nulls="given in shares, or not"),
        Column("direct", pl.Boolean, "whether owned directly", nulls="not given"),
        Column("nature", pl.String, "how it is owned indirectly: by trust, by a partnership", nulls="owned directly"),
        Column("exercise_price", pl.Float64, "USD per share of conversion or exercise", nulls="table I, or in a note"),
        Column("exercise_date", pl.Date, "first day of exercise", nulls="as exercise_price"),
        Column("expiration_date", pl.Date, "last day of exercise", nulls="as exercise_price"),
        Column("underlying", pl.String, "title of the underlying security", nulls="table I"),
        Column("underlying_shares", pl.Float64, "shares underlying it", nulls="table I, or given as a value"),
        Column(
            "plan", pl.Boolean, "the form's box for Rule 10b5-1", nulls="the form has no such box (before April 2023)"
        ),
        Column("plan_noted", pl.Boolean, "whether a footnote of the line or the remarks speak of Rule 10b5-1"),
        Column("noted", pl.String, "fields with footnotes: 'price F1 F2 | shares F3'", nulls="no footnote"),
        Column("footnotes", pl.String, "texts of these footnotes, one a line", nulls="no footnote"),
        Column("status", pl.String, "ok, suspect, or absent of a form without lines"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        Column("document_sha256", pl.String, "raw document it was read from", nulls="from a quarterly data set"),
        Column("source_url", pl.String, "where it was read from"),
        Column("reader_version", pl.String, "version of the reading"),
        Column("known_at_source", pl.String, "what known_at rests on, as in filings"),
        Column("known_at", Instant, "UTC instant from which the public could know the form"),
    ),
)
