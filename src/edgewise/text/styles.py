"""What inline style sheets say about text: weight, slant, underline, size, alignment, indent, hidden, page breaks.

The scan asks for numbers: `of_declarations` gives the number of a change, `compose` the number of the style that a
change makes of another. Both remember their answers; a filing has a few hundred different ones.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sized

# No document needs so many different styles; what one asks for beyond them changes nothing.
_MOST = 16_384
# A longer style attribute holds a picture.
_LONGEST = 4_096
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(pt|px|in|cm|mm|pc|em|rem|ex|%)?")
_WEIGHT = re.compile("[1-9]00")
_FONT_SIZE = re.compile("[+-]?[0-9]{1,2}")
_POINTS = {"pt": 1.0, "px": 0.75, "in": 72.0, "cm": 28.35, "mm": 2.835, "pc": 12.0}
_KEYWORD_SIZES = {
    "xx-small": 7.0,
    "x-small": 7.5,
    "small": 10.0,
    "medium": 12.0,
    "large": 13.5,
    "x-large": 18.0,
    "xx-large": 24.0,
}
_FONT_SIZES = (7.5, 10.0, 12.0, 13.5, 18.0, 24.0, 36.0)
_DEFAULT_FONT_SIZE = 3
_DEFAULT_POINTS = 12.0
_BOLD_FROM = 600
_BREAKS = ("always", "page", "left", "right", "recto", "verso")
BREAK_BEFORE, BREAK_AFTER = 1, 2


class Style(NamedTuple):
    """How text looks. size is in points, 0 where nothing says it; indent in points from the left edge."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    size: float = 0.0
    centered: bool = False
    indent: float = 0.0
    hidden: bool = False


class Change(NamedTuple):
    """What declarations change; None leaves a property as it is. scale multiplies the size."""

    bold: bool | None = None
    italic: bool | None = None
    underlined: bool | None = None
    size: float | None = None
    scale: float = 1.0
    centered: bool | None = None
    indent: float = 0.0
    indent_anew: bool = False
    hidden: bool = False


class Styles:
    """Numbers for styles and changes of style; 0 is the plain style, and the change that changes nothing.

    styles:      the styles by number.
    hidden:      whether a style hides its text, by number.
    page_breaks: BREAK_BEFORE | BREAK_AFTER of each change, by number.
    crowded:     whether a document asked for more styles than are kept.
    """

    def __init__(self) -> None:
        self.styles = [Style()]
        self.hidden = [False]
        self.page_breaks = [0]
        self.crowded = False
        self._changes = [Change()]
        self._style_numbers = {Style(): 0}
        self._change_numbers: dict[tuple[Change, int], int] = {(Change(), 0): 0}
        self._read: dict[bytes, int] = {}

    def of_declarations(self, css: bytes) -> int:
        """Return the number of the change that the text of a style attribute makes."""
        number = self._read.get(css)
        if number is None:
            number = self._number(css, *_declared(css)) if self._has_room(self._read) else 0
        return number

    def of_attribute(self, name: bytes, value: bytes) -> int:
        """Return the number of the change that `align="..."`, or `size="..."` of a font, makes."""
        key = name + b"\0" + value
        number = self._read.get(key)
        if number is None:
            number = self._number(key, _attribute(name, value), 0) if self._has_room(self._read) else 0
        return number

    def compose(self, style: int, change: int) -> int:
        """Return the number of `style` after `change`."""
        made = _composed(self.styles[style], self._changes[change])
        number = self._style_numbers.get(made)
        if number is None:
            if not self._has_room(self.styles):
                return style
            number = self._style_numbers[made] = len(self.styles)
            self.styles.append(made)
            self.hidden.append(made.hidden)
        return number

    def _number(self, said: bytes, change: Change, breaks: int) -> int:
        number = self._change_numbers.get((change, breaks))
        if number is None:
            number = self._change_numbers[change, breaks] = len(self._changes)
            self._changes.append(change)
            self.page_breaks.append(breaks)
        self._read[said] = number
        return number

    def _has_room(self, kept: Sized) -> bool:
        self.crowded = self.crowded or len(kept) >= _MOST
        return len(kept) < _MOST


