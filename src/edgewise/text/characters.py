"""Which characters the bytes of a document mean: UTF-8, else the charset it declares, else Windows-1252."""

from __future__ import annotations

import codecs
import re

from edgewise.text.scan import utf8_shares

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_WIDE_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Charsets a document may declare besides UTF-8 and the Latin ones, which all mean Windows-1252 to a browser.
_DECLARABLE = frozenset({"gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "windows-1251"})
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 2_048
# More broken bytes than this, as a share of all non-ASCII characters, and the document was never UTF-8.
_BROKEN_SHARE = 0.1
# Windows-1252 leaves five bytes undefined; like browsers, we take their control characters, which no reader sees.
_WINDOWS_1252 = [ord(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)) for byte in range(0x80, 0x100)]


def byte_table(body: bytes, start: int) -> tuple[bytes, int, list[int]]:
    """Return the bytes to scan, where to begin, and what the bytes 128 to 255 mean; no table where they are UTF-8.

    A document that is UTF-8 but for a few broken bytes stays UTF-8. UTF-16 and the declared charsets come back as
    UTF-8, with U+FFFD where they are broken. Never raises.
    """
    for mark, encoding in _WIDE_MARKS:
        if body.startswith(mark, start):
            return _as_utf8(body[start + len(mark) :], encoding), 0, []
    if body.isascii() or _is_utf8(body):
        return body, start, []
    if charset := _declared(body):
        return _as_utf8(body[start:], charset), 0, []
    return body, start, _WINDOWS_1252


def _as_utf8(body: bytes, encoding: str) -> bytes:
    return body.decode(encoding, errors="replace").encode("utf-8", errors="replace")


def _is_utf8(body: bytes) -> bool:
    """Return whether bytes are UTF-8, but for a few broken characters."""
    beyond_ascii, broken = utf8_shares(body)
    return broken == 0 or broken < _BROKEN_SHARE * beyond_ascii


def _declared(body: bytes) -> str:
    """Return the charset a document declares, if it is one that a browser would not take for Windows-1252."""
    declared = _CHARSET.search(body, 0, _DECLARED_WITHIN)
    name = declared[1].decode("ascii", errors="ignore").lower() if declared else ""
    return name if name in _DECLARABLE else ""
