"""Taking a full submission apart: bytes in, header and documents out.

One submission, five dialects, all read by the same steps:
1. The 1990s envelope `-----BEGIN PRIVACY-ENHANCED MESSAGE-----` is taken off, and its dash escapes undone (`_opened`).
2. The container is found: <SEC-DOCUMENT>, <IMS-DOCUMENT> or the feed's <SUBMISSION> (`_container`).
3. The header lines go to `header.parse_header`.
4. Documents follow one another (`_documents`). A </DOCUMENT> line ends one only where the next document or the end of
   the container follows, so the words may stand in a document's text.
5. Inside a document, EDGAR's own lines (<TYPE> ... <TEXT>, <XML>, <PDF>) are taken off and uuencoding is undone; the
   rest of the bytes is untouched. What is wrong inside one document is a complaint, never an error.
6. Everything that was opened must be closed: otherwise the submission is Truncated.

Time is linear in the size: tags are found with bytes.find, and regular expressions see small windows only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgewise.core.errors import TooLarge, Truncated, Unparsable, Unusable
from edgewise.sources.edgar.header import decode_text, parse_header, whole_number
from edgewise.sources.edgar.records import Submission, SubmissionDocument
from edgewise.sources.edgar.uuencode import decode_uuencoded, is_uuencoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DOCUMENTS = 10_000
_HEAD_WINDOW = 16_384

_ENVELOPE = b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----"
_ENVELOPE_END = b"-----END PRIVACY-ENHANCED MESSAGE-----"
_CONTAINERS = (b"<SEC-DOCUMENT>", b"<IMS-DOCUMENT>", b"<SUBMISSION>")
_DOCUMENT = b"<DOCUMENT>"
_AFTER_DOCUMENT = (_DOCUMENT, b"</SEC-DOCUMENT>", b"</IMS-DOCUMENT>", b"</SUBMISSION>")

_BLANK = re.compile(rb"\s*")
_REST_OF_LINE = re.compile(rb"[ \t]*(\r\n|\n|\r)?")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)")
_HEADER_OPENS = re.compile(rb"[\r\n]<(?:SEC|IMS)-HEADER>", re.IGNORECASE)
_TEXT_OPENS = re.compile(rb"[\r\n]<TEXT>", re.IGNORECASE)
_WRAPPER_OPENS = re.compile(rb"<(XBRL|XML|PDF|JSON|ZIP|EXCEL)>[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)
_FIELD = re.compile(r"<([A-Za-z-]+)>(.*)")
_UNSAFE_NAME = re.compile(r"[/\\\x00-\x1f]|^\.|^$")


@dataclass(frozen=True, slots=True)
class _Text:
    """A stretch of a buffer, so that nothing is copied while tags are looked for."""

    data: bytes
    start: int
    end: int

    def at(self, position: int, *tags: bytes) -> bool:
        """Return whether one of the upper-case `tags` stands at `position`, in either case."""
        width = max(map(len, tags))
        return self.data[position : min(position + width, self.end)].upper().startswith(tags)

    def after_blank(self, position: int) -> int:
        """Return the first position from `position` on that holds no white space."""
        match = _BLANK.match(self.data, position, self.end)
        return match.end() if match else position

    def lines_with(self, tag: bytes, position: int) -> Iterator[int]:
        """Yield the positions of `tag` at the beginning of a line."""
        found = self.data.find(tag, position, self.end)
        while found != -1:
            if found == self.start or self.data[found - 1] in b"\r\n":
                yield found
            found = self.data.find(tag, found + len(tag), self.end)


def split_submission(raw: bytes, *, max_documents: int = MAX_DOCUMENTS) -> Submission:
    """Return the submission in `raw`, the full text as the SEC serves it (.txt) or its feed delivers it (.nc).

    Complaints: those about the header (see `header`), `document_count_differs`, `no_documents`, `trailing_bytes`,
    `sequence_repeats`, `sequence_missing`, `type_missing`, `file_name_refused`, `flawed_document`,
    `document_without_text`, `bytes_after_text`, `wrapper_not_closed`, `uuencode_damaged`.
    Raises Unparsable where `raw` is no submission or has no accession number, Truncated where it ends before what it
    opened is closed, TooLarge beyond `max_documents`.
    """
    text = _opened(raw)
    opener, position = _container(text)
    header_end, position = _header_bounds(text, opener, position)
    header, complaints = parse_header(text.data[text.start : header_end])
    documents, noted, position = _documents(text, position, max_documents)
    closer = b"</" + opener[1:]
    if not text.at(position, closer):
        raise _truncated(f"{header.accession} has no {closer.decode()} after {len(documents)} documents")
    if not documents:
        noted.append("no_documents")
    elif header.document_count not in (None, len(documents)):
        noted.append("document_count_differs")
    if text.after_blank(position + len(closer)) != text.end:
        noted.append("trailing_bytes")
    return Submission(header, documents, _each_once(*complaints, *noted))


def split_documents(
    raw: bytes, *, max_documents: int = MAX_DOCUMENTS
) -> tuple[tuple[SubmissionDocument, ...], tuple[str, ...]]:
    """Return documents and complaints of a file that is only <DOCUMENT> blocks, as the SEC serves older documents.

    Complaints are those of `split_submission` about documents, and `trailing_bytes`.
    Raises Unparsable where no document begins, Truncated where one is not closed, TooLarge beyond `max_documents`.
    """
    text = _Text(raw, 0, len(raw))
    if not starts_with_document(raw):
        raise Unparsable("no <DOCUMENT> at the beginning", advice="Read it as a plain document.")
    documents, noted, position = _documents(text, 0, max_documents)
    if position != text.end:
        noted.append("trailing_bytes")
    return documents, _each_once(*noted)


def starts_with_document(raw: bytes) -> bool:
    """Return whether `raw` is bare <DOCUMENT> text, without a submission header."""
    text = _Text(raw, 0, len(raw))
    return text.at(text.after_blank(0), _DOCUMENT)


def is_submission(raw: bytes) -> bool:
    """Return whether `raw` begins like a full submission in any dialect."""
    text = _Text(raw, 0, len(raw))
    return text.at(text.after_blank(0), _ENVELOPE, *_CONTAINERS)


def _each_once(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _truncated(what: str) -> Truncated:
    return Truncated(what, advice="Fetch the submission again; if it stays so, record it as damaged.")


def _opened(raw: bytes) -> _Text:
    """Return the text inside the privacy-enhanced envelope, or all of it where there is none.

    Inside, RFC 934 puts '- ' before each line that begins with a dash; some of the SEC's own writers did not.
    """
    text = _Text(raw, 0, len(raw))
    begin = text.after_blank(0)
    if not text.at(begin, _ENVELOPE):
        return text
    inside = _EMPTY_LINE.search(raw, begin, begin + _HEAD_WINDOW)
    end = raw.rfind(_ENVELOPE_END)
    if inside is None or end < inside.end():
        raise _truncated(f"no {_ENVELOPE_END.decode()}")
    start = inside.end()
    if (dashes := raw.count(b"\n-", start, end)) and dashes == raw.count(b"\n- -", start, end):
        plain = raw[start:end].replace(b"\n- -", b"\n-")
        return _Text(plain, 0, len(plain))
    return _Text(raw, start, end)


def _container(text: _Text) -> tuple[bytes, int]:
    """Return the container's opening tag, in upper case, and the position after it."""
    position = text.after_blank(text.start)
    for opener in _CONTAINERS:
        if text.at(position, opener):
            return opener, position + len(opener)
    begins = text.data[position : position + 60]
    raise Unparsable(
        f"not a submission: it begins with {begins!r}",
        advice="Expected <SEC-DOCUMENT>, <IMS-DOCUMENT>, <SUBMISSION> or a privacy-enhanced message. "
        "An HTML page is an error or an index page; bare <DOCUMENT> text goes to split_documents.",
    )


