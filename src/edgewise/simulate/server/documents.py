"""The documents of filings at a simulated instant: not there until some seconds after the feed has shown the filing.

The market holds each submission as one text; its documents, its index page and its folder listing are made from that
when they are asked for.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply, content_type_of
from edgewise.sources.edgar.records import Role
from edgewise.sources.edgar.sgml import split_submission

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from edgewise.simulate.server.filings import Filings
    from edgewise.simulate.server.messages import Asked
    from edgewise.sources.edgar.records import Submission

ROOT = "/Archives/edgar/data/"
_PLACE = re.compile(
    rf"{ROOT}(?P<cik>\d{{1,10}})/"
    r"(?:(?P<folder>\d{18})/(?P<name>[^/]*)|(?P<accession>\d{10}-\d{2}-\d{6})(?P<rest>\.txt|-index\.html?))",
    re.ASCII,
)
_IN_BRACKETS = {Role.ISSUER: "Filer", Role.CO_REGISTRANT: "Filer", Role.OWNER: "Reporting", Role.FILED_BY: "Filed by"}


class Documents:
    """Answers what lies below `Archives/edgar/data`. `speed` tells that of the clock, for delays in real seconds."""

    def __init__(self, filings: Filings, speed: Callable[[], float]) -> None:
        self._filings, self._speed = filings, speed

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return a submission's text, one of its documents, or a page about it; none of them before it is served."""
        match = _PLACE.fullmatch(asked.path)
        if match is None:
            return pages.missing(asked.path, hidden=True)
        accession = match["accession"] or _dashed(match["folder"])
        name = f"{accession}{match['rest']}" if match["accession"] else match["name"]
        served_at = self._filings.served_at(accession, self._speed())
        text = self._filings.text_of(int(match["cik"]), accession)
        if served_at is None or text is None or served_at > now:
            return pages.missing(asked.path)
        if name == f"{accession}.txt":
            return Reply(OK, text.read_bytes(), "text/plain", modified_at=served_at)
        body = _made(int(match["cik"]), name, split_submission(text.read_bytes()), served_at)
        if body is None:
            return pages.missing(asked.path)
        kind = "application/json" if name == "" else content_type_of(name)
        return Reply(OK, body, kind, modified_at=served_at)


def _made(cik: int, name: str, submission: Submission, served_at: datetime) -> bytes | None:
    """Return what is made from a submission's text; None if it has no document of that name."""
    number = submission.header.accession
    if name in {f"{number}-index.htm", f"{number}-index.html"}:
        return _index_page(cik, submission)
    if name in {"", "index.json"}:
        return _folder(cik, submission, served_at)
    return next((document.body for document in submission.documents if document.file_name == name), None)


def _dashed(digits: str) -> str:
    return f"{digits[:10]}-{digits[10:12]}-{digits[12:]}"


def _folder(cik: int, submission: Submission, served_at: datetime) -> bytes:
    number = submission.header.accession
    stamp = f"{served_at.astimezone(clock.NEW_YORK):%Y-%m-%d %H:%M:%S}"
    sizes = {f"{number}-index.html": "", f"{number}.txt": ""}
    sizes |= {document.file_name: str(len(document.body)) for document in submission.documents if document.file_name}
    items = [{"last-modified": stamp, "name": name, "type": "text.gif", "size": size} for name, size in sizes.items()]
    place = f"{ROOT}{cik}/{number.dashless}"
    return json.dumps({"directory": {"item": items, "name": place, "parent-dir": f"{ROOT}{cik}"}}).encode()


def _index_page(cik: int, submission: Submission) -> bytes:
    """Return the page that names a filing's facts, its documents and its registrants."""
    header = submission.header
    accepted = header.accepted_at.astimezone(clock.NEW_YORK) if header.accepted_at else None
    facts = {
        "Filing Date": str(header.filed_date or ""),
        "Accepted": f"{accepted:%Y-%m-%d %H:%M:%S}" if accepted else "",
        "Documents": str(len(submission.documents)),
        "Period of Report": str(header.period_end or ""),
        "Items": "<br>".join(f"Item {escape(item)}" for item in header.items),
    }
    shown = "".join(
        f'<div class="infoHead">{name}</div>\n<div class="info">{value}</div>\n'
        for name, value in facts.items()
        if value
    )
    folder = f"{ROOT}{cik}/{header.accession.dashless}"
    rows = "".join(
        f"<tr><td>{one.sequence}</td><td>{escape(one.description or '')}</td>"
        f'<td><a href="{folder}/{escape(one.file_name or "")}">{escape(one.file_name or "")}</a></td>'
        f"<td>{escape(one.document_type)}</td><td>{len(one.body)}</td></tr>\n"
        for one in submission.documents
    )
    parties = "".join(
        f'<div class="companyInfo"><span class="companyName">{escape(party.name or "")} ({_IN_BRACKETS[party.role]}) '
        f"CIK: {party.cik.padded}</span></div>\n"
        for party in header.parties
        if party.role in _IN_BRACKETS
    )
    return (
        f"<!DOCTYPE html>\n<html><head><title>EDGAR Filing Documents for {header.accession}</title></head>\n<body>\n"
        f'<p>{NOTICE}</p>\n<div id="formName"><strong>Form {escape(header.form)}</strong></div>\n'
        f'<div id="secNum"><strong>SEC Accession No.</strong> {header.accession}</div>\n{shown}'
        f'<table class="tableFile" summary="Document Format Files">\n{rows}</table>\n{parties}</body></html>\n'
    ).encode()
