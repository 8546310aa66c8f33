"""Reading of the pages the SEC shows beside a submission: filing index, header page, folder listing."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lxml.html

from edgewise.core.errors import Truncated, Unparsable
from edgewise.sources.edgar.header import (
    decode_text,
    json_object,
    json_object_in,
    parse_header,
    read_pairs,
    whole_number,
)
from edgewise.sources.edgar.records import ListedDocument, SubmissionHeader
from edgewise.sources.edgar.sgml import document_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

_FACTS = {"Filing Date": "FILING DATE", "Accepted": "ACCEPTANCE DATETIME", "Period of Report": "PERIOD"}
_BLOCKS = {
    "Filer": "FILER",
    "Issuer": "ISSUER",
    "Reporting": "REPORTING OWNER",
    "Subject": "SUBJECT COMPANY",
    "Filed by": "FILED BY",
    "Filed for": "FILED FOR",
}
_COMPANY = re.compile(r"\s*(?P<name>.*?)\s*\(\s*(?P<block>[A-Za-z ]+?)\s*\)\s*CIK\s*:\s*(?P<cik>\d{1,10})", re.DOTALL)
_SIC = re.compile(r"SIC\s*:\s*(\d{1,4})")
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_SIZE = re.compile(r"\d{1,12}", re.ASCII)
_NO_TIME = "000000"
_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class FilingIndexPage:
    """What an index page says: the header, the documents it lists, and complaints about the page."""

    header: SubmissionHeader
    documents: tuple[ListedDocument, ...]
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a submission's folder; `size` in bytes is None where the listing leaves it out."""

    name: str
    size: int | None


def parse_index_page(raw: bytes) -> FilingIndexPage:
    """Return what a `...-index.html` page says.

    The acceptance time is Eastern on the page; pages of filings before about 2001 print midnight, which means that
    nobody recorded it, and it is None. Rendered copies of a document are not listed.
    Raises Unparsable where the page has no accession number, as an error page has none.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8")
    page = lxml.html.document_fromstring(f"<html><body>{decode_text(raw)}".encode(), parser=parser)
    header, complaints = read_pairs(_pairs(page))
    return FilingIndexPage(header, tuple(_listed(page)), complaints)


def parse_header_page(raw: bytes) -> FilingIndexPage:
    """Return what a `...-index-headers.html` page says: the SGML header, and the heads of the documents.

    Raises Unparsable where it holds no header, Truncated where the header does not end.
    """
    _, found, shown = decode_text(raw).partition("<PRE>")
    if not found:
        raise Unparsable("a header page without <PRE>", advice="An HTML page instead is an error of the service.")
    head, ends, rest = html.unescape(shown).partition("</SEC-HEADER>")
    if not ends:
        raise Truncated("a header page without the end of its header", advice="Fetch it again.")
    header, complaints = parse_header(head.encode())
    heads = [document_fields(part.partition("<TEXT>")[0]) for part in rest.split("<DOCUMENT>")[1:]]
    documents = tuple(
        ListedDocument(
            sequence=whole_number(fields.get("SEQUENCE", "")) or position,
            document_type=fields.get("TYPE", ""),
            file_name=fields.get("FILENAME"),
            description=fields.get("DESCRIPTION"),
        )
        for position, fields in enumerate(heads, start=1)
    )
    return FilingIndexPage(header, documents, complaints)


def parse_folder_listing(raw: bytes) -> tuple[FolderFile, ...]:
    """Return the files of a submission's `index.json`, in its order; entries without a name are left out.

    Raises Unparsable where it is not such a listing.
    """
    entries = json_object_in(json_object(raw), "directory").get("item")
    if not isinstance(entries, list):
        raise Unparsable("a folder listing without items", advice="Check what was fetched.")
    return tuple(
        FolderFile(str(entry["name"]), int(size) if _SIZE.fullmatch(size := str(entry.get("size", ""))) else None)
        for entry in entries
        if isinstance(entry, dict) and entry.get("name")
    )


def _pairs(page: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the page's facts under the names that headers use."""
    accession = _ACCESSION.search(_words(page.find(".//*[@id='secNum']")))
    yield "ACCESSION NUMBER", accession[0] if accession else ""
    yield "TYPE", _words(page.find(".//*[@id='formName']//strong")).removeprefix("Form ").strip()
    for heading in page.iterfind(".//div[@class='infoHead']"):
        value = heading.getnext()
        if value is not None and value.get("class") == "info":
            yield from _fact(_words(heading), value)
    for company in page.iterfind(".//div[@class='companyInfo']"):
        yield from _company(company)


def _fact(heading: str, value: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    if heading == "Items":
        for line in "\n".join(value.itertext()).splitlines():
            yield "ITEMS", line.strip().removeprefix("Item ")
    elif heading == "Documents":
        yield "PUBLIC DOCUMENT COUNT", _words(value)
    elif heading in _FACTS:
        digits = re.sub(r"\D", "", _words(value))
        if not (heading == "Accepted" and digits.endswith(_NO_TIME)):
            yield _FACTS[heading], digits


def _company(company: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    match = _COMPANY.match(_words(company.find(".//*[@class='companyName']")))
    if match is None or match["block"] not in _BLOCKS:
        return
    yield _BLOCKS[match["block"]], ""
    yield "CIK", match["cik"]
    yield "CONFORMED NAME", match["name"]
    sic = _SIC.search(_words(company.find(".//*[@class='identInfo']")))
    yield "ASSIGNED SIC", sic[1] if sic else ""


def _listed(page: lxml.html.HtmlElement) -> Iterator[ListedDocument]:
    """Yield the documents of the page's tables; the complete text and rendered copies have no number of their own."""
    for row in page.iterfind(".//table[@class='tableFile']//tr"):
        cells = row.findall(".//td")
        link = row.find(".//td//a")
        if len(cells) != _COLUMNS or link is None or (number := whole_number(_words(cells[0]))) is None:
            continue
        if "/xsl" in (link.get("href") or ""):
            continue
        yield ListedDocument(number, _words(cells[3]), _words(link) or None, _words(cells[1]) or None)


def _words(node: lxml.html.HtmlElement | None) -> str:
    """Return a node's text with single spaces; '' for no node."""
    return " ".join("".join(node.itertext()).split()) if node is not None else ""
