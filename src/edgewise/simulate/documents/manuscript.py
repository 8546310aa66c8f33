"""A document while it is written: its blocks in a layout, and beside them what each item and risk factor says.

The writer opens an item, writes paragraphs, tables and risk factors into it, and opens the next; the truth about the
text is kept on the way, from the words that were meant and not from the page they became. Where a page is full, its
number and what repeats at the top of each are put in; they belong to no item.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import displayed
from edgewise.simulate.truth.text import ItemTruth, Place, RiskFactorTruth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.documents.styles import HouseStyle
    from edgewise.simulate.documents.typewriter import Typewriter
    from edgewise.simulate.risks import RiskFactor, RiskRegister
    from edgewise.simulate.schedule import Filing

# Visible characters on a page.
_PAGE = 3_200
_EIGHTY, _SIXTY = 80, 60


class Passage:
    """Visible text in the making; page furniture parts it, so that a fingerprint never spans it."""

    def __init__(self) -> None:
        self._stretches: list[list[str]] = [[]]
        self._furniture = 0

    def add(self, text: str) -> None:
        """Append a block; its white space is collapsed."""
        self._stretches[-1].append(" ".join(text.split()))

    def turn(self, furniture: str) -> None:
        """Part what follows from what came before by page furniture."""
        if self._stretches[-1]:
            self._stretches.append([])
        self._furniture += len(furniture) + 1

    def first(self, count: int, *, before: str = "") -> str:
        """Return the first characters, after `before`."""
        return " ".join((*([before] if before else []), *self._stretches[0]))[:count].strip()

    def last(self, count: int) -> str:
        """Return the last characters, '' if there are none."""
        ends = next((stretch for stretch in reversed(self._stretches) if stretch), [])
        return " ".join(ends)[-count:].strip()

    @property
    def chars(self) -> int:
        """How many characters it has, blanks between blocks included."""
        pieces = [piece for stretch in self._stretches for piece in stretch]
        return sum(map(len, pieces)) + max(0, len(pieces) - 1)

    @property
    def furniture(self) -> int:
        """How many characters of page furniture stand in it."""
        return self._furniture


@dataclass(slots=True)
class Item:
    """One item of a document; `also` are the numbers of items that are combined with it."""

    part: str
    number: str
    label: str
    title: str
    anchor: str
    page: int
    shape: str
    status: str = "ok"
    acceptable: tuple[str, ...] = ()
    target: str = ""
    reserved: bool = False
    also: tuple[str, ...] = ()
    note: str = ""
    last_page: int = 0
    body: Passage = field(default_factory=Passage)

    @property
    def heading(self) -> str:
        """The heading as displayed, white space collapsed."""
        return f"{self.label} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class _Factor:
    factor: RiskFactor
    group: str
    run_in: bool
    body: Passage


class Manuscript:
    """One document in the making, in a house style and a layout; `running` is the text of a running header."""

    def __init__(self, style: HouseStyle, layout: Layout | Typewriter, *, running: str = "") -> None:
        self.style = style
        self.layout = layout
        self.page = 1
        self.items: list[Item] = []
        self.factors: list[_Factor] = []
        self.register: RiskRegister | None = None
        self._blocks: list[str] = []
        self._running = running
        self._part = ""
        self._on_page = 0
        self._open: Item | None = None
        self._lead: tuple[str, str] | None = None
        self._group = ""
        self._contents_at: int | None = None
        self._breaks = style.paged or bool(style.running)

    # What belongs to no item.

    def free(self, block: str) -> None:
        """Add a block that is part of no item, such as the cover."""
        self._blocks.append(block)

    def contents(self) -> None:
        """Leave room for the table of contents, which is known when all else is."""
        if self.style.contents != "none":
            self._contents_at = len(self._blocks)
            self._blocks.append("")

    def part(self, number: str, title: str = "") -> None:
        """Begin a part; it ends the item before it."""
        self.close()
        self._part = number
        self.free(self.layout.middle(f"PART {number}{f' - {title}' if title else ''}"))

    def close(self) -> None:
        """End the open item: what follows is part of none."""
        self._flush()
        if self._open is not None:
            self._open.last_page = self.page
        self._open = None

    # Items.

    def item(self, number: str, title: str, *, label: str = "", **traits: str | bool | tuple[str, ...]) -> Item:
        """Open an item with its heading, in the style's shape. `traits` are those of `Item`."""
        self.close()
        label = label or self.style.item_label(number)
        opened = self._opened(number, label, self.style.title(title), self.style.heading, **traits)
        if self.style.heading == "run_in":
            self._lead = (label, opened.title)
        else:
            self._write_heading(opened.label, opened.title)
        return opened

    def section(self, number: str, title: str, **traits: str | bool | tuple[str, ...]) -> Item:
        """Open a section that holds an item and does not say so, as reports with a cross-reference index have them."""
        self.close()
        opened = self._opened(number, "", title, "cross_reference_index", **traits)
        self.free(self.layout.middle(title))
        return opened

    def indexed(self, number: str, part: str, title: str, words: str, *, target: str, reserved: bool) -> None:
        """Keep an item that stands in a cross-reference index only, with the words that stand there for it."""
        label = self.style.item_label(number)
        status, acceptable = ("by_reference", ("by_reference", "absent")) if target else ("ok", ("ok", "absent"))
        entry = Item(part, number, label, title, "", self.page, "cross_reference_index", status, acceptable, target)
        entry.reserved, entry.last_page = reserved, self.page
        entry.body.add(words)
        self.items.append(entry)

    def _opened(self, number: str, label: str, title: str, shape: str, **traits: str | bool | tuple[str, ...]) -> Item:
        part = str(traits.pop("part", self._part))
        anchor = f"part{part.lower()}item{number.lower()}" if part else f"item{number}"
        self._open = Item(part, number, label, title, anchor, self.page, shape, **traits)  # type: ignore[arg-type]
        self.items.append(self._open)
        return self._open

    def _write_heading(self, label: str, title: str) -> None:
        shape = self.style.heading if self.style.heading != "run_in" else "bold"
        anchor = self._open.anchor if self._open is not None else ""
        self.free(self.layout.heading(shape, label, title, anchor=anchor, space=self.style.space))

    def _flush(self) -> None:
        """Write a heading that waited for a paragraph to run into."""
        if self._lead is not None:
            self._write_heading(*self._lead)
            self._lead = None

    # What stands in items.

    def text(self, paragraph: str) -> None:
        """Add a paragraph."""
        if self._lead is not None:
            label, title = self._lead
            self._lead = None
            self._add(self.layout.run_in(f"{label} {title}.", paragraph, "bold"), paragraph)
        else:
            self._add(self.layout.text(paragraph), paragraph)

    def texts(self, paragraphs: Iterable[str]) -> None:
        """Add paragraphs."""
        for paragraph in paragraphs:
            self.text(paragraph)

    def subhead(self, title: str) -> None:
        """Add a heading of the second order."""
        self._flush()
        self._add(self.layout.subhead(title), title, turn=False)

    def foreign(self, html: str) -> None:
        """Add HTML that was written for an inline XBRL page: a statement, a table."""
        self._flush()
        self._add(self.layout.foreign(html), displayed(html))

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table of text."""
        self._flush()
        self._add(self.layout.rows(rows), "\n".join("\t".join(row) for row in rows))

    def bullets(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self._flush()
        self._add(self.layout.bullets(lines), "\n".join(lines))

    def warn(self, register: RiskRegister) -> tuple[RiskFactor, ...]:
        """Return the risk factors that the open item will be about."""
        self.register = register
        return register.factors

    def group(self, title: str) -> None:
        """Begin a group of risk factors."""
        self._flush()
        self._group = title
        self._add(self.layout.middle(title), title, turn=False)

    def factor(self, factor: RiskFactor) -> None:
        """Add a risk factor; it never lies on two pages."""
        self._flush()
        shape = self.style.factors
        body = Passage()
        body.add(factor.body)
        self.factors.append(_Factor(factor, self._group, shape == "run_in", body))
        self._add(self.layout.factor(shape, factor.heading, factor.body), f"{factor.heading} {factor.body}")

    def _add(self, block: str, shown: str, *, turn: bool = True) -> None:
        self._blocks.append(block)
        self._on_page += len(shown)
        if self._open is not None:
            self._open.body.add(shown)
        if turn and self._breaks and self._on_page > _PAGE:
            self._turn()

    def _turn(self) -> None:
        """End a page."""
        number = str(self.page) if self.style.paged else ""
        running = self._at_top()
        self.free(self.layout.page_break(number, running, linked=self.style.running == "contents"))
        if self._open is not None:
            self._open.body.turn(f"{number} {running}".strip())
        self.page += 1
        self._on_page = 0

    def _at_top(self) -> str:
        match self.style.running:
            case "part":
                return f"PART {self._part}" if self._part else ""
            case "contents":
                return "Table of Contents"
            case "company":
                return self._running
            case _:
                return ""

    # The whole.

    def body(self) -> str:
        """Return all blocks, with the contents filled in."""
        self.close()
        if self._contents_at is not None:
            self._blocks[self._contents_at] = self._contents()
        return "\n".join(self._blocks)

    def _contents(self) -> str:
        layout, items = self.layout, self.items
        head = layout.heading("bold", "TABLE OF", "CONTENTS", anchor="contents", space=" ")
        if self.style.contents == "linked":
            return f"{head}\n{layout.linked_rows((item.label, item.title, item.anchor) for item in items)}"
        entries = [(item.label, item.title, str(item.page)) for item in items]
        if self.style.contents == "two_column":
            half = (len(entries) + 1) // 2
            right = [*entries[half:], ("", "", "")][: len(entries) - half] + [("", "", "")] * (2 * half - len(entries))
            return f"{head}\n{layout.rows([(*one, *other) for one, other in zip(entries[:half], right, strict=True)])}"
        return f"{head}\n{layout.rows(entries)}"

    def item_truths(self, filing: Filing, document: str) -> Iterator[ItemTruth]:
        """Yield the truth about each item, in the order of the document; combined ones once for each number."""
        for item in self.items:
            yield self._truth(filing, document, item, item.number, item.status)
            for number in item.also:
                yield self._truth(filing, document, item, number, f"combined_with:{item.number}")

    def _truth(self, filing: Filing, document: str, item: Item, number: str, status: str) -> ItemTruth:
        chars = item.body.chars
        whole = len(item.heading) + (1 + chars if chars else 0)
        return ItemTruth(
            _place(filing, document),
            part=item.part,
            item=number,
            status=status,
            acceptable_statuses=item.acceptable,
            heading=item.heading,
            first_80=item.body.first(_EIGHTY, before=item.heading),
            body_first_80=item.body.first(_EIGHTY),
            last_80=item.body.last(_EIGHTY),
            chars=whole,
            body_chars=chars,
            chars_with_page_furniture=whole + item.body.furniture,
            by_reference_target=item.target,
            reserved=item.reserved,
            heading_style=item.shape,
            house_style=self.style.name,
            note=item.note,
        )

    def absent(self, filing: Filing, document: str, vocabulary: Iterable[tuple[str, str]]) -> Iterator[ItemTruth]:
        """Yield a row for each (part, item) of the form's vocabulary that the document does not have."""
        present = {(item.part, number) for item in self.items for number in (item.number, *item.also)}
        for part, number in vocabulary:
            if (part, number) not in present:
                place = _place(filing, document)
                yield ItemTruth(place, part, number, "absent", house_style=self.style.name)

    def factor_truths(self, filing: Filing, document: str) -> Iterator[RiskFactorTruth]:
        """Yield the truth about each risk factor in order, then those that left an annual report."""
        year = self.register.fiscal_year if self.register is not None else 0
        for place, told in enumerate(self.factors, start=1):
            factor = told.factor
            yield RiskFactorTruth(
                _place(filing, document),
                n=place,
                group=told.group,
                heading=factor.heading,
                body_first_60=told.body.first(_SIXTY),
                body_last_60=told.body.last(_SIXTY),
                body_chars=told.body.chars,
                run_in_heading=told.run_in,
                fiscal_year=year,
                factor_id=factor.identity,
                change=factor.change,
                moved_from=factor.moved_from,
                wording=blake2b(f"{factor.heading}\n{factor.body}".encode(), digest_size=4).hexdigest(),
            )
        if self.register is not None and filing.form.startswith("10-K") and self.factors:
            yield from self._left(filing, document, self.register)

    def _left(self, filing: Filing, document: str, register: RiskRegister) -> Iterator[RiskFactorTruth]:
        for gone in register.dropped:
            yield RiskFactorTruth(
                _place(filing, document),
                n=0,
                group=gone.group,
                heading=gone.heading,
                body_first_60="",
                body_last_60="",
                body_chars=0,
                run_in_heading=False,
                fiscal_year=register.fiscal_year,
                factor_id=gone.identity,
                change="merged" if gone.merged_into else "dropped",
                merged_into=gone.merged_into,
            )


def _place(filing: Filing, document: str) -> Place:
    company = filing.companies[0]
    return Place(filing.path(company), document, filing.form, int(company.cik), str(filing.accession))