def _header_bounds(text: _Text, opener: bytes, position: int) -> tuple[int, int]:
    """Return where the header ends and where what follows it begins.

    In a .txt the header has its own tags; in the feed it runs to the first document or the end of the submission.
    """
    if opener == b"<SUBMISSION>":
        return _feed_header_end(text, position)
    opens = _HEADER_OPENS.search(text.data, position, min(text.end, position + _HEAD_WINDOW))
    if opens is None:
        raise _truncated("no header after the opening tag")
    closer = b"</" + opens[0][2:]
    end = next(text.lines_with(closer, opens.end()), None)
    if end is None:
        raise _truncated(f"no {closer.decode()}")
    return end, end + len(closer)


def _feed_header_end(text: _Text, position: int) -> tuple[int, int]:
    spelled = text.data[text.after_blank(text.start) + 1 : position]
    document = _DOCUMENT.lower() if spelled.islower() else _DOCUMENT
    ends = (next(text.lines_with(tag, position), None) for tag in (document, b"</" + spelled))
    end = min((found for found in ends if found is not None), default=None)
    if end is None:
        raise _truncated("neither a document nor the end of the submission after the header")
    return end, end


def _documents(text: _Text, position: int, limit: int) -> tuple[tuple[SubmissionDocument, ...], list[str], int]:
    """Return the documents from `position` on, the complaints about them, and the position of what follows them."""
    documents: list[SubmissionDocument] = []
    complaints: list[str] = []
    position = text.after_blank(position)
    while text.at(position, _DOCUMENT):
        if len(documents) == limit:
            raise TooLarge(f"more than {limit} documents", advice="Raise max_documents if that is right.")
        stop, after = _document_end(text, position, len(documents) + 1)
        document, noted = _read_document(_Text(text.data, position + len(_DOCUMENT), stop), len(documents) + 1)
        documents.append(document)
        complaints += noted
        position = after
    return _renumbered(documents, complaints), complaints, position


def _document_end(text: _Text, position: int, ordinal: int) -> tuple[int, int]:
    """Return where the document's closing tag stands and where the next thing begins."""
    closer = b"</" + text.data[position + 1 : position + len(_DOCUMENT)]
    for found in text.lines_with(closer, position):
        after = text.after_blank(found + len(closer))
        if after == text.end or text.at(after, *_AFTER_DOCUMENT):
            return found, after
    raise _truncated(f"document {ordinal} has no {closer.decode()}")


