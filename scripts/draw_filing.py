"""Draw a simulated 10-K as the reader of filings sees it: `docs/images/filing_pages.svg` and `filing_page_turn.svg`.

`make docs` runs it; a test fails where a picture is not what this draws. All that is drawn comes from the reading
itself: which line belongs to which item, what is a heading, what is page furniture. The pictures bring their own paper,
so that they look the same on a light and on a dark page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from edgewise.simulate.annual_reports import annual_reports
from edgewise.text.document import Kind
from edgewise.text.furniture import Furniture
from edgewise.text.reading import read_filing
from edgewise.text.risk_factors import read_risk_factors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.simulate.annual_reports import AnnualReport
    from edgewise.text.document import Block
    from edgewise.text.items.item import Item
    from edgewise.text.reading import FilingText
    from edgewise.text.risk_factors import RiskFactor

IMAGES = Path(__file__).parents[1] / "docs" / "images"

WIDTH = 760
PAPER, EDGE, INK, PALE, QUIET = "#fdfdfb", "#d9d9d2", "#2b2f36", "#a9adb3", "#5f6670"
# Of neighbouring items; all of them can be read on the paper.
HUES = ("#1f6fb2", "#b8501c", "#1b7f5c", "#7d4fa8", "#8a6a00")
DOUBT = "#b3261e"
SANS = "font-family=\"system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif\""
SERIF = "font-family=\"Georgia,'Times New Roman',serif\""
LABEL = "Simulated filing. No real company, no real text."

COLUMNS = 104  # characters to a full line
PITCH = 3.9  # from line to line
GUTTER = 30
MARGIN = 16
MOSTLY = 0.5  # share of a block that makes its look
TOP = 66


@dataclass(frozen=True)
class Reading:
    """A report and what was read of it.

    owners: the item that each block belongs to. furniture: numbers of the blocks that belong to the page.
    """

    report: AnnualReport
    filing: FilingText
    furniture: frozenset[int]
    owners: dict[int, Item] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Block]:
        """All blocks."""
        return list(self.filing.document.blocks())

    def hue(self, item: Item) -> str:
        """Return the colour of an item."""
        return HUES[self.filing.items.index(item) % len(HUES)]


def reading() -> Reading:
    """Return the latest report of a simulated company, read."""
    report = annual_reports()[-1]
    filing = read_filing(report.body, form="10-K", filed=report.filed_date, file_name=report.file_name)
    owners = {number: item for item in filing.items for number in range(item.first_block, item.last_block)}
    return Reading(report, filing, Furniture(filing.document).numbers, owners)


def filing_pages() -> str:
    """Return the picture of all pages: each line of the filing is a bar in the colour of its item."""
    read = reading()
    pages = list(_pages(read.blocks))
    pitch = (WIDTH - 2 * MARGIN) / len(pages)
    marks: list[str] = []
    heights = []
    for place, page in enumerate(pages):
        column = _Column(read, left=MARGIN + place * pitch + GUTTER, width=pitch - GUTTER - 6)
        for block in page:
            column.add(block)
        column.close()
        heights.append(column.y)
        marks += column.marks
    bottom = max(heights) + 14
    return _picture(
        bottom + 34,
        f"The {len(pages)} pages of a simulated 10-K as bars, coloured by item. {LABEL}",
        [
            *_heading(f"{read.report.company}, 10-K", "Every bar is a line. Colours are items."),
            *marks,
            *_legend(bottom),
        ],
    )


class _Column:
    """One page in the drawing; `y` is where the next line goes."""

    def __init__(self, read: Reading, *, left: float, width: float) -> None:
        self.read = read
        self.left = left
        self.width = width
        self.y = float(TOP)
        self.marks: list[str] = []
        self._item: Item | None = None
        self._began = self.y
        self._tagged = 0.0

    def add(self, block: Block) -> None:
        """Draw a block."""
        if block.kind is Kind.RULE:
            return
        furniture = block.number in self.read.furniture
        item = None if furniture else self.read.owners.get(block.number)
        heading = block.bold > MOSTLY and not furniture
        if item is not self._item:
            self.close()
            self._item, self._began = item, self.y + 1.5
        self.y += 2.5 if heading else 0.8
        if item and item.first_block == block.number:
            self._tag(item)
        colour = self.read.hue(item) if item else PALE
        for bars in self._row(block.text) if block.kind is Kind.ROW else self._lines(block):
            self.marks += [_bar(x, self.y, width, colour, strong=heading) for x, width in bars]
            self.y += PITCH

    def close(self) -> None:
        """Draw the shade of the item that ends here, behind its bars."""
        if self._item:
            self.marks.insert(
                0,
                f'<rect x="{self.left - 3:.1f}" y="{self._began - 1.5:.1f}" width="{self.width + 6:.1f}" '
                f'height="{self.y - self._began + 1.5:.1f}" fill="{self.read.hue(self._item)}" opacity=".1"/>',
            )
        self._item = None

    def _tag(self, item: Item) -> None:
        """Write the number of an item into the margin, with a sign for its status; below the last one."""
        self._tagged = max(self.y + 5.5, self._tagged + 11)
        sign = {"by_reference": "\u2192", "suspect": "?"}.get(item.status, "")
        colour = self.read.hue(item)
        said = f'<tspan fill="{DOUBT if sign == "?" else colour}">{sign}</tspan>' if sign else ""
        self.marks.append(
            f'<text x="{self.left - 6:.1f}" y="{self._tagged:.1f}" text-anchor="end" font-size="10.5" '
            f'font-weight="650" fill="{colour}" {SANS}>{item.item}{said}</text>'
        )

    def _lines(self, block: Block) -> Iterator[list[tuple[float, float]]]:
        """Yield the bar of each line of running text."""
        indent = 4.0 if block.kind is Kind.LIST_ITEM else 0.0
        for begin in range(0, len(block.text), COLUMNS):
            width = min((len(block.text) - begin) / COLUMNS, 1.0) * (self.width - indent)
            yield [(self.left + ((self.width - width) / 2 if block.centered else indent), width)]

    def _row(self, text: str) -> Iterator[list[tuple[float, float]]]:
        """Yield the bars of a table's row: its label, and its other cells in columns from the right."""
        label, *cells = text.split("\t")
        bars = [(self.left, min(len(label) / COLUMNS, 0.5) * self.width)]
        for place, cell in enumerate(reversed(cells)):
            width = min(len(cell) / COLUMNS, 0.12 if len(cells) > 1 else 0.6) * self.width
            right = self.left + self.width * (1 - place * 0.15)
            bars.append((right - width, width) if len(cells) > 1 else (self.left + 0.2 * self.width, width))
        yield bars


