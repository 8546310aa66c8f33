"""The visible text of one filing document: what a reader of the page sees, and whether to trust it.

1. `_kind` looks at the bytes and says what they are: html, plain, or something that holds no prose.
2. `characters.decode` turns bytes into characters (UTF-8, else the charset declared, else Windows-1252).
3. `html.html_text` or `plain.plain_text` reads the text.
4. `_judge` names what is odd about it.

The text has one spelling of white space: no-break and other spaces are spaces, zero-width characters and soft hyphens
are gone. In HTML a block is a line, a table row is a line with tabs between its cells, and there are no blank lines;
plain text keeps its own lines and columns, with at most one blank line in a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from edgewise.text.characters import REPLACEMENT, decode
from edgewise.text.html import html_text
from edgewise.text.plain import plain_text

PARSER_VERSION = "visible-text-1"

Status = Literal["ok", "suspect", "absent"]

# A document of fewer visible characters is rarely what was meant: scanned pages, an empty exhibit, a cut-off upload.
_SHORT = 100
# Visible characters under this share of a large HTML document mean that its text sits in images or got lost.
_LEAST_SHARE = 0.005
_LARGE = 50_000
_SNIFFED = 4_096
# Control characters that no text has; more than this share of them and the bytes are no text.
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r\x1a"})
_CONTROL_SHARE = 0.01

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"GIF8", "image"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"PK\x03\x04", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\xd0\xcf\x11\xe0", "binary"),
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What a submission puts around a document, and the SEC leaves in old files: none of it is the document's text.
_WRAPPER = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:<DOCUMENT>(?:\s*<(?:TYPE|SEQUENCE|FILENAME|DESCRIPTION)>[^\r\n]*)*\s*)?"
    rb"(?:<(?:TEXT|PDF|XBRL|XML|JSON)>\s*)*",
    re.IGNORECASE,
)
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} \S.*\r?\n", re.MULTILINE)
_PROLOGUE = re.compile(rb"(?:\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)([^>]*)")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|font|span|td|tr|br|p)[\s/>]", re.IGNORECASE)
# Data that filers attach: XBRL files and the financial data schedules of before 2001.
_DATA_TYPES = ("EX-27", "EX-101", "XML", "JSON")
_DATA_NAMES = (".json", ".xsd", ".css", ".js")


@dataclass(frozen=True, slots=True)
class ReadText:
    """The visible text of one document.

    text:    '' where status is absent.
    status:  ok; suspect, with reasons; absent: there is no prose to read.
    reasons: codes that can be counted, in a fixed order. Suspect: unterminated_comment, unterminated_element,
             replacement_characters, mostly_markup, too_short. Absent: pdf, image, archive, binary, uuencoded,
             not_prose, empty.
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
    body = body[_end_of(_WRAPPER, body) :]
    kind = _kind(body, document_type.upper(), file_name.lower())
    if kind not in ("html", "plain"):
        return ReadText("", "absent", (kind,))
    source = decode(body)
    text, reasons = html_text(source) if kind == "html" else (plain_text(source), ())
    if not text:
        return ReadText("", "absent", ("empty", *reasons))
    reasons = (*reasons, *_judge(text, source, kind))
    return ReadText(text, "suspect" if reasons else "ok", reasons)


def _kind(body: bytes, document_type: str, file_name: str) -> str:
    """Return html, plain, or the reason why there is no prose."""
    head = body[:_SNIFFED]
    if not head:
        return "empty"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if not head.startswith(_WIDE_MARKS) and len(head.translate(None, _CONTROLS)) < (1 - _CONTROL_SHARE) * len(head):
        return "binary"
    if _UUENCODED.search(head):
        return "uuencoded"
    if document_type.startswith(_DATA_TYPES) or file_name.endswith(_DATA_NAMES) or _is_xml_data(body):
        return "not_prose"
    return "html" if _is_html(body, file_name) else "plain"


def _is_xml_data(body: bytes) -> bool:
    """Return whether the first element makes it an XML file other than XHTML: ownership form, 13F table, XBRL."""
    root = _ROOT.match(body, _end_of(_PROLOGUE, body))
    if root is None or root[1].lower() == b"html":
        return False
    return body.startswith(b"<?xml") or b"xmlns" in root[2] or root[1] in (b"ownershipDocument", b"edgarSubmission")


def _is_html(body: bytes, file_name: str) -> bool:
    """Return whether to read it as HTML; early plain text also has tags, such as <PAGE> and <TABLE>."""
    return file_name.endswith((".htm", ".html")) or body.startswith(_WIDE_MARKS) or _HTML.search(body) is not None


def _end_of(pattern: re.Pattern[bytes], body: bytes) -> int:
    match = pattern.match(body)
    return match.end() if match else 0


def _judge(text: str, source: str, kind: str) -> tuple[str, ...]:
    """Return what is odd about the text of a readable document, as reason codes."""
    reasons = []
    if REPLACEMENT in text:
        reasons.append("replacement_characters")
    if kind == "html" and len(source) > _LARGE and len(text) < _LEAST_SHARE * len(source):
        reasons.append("mostly_markup")
    if len(text) < _SHORT:
        reasons.append("too_short")
    return tuple(reasons)
