"""The feeds of latest filings: EDGAR's Atom pages and the RSS of structured filings, as entries and as submissions.

A filing stands once per registrant and role, pages overlap and reorder while one pages through them, and an hour later
the same filing is on another page. `parse_feed` reads one page; `merge_entries` makes each submission out of many.

Source: the Atom and RSS bodies EDGAR serves. `updated` of an Atom entry is the acceptance time with its zone; the RSS
prints it as 14 digits of Eastern time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree

from edgewise.core.clock import parse_acceptance
from edgewise.core.errors import Hostile, InvalidInput, Truncated, Unparsable, Unusable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.discovered import Discovered, Rejected
from edgewise.sources.edgar.records import Party, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# What EDGAR prints in brackets after a name.
ROLES: dict[str, Role] = {
    "Filer": Role.ISSUER,
    "Issuer": Role.ISSUER,
    "Subject": Role.ISSUER,
    "Filed for": Role.ISSUER,
    "Reporting": Role.OWNER,
    "Filed by": Role.FILED_BY,
    "Serial Company": Role.CO_REGISTRANT,
    "Depositor": Role.CO_REGISTRANT,
    "Securitizer": Role.CO_REGISTRANT,
    "Issuing Entity": Role.CO_REGISTRANT,
}
_ATOM = "{http://www.w3.org/2005/Atom}"
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_TITLE = re.compile(r"(?P<name>.*) \((?P<cik>\d{1,10})\) \((?P<role>[^()]+)\)\s*", re.DOTALL | re.ASCII)
_FILED = re.compile(r"<b>Filed:</b>\s*(\d{4}-\d\d-\d\d)", re.ASCII)
_SIZE = re.compile(r"<b>Size:</b>\s*(\d+)\s*([KMG]?B)\b", re.ASCII)
_HTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FIRST_BYTES = 1024
_ROLE_ORDER = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One line of a feed: a submission as seen from one registrant in one role.

    accepted_at: UTC instant of acceptance.
    filed_date:  New York date EDGAR printed.
    size_bytes:  as EDGAR rounds it, to kilobytes or megabytes; None if not given.
    sic:         industry code, which only the RSS gives.
    """

    accession: Accession
    form: str
    company: str
    cik: Cik
    role: Role
    accepted_at: datetime
    filed_date: date
    index_url: str
    size_bytes: int | None = None
    sic: int | None = None

    @property
    def folder_url(self) -> str:
        """The folder of the submission under this registrant."""
        return urls.folder(self.cik, self.accession)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page: when EDGAR made it (UTC), its entries in its order, and what could not be read."""

    updated_at: datetime
    entries: tuple[FeedEntry, ...]
    rejected: tuple[Rejected, ...] = field(default=())


class _BadEntry(Exception):
    """One entry cannot be read; caught where entries are collected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_feed(body: bytes) -> FeedPage:
    """Return the page. A bad entry is rejected with a reason; a bad page is an error.

    Raises Truncated, if it is empty or ends early; Hostile, if it declares entities; Unparsable, if it is HTML or any
    other document.
    """
    root = _root(body)
    if root.tag == f"{_ATOM}feed":
        updated = _instant(root.findtext(f"{_ATOM}updated"))
        return _page(updated, root.iterfind(f"{_ATOM}entry"), _atom_entry)
    if root.tag == "rss":
        stamp = root.findtext("channel/lastBuildDate") or root.findtext("channel/pubDate")
        return _page(_mail_instant(stamp), root.iterfind("channel/item"), _rss_entry)
    raise Unparsable(f"the body is <{root.tag}>, not a feed", advice="Ask for output=atom or for an EDGAR RSS file.")


def merge_entries(pages: Iterable[FeedPage]) -> list[Discovered]:
    """Return each submission once, with all its parties, oldest acceptance first, whatever the order of the pages."""
    entries: dict[Accession, set[FeedEntry]] = {}
    for page in pages:
        for entry in page.entries:
            entries.setdefault(entry.accession, set()).add(entry)
    found = [_merged(group) for group in entries.values()]
    return sorted(found, key=lambda one: (one.accepted_at, one.accession))


def _merged(entries: set[FeedEntry]) -> Discovered:
    ordered = sorted(entries, key=lambda entry: (_ROLE_ORDER[entry.role], entry.cik, entry.company, entry.form))
    first = ordered[0]
    parties = {(entry.cik, entry.role): Party(entry.cik, entry.role, entry.company, entry.sic) for entry in ordered}
    return Discovered(
        accession=first.accession,
        cik=first.cik,
        ciks=tuple(sorted({entry.cik for entry in ordered})),
        location=first.folder_url,
        forms=tuple(sorted({entry.form for entry in ordered})),
        parties=tuple(parties.values()),
        accepted_at=max(entry.accepted_at for entry in ordered),
        filed_date=max(entry.filed_date for entry in ordered),
    )


