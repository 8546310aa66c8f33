"""Reading of submission headers, whatever they are written in.

EDGAR prints the same header in three spellings: indented `KEY:  value` lines in .txt files, one `<TAG>value` a line in
feed files and header pages, and the latter turned into JSON by other tools. All are read as one flat stream of
(key, value) pairs. Nesting is ignored on purpose: it differs between the spellings (and is wrong in some JSON), while
the order never lies: what follows "FILER" belongs to that filer until the next block begins.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from edgewise.core.clock import parse_acceptance
from edgewise.core.errors import Hostile, InvalidInput, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.records import ListedDocument, Party, Role, SubmissionHeader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What the spellings call the fields we keep.
_GENERAL = {
    "ACCESSION NUMBER": "accession",
    "CONFORMED SUBMISSION TYPE": "form",
    "TYPE": "form",
    "ACCEPTANCE DATETIME": "accepted",
    "FILED AS OF DATE": "filed",
    "FILING DATE": "filed",
    "CONFORMED PERIOD OF REPORT": "period",
    "PERIOD": "period",
    "ITEM INFORMATION": "items",
    "ITEMS": "items",
    "PUBLIC DOCUMENT COUNT": "count",
    "SEC DOCUMENT": "disseminated",
    "SEC HEADER": "disseminated",
    "IMS DOCUMENT": "disseminated",
    "IMS HEADER": "disseminated",
}
_OF_PARTY = {
    "CENTRAL INDEX KEY": "cik",
    "CIK": "cik",
    "COMPANY CONFORMED NAME": "name",
    "CONFORMED NAME": "name",
    "STANDARD INDUSTRIAL CLASSIFICATION": "sic",
    "ASSIGNED SIC": "sic",
    "FORM TYPE": "form",
}
# Depositor, securitizer and issuing entity stand beside the filer of asset-backed securities; a serial company beside
# the trust that files for it.
_ROLES = {
    "FILER": Role.ISSUER,
    "ISSUER": Role.ISSUER,
    "SUBJECT COMPANY": Role.ISSUER,
    "FILED FOR": Role.ISSUER,
    "FILED BY": Role.FILED_BY,
    "REPORTING OWNER": Role.OWNER,
    "SERIAL COMPANY": Role.CO_REGISTRANT,
    "DEPOSITOR": Role.CO_REGISTRANT,
    "SECURITIZER": Role.CO_REGISTRANT,
    "ISSUING ENTITY": Role.CO_REGISTRANT,
}
_NOTICES = {"PRIVATE TO PUBLIC", "DELETION", "CORRECTION", "PAPER", "CONFIRMING COPY"}
_REGISTRANT = {Role.ISSUER, Role.CO_REGISTRANT}

_LINE_END = re.compile(r"\r\n|\n|\r")
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9 _-]*)>(.*)")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9 .,&/'()_-]*):(.*)")
_SIC = re.compile(r"\[(\d{1,4})\]\s*$|^\s*(\d{1,4})\s*$")
_COUNTER = re.compile(r"\d{1,6}", re.ASCII)
_CIK_DIGITS = re.compile(r"\d{1,10}", re.ASCII)
# Years outside are slips or harm: one day more than 9999-12-31 overflows, and what is known in 9999 is never seen.
_FILING_YEARS = range(1993, 2101)
_PERIOD_YEARS = range(1900, 2101)  # reports of the years before EDGAR were filed late


@dataclass(slots=True)
class _Draft:
    """A header while it is read: general fields with all their values, and one (block, fields) for each party."""

    general: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def first(self, name: str) -> str:
        """Return the first value of a general field that is not empty, or ''."""
        return next((value for value in self.general.get(name, ()) if value), "")


def decode_text(raw: bytes) -> str:
    """Return the text of header bytes: UTF-8 if it is that, else Windows-1252, else Latin-1, which never fails."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def whole_number(text: str) -> int | None:
    """Return the number that a counter prints, 1 to 6 digits; None for anything else."""
    return int(text) if _COUNTER.fullmatch(text.strip()) else None


def parse_header(block: bytes) -> tuple[SubmissionHeader, tuple[str, ...]]:
    """Return a header and the complaints about it, from `KEY: value` or `<TAG>value` lines.

    Raises Unparsable where there is no accession number.
    """
    return read_pairs(_pairs_of_lines(decode_text(block)))


