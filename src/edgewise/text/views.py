"""Views of a range of blocks: plain text, Markdown, and records for JSON. Each shows every character of the blocks.

Markdown knows headings (what the markup calls one, and short lines wholly set off by bold, italic or underline),
lists, tables, and the emphasised words that a paragraph begins with. Rules and page breaks are left out of it.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from edgewise.text.document import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.text.document import Block

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#])")
_BLOCK_OPENS = re.compile(r"([+=-]+|\d+(?=[.)]))(?=[\s.)]|$)|-{3,}|={3,}")
_BULLET = re.compile(r"[\u2022\u25aa\u25cf\u25cb\u25e6\u2023\u2043\u2219\u00b7\uf0b7]\s*(?=\S)|[\u2013*o\-]\s+(?=\S)")
_PART = re.compile(r"part\s+[ivx]+\b", re.IGNORECASE)
_ITEM = re.compile(r"items?\s+\d", re.IGNORECASE)
_HEADING_CHARACTERS = 200
_WHOLE = 0.95
_PART_LEVEL, _ITEM_LEVEL, _BOLD_LEVEL, _OTHER_LEVEL = 1, 2, 3, 4


def as_text(blocks: Iterable[Block]) -> str:
    """Return the blocks as lines, as in `Document.text`."""
    return "\n".join(block.text for block in blocks)


def as_records(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return one record for each block: its text, kind, place, style and offsets, ready for JSON.

    cells are the text parted at tabs, of a row only. begin and end are offsets into the document's text, raw_begin and
    raw_end into its bytes.
    """
    return [
        {
            "number": block.number,
            "kind": block.kind.name.lower(),
            "text": block.text,
            **({"cells": block.text.split("\t")} if block.kind is Kind.ROW else {}),
            "begin": block.begin,
            "end": block.end,
            "raw_begin": block.raw_begin,
            "raw_end": block.raw_end,
            "style": {
                "bold": block.bold,
                "italic": block.italic,
                "underlined": block.underlined,
                "size": block.size,
                "centered": block.centered,
                "indent": block.indent,
                "lead": block.lead,
            },
            "heading": block.heading,
            "table": block.table,
            "links": list(block.links),
        }
        for block in blocks
    ]


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as CommonMark with tables.

    >>> from edgewise.text.document import read_document
    >>> print(as_markdown(read_document(b"<p><b>Item 1A.</b></p><p><b>We may fail.</b> Others did.").blocks()))
    ## Item 1A.
    <BLANKLINE>
    **We may fail.** Others did.
    """
    return "\n\n".join(_paragraphs(blocks))


def _paragraphs(blocks: Iterable[Block]) -> Iterator[str]:
    seen = (block for block in blocks if block.text)
    for (kind, _), group in groupby(seen, key=lambda block: (block.kind, block.kind is Kind.ROW and block.table)):
        if kind is Kind.ROW:
            yield _table([block.text.split("\t") for block in group])
        elif kind is Kind.LIST_ITEM:
            yield "\n".join(f"- {_emphasised(block, _bullet_of(block))}" for block in group)
        else:
            yield from map(_paragraph, group)


def _table(rows: list[list[str]]) -> str:
    """Return rows as a Markdown table; the first one is its head, as Markdown has no table without."""
    width = max(map(len, rows))
    lines = ["| " + " | ".join(map(_escaped, row + [""] * (width - len(row)))) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def _bullet_of(block: Block) -> int:
    """Return how many characters of a list item are its bullet."""
    bullet = _BULLET.match(block.text)
    return bullet.end() if bullet else 0


def _paragraph(block: Block) -> str:
    level = _level(block)
    return f"{'#' * level} {_escaped(block.text)}" if level else _emphasised(block, 0)


def _level(block: Block) -> int:
    """Return the level of a heading, 0 for what is none."""
    emphasis = max(block.bold, block.italic, block.underlined)
    if not block.heading and (emphasis < _WHOLE or len(block.text) > _HEADING_CHARACTERS):
        return 0
    if _PART.match(block.text):
        return _PART_LEVEL
    if _ITEM.match(block.text):
        return _ITEM_LEVEL
    return _BOLD_LEVEL if block.heading or block.bold >= _WHOLE else _OTHER_LEVEL


def _emphasised(block: Block, start: int) -> str:
    """Return the text from `start` on, with what it begins with in bold if that is set off from the rest."""
    lead, rest = block.text[start : block.lead], block.text[max(block.lead, start) :]
    if not lead.strip():
        return _guarded(_escaped(rest))
    # A star beside a letter would not end the emphasis where punctuation stands before it.
    parted = lead[-1:].isspace() or rest[:1].isspace() or rest[:1].isalnum()
    return f"**{_escaped(lead)}**{' ' if parted else ''}{_escaped(rest)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\t", " ").strip())


def _guarded(text: str) -> str:
    """Return text that does not begin like a heading, a list or a rule."""
    opens = _BLOCK_OPENS.match(text)
    if not opens:
        return text
    at = opens.end() if opens[0][0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"