def _pages(blocks: list[Block]) -> Iterator[list[Block]]:
    page: list[Block] = []
    for block in blocks:
        page.append(block)
        if block.kind is Kind.RULE:
            yield page
            page = []
    if page:
        yield page


def _bar(x: float, y: float, width: float, colour: str, *, strong: bool) -> str:
    height, opacity = (2.6, 1) if strong else (1.7, 0.6)
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}" opacity="{opacity}"/>'


def _legend(y: float) -> list[str]:
    """Return the row that says what the marks mean."""
    bars = (
        (46, "heading", HUES[0], True),
        (142, "text", HUES[0], False),
        (214, "cover, contents, page furniture", PALE, True),
    )
    marks = [_bar(x, y + 8.5, 17, colour, strong=strong) for x, _, colour, strong in bars]
    marks += [_words(x + 23, y + 14, text, 11.5, QUIET) for x, text, _, _ in bars]
    signs = ((446, "\u2192", "stands in another document", HUES[0]), (644, "?", "in doubt", DOUBT))
    marks += [_words(x, y + 14, sign, 11.5, colour, more='font-weight="650"') for x, sign, _, colour in signs]
    return marks + [_words(x + 17, y + 14, text, 11.5, QUIET) for x, _, text, _ in signs]


def filing_page_turn() -> str:
    """Return the close-up of a page turn in Item 1A: what each block is taken for."""
    read = reading()
    turn = next(block.number for block in read.blocks if block.kind is Kind.RULE)
    item = read.owners[turn]
    factors = read_risk_factors(read.filing.document, item.first_block + 1, item.last_block).factors
    marks: list[str] = []
    y, first = 92.0, turn - 7
    for block in read.filing.document.blocks(first, turn + 8):
        marks += _close_up(block, y, _role(block, read, factors), read.hue(item))
        y += 26
    bar = f'<rect x="52" y="76" width="3" height="{y - 26 - 68:.1f}" fill="{read.hue(item)}"/>'
    return _picture(
        y + 2,
        f"A page turn in Item 1A of a simulated 10-K, block by block. {LABEL}",
        [
            *_heading("A page turn in Item 1A", "Blocks by number, what they say, and what each is taken for."),
            bar,
            *marks,
        ],
    )


