"""Which bytes of a document a Range header asks for."""

from __future__ import annotations

import re

_ASKED = re.compile(r"bytes=(?:(?P<first>\d+)-(?P<last>\d*)|-(?P<count>\d+))", re.ASCII)


def part_asked(said: str, size: int) -> range | None:
    """Return which bytes of a document of `size` bytes are asked for: none, where they lie beyond its end.

    None asks for all of it: there is no header, it makes no sense, or it asks for several parts, which we do not serve.

    Source: RFC 9110, 14.1.2.

    >>> part_asked("bytes=2-", 10), part_asked("bytes=-3", 10), part_asked("bytes=10-", 10)
    (range(2, 10), range(7, 10), range(10, 10))
    """
    asked = _ASKED.fullmatch(said.strip())
    if asked is None or (asked["last"] and int(asked["last"]) < int(asked["first"])):
        return None
    if asked["count"]:
        return range(max(size - int(asked["count"]), 0), size)
    first = min(int(asked["first"]), size)
    return range(first, min(int(asked["last"]) + 1, size) if asked["last"] else size)