def header_from_json(raw: bytes) -> tuple[SubmissionHeader, tuple[ListedDocument, ...], tuple[str, ...]]:
    """Return header, listed documents and complaints of a submission header that another tool turned into JSON.

    The layout: {"submission": {...tags as keys...}, "documents": [{"TYPE":, "SEQUENCE":, "FILENAME":}, ...]}.
    Raises Unparsable where it is not that or has no accession number, Hostile where it is nested without end.
    """
    try:
        tree = json_object(raw)
        pairs = list(_pairs_of_tree(json_object_in(tree, "submission")))
    except RecursionError as error:
        raise Hostile("header JSON nested without end", advice="Leave it alone.") from error
    header, complaints = read_pairs(pairs)
    return header, _listed(tree.get("documents")), complaints


def json_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`. Raises Unparsable where it is none, Hostile where it is nested without end."""
    try:
        tree = json.loads(raw)
    except RecursionError as error:
        raise Hostile("JSON nested without end", advice="Leave it alone.") from error
    except ValueError as error:
        raise Unparsable(f"not JSON: {error}", advice="An HTML page instead is an error of the service.") from error
    if not isinstance(tree, dict):
        raise Unparsable(f"a JSON {type(tree).__name__}, not an object", advice="Check what was fetched.")
    return tree


def json_object_in(tree: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the object under `key`. Raises Unparsable where there is none."""
    node = tree.get(key)
    if not isinstance(node, dict):
        raise Unparsable(
            f"JSON without an object {key!r}", advice=f"It has {sorted(tree)[:10]}; check what was fetched."
        )
    return node


def _pairs_of_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield (key, value) of each line that has one; closing tags and free text carry nothing."""
    for line in _LINE_END.split(text):
        stripped = line.strip()
        match = (_TAG if stripped.startswith("<") else _KEY).fullmatch(stripped)
        if match:
            yield _canonical(match[1]), match[2].strip()


def _pairs_of_tree(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, value) of a JSON tree in document order, a group as its key with an empty value."""
    for key, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield _canonical(key), ""
                yield from _pairs_of_tree(one)
            else:
                yield _canonical(key), "" if one is None else str(one).strip()


def _canonical(key: str) -> str:
    return re.sub(r"[-_ ]+", " ", key).strip().upper()


def read_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[SubmissionHeader, tuple[str, ...]]:
    """Return the header that a stream of (key, value) tells, and the complaints about it.

    Keys are those of either spelling, upper case with spaces; dates have 8 digits, the acceptance time 14, and years
    that cannot be (before 1993, of periods before 1900, and after 2100) count as unreadable. Where the two lines that
    tell the day of dissemination differ, the later counts.
    A block such as ("FILER", "") opens a party, and the party's fields follow it.
    Complaints: `form_missing`, `accepted_unreadable`, `filed_date_unreadable`, `period_date_unreadable`,
    `disseminated_date_unreadable`, `party_without_cik`. Raises Unparsable where there is no accession number.
    """
    draft = _collect(pairs)
    accession = _accession(draft)
    form = draft.first("form")
    if not form:
        draft.complaints.append("form_missing")
    header = SubmissionHeader(
        accession=accession,
        form=form,
        also_forms=_also_forms(draft, form),
        accepted_at=_accepted_at(draft),
        filed_date=_day(draft, "filed", draft.first("filed")),
        period_end=_day(draft, "period", draft.first("period"), years=_PERIOD_YEARS),
        items=tuple(value for value in draft.general.get("items", ()) if value),
        parties=_parties(draft, accession),
        document_count=whole_number(draft.first("count")),
        notices=tuple(dict.fromkeys(draft.notices)),
        disseminated_date=_disseminated_date(draft),
    )
    return header, tuple(dict.fromkeys(draft.complaints))


def _collect(pairs: Iterable[tuple[str, str]]) -> _Draft:
    draft = _Draft()
    for key, value in pairs:
        if key in _ROLES and not value:
            draft.blocks.append((key, {}))
        elif key in _OF_PARTY and draft.blocks:
            draft.blocks[-1][1].setdefault(_OF_PARTY[key], value)
        elif key in _GENERAL:
            draft.general.setdefault(_GENERAL[key], []).append(value)
        elif key in _NOTICES:
            draft.notices.append(key.lower().replace(" ", "_"))
    return draft


def _accession(draft: _Draft) -> Accession:
    try:
        return Accession(draft.first("accession"))
    except InvalidInput as error:
        raise Unparsable(
            f"the header has no accession number: {error.what}",
            advice="Read it as loose documents and give the accession from its address.",
        ) from error


def _accepted_at(draft: _Draft) -> datetime | None:
    stamp = draft.first("accepted")
    if not stamp:
        return None
    try:
        accepted_at = parse_acceptance(stamp)
    except InvalidInput:
        accepted_at = None
    if accepted_at is None or accepted_at.year not in _FILING_YEARS:
        draft.complaints.append("accepted_unreadable")
        return None
    return accepted_at


def _disseminated_date(draft: _Draft) -> date | None:
    """Return the later day of <SEC-DOCUMENT>0000000000-24-003505.txt : 20240614 and of the header's own such line."""
    told = [value.rpartition(":")[2].strip() for value in draft.general.get("disseminated", ()) if ":" in value]
    days = [_day(draft, "disseminated", text) for text in told]
    return max((day for day in days if day), default=None)


def _day(draft: _Draft, name: str, text: str, *, years: range = _FILING_YEARS) -> date | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        day = None
    if day is None or day.year not in years:
        draft.complaints.append(f"{name}_date_unreadable")
        return None
    return day


def _also_forms(draft: _Draft, form: str) -> tuple[str, ...]:
    """Return the forms a party files it as besides `form`: one accession may serve as SC TO-T/A and SC 13D/A."""
    forms = dict.fromkeys(fields.get("form", "") for _, fields in draft.blocks)
    return tuple(other for other in forms if other and other != form)


def _parties(draft: _Draft, accession: Accession) -> tuple[Party, ...]:
    """Return the parties in order, each (cik, role) once.

    The first filer is the issuer and further ones are co-registrants; where nobody is the issuer, the first
    co-registrant is. Whoever sent it without being a party is the filing agent, except 0, the SEC itself.
    """
    parties: dict[tuple[int, Role], Party] = {}
    filers = 0
    for block, fields in draft.blocks:
        if (cik := _cik(fields)) is None:
            draft.complaints.append("party_without_cik")
            continue
        role = Role.CO_REGISTRANT if block == "FILER" and filers else _ROLES[block]
        filers += block == "FILER"
        if role is Role.CO_REGISTRANT and any((cik, known) in parties for known in _REGISTRANT):
            continue
        parties.setdefault((cik, role), Party(cik, role, fields.get("name") or None, _sic(fields.get("sic", ""))))
    return with_agent(_with_issuer(tuple(parties.values())), accession)


def _with_issuer(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    """Return the parties with the first co-registrant made the issuer, where there is none."""
    if any(party.role is Role.ISSUER for party in parties):
        return parties
    first = next((party for party in parties if party.role is Role.CO_REGISTRANT), None)
    if first is None:
        return parties
    issuer = Party(first.cik, Role.ISSUER, first.name, first.sic)
    return tuple(issuer if party is first else party for party in parties)


def with_agent(parties: tuple[Party, ...], accession: Accession) -> tuple[Party, ...]:
    """Return the parties and, if the accession's sender is none of them, the sender as filing agent."""
    sender = accession.sender
    if sender == 0 or sender in {int(party.cik) for party in parties}:
        return parties
    return (*parties, Party(Cik(sender), Role.AGENT))


def _cik(fields: dict[str, str]) -> Cik | None:
    text = fields.get("cik", "")
    return Cik(text) if _CIK_DIGITS.fullmatch(text) and int(text) else None


def _sic(text: str) -> int | None:
    """Return the code of 'SERVICES-PREPACKAGED SOFTWARE [7372]' or '7372'; None for none and for 0000."""
    match = _SIC.search(text)
    return int(match[1] or match[2]) or None if match else None


def _listed(documents: object) -> tuple[ListedDocument, ...]:
    """Return the listed documents of header JSON; entries that are not objects are left out."""
    entries = [entry for entry in documents if isinstance(entry, dict)] if isinstance(documents, list) else []
    return tuple(
        ListedDocument(
            sequence=whole_number(str(entry.get("SEQUENCE", ""))) or position,
            document_type=str(entry.get("TYPE", "")),
            file_name=str(entry["FILENAME"]) if entry.get("FILENAME") else None,
            description=str(entry["DESCRIPTION"]) if entry.get("DESCRIPTION") else None,
        )
        for position, entry in enumerate(entries, start=1)
    )
