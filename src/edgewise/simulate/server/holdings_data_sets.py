"""The SEC's Form 13F data sets: zip files of tables, made from the reports on file when they are asked for.

One comes by calendar quarter of filing until 2023, one for January and February of 2024, and by three months from
March, June, September and December on since then. Each is out two weeks after its last day. Names of tables and
columns, and the XML element that each holds, are those of the guide that the SEC publishes beside them; days are
written 31-DEC-2023.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from lxml import etree

from edgewise.core import clock
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply
from edgewise.sources.edgar.sgml import split_submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from edgewise.simulate.server.filings import Filings
    from edgewise.simulate.server.messages import Asked

    Row: TypeAlias = Mapping[str, str]

ROOT = "/files/structureddata/data/form-13f-data-sets/"
_NAME = re.compile(rf"{ROOT}([a-z0-9-]+)_form13f\.zip", re.ASCII)
_QUARTER = re.compile(r"(\d{4})q([1-4])", re.ASCII)
_OUT_AFTER = timedelta(days=14)
_FORMS = ("13F-HR", "13F-HR/A", "13F-NT", "13F-NT/A")
_FIRST_BY_MONTHS = (date(2024, 1, 1), date(2024, 2, 29))
_MONTHS_BEGIN = (3, 6, 9, 12)
_KEY, _PLACE = "ACCESSION_NUMBER", "INFOTABLE_SK"
_SUBMISSION = {
    "SUBMISSIONTYPE": "headerData/submissionType",
    "CIK": "headerData/filerInfo/filer/credentials/cik",
    "PERIODOFREPORT": "headerData/filerInfo/periodOfReport",
}
_COVER = {
    "REPORTCALENDARORQUARTER": "formData/coverPage/reportCalendarOrQuarter",
    "ISAMENDMENT": "formData/coverPage/isAmendment",
    "AMENDMENTNO": "formData/coverPage/amendmentNo",
    "AMENDMENTTYPE": "formData/coverPage/amendmentInfo/amendmentType",
    "CONFDENIEDEXPIRED": "formData/coverPage/amendmentInfo/confDeniedExpired",
    "FILINGMANAGER_NAME": "formData/coverPage/filingManager/name",
    "REPORTTYPE": "formData/coverPage/reportType",
    "FORM13FFILENUMBER": "formData/coverPage/form13FFileNumber",
}
_SUMMARY = {
    "OTHERINCLUDEDMANAGERSCOUNT": "formData/summaryPage/otherIncludedManagersCount",
    "TABLEENTRYTOTAL": "formData/summaryPage/tableEntryTotal",
    "TABLEVALUETOTAL": "formData/summaryPage/tableValueTotal",
    "ISCONFIDENTIALOMITTED": "formData/summaryPage/isConfidentialOmitted",
}
_POSITION = {
    "NAMEOFISSUER": "nameOfIssuer",
    "TITLEOFCLASS": "titleOfClass",
    "CUSIP": "cusip",
    "FIGI": "figi",
    "VALUE": "value",
    "SSHPRNAMT": "shrsOrPrnAmt/sshPrnamt",
    "SSHPRNAMTTYPE": "shrsOrPrnAmt/sshPrnamtType",
    "PUTCALL": "putCall",
    "INVESTMENTDISCRETION": "investmentDiscretion",
    "OTHERMANAGER": "otherManager",
    "VOTING_AUTH_SOLE": "votingAuthority/Sole",
    "VOTING_AUTH_SHARED": "votingAuthority/Shared",
    "VOTING_AUTH_NONE": "votingAuthority/None",
}
_TABLES = {
    "SUBMISSION": (_KEY, "FILING_DATE", *_SUBMISSION),
    "COVERPAGE": (_KEY, *_COVER),
    "SUMMARYPAGE": (_KEY, *_SUMMARY),
    "INFOTABLE": (_KEY, _PLACE, *_POSITION),
}
_DAYS = frozenset({"PERIODOFREPORT", "REPORTCALENDARORQUARTER"})
_YES_OR_NO = {"true": "Y", "false": "N"}


class HoldingsDataSets:
    """Answers the addresses of Form 13F data sets."""

    def __init__(self, folder: Path, filings: Filings) -> None:
        self._filed = folder / "truth" / "filings.parquet"
        self._filings = filings
        self._made = lru_cache(maxsize=4)(self._zipped)

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return a data set; no such document where there is none of that name, or it is not out yet."""
        match = _NAME.fullmatch(asked.path)
        span = _span(match[1]) if match else None
        if span is None or (out_at := clock.latest_known_at(span[1] + _OUT_AFTER)) > now:
            return pages.missing(asked.path)
        return Reply(OK, self._made(*span), "application/zip", modified_at=out_at)

    def _zipped(self, first: date, last: date) -> bytes:
        """Return the zip of the reports filed from `first` to `last`."""
        tables: dict[str, list[str]] = {name: ["\t".join(columns)] for name, columns in _TABLES.items()}
        for accession, filed, documents in self._reports(first, last):
            for name, row in _rows(accession, filed, documents):
                keyed = {**row, _PLACE: str(len(tables[name]))}
                tables[name].append("\t".join(keyed.get(column, "") for column in _TABLES[name]))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as bundle:
            bundle.writestr(_member("SIMULATED.txt"), NOTICE)
            for name, lines in tables.items():
                bundle.writestr(_member(f"{name}.tsv"), "\n".join(lines) + "\n")
        return packed.getvalue()

    def _reports(self, first: date, last: date) -> Iterator[tuple[str, date, list[bytes]]]:
        """Yield number, filing date and documents of what was filed then; what is not on file as a text is left out."""
        within = pl.col("filed_date").is_between(first, last) & pl.col("form").is_in(_FORMS)
        filed = pl.scan_parquet(self._filed).filter(within).select("accession", "cik", "filed_date").collect()
        for accession, cik, day in filed.unique("accession").sort("accession").iter_rows():
            text = self._filings.text_of(cik, accession)
            if text is not None:
                yield accession, day, [document.body for document in split_submission(text.read_bytes()).documents]


