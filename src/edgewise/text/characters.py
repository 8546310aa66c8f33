"""Bytes to characters, and the one rule for white space and invisible characters."""

from __future__ import annotations

import codecs
import re

from edgewise.text.scan import utf8_shares

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Charsets a document may declare besides UTF-8 and the Latin ones, which all mean Windows-1252 to a browser.
_DECLARABLE = frozenset({"gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "windows-1251"})
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 2_048
# More broken bytes than this, as a share of all non-ASCII characters, and the document was never UTF-8.
_BROKEN_SHARE = 0.1
# Windows-1252 leaves five bytes undefined; like browsers, we keep their control characters.
_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xA0)}

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_SPACE_IN_LINE = re.compile(r"[^\S\n ]")


def decode(body: bytes) -> str:
    """Return the characters of a document: UTF-8, else the charset it declares, else Windows-1252.

    A document that is UTF-8 but for a few broken bytes stays UTF-8, with U+FFFD in their place. Never raises.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    if _is_utf8(body):
        return body.decode("utf-8", errors="replace")
    if charset := _declared(body):
        return body.decode(charset, errors="replace")
    return body.decode("latin-1").translate(_WINDOWS_1252)


def byte_table(body: bytes, start: int) -> tuple[bytes, int, list[int]]:
    """Return the bytes to scan, where to begin, and what the bytes 128 to 255 mean; no table where they are UTF-8.

    The same rule as `decode`. UTF-16 and the multi-byte charsets come back as UTF-8.
    """
    for mark, _ in _BYTE_ORDER_MARKS[1:]:
        if body.startswith(mark, start):
            return decode(body[start:]).encode("utf-8", "replace"), 0, []
    if body.isascii() or _is_utf8(body):
        return body, start, []
    if charset := _declared(body):
        return body[start:].decode(charset, errors="replace").encode("utf-8", "replace"), 0, []
    return body, start, [ord(_WINDOWS_1252.get(byte, chr(byte))) for byte in range(0x80, 0x100)]


def _is_utf8(body: bytes) -> bool:
    """Return whether bytes are UTF-8, but for a few broken characters."""
    beyond_ascii, broken = utf8_shares(body)
    return broken == 0 or broken < _BROKEN_SHARE * beyond_ascii


def _declared(body: bytes) -> str:
    """Return the charset a document declares, if it is one that a browser would not take for Windows-1252."""
    declared = _CHARSET.search(body, 0, _DECLARED_WITHIN)
    name = declared[1].decode("ascii", errors="ignore").lower() if declared else ""
    return name if name in _DECLARABLE else ""


def visible(text: str) -> str:
    """Return the text without control and zero-width characters, direction marks and soft hyphens."""
    return _INVISIBLE.sub("", text)


def plain_spaces(text: str) -> str:
    """Return the text with every white-space character but the line end turned into one space, tabs to columns of 8."""
    return _SPACE_IN_LINE.sub(" ", text.expandtabs())
