"""What the bytes of a filing's document are: HTML, typewritten text, or something that holds no prose."""

from __future__ import annotations

import re

_SNIFFED = 4_096
# Offsets are 32-bit numbers; the largest real document has some tens of megabytes.
_MOST_BYTES = 500_000_000
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
    rb"\s*+(?:\xef\xbb\xbf)?(?:<DOCUMENT>(?:\s*+<(?:TYPE|SEQUENCE|FILENAME|DESCRIPTION)>[^\r\n]*+)*+\s*+)?"
    rb"(?:<(?:TEXT|PDF|XBRL|XML|JSON)>\s*+)*+",
    re.IGNORECASE,
)
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} \S.*\r?\n", re.MULTILINE)
_PROLOGUE = re.compile(
    rb"(?:\s++|<\?[^>]*+>|<!--(?>.*?-->)|<!DOCTYPE[^>\[]*+(?:\[(?>.*?\])\s*+)?>)*+", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)([^>]*)")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|font|span|td|tr|br|p)[\s/>]", re.IGNORECASE)
_LAYOUT = re.compile(rb"<(?:p|br|div|td|li|h\d|pre)[\s/>]", re.IGNORECASE)
_TYPED_LINES = 100
# Data that filers attach: XBRL files and the financial data schedules of before 2001.
_DATA_TYPES = ("EX-27", "EX-101", "XML", "JSON")
_DATA_NAMES = (".json", ".xsd", ".css", ".js")
_DATA_ROOTS = (b"ownershipDocument", b"edgarSubmission")


def document_kind(body: bytes, *, document_type: str = "", file_name: str = "") -> tuple[str, int]:
    """Return html, plain or the reason why there is no prose, and where the document begins in the bytes."""
    start = _end_of(_WRAPPER, body, 0)
    return _kind(body, start, document_type.upper(), file_name.lower()), start


def _kind(body: bytes, start: int, document_type: str, file_name: str) -> str:
    """Return html, plain, or the reason why there is no prose."""
    if len(body) > _MOST_BYTES:
        return "too_large"
    if reason := _not_text(body[start : start + _SNIFFED]):
        return reason
    if document_type.startswith(_DATA_TYPES) or file_name.endswith(_DATA_NAMES) or _is_xml_data(body, start):
        return "not_prose"
    return "html" if _is_html(body, start, file_name) and not _is_wrapped(body) else "plain"


def _not_text(head: bytes) -> str:
    """Return what the first bytes are, if they are no text; else ''."""
    if not head:
        return "empty"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if not head.startswith(_WIDE_MARKS) and len(head.translate(None, _CONTROLS)) < (1 - _CONTROL_SHARE) * len(head):
        return "binary"
    return "uuencoded" if b"begin " in head and _UUENCODED.search(head) else ""


def _is_wrapped(body: bytes) -> bool:
    """Return whether typewritten text only stands between `<html>` and `</html>`: hardly a tag that lays out a line."""
    lines = body.count(b"\n")
    return lines > _TYPED_LINES and body.count(b"<") < lines / 4 and len(_LAYOUT.findall(body)) < lines / _TYPED_LINES


def _is_xml_data(body: bytes, start: int) -> bool:
    """Return whether the first element makes it an XML file other than XHTML: ownership form, 13F table, XBRL."""
    root = _ROOT.match(body, _end_of(_PROLOGUE, body, start))
    if root is None or root[1].lower() == b"html":
        return False
    return body.startswith(b"<?xml", start) or b"xmlns" in root[2] or root[1] in _DATA_ROOTS


def _is_html(body: bytes, start: int, file_name: str) -> bool:
    """Return whether to read it as HTML; early plain text also has tags, such as <PAGE> and <TABLE>."""
    named = file_name.endswith((".htm", ".html"))
    return named or body.startswith(_WIDE_MARKS, start) or _HTML.search(body, start) is not None


def _end_of(pattern: re.Pattern[bytes], body: bytes, start: int) -> int:
    match = pattern.match(body, start)
    return match.end() if match else start