def _role(block: Block, read: Reading, factors: list[RiskFactor]) -> tuple[str, str]:
    """Return what a block is, and its look."""
    if block.kind is Kind.RULE:
        return "page break", "furniture"
    if block.number in read.furniture:
        return ("page number" if block.text.isdecimal() else "running head"), "furniture"
    look = [name for name, share in (("bold", block.bold), ("italic", block.italic)) if share > MOSTLY]
    style = ", ".join([" ".join(look), *(["centred"] if block.centered else [])]).strip(", ")
    for factor in factors:
        if factor.first_block == block.number:
            return f"risk factor {factor.ordinal}", style
        if factor.first_block < block.number < factor.last_block:
            return f"text of {factor.ordinal}", style
    if block.kind is Kind.LIST_ITEM and block.number < factors[0].first_block:
        return "summary", "bullet"
    return ("group" if block.bold > MOSTLY else "text"), style


def _close_up(block: Block, y: float, role: tuple[str, str], hue: str) -> list[str]:
    name, style = role
    furniture = style == "furniture"
    colour = QUIET if furniture else hue
    number = _words(MARGIN + 26, y, str(block.number), 11, QUIET, more='text-anchor="end"')
    notes = [_words(560, y, name, 12.5, colour, more='font-weight="600"'), _words(662, y, style, 11.5, QUIET)]
    if block.kind is Kind.RULE:
        line = f'<path d="M66 {y - 4:.1f}H540" stroke="{QUIET}" stroke-dasharray="5 4" fill="none"/>'
        return [number, line, *notes]
    weight = ' font-weight="700"' if block.bold > MOSTLY else ""
    slant = ' font-style="italic"' if block.italic > MOSTLY else ""
    middle = ' text-anchor="middle"' if block.centered else ""
    x = 303 if block.centered else 66
    shown = _shortened(block.text, 64 if weight else 76)
    ink = QUIET if furniture else INK
    text = f'<text x="{x}" y="{y:.1f}" font-size="13.5" fill="{ink}"{weight}{slant}{middle} {SERIF}>'
    return [number, f"{text}{escape(shown)}</text>", *notes]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " \u2026"


def _heading(title: str, subtitle: str) -> list[str]:
    return [
        _words(MARGIN, 28, title, 15, INK, more='font-weight="650"'),
        _words(MARGIN, 47, f"{subtitle} {LABEL}", 12, QUIET),
    ]


def _words(x: float, y: float, text: str, size: float, colour: str, *, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" {more} {SANS}>{escape(text)}</text>'


def _picture(height: float, title: str, marks: list[str]) -> str:
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    size = f'width="{WIDTH - 1}" height="{height - 1:.0f}"'
    paper = f'<rect x=".5" y=".5" {size} rx="8" fill="{PAPER}" stroke="{EDGE}"/>'
    return "\n".join([begin, f"<title>{escape(title)}</title>", paper, *marks, "</svg>\n"])


PICTURES: dict[str, Callable[[], str]] = {
    "filing_pages.svg": filing_pages,
    "filing_page_turn.svg": filing_page_turn,
}


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for file_name, draw in PICTURES.items():
        (IMAGES / file_name).write_text(draw(), encoding="utf-8")
        print(f"docs/images/{file_name}")
