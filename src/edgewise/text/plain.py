"""The text of plain-text documents, the only kind before 2000: typewriter pages with a few SGML markers in them."""

from __future__ import annotations

import re
from html import unescape

from edgewise.text.characters import plain_spaces, visible

# A page marker may carry the page number; a column marker stands on a line of its own or inside one.
_PAGE = re.compile(r"</?PAGE>[ \t]*(?:\d{1,4}[ \t]*$)?", re.IGNORECASE | re.MULTILINE)
_MARKERS = re.compile(r"</?(?:TABLE|CAPTION|S|C|R|FN|F\d{1,3}|PRE|TEXT|DOCUMENT)>", re.IGNORECASE)
# Only entities spelled in full: `R&D` and `&copy` stand for themselves in a typewritten page.
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6});")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_END = re.compile(r"\r\n?|[\f\v\x85\u2028\u2029]")


def plain_text(source: str) -> str:
    r"""Return a plain-text document without its markers; lines and columns stay, at most one blank line in a row.

    >>> plain_text("<PAGE>   2\n<TABLE>\n<S>      <C>\nSales    $1\n</TABLE>")
    'Sales    $1'
    """
    lines = _LINE_END.sub("\n", source)
    unmarked = _MARKERS.sub("", _PAGE.sub("", lines))
    text = plain_spaces(visible(_ENTITY.sub(lambda entity: unescape(entity[0]), unmarked)))
    return _BLANK_LINES.sub("\n\n", "\n".join(map(str.rstrip, text.split("\n")))).strip("\n")
