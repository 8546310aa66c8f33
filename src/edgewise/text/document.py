"""A filing's document as a reader sees it: blocks of text with their style, and where in the bytes each one stands.

`read_document` decides what the bytes are and lets `scan` walk them once. A `Block` is a line of what a reader sees: a
paragraph, a heading, a table row; it is made when asked for, from flat columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from edgewise.text.characters import byte_table
from edgewise.text.kinds import document_kind
from edgewise.text.scan import scan
from edgewise.text.styles import Style, Styles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

IS_ROW, IS_LIST_ITEM, IS_HEADING, IS_RULE, IS_SOFT, IS_TYPED = 1, 2, 4, 8, 16, 32

_BULLET = re.compile(r"[\u2022\u25aa\u25cf\u25cb\u25e6\u2023\u2043\u2219\u00b7\uf0b7\u2013*o\-]|\(?[a-z\d]{1,3}[.)]")
_INK = re.compile(r"[^\W_]")


class Kind(IntEnum):
    """What a block is."""

    PARAGRAPH = 0
    LIST_ITEM = 1
    ROW = 2
    RULE = 3


@dataclass(frozen=True, slots=True)
class Block:
    """One line of what a reader sees.

    number:         place in the document, from 0.
    text:           white space collapsed to single spaces; cells of a row parted by tabs; '' for a rule.
    begin, end:     offsets into Document.text.
    raw_begin, raw_end: offsets into the bytes, of its first character and after its last.
    bold, italic, underlined: share of its characters other than spaces that look so, 0 to 1.
    size:           points of most of it; 0 where nothing says it.
    centered:       whether it begins centred. indent: points from the left edge.
    lead:           characters at its start that bold, italic or underline sets off from the rest; 0 if it has one look.
    links:          targets of the links in it.
    soft:           whether it only began a new line (`<br>`), not a new paragraph.
    heading:        whether the markup calls it a heading.
    table:          number of the table it stands in, 0 if in none.
    """

    number: int
    text: str
    begin: int
    end: int
    raw_begin: int
    raw_end: int
    kind: Kind
    bold: float
    italic: float
    underlined: float
    size: float
    centered: bool
    indent: float
    lead: int
    links: tuple[str, ...]
    soft: bool
    heading: bool
    table: int


@dataclass(frozen=True, eq=False)
class Document:
    """What a reader sees of a document. Made by `read_document`.

    text:    its blocks joined by line ends.
    status:  ok; suspect, with reasons; absent: nothing to read.
    reasons: codes, as in `visible_text.ReadText`.
    links:   (begin, end, target) of each link. anchors: where the text begins that follows a named
             place, by name.
    typed:   typewritten plain text, not HTML.
    """

    text: str
    status: str
    reasons: tuple[str, ...]
    links: list[tuple[int, int, bytes]] = field(default_factory=list)
    anchors: dict[bytes, int] = field(default_factory=dict)
    typed: bool = False
    _columns: tuple[NDArray[np.int32], ...] = ()
    _runs: tuple[NDArray[np.int32], ...] = ()
    _styles: tuple[Style, ...] = ()

    def __len__(self) -> int:
        """Return how many blocks there are."""
        return len(self._columns[0]) if self._columns else 0

    @cached_property
    def begins(self) -> list[int]:
        """Where each block begins in the text."""
        return self._columns[0].tolist() if self._columns else []

    @cached_property
    def lines(self) -> list[str]:
        """The text of each block; '' for a rule."""
        return self.text.split("\n") if self._columns else []

    @cached_property
    def flags(self) -> bytes:
        """What the scan noted of each block, one byte each: IS_ROW, IS_LIST_ITEM, ..."""
        return self._columns[4].astype(np.uint8).tobytes() if self._columns else b""

    def number_at(self, offset: int) -> int:
        """Return the number of the block that holds this offset into the text."""
        return bisect_right(self.begins, offset) - 1

    def raw_offset(self, offset: int) -> int:
        """Return where in the bytes the run that holds this offset of the text begins, exact at the start of blocks."""
        return int(self._runs[1][max(int(np.searchsorted(self._runs[0], offset, side="right")) - 1, 0)])

    def blocks(self, first: int = 0, last: int | None = None) -> Iterator[Block]:
        """Yield the blocks from `first` to before `last`."""
        for number in range(first, len(self) if last is None else last):
            yield self.block(number)

    def block(self, number: int) -> Block:
        """Return one block."""
        begin, end, raw_begin, raw_end, flags, table, _ = (int(column[number]) for column in self._columns)
        text = self.text[begin:end]
        looks = self._looks(number)
        bold, italic, underlined, size = _shares(looks)
        first = looks[0][1] if looks else Style()
        return Block(
            number=number,
            text=text,
            begin=begin,
            end=end,
            raw_begin=raw_begin,
            raw_end=raw_end,
            kind=_kind(flags, text),
            bold=bold,
            italic=italic,
            underlined=underlined,
            size=size,
            centered=first.centered,
            indent=first.indent,
            lead=_lead(looks),
            links=self._links_in(begin, end),
            soft=bool(flags & IS_SOFT),
            heading=bool(flags & IS_HEADING),
            table=table,
        )

    def style(self, number: int) -> Style:
        """Return the style in which a block begins; the plain one for a rule."""
        run = int(self._columns[6][number])
        return self._styles[int(self._runs[2][run])] if run < len(self._runs[2]) else Style()

    def _looks(self, number: int) -> list[tuple[str, Style]]:
        """Return the pieces of a block with their styles."""
        begin, end = int(self._columns[0][number]), int(self._columns[1][number])
        run = int(self._columns[6][number])
        pieces = []
        begins, styles = self._runs[0], self._runs[2]
        while run < len(begins) and begins[run] < end:
            stop = min(int(begins[run + 1]), end) if run + 1 < len(begins) else end
            pieces.append((self.text[max(int(begins[run]), begin) : stop], self._styles[int(styles[run])]))
            run += 1
        return pieces

    def _links_in(self, begin: int, end: int) -> tuple[str, ...]:
        first, last = (bisect_left(self.links, (offset, -1, b"")) for offset in (begin, end))
        return tuple(target.decode("utf-8", "replace") for _, _, target in self.links[first:last])


def read_document(body: bytes, *, document_type: str = "", file_name: str = "") -> Document:
    """Return what a reader sees of one document.

    body:          the bytes between the submission's <TEXT> tags, or the file as the SEC serves it, wrapper and all.
    document_type: type the submission gives it. file_name: name the submission gives it.
    Offsets are into `body`; into its UTF-8 form where the bytes are UTF-16 or another multi-byte charset.
    Never raises for what the bytes hold: what cannot be read is absent, with a reason.

    >>> [block.text for block in read_document(b"<p><b>Item 1.</b> Business</p><p>We sell&nbsp;nuts.").blocks()]
    ['Item 1. Business', 'We sell nuts.']
    """
    kind, start = document_kind(body, document_type=document_type, file_name=file_name)
    if kind not in ("html", "plain"):
        return Document("", "absent", (kind,))
    body, start, table = byte_table(body, start)
    styles = Styles()
    text, columns, runs, links, anchors, reasons = scan(
        body, start=start, styles=styles, high=table, typed=kind == "plain"
    )
    if styles.crowded:
        reasons = (*reasons, "crowded_styles")
    if not text:
        return Document("", "absent", ("empty", *reasons))
    return Document(
        text=text,
        status="suspect" if reasons else "ok",
        reasons=reasons,
        links=links,
        anchors=dict(reversed(anchors)),
        typed=kind == "plain",
        _columns=tuple(columns),
        _runs=tuple(runs),
        _styles=tuple(styles.styles),
    )


def _kind(flags: int, text: str) -> Kind:
    if flags & IS_RULE:
        return Kind.RULE
    if flags & IS_ROW:
        marker, tab, rest = text.partition("\t")
        return Kind.LIST_ITEM if tab and "\t" not in rest and _BULLET.fullmatch(marker) else Kind.ROW
    if flags & IS_LIST_ITEM or (text[:1] in "\u2022\u25aa\u25cf\u25cb\u25e6\u2023\u00b7\uf0b7" and text):
        return Kind.LIST_ITEM
    return Kind.PARAGRAPH


def _shares(looks: list[tuple[str, Style]]) -> tuple[float, float, float, float]:
    """Return which share of the characters is bold, italic, underlined, and the commonest size."""
    counts = [(len(piece) - piece.count(" ") - piece.count("\t"), style) for piece, style in looks]
    total = sum(count for count, _ in counts)
    if not total:
        return 0.0, 0.0, 0.0, counts[0][1].size if counts else 0.0
    sizes: dict[float, int] = {}
    for count, style in counts:
        sizes[style.size] = sizes.get(style.size, 0) + count
    return (
        sum(count for count, style in counts if style.bold) / total,
        sum(count for count, style in counts if style.italic) / total,
        sum(count for count, style in counts if style.underlined) / total,
        max(sizes, key=lambda size: sizes[size]),
    )


def _lead(looks: list[tuple[str, Style]]) -> int:
    """Return how many characters at the start are set off from what follows; 0 if nothing is."""
    inked = [(piece, style) for piece, style in looks if _INK.search(piece)]
    if len(inked) < len(("lead", "rest")):
        return 0
    first = inked[0][1]
    if not (first.bold or first.italic or first.underlined):
        return 0
    length = 0
    for piece, style in looks:
        same = (style.bold, style.italic, style.underlined) == (first.bold, first.italic, first.underlined)
        if not same and _INK.search(piece):
            return length
        length += len(piece)
    return 0
