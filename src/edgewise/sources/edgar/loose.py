"""Putting a submission together from the loose files of its folder.

The header is taken from the best evidence there is, in this order:
1. the full submission text, .txt before .nc (only the former has the acceptance time),
2. the submission header as JSON, then as a header page or an index page,
3. the documents themselves: EDGAR's own <TYPE> line if it is still there, else what the cover says.
A document's word about who is its issuer stands above the folder it was found in: an ownership report is filed under
its owners too, and folders have held another company's filing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgewise.core.errors import EdgewiseError, Unparsable, Unusable
from edgewise.sources.edgar.cover import read_cover
from edgewise.sources.edgar.header import header_from_json, with_agent
from edgewise.sources.edgar.index_page import parse_header_page, parse_index_page
from edgewise.sources.edgar.records import (
    Cover,
    ListedDocument,
    Party,
    Role,
    Submission,
    SubmissionDocument,
    SubmissionHeader,
)
from edgewise.sources.edgar.sgml import is_submission, split_documents, split_submission, starts_with_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edgewise.core.identifiers import Accession, Cik

_OWNERSHIP = ("3", "4", "5")
_WITH_WORDS = (".htm", ".html", ".txt", ".xml")
_EXHIBIT = re.compile(r"(?:^|[^a-z])d?ex(?:hibit)?[-_]?x?(\d{1,2})", re.IGNORECASE)
# What EDGAR's renderer adds to a submission with XBRL; it repeats the cover and is never the main document.
_RENDERED = re.compile(r"R\d+\.htm|FilingSummary\.xml|MetaLinks\.json|report\.css|Show\.js")
_TYPES_BY_SUFFIX = {".jpg": "GRAPHIC", ".gif": "GRAPHIC", ".png": "GRAPHIC", ".zip": "ZIP", ".xlsx": "EXCEL"}
_NEVER_A_FORM = {"GRAPHIC", "ZIP", "EXCEL", "XML", "JSON", "PDF", "COVER"}
_UNKNOWN_TYPE = "UNKNOWN"
_MOST_COVERS_READ = 25


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A header from one source, the documents that source lists, and its complaints."""

    header: SubmissionHeader
    listed: tuple[ListedDocument, ...]
    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Loose:
    """A document of the folder, what its cover says, and complaints; sequence 0 is "not told"."""

    document: SubmissionDocument
    cover: Cover
    complaints: tuple[str, ...] = ()


def assemble(
    files: Mapping[str, bytes], *, accession: Accession, cik: Cik, known: SubmissionHeader | None = None
) -> Submission:
    """Return the submission whose folder holds `files`, by file name.

    cik:   the registrant under whose folder they were found. It becomes the issuer only where nothing else names one.
    known: what a feed, an index or a submissions file told already; fills what the folder does not say.

    Complaints, besides those of the parsers: `submission_text_unusable`, `other_submission_in_folder`,
    `cik_differs_from_folder`, `issuer_from_folder`, `issuer_unknown`, `header_from_cover`, `document_type_guessed`,
    `document_count_differs`, and the reason code of each document's cover that could not be read.
    Raises the text's own error where a damaged submission text is all there is; Unparsable where the folder holds no
    document, or nothing tells the form.
    """
    complaints: list[str] = []
    text, damage = _submission_text(files, accession, complaints)
    if text is not None:
        return _with_folder(text, files, cik, complaints)
    evidence = _evidence(files, accession, complaints)
    loose = _documents(files, evidence)
    if not loose:
        raise damage or Unparsable(
            f"{accession}: the folder holds no document, only {sorted(files)}", advice="Fetch the submission text."
        )
    told = evidence.header if evidence else known
    header = _completed(accession, cik, told, loose, complaints)
    if evidence is None:
        complaints.append("header_from_cover")
    elif header.document_count not in (None, len(loose)):
        complaints.append("document_count_differs")
    documents = _numbered(loose, header.form, complaints)
    noted = (*(evidence.complaints if evidence else ()), *(code for one in loose for code in one.complaints))
    return Submission(header, documents, tuple(dict.fromkeys((*noted, *complaints))))


