"""The lake's tables, declared once. `ALL` lists them; the docs page and the lake read it."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table
from edgewise.core.tables_companies import COMPANIES
from edgewise.core.tables_failures import INGEST_FAILURES
from edgewise.core.tables_fundamentals import ALL_FUNDAMENTALS
from edgewise.core.tables_holdings import ALL_HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_market import ALL_MARKET
from edgewise.core.tables_members import INDEX_MEMBERS
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.core.tables_score import ALL_SCORE

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

ITEMS = Table(
    "items",
    "One row per item of a filing's own document: its text, where it stands, and whether to trust it. A filing that "
    "holds none of its form's items has one row without an item.",
    key=("accession", "part", "item", "parser_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("part", pl.String, "part of the form as it numbers it, '' where it has none"),
        Column("item", pl.String, "item as the form numbers it: 1A, 7, 2.02"),
        Column("parser_version", pl.String, "version of the reading of items and risk factors"),
        Column("title", pl.String, "the form's own title of the item"),
        Column("heading", pl.String, "heading as displayed", nulls="not found"),
        Column("status", pl.String, "ok, suspect, by_reference or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="nothing is odd"),
        Column("target", pl.String, "where it says that its content stands", nulls="status is not by_reference"),
        Column(
            "combined_with", pl.String, "other items under the same heading, separated by commas", nulls="stands alone"
        ),
        Column("confidence", pl.Float64, "calibrated probability that status and both ends are right"),
        Column("text", pl.String, "its text from its heading on, page furniture left out", nulls="not found"),
        Column("characters", pl.Int64, "characters of that text"),
        Column("begin", pl.Int64, "its first character in the document's text", nulls="not found"),
        Column("end", pl.Int64, "after its last character there", nulls="not found"),
        Column("raw_begin", pl.Int64, "its first byte in the document", nulls="not found"),
        Column("raw_end", pl.Int64, "after its last byte there", nulls="not found"),
        Column("risk_factors", pl.Int32, "risk factors it was divided into", nulls="an item of something else"),
        Column("risk_status", pl.String, "ok, suspect or absent: that division", nulls="as risk_factors"),
        Column("risk_reasons", pl.String, "reason codes of the division separated by commas", nulls="nothing is odd"),
        Column("risk_coverage", pl.Float64, "share of its characters that stand in factors", nulls="as risk_factors"),
        Column("document_sha256", pl.String, "raw document it was read from"),
        _KNOWN,
    ),
)

RISK_FACTORS = Table(
    "risk_factors",
    "One row per risk factor of a filing: heading, body, what it is about, and where it stands.",
    key=("accession", "ordinal", "parser_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("ordinal", pl.Int32, "its place among the filing's risk factors, from 1"),
        Column("parser_version", pl.String, "version of the reading of items and risk factors"),
        Column("part", pl.String, "part of the item it stands in, as in items"),
        Column("item", pl.String, "item it stands in, as in items"),
        Column("group_heading", pl.String, "heading of its group", nulls="stands in no group"),
        Column("heading", pl.String, "its own heading, '' where it has none"),
        Column("body", pl.String, "its text without the heading"),
        Column("family", pl.String, "family of its risk category"),
        Column("category", pl.String, "its risk category; 'other' where nothing spoke"),
        Column("category_score", pl.Float64, "how strongly the model says so, 0 to 1; no probability"),
        Column("runner_up", pl.String, "the second category", nulls="nothing speaks for another"),
        Column("category_version", pl.String, "model that classified it"),
        Column("run_in", pl.Boolean, "whether its heading begins its first paragraph"),
        Column("status", pl.String, "ok or suspect: of the item or of its division"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        Column("confidence", pl.Float64, "that of the item it stands in"),
        Column("begin", pl.Int64, "its first character in the document's text"),
        Column("end", pl.Int64, "after its last character there"),
        Column("raw_begin", pl.Int64, "its first byte in the document"),
        Column("raw_end", pl.Int64, "after its last byte there"),
        Column("document_sha256", pl.String, "raw document it was read from"),
        _KNOWN,
    ),
)

RISK_VECTORS = Table(
    "risk_vectors",
    "One row per risk factor and model: where its meaning lies among all others; the nearer, the more alike.",
    key=("accession", "ordinal", "parser_version", "model_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("ordinal", pl.Int32, "its place among the filing's risk factors, as in risk_factors"),
        Column("parser_version", pl.String, "version of the reading, as in risk_factors"),
        Column("model_version", pl.String, "model that made the vector; those of two models cannot be compared"),
        Column("vector", pl.List(pl.Float32), "of heading and body together, of length 1; zeros where no words"),
        _KNOWN,
    ),
)

_PAIR = (
    Column("accession", pl.String, "submission number of the later filing"),
    Column("previous_accession", pl.String, "the earlier filing it is compared with"),
)
_CHANGE_VERSION = Column("change_version", pl.String, "versions of the comparison and of the reading it rests on")
_BASIS = Column("basis", pl.String, "what the earlier filing is: year (a year before) or quarter (the one before)")
_CHANGE_KNOWN = Column("known_at", Instant, "UTC instant from which the later filing was public")

ITEM_CHANGES = Table(
    "item_changes",
    "One row per item of two filings of one company: how much of its text stayed, by four similarities.",
    key=("accession", "previous_accession", "part", "item", "change_version"),
    columns=(
        *_PAIR,
        Column("part", pl.String, "part of the form, as in items"),
        Column("item", pl.String, "item of the form, as in items"),
        _CHANGE_VERSION,
        _BASIS,
        Column("old_status", pl.String, "its status in the earlier filing", nulls="that form does not have it"),
        Column("new_status", pl.String, "its status in the later filing", nulls="that form does not have it"),
        Column("old_words", pl.Int64, "words of its text in the earlier filing", nulls="as old_status"),
        Column("new_words", pl.Int64, "words of its text in the later filing", nulls="as new_status"),
        Column("cosine", pl.Float64, "cosine of word counts, 0 to 1", nulls="not compared"),
        Column("jaccard", pl.Float64, "share of words that both use, 0 to 1", nulls="not compared"),
        Column("minimum_edit", pl.Float64, "1 - share of words added and removed, 0 to 1", nulls="not compared"),
        Column("simple", pl.Float64, "1 - share of words in sentences that differ, 0 to 1", nulls="not compared"),
        Column("status", pl.String, "ok, suspect, or absent where there was nothing to compare"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        _CHANGE_KNOWN,
    ),
)

RISK_CHANGES = Table(
    "risk_changes",
    "One row per risk factor of two filings of one company: kept, reworded, new or dropped.",
    key=("accession", "previous_accession", "ordinal", "old_ordinal", "change_version"),
    columns=(
        *_PAIR,
        Column("ordinal", pl.Int32, "its place in the later filing, 0 of a dropped one"),
        Column("old_ordinal", pl.Int32, "its place in the earlier filing, 0 of a new one"),
        _CHANGE_VERSION,
        _BASIS,
        Column("change", pl.String, "kept, reworded, new or dropped"),
        Column("moved", pl.Boolean, "whether it stands elsewhere now", nulls="new or dropped"),
        Column("heading", pl.String, "heading in the later filing", nulls="dropped"),
        Column("old_heading", pl.String, "heading in the earlier filing", nulls="new"),
        Column("family", pl.String, "family of its risk category, of a dropped one that of the earlier filing"),
        Column("category", pl.String, "its risk category, likewise"),
        Column("similarity", pl.Float64, "share of words that stayed, 0 to 1", nulls="new or dropped"),
        Column("words_added", pl.Int64, "words added by the shortest edit, all words of a new one"),
        Column("words_removed", pl.Int64, "words removed by the shortest edit, all words of a dropped one"),
        Column("split_of", pl.Int32, "earlier factor in which most of it stood", nulls="was not split off"),
        Column("merged_into", pl.Int32, "later factor in which most of it stands", nulls="was not merged"),
        Column("status", pl.String, "ok or suspect, as the risk factors of both filings are"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        _CHANGE_KNOWN,
    ),
)

FILING_TONE = Table(
    "filing_tone",
    "One row per filing, item and model: how positive, negative and uncertain its words are. A lexicon counts words, a "
    "trained model gives the share of words that it expects to stand in sentences of that tone.",
    key=("accession", "item", "model_version"),
    columns=(
        Column("accession", pl.String, "submission number"),
        Column("item", pl.String, "part and item of the form ('I 2', '2.02'), or 'all' for the whole filing"),
        Column("model_version", pl.String, "model that scored it"),
        Column("form", pl.String, "form type"),
        Column("words", pl.Int64, "words counted, boilerplate excluded; of a trained model those of its sentences"),
        Column("boilerplate_words", pl.Int64, "words left out as forward-looking boilerplate"),
        Column("sentences", pl.Int64, "sentences that the model read", nulls="the model counts words"),
        Column("fragments", pl.Int64, "headings and pieces of under four words, not read", nulls="as sentences"),
        Column("positive", pl.Float64, "positive words as a fraction of words", nulls="no words"),
        Column("negative", pl.Float64, "negative words as a fraction of words", nulls="no words"),
        Column("uncertainty", pl.Float64, "uncertain words as a fraction of words", nulls="no words"),
        Column(
            "forward_looking",
            pl.Float64,
            "words of sentences that speak of the future, as a fraction of words",
            nulls="no words, or the model counts words",
        ),
        Column("net", pl.Float64, "(positive - negative) / (positive + negative + 1 word): -1 to 1", nulls="no words"),
        Column("status", pl.String, "ok, suspect or absent"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
        Column(
            "inputs",
            pl.String,
            "text_sha256 of each text that was read, separated by commas; of an item its document_sha256",
        ),
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
        Column(
            "valid_to",
            pl.Date,
            "last day the symbol named it; before valid_from where the span proved to be none",
            nulls="still does, as far as known",
        ),
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
        Column("open", pl.Float64, "first price, USD per share", nulls="did not trade, or is not told"),
        Column("high", pl.Float64, "highest price, USD per share", nulls="as open"),
        Column("low", pl.Float64, "lowest price, USD per share", nulls="as open"),
        Column("close", pl.Float64, "last price, USD per share", nulls="did not trade"),
        Column("volume", pl.Int64, "shares traded", nulls="not reported"),
        Column("source_url", pl.String, "where it was read from"),
        Column(
            "provider", pl.String, "who gave it: file, polygon, yahoo, alpha_vantage, crsp", nulls="stored before 0.2"
        ),
        Column("status", pl.String, "ok, or suspect: kept, but in quarantine", nulls="not judged"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="status is ok"),
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

LABELS = Table(
    "labels",
    "One row per security, session and horizon: what happened to the share from then on, for models to learn from.",
    key=("instrument_id", "session", "horizon", "classes", "version"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "first session of the horizon, as the tradable session of news"),
        Column("horizon", pl.Int32, "sessions from there on, the first one included"),
        Column("classes", pl.Int32, "into how many equal parts each session is divided"),
        Column("version", pl.String, "version of the formula"),
        Column("beta", pl.Float64, "beta from the sessions before, shrunk towards 1", nulls="too few sessions before"),
        Column("beta_sessions", pl.Int32, "sessions the beta rests on"),
        Column(
            "market_return",
            pl.Float64,
            "mean return of all names, summed, a fraction",
            nulls="a session without market",
        ),
        Column(
            "abnormal_return",
            pl.Float64,
            "sum of return less beta times the market's, a fraction",
            nulls="a price, the market or the beta is missing",
        ),
        Column("quantile", pl.Int32, "part of the session it falls into, 0 the lowest", nulls="no return or few names"),
        _KNOWN,
    ),
)

ALL: tuple[Table, ...] = (
    FILINGS,
    DOCUMENTS,
    TEXTS,
    ITEMS,
    RISK_FACTORS,
    RISK_VECTORS,
    ITEM_CHANGES,
    RISK_CHANGES,
    FILING_TONE,
    COMPANIES,
    INSTRUMENTS,
    INDEX_MEMBERS,
    PRICES,
    *ALL_MARKET,
    *ALL_FUNDAMENTALS,
    FACTORS,
    LABELS,
    *ALL_HOLDINGS,
    INSIDER_TRADES,
    RATINGS,
    NEWS,
    INGEST_FAILURES,
    *ALL_SCORE,
)
BY_NAME: dict[str, Table] = {table.name: table for table in ALL}