def _renumbered(documents: list[SubmissionDocument], complaints: list[str]) -> tuple[SubmissionDocument, ...]:
    """Return the documents with each sequence number once; a repeated or missing one gets the next free number."""
    taken: set[int] = set()
    highest = max((document.sequence for document in documents), default=0)
    unique = []
    for document in documents:
        sequence = document.sequence
        if sequence in taken or sequence == 0:
            complaints.append("sequence_repeats" if sequence else "sequence_missing")
            highest += 1
            sequence = highest
        taken.add(sequence)
        unique.append(document if sequence == document.sequence else replace(document, sequence=sequence))
    return tuple(unique)


def _read_document(text: _Text, ordinal: int) -> tuple[SubmissionDocument, list[str]]:
    """Return what stands between <DOCUMENT> and </DOCUMENT>, and what is odd about it; sequence 0 is "none given"."""
    opens = _TEXT_OPENS.search(text.data, text.start, min(text.end, text.start + _HEAD_WINDOW))
    head_end = opens.start() if opens else text.end
    fields = document_fields(decode_text(text.data[text.start : min(head_end, text.start + _HEAD_WINDOW)]))
    complaints = [] if fields.get("TYPE") else ["type_missing"]
    if "FLAWED" in fields:
        complaints.append("flawed_document")
    body = b""
    if opens is None:
        complaints.append("document_without_text")
    else:
        inside = _text_bounds(text, opens, ordinal, complaints)
        body = _content(inside, complaints)
    document = SubmissionDocument(
        sequence=whole_number(fields.get("SEQUENCE", "")) or 0,
        document_type=fields.get("TYPE", ""),
        file_name=_safe_name(fields.get("FILENAME"), complaints),
        description=fields.get("DESCRIPTION") or None,
        body=body,
    )
    return document, complaints


def document_fields(head: str) -> dict[str, str]:
    """Return the tags of a document's head; a line without a tag goes on with the value before it."""
    fields: dict[str, str] = {}
    name = ""
    for line in head.splitlines():
        match = _FIELD.fullmatch(line.strip())
        if match:
            name = match[1].upper()
            fields.setdefault(name, match[2].strip())
        elif name and line.strip():
            fields[name] = f"{fields[name]} {line.strip()}".strip()
    return fields


def _safe_name(name: str | None, complaints: list[str]) -> str | None:
    """Return the file name, or None for one that could leave its folder."""
    if name is None:
        return None
    if _UNSAFE_NAME.search(name):
        complaints.append("file_name_refused")
        return None
    return name


def _text_bounds(text: _Text, opens: re.Match[bytes], ordinal: int, complaints: list[str]) -> _Text:
    """Return the stretch between <TEXT> and its end, without the line break at either side.

    Raises Truncated where </TEXT> is missing.
    """
    closer = b"</" + opens[0][2:]
    end = text.data.rfind(closer, opens.end(), text.end)
    if end == -1:
        raise _truncated(f"document {ordinal} has no {closer.decode()}")
    if text.after_blank(end + len(closer)) != text.end:
        complaints.append("bytes_after_text")
    line = _REST_OF_LINE.match(text.data, opens.end(), end)
    line_end = line[1] if line and line[1] else b""
    start = line.end() if line and line_end else opens.end()
    return _without_line_end(_Text(text.data, start, end), line_end or b"\n")


def _without_line_end(text: _Text, line_end: bytes) -> _Text:
    """Return the stretch without one closing `line_end`, the line break that EDGAR put before its own tag."""
    stop = text.end - len(line_end)
    ends = stop >= text.start and text.data.endswith(line_end, stop, text.end)
    return _Text(text.data, text.start, stop if ends else text.end)


def _content(text: _Text, complaints: list[str]) -> bytes:
    """Return a document's own bytes: without EDGAR's wrapper lines, decoded where it was uuencoded."""
    inside = _unwrapped(text, complaints)
    body = text.data[inside.start : inside.end]
    if not is_uuencoded(body):
        return body
    try:
        return decode_uuencoded(body)
    except Unusable:
        complaints.append("uuencode_damaged")
        return body


def _unwrapped(text: _Text, complaints: list[str]) -> _Text:
    """Return the stretch inside <XML>, <XBRL>, <PDF> and the like; one that is not closed loses its first line only."""
    opens = _WRAPPER_OPENS.match(text.data, text.start, text.end)
    if opens is None:
        return text
    closer = b"</" + opens[1] + b">"
    end = text.data.rfind(closer, opens.end(), text.end)
    if end == -1 or text.after_blank(end + len(closer)) != text.end:
        complaints.append("wrapper_not_closed")
        return _Text(text.data, opens.end(), text.end)
    line_end = b"\r\n" if opens[0].endswith(b"\r\n") else opens[0][-1:]
    return _without_line_end(_Text(text.data, opens.end(), end), line_end)
