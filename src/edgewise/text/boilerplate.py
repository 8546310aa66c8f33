"""What of a filing's text is prose of its own, and what every filing says: the part that tone must not read.

1. A line is a paragraph; lines of tables are dropped: their last cell is a number, or they are many short cells.
2. A paragraph is boilerplate if it says so itself (forward-looking statements, check boxes), if it stands on the cover
   page, which is over before the first heading of the body, or if it belongs to a section that a heading opened: safe
   harbour, exhibits, signatures, certifications.

Boilerplate is counted, never silently lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from edgewise.text.words import word_count

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAPS = ("\t", "...")
_LETTERS = re.compile(r"[a-zA-Z]")
_TABLE_CELLS = 3
_SHORT_CELL = 30

_HEADING_CHARACTERS = 110
_HEADING_WORDS = 14
_NOT_A_HEADING = re.compile(r"^[a-z\W]|[;,:]$|[a-z]\.$")
_STRUCTURE = re.compile(
    r"items?\s+\d|(?:part\s+[ivx]+|signatures?|exhibits?\s+index|index\s+to|notes?\s+to|report\s+of\s+independent|"
    r"(?:condensed\s+)?consolidated|independent\s+auditor|management.s\s+discussion|overview|business)\b",
    re.IGNORECASE,
)

_FORWARD_LOOKING = (
    "forward-looking statement",
    "forward looking statement",
    "forward-looking information",
    "private securities litigation reform act",
    "safe harbor provision",
    "safe harbor statement",
)
_COVER = (
    "indicate by check mark",
    "indicate by checkmark",
    "exact name of registrant",
    "exact name of the registrant",
    "(zip code)",
    "commission file n",
    "employer identification",
    "securities registered pursuant to section",
    "registrant's telephone number",
    "registrant\u2019s telephone number",
    "check the appropriate box",
    "aggregate market value of",
    "documents incorporated by reference",
    "emerging growth company, indicate",
    "\u2610",
    "\u2611",
    "\u2612",
    "[ ]",
    "[x]",
)
_TELLTALES = (*_FORWARD_LOOKING, *_COVER)
# To whom the form is sent. "Filed with the Securities and Exchange Commission" is of a sentence, in any document.
_COVER_TITLE = re.compile(r"(?<!\bthe )securities and exchange commission|washington,? d\.? ?c\.?,? 20549")
_COVER_TITLE_WITHIN = 15
_COVER_PARAGRAPHS = 150
# Where the body opens. A cover may say other things of that kind: item 405 of Regulation S-K, items 17 and 18 of form
# 20-F, section 13 of the Act, the parts that incorporate another document, and "Table of Contents", the link that some
# filings repeat at the top of each page.
_BODY = re.compile(
    r"\W*(?:items?\s+(?:no\W*|number\s+)?(?:[1-9]|1[0-2])(?!\d)|section\s+[1-9]\s*[-\u2013\u2014:.]|"
    r"part\s+(?:i|1|one)\b(?!\s*(?:[,(&]|and|of|through|to)))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prose:
    """The paragraphs of a text that are its own, in order, and how many words of boilerplate were left out."""

    paragraphs: list[str]
    boilerplate_words: int


@dataclass(frozen=True, slots=True)
class _Section:
    """A section of boilerplate, from the heading that `starts` it.

    keeps:       a paragraph of more than `short` words belongs to it only if this is found in it.
    any_heading: whether any heading ends it, or only one that gives a filing its structure.
    longest:     words after which it has ended in any case: a heading was not recognised.
    """

    starts: re.Pattern[str]
    keeps: re.Pattern[str]
    short: int
    any_heading: bool
    longest: int


_FORWARD_LOOKING_SECTION = _Section(
    starts=re.compile(r"forward.looking|safe\s+harbou?r|^cautionary\s+(?:statement|note|factor|language)"),
    keeps=re.compile(""),
    short=0,
    any_heading=True,
    longest=1_500,
)
_SECTIONS = (
    _FORWARD_LOOKING_SECTION,
    _Section(
        starts=re.compile(
            r"^(?:items?\s+\d[\w.]*\W+)?(?:\([a-z\d]\)\s*)?(?:financial statements and )?"
            r"(?:list of |index to |index of )?exhibits?(?:\s+(?:index|list|and reports|number.*|no.*)|"
            r"\s*,?\s+(?:and\s+)?financial statement.*)?$"
        ),
        keeps=re.compile(r"exhibit|incorporated|herewith|furnished|agreement|certificate|indenture|amend"),
        short=40,
        any_heading=False,
        longest=8_000,
    ),
    _Section(
        starts=re.compile(r"^(?:signatures?(?:\s+page)?|power\s+of\s+attorney)\.?$"),
        keeps=re.compile(r"pursuant to|power of attorney|know all|attorneys?-in-fact|undersigned|duly authorized"),
        short=40,
        any_heading=False,
        longest=3_000,
    ),
    _Section(
        starts=re.compile(r"^certifications?\b"),
        keeps=re.compile(r"certif|i have reviewed|registrant|internal control|my knowledge|sarbanes"),
        short=40,
        any_heading=False,
        longest=3_000,
    ),
)
# The list that a forward-looking paragraph introduces: items with bullets, in lower case, or ending in a semicolon.
_LIST = _Section(
    starts=re.compile("(?!)"), keeps=re.compile(r"^[a-z(\W]|;\s*(?:and|or)?$"), short=0, any_heading=True, longest=1_500
)


def prose(text: str) -> Prose:
    """Return what the text of one document says of its own: no table lines, no boilerplate."""
    kept: list[str] = []
    dropped: list[str] = []
    paragraphs = _prose_lines(text)
    for paragraph, own in zip(paragraphs, _own(paragraphs), strict=True):
        (kept if own else dropped).append(paragraph)
    return Prose(kept, word_count("\n".join(dropped)))


def _own(paragraphs: list[str]) -> Iterator[bool]:
    """Yield for each paragraph of one document whether it is the document's own."""
    cover_ends = _end_of_cover(paragraphs)
    section: _Section | None = None
    words_in_section = 0
    for place, paragraph in enumerate(paragraphs):
        lowered = paragraph.lower()
        if opened := _opened(paragraph, lowered, section):
            section, words_in_section = opened, 0
        elif section and not _belongs(paragraph, lowered, section, words_in_section):
            section = None
        words_in_section += lowered.count(" ") + 1
        yield section is None and place >= cover_ends and not _has_any(lowered, _TELLTALES)


