"""EDGAR's index files: every filing of a day or a quarter, as one frame.

The same list comes in four layouts: master.idx is separated by bars; company.idx, form.idx and crawler.idx have columns
of fixed width. The header line tells which, and since 2020 it may be folded over two lines. Long names and form types
overflow their column and push the rest to the right, so only the boundary between company and form is taken from
the header; CIK, date and address are read from the end of the line.

Source: EDGAR's "Accessing EDGAR Data", index file format. Encoding is Latin-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import Truncated, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.discovered import Discovered, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = {
    "cik": pl.Int64,
    "company": pl.String,
    "form": pl.String,
    "filed_date": pl.Date,
    "accession": pl.String,
    "url": pl.String,
}
_PREAMBLE_LINES = 40
_BARS = (
    r"^\s*(?<cik>\d{1,10})\|(?<company>.*)\|(?<form>[^|]+)\|(?<filed>\d{4}-?\d\d-?\d\d)\|(?<path>edgar/data/\S+)\s*$"
)
_COLUMNS = (
    r"^(?<head>.+?)\s+(?<cik>\d{1,10})\s+(?<filed>\d{4}-?\d\d-?\d\d)"
    r"\s+(?:https?://www\.sec\.gov/Archives/)?(?<path>edgar/data/\S+)\s*$"
)
# Where a name or a form overflows its column: forms never contain two spaces in a row, names seldom do.
_FORM_FIRST = r"^(?<form>\S+(?: \S+)*?)\s{2,}(?<company>.+)$"
_FORM_LAST = r"^(?<company>.+\S)\s{2,}(?<form>\S+(?: \S+)*)\s*$"
_ACCESSION = r"/(\d{10}-\d{2}-\d{6})(?:\.txt|-index\.html?)$"


@dataclass(frozen=True, slots=True)
class IndexPage:
    """An index file. `entries` has one row per filing and registrant, in file order; `rejected` the unreadable lines.

    Columns of `entries`: cik, company, form, filed_date (New York), accession, url (whole submission); no nulls.
    `complete_to` is the New York day up to which it holds everything; None if the file does not say.
    """

    entries: pl.DataFrame
    rejected: tuple[Rejected, ...]
    complete_to: date | None = None


def parse_index(body: bytes) -> IndexPage:
    """Return the filings an index file lists, whichever of the four layouts it has.

    A bad line is rejected and counted. Raises Truncated, if the file is empty or ends before its first line of dashes;
    Unparsable, if it is no index file.
    """
    lines = body.decode("latin-1").split("\n")  # not splitlines: Latin-1 names may hold its other separators
    header, first = _header(lines)
    found = pl.DataFrame({"line": pl.Series(lines[first:], dtype=pl.String)}).filter(
        pl.col("line").str.strip_chars() != ""
    )
    split = _split_bars(found) if header.startswith("CIK|") else _split_columns(found, header)
    typed = split.select(
        pl.col("line"),
        pl.col("cik").cast(pl.Int64),
        pl.col("company").str.strip_chars(),
        pl.col("form").str.strip_chars(),
        pl.col("filed").str.replace_all("-", "").str.to_date("%Y%m%d", strict=False).alias("filed_date"),
        pl.col("path").str.extract(_ACCESSION, 1).alias("accession"),
        (pl.lit(urls.ARCHIVES) + pl.col("path")).alias("url"),
    )
    reasons = typed.select("line", reason=_reason())
    bad = reasons.filter(pl.col("reason").is_not_null())
    return IndexPage(
        entries=typed.filter(reasons["reason"].is_null()).select(SCHEMA.keys()),
        rejected=tuple(Rejected.of(reason, line) for line, reason in bad.iter_rows()),
        complete_to=_last_received(lines[:first]),
    )


def discovered(entries: pl.DataFrame) -> Iterator[Discovered]:
    """Yield each submission of an index's entries once, with all registrants and forms, by date and accession."""
    grouped = (
        entries.sort("accession", "cik")
        .group_by("accession", maintain_order=True)
        .agg(
            pl.col("cik").unique().sort().alias("ciks"),
            pl.col("form").unique().sort().alias("forms"),
            pl.col("filed_date").max(),
        )
        .sort("filed_date", "accession")
    )
    for row in grouped.iter_rows(named=True):
        accession, ciks = Accession(row["accession"]), tuple(Cik(cik) for cik in row["ciks"])
        yield Discovered(
            accession=accession,
            cik=ciks[0],
            ciks=ciks,
            location=urls.folder(ciks[0], accession),
            forms=tuple(row["forms"]),
            filed_date=row["filed_date"],
        )


def _last_received(preamble: list[str]) -> date | None:
    """Return the day of "Last Data Received:    March 31, 2021" or "Oct  3, 2022"."""
    said = next((line.partition(":")[2] for line in preamble if line.startswith("Last Data Received:")), "")
    for layout in ("%B %d, %Y", "%b %d, %Y"):
        try:
            return datetime.strptime(" ".join(said.split()), layout).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None


def _header(lines: list[str]) -> tuple[str, int]:
    """Return the header line, unfolded, and the place of the first line after the dashes below it."""
    if not any(line.strip() for line in lines):
        raise Truncated("the index is empty", advice="Ask again.")
    for place, line in enumerate(lines[:_PREAMBLE_LINES]):
        if "Company Name" in line and "Form Type" in line:
            dashes = next((at for at in (place + 1, place + 2) if _is_dashes(lines, at)), None)
            if dashes is None:
                raise Truncated("the index ends in its header", advice="Ask again.")
            return line, dashes + 1
    raise Unparsable("the body is not an index file", advice="It begins with a header that names its columns.")


def _is_dashes(lines: list[str], place: int) -> bool:
    return place < len(lines) and lines[place].startswith("-----")


def _split_bars(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(pl.col("line").str.extract_groups(_BARS).alias("part")).unnest("part")


def _split_columns(lines: pl.DataFrame, header: str) -> pl.DataFrame:
    """Return the parts of fixed-width lines; nulls where a line has not the shape."""
    form_first = header.startswith("Form Type")
    width = header.index("Company Name" if form_first else "Form Type")
    left, right = ("form", "company") if form_first else ("company", "form")
    head = pl.col("head")
    at_boundary = head.str.slice(width - 1, 1).eq(" ") & head.str.slice(width, 1).ne(" ")
    overflow = head.str.extract_groups(_FORM_FIRST if form_first else _FORM_LAST)
    parts = lines.with_columns(pl.col("line").str.extract_groups(_COLUMNS).alias("part")).unnest("part")
    return parts.with_columns(
        pl.when(at_boundary).then(head.str.slice(0, width)).otherwise(overflow.struct.field(left)).alias(left),
        pl.when(at_boundary).then(head.str.slice(width)).otherwise(overflow.struct.field(right)).alias(right),
    )


def _reason() -> pl.Expr:
    """Return the code of what is wrong with a line, null where nothing is."""
    return (
        pl.when(pl.col("cik").is_null() | pl.col("form").is_null() | pl.col("company").is_null())
        .then(pl.lit("bad_line"))
        .when(pl.col("cik") == 0)
        .then(pl.lit("bad_cik"))
        .when(pl.col("filed_date").is_null())
        .then(pl.lit("bad_filed_date"))
        .when(pl.col("accession").is_null())
        .then(pl.lit("bad_accession"))
        .otherwise(pl.lit(None, dtype=pl.String))
    )
