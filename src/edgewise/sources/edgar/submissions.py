"""A registrant's list of filings: the JSON behind every company page of EDGAR, with its older pages.

The filings stand as parallel columns. The acceptance stamp ends in "Z" whether or not it is UTC, so it is kept as
printed (`json_stamp`); `edgewise.sources.edgar.acceptance` decides what it means.

Source: data.sec.gov/submissions; the fields are described on sec.gov, "EDGAR Application Programming Interfaces".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from edgewise.core.errors import Hostile, InvalidInput, Unparsable
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.discovered import Rejected
from edgewise.sources.edgar.json_body import json_object
from edgewise.sources.edgar.registrant import category_of, fiscal_year_end_of, industry_of, state_of, words_of

SCHEMA = {
    "accession": pl.String,
    "form": pl.String,
    "filed_date": pl.Date,
    "period_end": pl.Date,
    "json_stamp": pl.String,
    "items": pl.String,
    "size": pl.Int64,
    "primary_document": pl.String,
}
_TEXTS = {
    "accessionNumber": "accession",
    "form": "form",
    "filingDate": "filed_date",
    "reportDate": "period_end",
    "acceptanceDateTime": "json_stamp",
    "items": "items",
    "primaryDocument": "primary_document",
}
_REQUIRED = ("accessionNumber", "form", "filingDate")
_OLDER_PAGE = re.compile(r"CIK\d{10}-submissions-\d{3}\.json", re.ASCII)
_ACCESSION = r"^\d{10}-\d{2}-\d{6}$"
_STAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?$"
_STAMPED = ("accession", "json_stamp")


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name the registrant had, from and until which New York day; None where EDGAR does not say."""

    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class FilingRows:
    """Filings of one page. `filings` has one row per filing, in the page's order; `rejected` the unreadable ones.

    A stamp that cannot be read is among `rejected` too (bad_stamp), but its row stays, without it.

    Columns: accession, form, filed_date (New York); null where EDGAR gives none: period_end, json_stamp (acceptance as
    printed, zone not to be trusted), items (8-K items such as "2.02,9.01"), size (bytes), primary_document.
    """

    filings: pl.DataFrame
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class CompanySubmissions:
    """A registrant, who may be a person, and its filings.

    name, entity_type:  '' where the list tells none.
    tickers, exchanges: today's, pairwise; an exchange may be None.
    sic:                industry code of today, with EDGAR's words for it; None for persons and funds.
    fiscal_year_end:    month and day, "0926". state_of_incorporation: EDGAR's code. category: kind of filer. None where
                        the list does not tell, as of persons.
    older_pages:        names of the pages that hold the filings before these; empty if there are none.
    """

    cik: Cik
    name: str
    sic: int | None
    sic_description: str | None
    tickers: tuple[str, ...]
    exchanges: tuple[str | None, ...]
    entity_type: str
    fiscal_year_end: str | None
    state_of_incorporation: str | None
    category: str | None
    former_names: tuple[FormerName, ...]
    filings: pl.DataFrame
    rejected: tuple[Rejected, ...]
    older_pages: tuple[str, ...]


def parse_submissions(body: bytes) -> CompanySubmissions:
    """Return the registrant and its newest filings. Fields EDGAR adds later are ignored.

    Raises Truncated and Unparsable, if the body is no such list: HTML, cut short, columns of unequal length, wrong
    types, no CIK; Hostile, if an older page's name leads out of its folder.
    """
    said = json_object(body, "the list of submissions")
    lists = _typed(said, "filings", dict)
    rows = _rows(_typed(lists, "recent", dict))
    tickers = _texts(said, "tickers")
    exchanges = _texts(said, "exchanges")
    if len(exchanges) != len(tickers):
        raise Unparsable(
            f"the list of submissions has {len(tickers)} tickers and {len(exchanges)} exchanges",
            advice="Keep the body and report it.",
        )
    return CompanySubmissions(
        cik=_cik(said),
        name=words_of(_typed(said, "name", str)) or "",
        sic=industry_of(said.get("sic")),
        sic_description=words_of(said.get("sicDescription")),
        tickers=tuple(ticker for ticker in tickers if ticker),
        exchanges=tuple(exchange for ticker, exchange in zip(tickers, exchanges, strict=True) if ticker),
        entity_type=words_of(said.get("entityType")) or "",
        fiscal_year_end=fiscal_year_end_of(said.get("fiscalYearEnd")),
        state_of_incorporation=state_of(said.get("stateOfIncorporation")),
        category=category_of(said.get("category")),
        former_names=tuple(_former_name(one) for one in _optional(said, "formerNames")),
        filings=rows.filings,
        rejected=rows.rejected,
        older_pages=tuple(_page_name(one) for one in _optional(lists, "files")),
    )


def parse_older_page(body: bytes) -> FilingRows:
    """Return the filings of an older page, which has the columns only. Raises as `parse_submissions` does."""
    return _rows(json_object(body, "the older page of submissions"))


