"""The lake's tables, declared once. `ALL` lists them; the docs page and the lake read it."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_KNOWN = Column("known_at", Instant, "UTC instant from which the public could know this row")

FILINGS = Table(
    "filings",
    "One row per submission and per registrant it names: who filed what, and when the public could know it.",
    key=("accession", "cik", "role"),
    columns=(
        Column("accession", pl.String, "submission number with dashes; its prefix is the sender, not the company"),
        Column("cik", pl.Int64, "registrant"),
        Column("role", pl.String, "what the registrant is to it: issuer, co_registrant, owner, filed_by, agent"),
        Column("form", pl.String, "form type as EDGAR prints it, with /A for amendments"),
        Column("company", pl.String, "registrant's name as the submission gives it", nulls="the source names nobody"),
        Column("sic", pl.Int32, "standard industrial classification as of this submission", nulls="not given"),
        Column("filed_date", pl.Date, "the date EDGAR printed on it (New York)", nulls="no source gives it"),
        Column("period_end", pl.Date, "conformed period of report", nulls="the form has none"),
        Column(
            "items",
            pl.String,
            "8-K items as the header gives them, separated by ' | '",
            nulls="not an 8-K or not given",
        ),
        Column(
            "known_at_source",
            pl.String,
            "what known_at rests on: header, index_page, feed, submissions, submissions_eastern, "
            "submissions_later_of_two, filing_date or dissemination_date",
        ),
        Column("documents", pl.Int32, "documents we stored of it"),
        Column("source_url", pl.String, "where it was read from"),
        Column("first_seen_at", Instant, "UTC instant at which this lake first saw it; never used as known_at"),
        _KNOWN,
    ),
)

DOCUMENTS = Table(
    "documents",
    "One row per document of a submission; the bytes are in the document store under sha256.",
    key=("accession", "sequence"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("sequence", pl.Int32, "place in the submission, from 1"),
        Column("document_type", pl.String, "type the submission gives it: 10-K, EX-99.1, GRAPHIC, ..."),
        Column("file_name", pl.String, "file name at the SEC", nulls="the submission names none (before 2000)"),
        Column("description", pl.String, "the filer's description", nulls="none given"),
        Column("sha256", pl.String, "hex digest of the raw bytes; the key into the document store"),
        Column("size", pl.Int64, "raw bytes"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

TEXTS = Table(
    "texts",
    "One row per document that has words: its visible text, in the document store under text_sha256.",
    key=("accession", "sequence", "parser_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("sequence", pl.Int32, "document's place in the submission"),
        Column("parser_version", pl.String, "version of the text extraction"),
        Column("document_sha256", pl.String, "raw document it was read from"),
        Column("text_sha256", pl.String, "hex digest of the UTF-8 text; the key into the document store"),
        Column("characters", pl.Int64, "characters of text"),
        Column("status", pl.String, "ok, suspect or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        _KNOWN,
    ),
)

FILING_TONE = Table(
    "filing_tone",
    "One row per filing, item and model: how positive, negative and uncertain its words are.",
    key=("accession", "item", "model_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("item", pl.String, "item of the form, or 'all' for the whole filing"),
        Column("model_version", pl.String, "model that scored it"),
        Column("form", pl.String, "form type"),
        Column("words", pl.Int64, "words counted, boilerplate excluded"),
        Column("boilerplate_words", pl.Int64, "words left out as forward-looking boilerplate"),
        Column("positive", pl.Float64, "positive words as a fraction of words", nulls="no words"),
        Column("negative", pl.Float64, "negative words as a fraction of words", nulls="no words"),
        Column("uncertainty", pl.Float64, "uncertain words as a fraction of words", nulls="no words"),
        Column("net", pl.Float64, "(positive - negative) / (positive + negative + 1 word): -1 to 1", nulls="no words"),
        Column("status", pl.String, "ok, suspect or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        Column("inputs", pl.String, "text_sha256 of each text that was read, separated by commas"),
        _KNOWN,
    ),
)

INSTRUMENTS = Table(
    "instruments",
    "One row per security and span of a ticker: which issuer and which symbol it was.",
    key=("instrument_id", "ticker", "valid_from"),
    columns=(
        Column("instrument_id", pl.String, "our id for the security"),
        Column("ticker", pl.String, "symbol, upper case, dash before the class"),
        Column("valid_from", pl.Date, "first day the symbol named it; 1990-01-02 where unknown"),
        Column("valid_to", pl.Date, "last day the symbol named it", nulls="still does, as far as known"),
        Column("cik", pl.Int64, "issuer"),
        Column("company", pl.String, "issuer's name as the source gives it"),
        Column("exchange", pl.String, "listing exchange", nulls="not given"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

PRICES = Table(
    "prices",
    "One row per security and session, as traded: no adjustment is baked in.",
    key=("instrument_id", "session"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day in New York"),
        Column("open", pl.Float64, "first price, USD per share", nulls="did not trade"),
        Column("high", pl.Float64, "highest price, USD per share", nulls="did not trade"),
        Column("low", pl.Float64, "lowest price, USD per share", nulls="did not trade"),
        Column("close", pl.Float64, "last price, USD per share", nulls="did not trade"),
        Column("volume", pl.Int64, "shares traded", nulls="not reported"),
        Column("source_url", pl.String, "where it was read from"),
        _KNOWN,
    ),
)

FACTORS = Table(
    "factors",
    "One row per factor, version, security and session: the value known at that session's close.",
    key=("factor", "version", "instrument_id", "session"),
    columns=(
        Column("factor", pl.String, "factor's name"),
        Column("version", pl.String, "factor's version"),
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day at whose close the value is known"),
        Column(
            "raw",
            pl.Float64,
            "value before any cross-section transform, in the factor's own unit",
            nulls="no fresh input",
        ),
        Column(
            "z",
            pl.Float64,
            "z-score within the sector on that session, standard deviations",
            nulls="raw is null or the sector is too small",
        ),
        Column("sector", pl.String, "sector known at that close", nulls="no classification known"),
        Column("inputs", pl.Int32, "rows of input the value rests on"),
        Column("newest_input", pl.String, "accession of the newest filing it rests on", nulls="no fresh input"),
        Column("input_model", pl.String, "version of the model whose scores it reads"),
        _KNOWN,
    ),
)

ALL: tuple[Table, ...] = (FILINGS, DOCUMENTS, TEXTS, FILING_TONE, INSTRUMENTS, PRICES, FACTORS)
BY_NAME: dict[str, Table] = {table.name: table for table in ALL}
