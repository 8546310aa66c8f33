"""The visible text of an HTML or inline-XBRL document, in the order a reader sees it.

1. `repair.repaired` defuses what would make a conforming parser hide text or run for ever.
2. selectolax (lexbor) builds the tree the way a browser does.
3. `_visit` walks it once, without recursion: hidden elements are passed over with all they hold, block elements end
   lines, table cells end with a tab. Inline-XBRL elements are transparent, whatever tag they sit in.
4. `_Lines` puts the pieces together with white space collapsed.

Hidden is what `display:none` in the element's own style, the `hidden` attribute or the element itself says, such as
`ix:header`. Style sheets are not applied: filings are required to style inline.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from edgewise.text.characters import visible
from edgewise.text.repair import repaired

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HIDDEN_TAGS = frozenset(
    {
        "script",
        "style",
        "title",
        "template",
        "head",
        "-comment",
        "ix:header",
        "ix:hidden",
        "ix:references",
        "ix:resources",
    }
)
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)

# How strongly two pieces of text are parted; the strongest mark between them wins.
_JOINED, _LINE, _CELL, _ROW = 0, 1, 2, 3
_SEPARATOR = ("", "\n", "\t", "\n")
_BLOCKS = (
    "address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li listing main menu nav ol option p pre section "
    "summary table ul xmp"
)
_STARTS_WITH = dict.fromkeys(_BLOCKS.split(), _LINE) | {"td": _CELL, "th": _CELL, "tr": _ROW}
_ENDS_WITH = dict.fromkeys(_BLOCKS.split(), _LINE)
_PREFORMATTED = frozenset({"pre", "listing", "xmp"})


class _Lines:
    """Text in the making: pieces run together until something parts them."""

    def __init__(self) -> None:
        self._run: list[str] = []
        self._parts: list[str] = []
        self._mark = _JOINED

    def add(self, piece: str) -> None:
        """Append text that belongs to what came before it."""
        self._run.append(piece)

    def part(self, mark: int) -> None:
        """Part what follows from what came before; a mark without text between two others counts as one with them."""
        if self._run and (words := "".join(self._run).split()):
            self._parts.append(_SEPARATOR[self._mark] if self._parts else "")
            self._parts.append(" ".join(words))
            self._mark = mark
        elif mark > self._mark:
            self._mark = mark
        self._run.clear()

    def text(self) -> str:
        """Return all of it."""
        self.part(_LINE)
        return "".join(self._parts)


def html_text(source: str) -> tuple[str, tuple[str, ...]]:
    """Return the visible text of an HTML document, and reason codes of what had to be repaired to read it."""
    markup, reasons = repaired(source)
    body = LexborHTMLParser(markup).body
    lines = _Lines()
    if body is not None and body.first_child is not None:
        _visit(body.first_child, lines)
    return visible(lines.text()), reasons


def _visit(first: LexborNode, lines: _Lines) -> None:
    """Feed the visible text of `first`, its siblings and all they hold to `lines`."""
    node: LexborNode | None = first
    open_elements: list[tuple[LexborNode, str]] = []
    preformatted = 0
    while node is not None:
        tag = node.tag or ""
        child = None
        if tag == "-text":
            _add_text(node.text_content or "", lines, preformatted=preformatted > 0)
        elif not _is_hidden(node, tag):
            if mark := _STARTS_WITH.get(tag):
                lines.part(mark)
            child = node.first_child
        if child is not None:
            open_elements.append((node, tag))
            preformatted += tag in _PREFORMATTED
            node = child
            continue
        node = node.next
        while node is None and open_elements:
            parent, parent_tag = open_elements.pop()
            preformatted -= parent_tag in _PREFORMATTED
            if mark := _ENDS_WITH.get(parent_tag):
                lines.part(mark)
            node = parent.next


def _add_text(piece: str, lines: _Lines, *, preformatted: bool) -> None:
    """Add one text node; only preformatted text has line ends that a reader sees."""
    if not preformatted or "\n" not in piece:
        lines.add(piece)
        return
    first, *others = piece.split("\n")
    lines.add(first)
    for line in others:
        lines.part(_LINE)
        lines.add(line)


def _is_hidden(node: LexborNode, tag: str) -> bool:
    if tag in _HIDDEN_TAGS:
        return True
    attributes = node.attributes
    style = attributes.get("style")
    return (style is not None and "none" in style.lower() and _DISPLAY_NONE.search(style) is not None) or (
        "hidden" in attributes
    )