def _root(body: bytes) -> Any:
    """Return the root element of a feed, read with nothing resolved and nothing fetched."""
    if not body.strip():
        raise Truncated("the feed is empty", advice="Ask again; EDGAR serves at least an empty page.")
    if _HTML.search(body[:_FIRST_BYTES]):
        raise Unparsable("the feed is an HTML page", advice="EDGAR blocks or is down: slow down and ask again.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(body, error) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Hostile("the feed declares a document type", advice="EDGAR's feeds never do; do not trust this source.")
    return root


def _broken(body: bytes, error: etree.XMLSyntaxError) -> Unusable:
    if b"<!ENTITY" in body[:65_536].replace(b"\x00", b""):
        return Hostile("the feed declares entities", advice="EDGAR's feeds never do; do not trust this source.")
    if not body.rstrip().endswith((b"</feed>", b"</rss>")):
        return Truncated(f"the feed ends early: {error.msg}", advice="Ask again.")
    return Unparsable(f"the feed is not XML: {error.msg}", advice="Keep the body and report it.")


def _page(updated_at: datetime | None, elements: Iterator[Any], read: Callable[[Any], FeedEntry]) -> FeedPage:
    if updated_at is None:
        raise Unparsable("the feed does not say when it was made", advice="Keep the body and report it.")
    entries: list[FeedEntry] = []
    rejected: list[Rejected] = []
    for element in elements:
        try:
            entries.append(read(element))
        except _BadEntry as bad:
            rejected.append(Rejected.of(bad.reason, " ".join(element.itertext())))
    return FeedPage(updated_at, tuple(entries), tuple(rejected))


def _atom_entry(element: Any) -> FeedEntry:
    category, link = element.find(f"{_ATOM}category"), element.find(f"{_ATOM}link")
    form = "" if category is None else category.get("term", "")
    _, _, tag = element.findtext(f"{_ATOM}id", "").partition("accession-number=")
    accession = _accession(tag)
    company, cik, role = _title(element.findtext(f"{_ATOM}title", "").removeprefix(f"{form} - "))
    summary = element.findtext(f"{_ATOM}summary", "")
    return FeedEntry(
        accession=accession,
        form=_form(form),
        company=company,
        cik=cik,
        role=role,
        accepted_at=_needed(_instant(element.findtext(f"{_ATOM}updated")), "bad_acceptance"),
        filed_date=_needed(_iso_date(_FILED.search(summary)), "bad_filed_date"),
        index_url=_index_url("" if link is None else link.get("href", ""), cik, accession),
        size_bytes=_size(_SIZE.search(summary)),
    )


def _rss_entry(element: Any) -> FeedEntry:
    filing = next((child for child in element if etree.QName(child).localname == "xbrlFiling"), None)
    if filing is None:
        raise _BadEntry("no_filing")
    said = {etree.QName(child).localname: (child.text or "").strip() for child in filing}
    company, cik, role = _title(element.findtext("title", ""))
    accession = _accession(said.get("accessionNumber", ""))
    if not said.get("cikNumber", "").isdigit() or int(said["cikNumber"]) != cik:
        raise _BadEntry("bad_cik")
    return FeedEntry(
        accession=accession,
        form=_form(said.get("formType", "")),
        company=said.get("companyName") or company,
        cik=cik,
        role=role,
        accepted_at=_eastern(said.get("acceptanceDatetime", "")),
        filed_date=_american_date(said.get("filingDate", "")),
        index_url=_index_url(element.findtext("link", ""), cik, accession),
        sic=int(said["assignedSic"]) if said.get("assignedSic", "").isdigit() else None,
    )


def _needed(value: Any, reason: str) -> Any:
    if value is None:
        raise _BadEntry(reason)
    return value


def _title(text: str) -> tuple[str, Cik, Role]:
    """Return name, CIK and role of "APPLE INC (0000320193) (Filer)"."""
    match = _TITLE.fullmatch(text)
    if match is None or not int(match["cik"]):
        raise _BadEntry("bad_title")
    role = ROLES.get(match["role"])
    if role is None:
        raise _BadEntry("unknown_role")
    return match["name"].strip(), Cik(match["cik"]), role


def _form(text: str) -> str:
    if not text.strip():
        raise _BadEntry("no_form")
    return text.strip()


def _accession(text: str) -> Accession:
    try:
        return Accession(text)
    except InvalidInput as error:
        raise _BadEntry("bad_accession") from error


def _index_url(url: str, cik: Cik, accession: Accession) -> str:
    """Return the address of the filing's index page; a link that leads elsewhere than the entry says is refused."""
    if urlsplit(url).netloc != "www.sec.gov" or urls.filing_at(url) != (cik, accession):
        raise _BadEntry("bad_link")
    return urls.index_page(cik, accession)


def _instant(text: str | None) -> datetime | None:
    """Return the UTC instant of an ISO time with its zone; None if it is none or has no zone."""
    try:
        stamp = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return stamp.astimezone(UTC) if stamp.tzinfo else None


def _mail_instant(text: str | None) -> datetime | None:
    """Return the UTC instant of "Fri, 30 Oct 2020 18:04:43 EDT"; None if it is none."""
    try:
        return parsedate_to_datetime((text or "").strip()).astimezone(UTC)
    except ValueError:
        return None


def _eastern(text: str) -> datetime:
    try:
        return parse_acceptance(text)
    except InvalidInput as error:
        raise _BadEntry("bad_acceptance") from error


def _iso_date(match: re.Match[str] | None) -> date | None:
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _american_date(text: str) -> date:
    """Return the date of "10/30/2020"."""
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as error:
        raise _BadEntry("bad_filed_date") from error


def _size(match: re.Match[str] | None) -> int | None:
    return int(match[1]) * _UNITS[match[2]] if match else None
