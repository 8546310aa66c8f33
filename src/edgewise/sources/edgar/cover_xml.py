"""Reading the XML forms that tell by themselves who filed what: ownership reports, 13F, schedules 13D and 13G, Form D.

The issuer of an ownership report is the one in the XML. The folder or feed it was found under may be the owner's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from edgewise.core.errors import Hostile, InvalidInput, Unparsable
from edgewise.core.identifiers import Cik, Ticker
from edgewise.sources.edgar.cover_words import parse_date
from edgewise.sources.edgar.records import Cover, CoverSecurity, Party, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

_WINDOW = 4_096
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(ownershipDocument|edgarSubmission|informationTable)[\s>]")
_PERIODS = ("periodOfReport", "reportCalendarOrQuarter", "dateOfEvent", "eventDateRequiresFilingThisStatement")
_ISSUER_CIKS = ("issuerCIK", "issuerCik")


def is_form_xml(body: bytes) -> bool:
    """Return whether the body is one of the forms read here."""
    return _ROOT.search(body, 0, _WINDOW) is not None


def read_form_xml(body: bytes) -> Cover:
    """Return what an XML form says: form, period, parties with roles, and the issuer's symbol.

    A bare '&' and the like are survived, with the complaint `xml_recovered`.
    Raises Hostile where the XML declares entities, Unparsable where nothing can be read from it.
    """
    match = _ROOT.search(body, 0, _WINDOW)
    if match is None:
        raise Unparsable("no known XML form", advice="Read it as a document with words.")
    if match[1] == b"informationTable":
        return Cover(document_type="INFORMATION TABLE")
    root, complaints = parse_hostile_xml(body)
    cover = _ownership(root) if match[1] == b"ownershipDocument" else _submission(root)
    return Cover(cover.form, None, cover.period_end, cover.parties, cover.securities, complaints)


def parse_hostile_xml(body: bytes) -> tuple[etree._Element, tuple[str, ...]]:
    """Return the root of XML from outside, and `xml_recovered` if it had to be repaired.

    Nothing is fetched or expanded. Raises Hostile for declared entities, Unparsable where no element can be read.
    """
    if b"<!ENTITY" in body:
        raise Hostile("XML that declares entities", advice="Leave it alone; EDGAR's forms have none.")
    complaints: tuple[str, ...] = ()
    try:
        root = etree.fromstring(body.strip(), _parser(recover=False))
    except etree.XMLSyntaxError:
        complaints = ("xml_recovered",)
        root = _repaired(body)
    if root is None:
        raise Unparsable("XML without an element", advice="Keep the document and go on.")
    return root, complaints


def _repaired(body: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(body.strip(), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=recover)


def _ownership(root: etree._Element) -> Cover:
    issuer = _party(root, "issuerCik", "issuerName", Role.ISSUER)
    owners = [_party(owner, "rptOwnerCik", "rptOwnerName", Role.OWNER) for owner in _elements(root, "reportingOwner")]
    return Cover(
        form=_text(root, "documentType") or None,
        period_end=parse_date(_text(root, "periodOfReport")),
        parties=tuple(party for party in (issuer, *owners) if party),
        securities=_security(_text(root, "issuerTradingSymbol")),
    )


def _submission(root: etree._Element) -> Cover:
    """Return the cover of an `edgarSubmission`; who files about an issuer is `filed_by`, who files alone the issuer."""
    issuer = _submission_issuer(root)
    filer_role = Role.FILED_BY if issuer else Role.ISSUER
    filers = [
        Party(cik, filer_role, _text(root, "filingManager/name") or None)
        for filer in _elements(root, "filer")
        if (cik := _cik(_text(filer, "cik")))
    ]
    parties = ([issuer] if issuer else []) + [party for party in filers if not (issuer and party.cik == issuer.cik)]
    period = next((text for name in _PERIODS if (text := _text(root, name))), "")
    return Cover(_text(root, "submissionType") or None, None, parse_date(period), tuple(parties))


def _submission_issuer(root: etree._Element) -> Party | None:
    """Return the issuer of a schedule (issuerInfo) or of a Form D (primaryIssuer)."""
    for name in _ISSUER_CIKS:
        if party := _party(root, name, "issuerName", Role.ISSUER):
            return party
    return next((_party(node, "cik", "entityName", Role.ISSUER) for node in _elements(root, "primaryIssuer")), None)


def _party(node: etree._Element, cik_name: str, name_name: str, role: Role) -> Party | None:
    cik = _cik(_text(node, cik_name))
    return Party(cik, role, _text(node, name_name) or None) if cik else None


def _elements(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements called `name` below `node`, whatever their namespace."""
    yield from node.iterfind(f".//{{*}}{name}")


def _text(node: etree._Element, path: str) -> str:
    """Return the text of the first element at `path`, names joined by '/'; '' if there is none."""
    found = node.find(".//" + "/".join(f"{{*}}{name}" for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _cik(text: str) -> Cik | None:
    try:
        return Cik(text)
    except InvalidInput:
        return None


def _security(symbol: str) -> tuple[CoverSecurity, ...]:
    """Return the issuer's symbol, if it is one: filers write "NONE", "N/A" and whole sentences there."""
    if symbol.upper() in {"", "NONE", "N/A", "NA"}:
        return ()
    try:
        return (CoverSecurity(Ticker(symbol)),)
    except InvalidInput:
        return ()