def _prose_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not _is_tabular(line)]


def _is_tabular(line: str) -> bool:
    """Return whether a line belongs to a table: text, a gap and a number; or three and more short cells."""
    for gap in _GAPS:
        if gap in line:
            last = line.rpartition(gap)[2]
            if last.strip() and not _LETTERS.search(last):
                return True
    cells = line.count("\t") + 1
    return cells >= _TABLE_CELLS and len(line) < _SHORT_CELL * cells


def _end_of_cover(paragraphs: list[str]) -> int:
    """Return how many paragraphs the cover page has: up to the last of its phrases before the body opens.

    0 if the document does not begin with a cover. Its phrases also occur far from it: an exhibit list gives the
    commission file number of each filing it refers to.
    """
    if not _COVER_TITLE.search(_spaced(" ".join(paragraphs[:_COVER_TITLE_WITHIN]).lower())):
        return 0
    before_body = takewhile(lambda paragraph: not _opens_body(paragraph), paragraphs[:_COVER_PARAGRAPHS])
    numbered = enumerate(before_body, start=1)
    return max((place for place, paragraph in numbered if _has_any(paragraph.lower(), _COVER)), default=0)


def _opens_body(paragraph: str) -> bool:
    """Return whether the body of a filing begins here: an item, part I, or a note on forward-looking statements."""
    return _BODY.match(paragraph) is not None or (
        is_heading(paragraph) and _FORWARD_LOOKING_SECTION.starts.search(_spaced(paragraph.lower())) is not None
    )


def _opened(paragraph: str, lowered: str, section: _Section | None) -> _Section | None:
    """Return the section of boilerplate that a paragraph opens, if any."""
    if is_heading(paragraph):
        return next((candidate for candidate in _SECTIONS if candidate.starts.search(_spaced(lowered))), None)
    if section is None and lowered.endswith(":") and _has_any(lowered, _FORWARD_LOOKING):
        return _LIST
    return None


def _belongs(paragraph: str, lowered: str, section: _Section, words_so_far: int) -> bool:
    """Return whether a paragraph still belongs to the open section."""
    if words_so_far > section.longest:
        return False
    if is_heading(paragraph):
        return not section.any_heading and _STRUCTURE.match(paragraph) is None
    return (
        lowered.count(" ") < section.short
        or section.keeps.search(paragraph if section is _LIST else lowered) is not None
    )


def is_heading(paragraph: str) -> bool:
    """Return whether a paragraph looks like a heading: short, begins with a capital or a digit, is no sentence."""
    return (
        len(paragraph) <= _HEADING_CHARACTERS
        and paragraph.count(" ") < _HEADING_WORDS
        and _NOT_A_HEADING.search(paragraph) is None
    )


def _has_any(text: str, phrases: tuple[str, ...]) -> bool:
    for phrase in phrases:  # noqa: SIM110 - thousands of paragraphs: any() over a generator takes twice as long
        if phrase in text:
            return True
    return False


def _spaced(line: str) -> str:
    return " ".join(line.split())