def parse_filings(body: bytes) -> FilingRows:
    """Return the filings of either kind of file, a list of submissions or an older page. Raises as both do."""
    said = json_object(body, "the list of submissions")
    return _rows(_typed(_typed(said, "filings", dict), "recent", dict) if "filings" in said else said)


def _rows(columns: dict[str, Any]) -> FilingRows:
    """Return the columns as a frame, after checking that they are lists of one length with the right types."""
    if missing := [name for name in _REQUIRED if name not in columns]:
        raise Unparsable(f"the list of submissions has no {', '.join(missing)}", advice="Keep the body and report it.")
    height = len(_typed(columns, "accessionNumber", list))
    for name in (*_TEXTS, "size"):
        if name in columns and len(_typed(columns, name, list)) != height:
            raise Unparsable(
                f"{name} has {len(columns[name])} entries for {height} submissions",
                advice="Keep the body and report it: rows cannot be told apart.",
            )
    frame = pl.DataFrame(
        {alias: _column(columns, name, height, pl.String()) for name, alias in _TEXTS.items()}
        | {"size": _column(columns, "size", height, pl.Int64())}
    )
    return _checked(frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None)))


def _column(columns: dict[str, Any], name: str, height: int, dtype: pl.DataType) -> pl.Series:
    try:
        return pl.Series(name, columns.get(name, [None] * height), dtype=dtype, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise Unparsable(f"{name} does not hold {dtype} only", advice="Keep the body and report it.") from error


def _checked(raw: pl.DataFrame) -> FilingRows:
    typed = raw.with_columns(
        pl.col("filed_date", "period_end").str.to_date("%Y-%m-%d", strict=False),
        pl.when(_is_stamp()).then(pl.col("json_stamp")),
    )
    reasons = typed.select(
        pl.when(pl.col("accession").is_null() | ~pl.col("accession").str.contains(_ACCESSION))
        .then(pl.lit("bad_accession"))
        .when(pl.col("form").is_null())
        .then(pl.lit("no_form"))
        .when(pl.col("filed_date").is_null())
        .then(pl.lit("bad_filed_date"))
        .otherwise(pl.lit(None, dtype=pl.String))
        .alias("reason")
    )
    bad = reasons["reason"].is_not_null()
    bad_rows = typed.filter(bad).select(
        reasons["reason"].filter(bad), row=pl.struct("accession", "form", "filed_date").struct.json_encode()
    )
    bad_stamps = raw.filter(typed["json_stamp"].is_null() & pl.col("json_stamp").is_not_null())
    return FilingRows(
        filings=typed.filter(~bad).select(SCHEMA.keys()),
        rejected=(
            *(Rejected.of(reason, row) for reason, row in bad_rows.iter_rows()),
            *(Rejected.of("bad_stamp", f"{row[0]}: {row[1]}") for row in bad_stamps.select(_STAMPED).iter_rows()),
        ),
    )


def _is_stamp() -> pl.Expr:
    """Return whether the stamp is a time such as 2025-05-01T16:21:59.000Z."""
    stamp = pl.col("json_stamp")
    return stamp.str.contains(_STAMP) & stamp.str.head(19).str.to_datetime(strict=False).is_not_null()


def _typed(said: dict[str, Any], name: str, kind: type) -> Any:
    value = said.get(name)
    if not isinstance(value, kind):
        raise Unparsable(
            f"{name} of the list of submissions is {type(value).__name__}, not {kind.__name__}",
            advice="Keep the body and report it.",
        )
    return value


def _optional(said: dict[str, Any], name: str) -> list[Any]:
    """Return the list under `name`, empty where none is given."""
    values: list[Any] = [] if said.get(name) is None else _typed(said, name, list)
    return values


def _texts(said: dict[str, Any], name: str) -> list[str | None]:
    values: list[str | None] = _typed(said, name, list)
    if any(not isinstance(value, str | None) for value in values):
        raise Unparsable(f"{name} of the list of submissions holds more than text", advice="Keep the body, report it.")
    return values


def _cik(said: dict[str, Any]) -> Cik:
    value = said.get("cik")
    try:
        return Cik(value if isinstance(value, int) else str(value))
    except InvalidInput as error:
        raise Unparsable(f"the list of submissions is of CIK {value!r}", advice="Keep the body, report it.") from error


def _former_name(said: Any) -> FormerName:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise Unparsable(f"a former name is {said!r:.80}", advice="Keep the body and report it.")
    return FormerName(words_of(said["name"]) or "", _day(said.get("from")), _day(said.get("to")))


def _day(stamp: Any) -> date | None:
    """Return the day of "2007-01-10T05:00:00.000Z": midnight of New York, which is the same day in UTC."""
    try:
        return date.fromisoformat(stamp[:10]) if isinstance(stamp, str) else None
    except ValueError:
        return None


def _page_name(said: Any) -> str:
    name = said.get("name") if isinstance(said, dict) else said
    if not isinstance(name, str) or _OLDER_PAGE.fullmatch(name) is None:
        raise Hostile(f"an older page is called {name!r:.80}", advice="Do not follow it; keep the body and report it.")
    return name
