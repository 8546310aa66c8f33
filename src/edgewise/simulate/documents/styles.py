"""House styles: what real filings do differently from each other, declared one record per style.

A company keeps a style for some years and then changes it, as filers change their software. What the style cannot
decide, the year does: plain text and <FONT> pages give way to styled HTML, and that to inline XBRL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from edgewise.simulate.documents.vocabulary import split_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from edgewise.simulate.company import Company

Markup = Literal["plain_text", "font", "styled", "inline"]
Shape = Literal["plain", "bold", "row", "split", "two_lines", "run_in"]
Contents = Literal["linked", "pages", "two_column", "none"]
Running = Literal["", "part", "contents", "company"]
FactorShape = Literal["own_line", "bold_italic", "underlined", "run_in", "bulleted"]

NO_BREAK, FULL_WIDTH = "&#160;", "&#12288;"
_FIRST_STYLED, _FIRST_INLINE = 2011, 2019
_LAST_PLAIN_TEXT = 2008
_YEARS_OF_A_STYLE = 6
_STYLES_ON = 5
_ORIGIN = 2004


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """How one filer's reports look.

    heading:    shape of an item's heading: plain or bold text, one row of a table, split into runs of text, label and
                title on two lines, or run in with the first paragraph.
    label:      what stands before an item's title; `{}` is its number.
    spaced:     whether number and letter are apart: "ITEM 1 A."
    space:      entity for the blanks of a label and the one after it.
    case:       of titles: as the form has them, capitals, or the Title'S mistakes of a word processor.
    contents:   the table of contents.
    running:    what repeats at the top of each page: the part, a link to the contents, the company's name, or nothing.
    paged:      whether pages are numbered.
    factors:    how the heading of a risk factor stands; `grouped`: below group headings; `summary`: after a summary.
    moved:      items that stand directly after another one, out of the form's order.
    combined:   "Items 1 and 2. Business and Properties".
    cross_reference: sections without item headings, and an index of items and pages before the signatures.
    exhibit_13: items 7 and 8 are incorporated by reference to the annual report to shareholders.
    part_three: whether Part III is in the report instead of the proxy statement.
    omits:      items that are left out.
    typewriter: plain text as long as EDGAR's filers used it.
    """

    name: str
    heading: Shape = "bold"
    label: str = "Item {}."
    spaced: bool = False
    space: str = " "
    case: Literal["form", "capitals", "every_word"] = "form"
    contents: Contents = "linked"
    running: Running = ""
    paged: bool = True
    factors: FactorShape = "own_line"
    grouped: bool = True
    summary: bool = False
    moved: Mapping[str, str] = field(default_factory=dict)
    combined: bool = False
    cross_reference: bool = False
    exhibit_13: bool = False
    part_three: bool = False
    omits: tuple[str, ...] = ()
    typewriter: bool = False

    def item_label(self, item: str) -> str:
        """Return what stands before the title of an item, without entities: "Item 1A."."""
        digits, letter = split_number(item)
        return self.label.format(f"{digits} {letter}" if self.spaced and letter else item)

    def title(self, title: str) -> str:
        """Return a title in the style's case."""
        if self.case == "capitals":
            return title.upper()
        return title.title() if self.case == "every_word" else title


STYLES: tuple[HouseStyle, ...] = (
    HouseStyle("linked", running="contents", summary=True, factors="bold_italic"),
    HouseStyle("heading_rows", heading="row", contents="pages", factors="bold_italic"),
    HouseStyle("split_runs", heading="split", space=NO_BREAK, running="contents", factors="run_in"),
    HouseStyle("capitals", label="ITEM {}.", case="capitals", contents="pages", running="part", factors="underlined"),
    HouseStyle("spaced_letters", label="ITEM {}.", spaced=True, space=FULL_WIDTH, contents="none", grouped=False),
    HouseStyle("item_numbers", label="Item No. {}", contents="pages", factors="own_line", omits=("16",)),
    HouseStyle("colons", heading="plain", label="Item {}:", contents="none", paged=False, factors="underlined"),
    HouseStyle("two_columns", heading="two_lines", contents="two_column", running="company", summary=True),
    HouseStyle("combined", label="Item {}.", space=NO_BREAK, contents="linked", combined=True, factors="run_in"),
    HouseStyle("out_of_order", running="part", contents="pages", moved={"1A": "7A", "1C": "9A"}, factors="bold_italic"),
    HouseStyle("cross_reference", contents="none", cross_reference=True, running="company", factors="underlined"),
    HouseStyle("by_reference", contents="pages", exhibit_13=True, heading="row", factors="own_line", grouped=False),
    HouseStyle("run_in", heading="run_in", contents="none", factors="run_in", omits=("1B", "9C", "16")),
    HouseStyle("typewriter", heading="plain", label="ITEM {}.", contents="pages", case="capitals", typewriter=True),
    HouseStyle("bulleted", heading="bold", part_three=True, factors="bulleted", summary=True, contents="linked"),
    HouseStyle("every_word", case="every_word", space=NO_BREAK, contents="two_column", running="contents", paged=True),
)


def house_style(company: Company, filed: date) -> HouseStyle:
    """Return the style in which a company files at a date."""
    era = (filed.year - _ORIGIN) // _YEARS_OF_A_STYLE
    return STYLES[(company.index + _STYLES_ON * era) % len(STYLES)]


def markup(style: HouseStyle, filed: date) -> Markup:
    """Return of what a document of that style and date is made."""
    if filed.year >= _FIRST_INLINE:
        return "inline"
    if style.typewriter and filed.year <= _LAST_PLAIN_TEXT:
        return "plain_text"
    return "styled" if filed.year >= _FIRST_STYLED else "font"