@lru_cache(maxsize=16_384)
def _declared(css: bytes) -> tuple[Change, int]:
    """Return the change and the page breaks that the text of a style attribute asks for."""
    said = _said(css[:_LONGEST].decode("latin-1").lower())
    return _change(said), _page_breaks(said)


def _said(css: str) -> dict[str, str]:
    """Return the declarations of a style attribute; what it says last holds."""
    declarations = (declaration.partition(":") for declaration in css.split(";"))
    return {name.strip(): value.strip() for name, colon, value in declarations if colon}


def _attribute(name: bytes, value: bytes) -> Change:
    said = value.decode("latin-1").lower().strip()
    return Change(centered=said == "center") if name == b"align" else Change(size=_font_size(said))


def _composed(style: Style, change: Change) -> Style:
    size = (style.size or _DEFAULT_POINTS) * change.scale if change.scale != 1 else style.size
    return Style(
        bold=style.bold if change.bold is None else change.bold,
        italic=style.italic if change.italic is None else change.italic,
        underlined=style.underlined if change.underlined is None else change.underlined,
        size=round(size if change.size is None else change.size, 2),
        centered=style.centered if change.centered is None else change.centered,
        indent=round((0.0 if change.indent_anew else style.indent) + change.indent, 1),
        hidden=style.hidden or change.hidden,
    )


def _change(said: dict[str, str]) -> Change:
    """Return what the declarations of a style attribute, in lower case, change."""
    change = Change(hidden=said.get("display", "").startswith("none"))
    if font := said.get("font"):
        change = _font(change, font)
    if weight := said.get("font-weight"):
        change = change._replace(bold=_is_bold(weight))
    if slant := said.get("font-style"):
        change = change._replace(italic=slant.startswith(("italic", "oblique")))
    if line := said.get("text-decoration", said.get("text-decoration-line")):
        change = change._replace(underlined="underline" in line)
    if size := said.get("font-size"):
        change = _sized(change, size)
    if align := said.get("text-align"):
        change = change._replace(centered=align.startswith("center"))
    return _indented(change, said)


def _font(change: Change, font: str) -> Change:
    """Read the shorthand: `bold italic 10pt/12pt Times`."""
    words = font.split()
    sizes = [word for word in words if _LENGTH.match(word) and not word.isdigit()]
    change = change._replace(bold=any(map(_is_bold, words)), italic="italic" in words or "oblique" in words)
    return _sized(change, sizes[0]) if sizes else change


def _is_bold(weight: str) -> bool:
    return weight.startswith("bold") or (_WEIGHT.fullmatch(weight) is not None and int(weight) >= _BOLD_FROM)


def _sized(change: Change, size: str) -> Change:
    if size in _KEYWORD_SIZES:
        return change._replace(size=_KEYWORD_SIZES[size])
    found = _LENGTH.match(size)
    if not found:
        return change
    value, unit = float(found[1]), found[2] or "px"
    if unit in _POINTS:
        return change._replace(size=round(min(max(value, 0.0), 1_000.0) * _POINTS[unit], 2))
    return change._replace(scale=min(max(value / 100 if unit == "%" else value, 0.01), 100.0))


def _font_size(said: str) -> float | None:
    """Return the points of `<font size=...>`: 1 to 7, or relative to 3."""
    if not _FONT_SIZE.fullmatch(said):
        return None
    number = int(said) + (_DEFAULT_FONT_SIZE if said[0] in "+-" else 0)
    return _FONT_SIZES[min(max(number, 1), len(_FONT_SIZES)) - 1]


def _indented(change: Change, said: dict[str, str]) -> Change:
    """Add what moves the text to the right: margin, padding and the indent of its first line."""
    moved = 0.0
    for name in ("margin-left", "padding-left", "text-indent"):
        if (length := _LENGTH.match(said.get(name, ""))) and length[2] in _POINTS:
            moved += min(max(float(length[1]), -1_000.0), 1_000.0) * _POINTS[length[2]]
    return change._replace(indent=round(moved, 1), indent_anew=said.get("margin-left") == "0")


def _page_breaks(said: dict[str, str]) -> int:
    before = said.get("page-break-before", said.get("break-before")) in _BREAKS
    after = said.get("page-break-after", said.get("break-after")) in _BREAKS
    return (BREAK_BEFORE if before else 0) | (BREAK_AFTER if after else 0)