def _rows(accession: str, filed: date, documents: Iterable[bytes]) -> Iterator[tuple[str, Row]]:
    """Yield table and row of what a report says."""
    key = {_KEY: accession}
    for body in documents:
        root = _root(body)
        if root.tag == "edgarSubmission":
            yield "SUBMISSION", key | {"FILING_DATE": _day(filed)} | _told(root, _SUBMISSION)
            yield "COVERPAGE", key | _told(root, _COVER)
            if root.find("formData/summaryPage") is not None:
                yield "SUMMARYPAGE", key | _told(root, _SUMMARY)
        for line in root.iterfind("infoTable"):
            yield "INFOTABLE", key | _told(line, _POSITION)


def _root(body: bytes) -> etree._Element:
    """Return a document's root, names without their spaces."""
    root = etree.fromstring(body.strip(), etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def _told(element: etree._Element, fields: Row) -> dict[str, str]:
    return {name: _written(name, " ".join(element.findtext(path, "").split())) for name, path in fields.items()}


def _written(name: str, text: str) -> str:
    if text and name in _DAYS:
        return _day(datetime.strptime(text, "%m-%d-%Y").date())  # noqa: DTZ007 - dates have no zone
    return _YES_OR_NO.get(text, text)


def _span(name: str) -> tuple[date, date] | None:
    """Return the first and last filing day of the data set of that name; None where there is none of such a name."""
    if match := _QUARTER.fullmatch(name):
        first = date(int(match[1]), 3 * int(match[2]) - 2, 1)
        return (first, _end_of_three_months(first)) if first < _FIRST_BY_MONTHS[0] else None
    years = [
        year for text in re.findall(r"\d{4}", name) if _FIRST_BY_MONTHS[0].year <= (year := int(text)) < date.max.year
    ]
    begins = [date(year, month, 1) for year in years for month in _MONTHS_BEGIN]
    spans = [_FIRST_BY_MONTHS, *((first, _end_of_three_months(first)) for first in begins)]
    return next((span for span in spans if name == "-".join(f"{day:%d%b%Y}".lower() for day in span)), None)


def _end_of_three_months(first: date) -> date:
    years, month = divmod(first.month + 2, 12)
    return date(first.year + years, month + 1, 1) - timedelta(days=1)


def _day(day: date) -> str:
    return f"{day:%d-%b-%Y}".upper()


def _member(name: str) -> zipfile.ZipInfo:
    """Return a member that tells no time of making, so that the same market gives the same bytes."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
