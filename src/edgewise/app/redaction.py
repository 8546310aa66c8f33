"""Take secrets out of what is about to be written down: values of telling keys, and what URLs and headers carry.

It errs on the safe side: a harmless value under a telling key is hidden, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeAlias

HIDDEN = "***"
DEPTH = 8
LONGEST = 20_000

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

_WORDS = (
    r"passw(?:or)?d|passwd|passphrase|pwd|secret|token|authori[sz]ation|credentials?|cookie|signature"
    r"|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|session[-_ ]?key"
)
_TELLING = re.compile(_WORDS, re.IGNORECASE)
_WORD = re.compile(r"[^\s'\"<>]+")
# Every repetition has a limit, because the text may be an outsider's: the time is in proportion to its length.
_SCHEME = re.compile(r"\b(bearer|basic)\s{1,4}[^\s'\",;]+", re.IGNORECASE)
# key=value, key: value, "key": "value", ?X-Amz-Signature=value. The key may be part of a longer word.
_PAIR = re.compile(
    rf"(?P<key>(?:{_WORDS})[\w.-]{{0,40}}['\"]?\s{{0,4}}[=:]\s{{0,4}})"
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?:bearer|basic)\s+[^\s,;&'\"]+|[^\s,;&'\"]+)",
    re.IGNORECASE,
)


def redacted(value: object, *, depth: int = DEPTH) -> Plain:
    """Return `value` as plain JSON data without its secrets; the input is not changed.

    Mappings, lists, tuples and sets are walked `depth` deep; other objects become their text, numbers that JSON
    cannot hold too. A text of more than `LONGEST` characters is cut.

    >>> redacted({"password": "open sesame", "url": "postgresql://me:pw@host/db"})
    {'password': '***', 'url': 'postgresql://***@host/db'}
    """
    match value:
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case bytes():
            return redacted_text(value.decode(errors="replace"))
        case Mapping() if depth:
            return {redacted_text(str(key)): _member(str(key), member, depth - 1) for key, member in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [redacted(member, depth=depth - 1) for member in value]
        case _:
            return redacted_text(str(value))


def redacted_text(text: str) -> str:
    """Return a text without userinfo in its URLs, credentials of headers, and values of telling keys."""
    text = _WORD.sub(_without_userinfo, text)
    text = _PAIR.sub(rf"\g<key>{HIDDEN}", text)
    text = _SCHEME.sub(rf"\g<1> {HIDDEN}", text)
    # Only now: cut before, half a password would be no password any more.
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text):,} characters)"


def _member(key: str, member: object, depth: int) -> Plain:
    if _TELLING.search(key) and member is not None:
        return HIDDEN
    return redacted(member, depth=depth)


def _without_userinfo(word: re.Match[str]) -> str:
    """Hide all up to the last @ of a URL: a password may hold slashes, colons and further @."""
    scheme, separator, rest = word[0].partition("://")
    userinfo, _, host = rest.rpartition("@")
    return f"{scheme}{separator}{HIDDEN}@{host}" if userinfo else word[0]
