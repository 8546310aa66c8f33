"""One Form 13F as it was filed: the cover (primary document) and the information table, both XML.

Which document is which is told by its root element, not by its name or type: filers get those wrong. Reports from
before May 2013 are typewritten tables; they are not read, and say so (`text_table`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import Unusable
from edgewise.sources.edgar.cover_xml import parse_hostile_xml
from edgewise.sources.edgar.holdings.rows import RAW_LINE, RAW_REPORT, ReadReports, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

FORMS_13F = ("13F-HR", "13F-HR/A", "13F-NT", "13F-NT/A")
_WINDOW = 4_096
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(edgarSubmission|informationTable)[\s>]")
_COVER = {
    "manager_cik": "headerData//filer//cik",
    "period": "reportCalendarOrQuarter",
    "manager": "filingManager/name",
    "report_type": "reportType",
    "is_amendment": "isAmendment",
    "amendment_number": "amendmentNo",
    "amendment_type": "amendmentType",
    "disclosed": "confDeniedExpired",
    "entry_total": "tableEntryTotal",
    "value_total": "tableValueTotal",
    "confidential": "isConfidentialOmitted",
    "other_managers": "otherIncludedManagersCount",
}
_LINE = {
    "nameOfIssuer": "issuer",
    "titleOfClass": "title_of_class",
    "cusip": "cusip",
    "figi": "figi",
    "value": "value",
    "sshPrnamt": "amount",
    "sshPrnamtType": "amount_kind",
    "putCall": "put_call",
    "investmentDiscretion": "discretion",
    "otherManager": "other_managers",
    "Sole": "voting_sole",
    "Shared": "voting_shared",
    "None": "voting_none",
}
_PLACES = {name: place for place, name in enumerate(RAW_LINE)}


def read_form(
    documents: Iterable[bytes], *, accession: str, form: str, manager_cik: int | None = None, period: str = ""
) -> ReadReports:
    """Return the one report in `documents`, the bodies of a submission in any order, and its lines.

    form, manager_cik, period: what the submission's header says; the cover's own word stands above the last two.
    Nothing in the documents stops it: a cover or a table that cannot be read is a reason of the report (`hostile`,
    `unparsable`, `xml_recovered`, `cover_missing`, `text_table`), and what can be read is.
    """
    covers: list[etree._Element] = []
    tables: list[etree._Element] = []
    reasons: list[str] = []
    plain = False
    for body in documents:
        match = _ROOT.search(body, 0, _WINDOW)
        if match is None:
            plain = True
            continue
        try:
            root, complaints = parse_hostile_xml(body)
        except Unusable as error:
            reasons.append(error.code)
            continue
        reasons += complaints
        (covers if match[1] == b"edgarSubmission" else tables).append(root)
    if not covers:
        reasons.append("cover_missing")
    if not tables and plain and not form.startswith("13F-NT"):
        reasons.append("text_table")
    told = _cover(covers[0]) if covers else {}
    told |= {"accession": accession, "form": form}
    told["manager_cik"] = told.get("manager_cik") or str(manager_cik or "")
    told["period"] = told.get("period") or period
    lines = [_line(accession, node) for table in tables for node in table.iterfind(".//{*}infoTable")]
    report = pl.DataFrame([{name: told.get(name) for name in RAW_REPORT}], schema=dict.fromkeys(RAW_REPORT, pl.String))
    return read_rows(
        report.with_columns(reasons=pl.Series([list(dict.fromkeys(reasons))], dtype=pl.List(pl.String))),
        pl.DataFrame(lines, schema=dict.fromkeys(RAW_LINE, pl.String), orient="row"),
    )


def _cover(root: etree._Element) -> dict[str, str]:
    return {name: text for name, path in _COVER.items() if (text := _text(root, path))}


def _text(root: etree._Element, path: str) -> str:
    steps = "//".join("/".join(f"{{*}}{name}" for name in part.split("/")) for part in path.split("//"))
    found = root.find(f".//{steps}")
    return (found.text or "").strip() if found is not None else ""


def _line(accession: str, node: etree._Element) -> list[str | None]:
    row: list[str | None] = [None] * len(RAW_LINE)
    row[0] = accession
    for name, text in _leaves(node):
        place = _PLACES.get(_LINE.get(name, ""))
        if place is not None and row[place] is None:
            row[place] = text
    return row


def _leaves(node: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield local name and text of each element below `node` that has a text."""
    for element in node.iterdescendants():
        if isinstance(element.tag, str) and element.text:
            yield element.tag.rpartition("}")[2], element.text
