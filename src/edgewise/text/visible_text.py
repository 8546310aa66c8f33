"""The visible text of one filing document: what a reader of the page sees, and whether to trust it.

It is the text of `document.read_document`, so that offsets into it hold for every view; `_judge` names what is odd
about it. White space has one spelling: no-break and other spaces are spaces, zero-width characters and soft hyphens
are gone. A block is a line, a table row a line with tabs between its cells, a page break or a rule an empty line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgewise.text.characters import REPLACEMENT
from edgewise.text.document import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.text.document import Document

PARSER_VERSION = "visible-text-2"

Status = Literal["ok", "suspect", "absent"]

# A document of fewer visible characters is rarely what was meant: scanned pages, an empty exhibit, a cut-off upload.
_SHORT = 100
# Visible characters under this share of a large HTML document mean that its text sits in images or got lost.
_LEAST_SHARE = 0.005
_LARGE = 50_000


@dataclass(frozen=True, slots=True)
class ReadText:
    """The visible text of one document.

    text:    '' where status is absent.
    status:  ok; suspect, with reasons; absent: there is no prose to read.
    reasons: codes that can be counted, in a fixed order. Suspect: deeply_nested, replacement_characters,
             unterminated_comment, unterminated_element, crowded_styles, mostly_markup, too_short. Absent: pdf, image,
             archive, binary, uuencoded, not_prose, too_large, empty.
    """

    text: str
    status: Status
    reasons: tuple[str, ...] = ()


def read_text(body: bytes, *, document_type: str = "", file_name: str = "") -> ReadText:
    """Return the visible text of one filing document.

    body:          the bytes between the submission's <TEXT> tags, or the file as the SEC serves it, wrapper and all.
    document_type: type the submission gives it (10-K, EX-99.1, EX-27, ...); tells data apart from prose.
    file_name:     name the submission gives it; decides between HTML and plain text where the bytes leave it open.
    Never raises for what the bytes hold: what cannot be read comes back as absent with a reason.

    >>> read_text(b"<p>Net sales <b>rose</b>&nbsp;4%.</p>").text
    'Net sales rose 4%.'
    """
    return text_of(read_document(body, document_type=document_type, file_name=file_name), len(body))


def text_of(document: Document, length: int) -> ReadText:
    """Return the visible text of a document that was read from `length` bytes."""
    if document.status == "absent":
        return ReadText("", "absent", document.reasons)
    reasons = (*document.reasons, *_judge(document, length))
    return ReadText(document.text, "suspect" if reasons else "ok", reasons)


def _judge(document: Document, length: int) -> Iterator[str]:
    """Yield what is odd about the text of a readable document, as reason codes."""
    text = document.text
    if REPLACEMENT in text and "replacement_characters" not in document.reasons:
        yield "replacement_characters"
    if not document.typed and length > _LARGE and len(text) < _LEAST_SHARE * length:
        yield "mostly_markup"
    if len(text) < _SHORT:
        yield "too_short"
