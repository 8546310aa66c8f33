"""Plain text as filers typed it: lines of at most 78 characters, tables drawn with dashes, `<PAGE>` between pages.

It has the same methods as `page.Layout`, so that a document is written in the same way whatever it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import LAYOUTS, NOTICE, Layout, displayed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgewise.simulate.documents.page import Emphasis
    from edgewise.simulate.documents.styles import FactorShape, Shape

_DASH = "\N{EM DASH}"
_WIDTH = 78
_LABEL = 44
_FIGURE = 14
# EDGAR took lines of up to 132 characters inside tables.
_WIDEST = 120


@dataclass(frozen=True, slots=True)
class Typewriter:
    """A layout of plain text. `html` is the layout in which tables are written before they are typed."""

    html: Layout = LAYOUTS[1]

    def text(self, paragraph: str) -> str:
        """Return one paragraph, its first line indented, and a blank line."""
        return _typed(f"     {paragraph}")

    def texts(self, paragraphs: Iterable[str]) -> str:
        """Return paragraphs."""
        return "\n".join(self.text(paragraph) for paragraph in paragraphs)

    def line(self, text: str, emphasis: Emphasis) -> str:  # noqa: ARG002 - a typewriter has one emphasis
        """Return a line of its own."""
        return _typed(text)

    def middle(self, title: str, emphasis: Emphasis = "bold") -> str:  # noqa: ARG002 - as above
        """Return a centered line."""
        return f"{title.center(_WIDTH).rstrip()}\n"

    def subhead(self, title: str) -> str:
        """Return a heading of the second order, underlined with dashes."""
        return f"{title}\n{'-' * len(title)}\n"

    def run_in(self, lead: str, paragraph: str, emphasis: Emphasis) -> str:  # noqa: ARG002 - as above
        """Return a paragraph whose first words are its heading."""
        return self.text(f"{lead} {paragraph}")

    def heading(self, shape: Shape, label: str, title: str, *, anchor: str, space: str) -> str:  # noqa: ARG002 - no anchors here
        """Return the heading of an item."""
        return _typed(f"{label}  {title}")

    def factor(self, shape: FactorShape, heading: str, body: str) -> str:  # noqa: ARG002 - one shape
        """Return a risk factor: its heading is a paragraph of its own."""
        return f"{_typed(heading)}\n{self.text(body)}"

    def bullets(self, lines: Iterable[str]) -> str:
        """Return a list."""
        return "\n".join(_typed(f"  o  {line}") for line in lines)

    def rows(self, rows: Iterable[Sequence[str]]) -> str:
        """Return a table of text cells, as far as possible in columns."""
        return "<TABLE>\n<S>" + " " * (_LABEL - 3) + "<C>\n" + "\n".join(map(_columns, rows)) + "\n</TABLE>\n"

    def linked_rows(self, rows: Iterable[tuple[str, str, str]]) -> str:
        """Return a table of contents; a typewriter has no links."""
        return self.rows((f"{label} {title}",) for label, title, _ in rows)

    def page_break(self, number: str, running: str, *, linked: bool) -> str:  # noqa: ARG002 - no links here
        """Return the end of a page and the top of the next."""
        foot = f"{number.center(_WIDTH).rstrip()}\n" if number else ""
        return f"{foot}<PAGE>\n{running}\n" if running else f"{foot}<PAGE>\n"

    def foreign(self, html: str) -> str:
        """Return what was written as HTML, typed: rows of tables in columns, other lines as paragraphs."""
        return "\n".join(_foreign_lines(displayed(html).replace(_DASH, "-").split("\n"))) + "\n"

    def document(self, title: str, body: str, *, header: str = "", year: int = 0) -> str:  # noqa: ARG002 - no XBRL
        """Return the whole document; the notice stands first."""
        return f"{NOTICE}\n\n{body}\n"


def _foreign_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        label, *figures = line.split("\t")
        drawn = f"{label:<{_LABEL}}" + "".join(f"  {figure:>{_FIGURE}}" for figure in figures)
        if not figures or len(drawn) > _WIDEST:
            yield _typed(" ".join((label, *figures)))
        else:
            yield drawn
        if figures and not any(figure[-1:].isdigit() for figure in figures):
            yield "-" * _WIDTH


def _columns(row: Sequence[str]) -> str:
    if len(row) == 1:
        return row[0]
    *labels, last = row
    return f"{'  '.join(labels):<{_WIDTH - _FIGURE}}  {last}"


def _typed(text: str) -> str:
    """Return a text broken into lines, and a blank line."""
    lines: list[str] = []
    start = 0
    while len(text) - start > _WIDTH:
        end = text.rfind(" ", start + 1, start + _WIDTH + 1)
        if end < 0:
            break
        lines.append(text[start:end])
        start = end + 1
    lines.append(text[start:])
    return "\n".join(lines) + "\n"