def _submission_text(
    files: Mapping[str, bytes], accession: Accession, complaints: list[str]
) -> tuple[Submission | None, Unusable | None]:
    """Return the full submission in the folder, .txt first, or the error of the one that cannot be used."""
    damage: Unusable | None = None
    for name in sorted(files, key=lambda name: (not name.endswith(".txt"), name)):
        if name.endswith((".txt", ".nc")) and is_submission(files[name]):
            try:
                submission = split_submission(files[name])
            except Unusable as error:
                damage = error
                complaints.append("submission_text_unusable")
                continue
            if submission.header.accession == accession:
                return submission, None
            complaints.append("other_submission_in_folder")
    return None, damage


def _with_folder(text: Submission, files: Mapping[str, bytes], cik: Cik, complaints: list[str]) -> Submission:
    """Return the submission with the folder's files that its text lacks, as abridged copies do."""
    present = {document.file_name for document in text.documents}
    documents = text.documents
    # Texts from before about 2000 name no files, so nothing can be told apart from what they hold.
    if present - {None}:
        beside = _documents({name: body for name, body in files.items() if name not in present}, None)
        highest = max(document.sequence for document in documents)
        documents += tuple(_placed(loose, highest + place) for place, loose in enumerate(beside, start=1))
        complaints += ["documents_beside_text"] if beside else []
    if cik not in {party.cik for party in text.header.parties}:
        complaints.append("cik_differs_from_folder")
    return Submission(text.header, documents, tuple(dict.fromkeys((*text.complaints, *complaints))))


def _evidence(files: Mapping[str, bytes], accession: Accession, complaints: list[str]) -> _Evidence | None:
    """Return the best header beside the documents, or None."""
    readers: tuple[tuple[str, Callable[[bytes], _Evidence]], ...] = (
        ("_header.json", _from_json),
        ("-index-headers.html", _from_header_page),
        ("-index.html", _from_index_page),
        ("-index.htm", _from_index_page),
    )
    for ending, read in readers:
        for name in sorted(name for name in files if name.endswith(ending)):
            try:
                evidence = read(files[name])
            except Unusable as error:
                complaints.append(error.code)
                continue
            if evidence.header.accession == accession:
                return evidence
            complaints.append("other_submission_in_folder")
    return None


def _from_json(raw: bytes) -> _Evidence:
    return _Evidence(*header_from_json(raw))


def _from_header_page(raw: bytes) -> _Evidence:
    page = parse_header_page(raw)
    return _Evidence(page.header, page.documents, page.complaints)


def _from_index_page(raw: bytes) -> _Evidence:
    page = parse_index_page(raw)
    return _Evidence(page.header, page.documents, page.complaints)


def _documents(files: Mapping[str, bytes], evidence: _Evidence | None) -> list[_Loose]:
    """Return the folder's documents, each with what it says about itself, in the order of the listing, then by name."""
    listed = {entry.file_name: entry for entry in evidence.listed} if evidence else {}
    names = [name for name in sorted(files) if not _is_about_the_folder(name, files[name])]
    names.sort(key=lambda name: listed[name].sequence if name in listed else len(files) + len(listed))
    loose: list[_Loose] = []
    for name in names:
        for document, complaints in _unwrapped(name, files[name], listed.get(name)):
            loose.append(_with_cover(document, complaints, read=len(loose) < _MOST_COVERS_READ))
    return loose


def _is_about_the_folder(name: str, body: bytes) -> bool:
    """Return whether a file describes the submission instead of being one of its documents."""
    described = name.endswith(("-index.html", "-index.htm", "-index-headers.html"))
    return described or name == "index.json" or name.startswith("_") or is_submission(body)


def _unwrapped(
    name: str, body: bytes, entry: ListedDocument | None
) -> Iterator[tuple[SubmissionDocument, tuple[str, ...]]]:
    """Yield the documents of one file: those inside EDGAR's <DOCUMENT> lines where it still has them, else itself."""
    if starts_with_document(body):
        try:
            documents, complaints = split_documents(body)
        except Unusable as error:
            yield _as_it_is(name, body, entry), (error.code,)
            return
        for document in documents:
            yield replace(document, file_name=document.file_name or name), complaints
    else:
        yield _as_it_is(name, body, entry), ()


def _as_it_is(name: str, body: bytes, entry: ListedDocument | None) -> SubmissionDocument:
    if entry is None:
        return SubmissionDocument(0, _type_by_name(name), name, None, body)
    return SubmissionDocument(entry.sequence, entry.document_type, name, entry.description, body)


def _type_by_name(name: str) -> str:
    """Return the type that a file's name gives away, or ''."""
    if _RENDERED.fullmatch(name):
        return "JSON" if name.endswith(".json") else "XML"
    exhibit = _EXHIBIT.search(name)
    suffix = "." + name.rpartition(".")[2].lower()
    return _TYPES_BY_SUFFIX.get(suffix) or (f"EX-{exhibit[1]}" if exhibit else "")


def _with_cover(document: SubmissionDocument, complaints: tuple[str, ...], *, read: bool) -> _Loose:
    """Return the document with its cover; a cover that cannot be read is a complaint, never an error."""
    if not read or not (document.file_name or "").lower().endswith(_WITH_WORDS):
        return _Loose(document, Cover(), complaints)
    try:
        cover = read_cover(document.body)
    except EdgewiseError as error:
        return _Loose(document, Cover(), (*complaints, error.code))
    if not document.document_type and cover.document_type:
        document = replace(document, document_type=cover.document_type)
    return _Loose(document, cover, (*complaints, *cover.complaints))


def _completed(
    accession: Accession, cik: Cik, told: SubmissionHeader | None, loose: list[_Loose], complaints: list[str]
) -> SubmissionHeader:
    """Return the header with what was told first, and the main document's own word for the rest."""
    main = _main(loose, told.form if told else "")
    form = (told.form if told else "") or _own_form(main)
    if not form:
        raise Unparsable(
            f"{accession}: nothing tells the form; the folder holds {sorted(str(d.document.file_name) for d in loose)}",
            advice="Give what the index or the feed says as `known`.",
        )
    header = told or SubmissionHeader(accession, form)
    parties = _parties(header, main.cover, cik, form, complaints)
    return replace(
        header,
        accession=accession,
        form=form,
        period_end=header.period_end or main.cover.period_end,
        parties=with_agent(parties, accession),
    )


def _main(loose: list[_Loose], form: str) -> _Loose:
    """Return the document that speaks for the submission: of its form, then one that names registrants, then any."""
    return min(
        loose,
        key=lambda one: (bool(form) and _own_form(one) != form, not one.cover.parties, not _own_form(one)),
    )


def _own_form(loose: _Loose) -> str:
    """Return the form a document gives itself: EDGAR's type line before the cover's words. Exhibits give none."""
    kind = loose.document.document_type
    if kind and kind != loose.cover.document_type:
        return "" if kind.startswith("EX-") or kind in _NEVER_A_FORM else kind
    return loose.cover.form or ""


def _parties(header: SubmissionHeader, cover: Cover, cik: Cik, form: str, complaints: list[str]) -> tuple[Party, ...]:
    """Return who the submission names: the header's word, else the document's, else the folder's for an issuer."""
    named = header.parties or cover.parties
    if cik not in {party.cik for party in (*named, *cover.parties)} and (named or cover.parties):
        complaints.append("cik_differs_from_folder")
    if named:
        return named
    if form.removesuffix("/A") in _OWNERSHIP:
        complaints.append("issuer_unknown")
        return ()
    complaints.append("issuer_from_folder")
    return (Party(cik, Role.ISSUER),)


def _placed(loose: _Loose, sequence: int, *, kind: str = "") -> SubmissionDocument:
    """Return the document at its place, with `kind` or UNKNOWN for a type that nothing told."""
    kind = loose.document.document_type or kind or _UNKNOWN_TYPE
    return replace(loose.document, document_type=kind, sequence=sequence)


def _numbered(loose: list[_Loose], form: str, complaints: list[str]) -> tuple[SubmissionDocument, ...]:
    """Return the documents with a type and a sequence each, once: told ones keep theirs, the main one comes first."""
    main = _main(loose, form)
    order = [main, *(one for one in loose if one is not main)]
    told = {one.document.sequence for one in loose} - {0}
    free = iter(number for number in range(1, 2 * len(loose) + len(told) + 2) if number not in told)
    taken: set[int] = set()
    documents = []
    for one in order:
        if not one.document.document_type:
            complaints.append("document_type_guessed")
        sequence = one.document.sequence if one.document.sequence not in taken | {0} else next(free)
        taken.add(sequence)
        documents.append(_placed(one, sequence, kind=form if one is main else ""))
    return tuple(sorted(documents, key=lambda document: document.sequence))
