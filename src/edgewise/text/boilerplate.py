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
from typing import TYPE_CHECKING, NamedTuple

from edgewise.text.words import word_count

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAPS = ("\t", "...")
_LETTERS = re.compile(r"[a-zA-Z]")
_TABLE_CELLS = 3
_SHORT_CELL = 30

_HEADING_CHARACTERS = 110
_HEADING_WORDS = 14
_NO_HEADING_BEGINS = re.compile(r"[a-z\W]")
_NO_HEADING_ENDS = re.compile(r"[;,:]$|[a-z]\.$")
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
# One of these stands in every heading that opens a section.
_SECTION_WORDS = ("looking", "harbo", "cautionary", "exhibit", "signature", "attorney", "certification")
# The list that a forward-looking paragraph introduces: items with bullets, in lower case, or ending in a semicolon.
_LIST = _Section(
    starts=re.compile("(?!)"), keeps=re.compile(r"^[a-z(\W]|;\s*(?:and|or)?$"), short=0, any_heading=True, longest=1_500
)


class _Line(NamedTuple):
    """A paragraph as it is written and in lower case, and whether it looks like a heading."""

    written: str
    lowered: str
    heading: bool


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
    together = "\n".join(paragraphs).lower()
    telltales = tuple(phrase for phrase in _TELLTALES if phrase in together)  # hardly any document has them all
    lowered = together.split("\n") if paragraphs else []
    lines = [_Line(*line) for line in zip(paragraphs, lowered, map(is_heading, paragraphs), strict=True)]
    cover_ends = _end_of_cover(lines, telltales)
    section: _Section | None = None
    words_in_section = 0
    for place, line in enumerate(lines):
        if opened := _opened(line, section):
            section, words_in_section = opened, 0
        elif section and not _belongs(line, section, words_in_section):
            section = None
        words_in_section += line.lowered.count(" ") + 1
        yield section is None and place >= cover_ends and not _has_any(line.lowered, telltales)


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


def _end_of_cover(lines: list[_Line], telltales: tuple[str, ...]) -> int:
    """Return how many paragraphs the cover page has: up to the last of its phrases before the body opens.

    telltales: those that occur in the document.
    0 if the document does not begin with a cover. Its phrases also occur far from it: an exhibit list gives the
    commission file number of each filing it refers to.
    """
    if not _COVER_TITLE.search(_spaced(" ".join(line.lowered for line in lines[:_COVER_TITLE_WITHIN]))):
        return 0
    phrases = tuple(phrase for phrase in telltales if phrase in _COVER)
    before_body = takewhile(lambda line: not _opens_body(line), lines[:_COVER_PARAGRAPHS])
    numbered = enumerate(before_body, start=1)
    return max((place for place, line in numbered if _has_any(line.lowered, phrases)), default=0)


def _opens_body(line: _Line) -> bool:
    """Return whether the body of a filing begins here: an item, part I, or a note on forward-looking statements."""
    return _BODY.match(line.written) is not None or (
        line.heading and _FORWARD_LOOKING_SECTION.starts.search(_spaced(line.lowered)) is not None
    )


def _opened(line: _Line, section: _Section | None) -> _Section | None:
    """Return the section of boilerplate that a paragraph opens, if any."""
    if line.heading:
        if not _has_any(line.lowered, _SECTION_WORDS):
            return None
        return next((candidate for candidate in _SECTIONS if candidate.starts.search(_spaced(line.lowered))), None)
    if section is None and line.lowered.endswith(":") and _has_any(line.lowered, _FORWARD_LOOKING):
        return _LIST
    return None


def _belongs(line: _Line, section: _Section, words_so_far: int) -> bool:
    """Return whether a paragraph still belongs to the open section."""
    if words_so_far > section.longest:
        return False
    if line.heading:
        return not section.any_heading and _STRUCTURE.match(line.written) is None
    return (
        line.lowered.count(" ") < section.short
        or section.keeps.search(line.written if section is _LIST else line.lowered) is not None
    )


def is_heading(paragraph: str) -> bool:
    """Return whether a paragraph looks like a heading: short, begins with a capital or a digit, is no sentence."""
    return (
        len(paragraph) <= _HEADING_CHARACTERS
        and paragraph.count(" ") < _HEADING_WORDS
        and _NO_HEADING_BEGINS.match(paragraph) is None
        and _NO_HEADING_ENDS.search(paragraph, len(paragraph) - 3) is None
    )


def _has_any(text: str, phrases: tuple[str, ...]) -> bool:
    for phrase in phrases:  # noqa: SIM110 - thousands of paragraphs: any() over a generator takes twice as long
        if phrase in text:
            return True
    return False


def _spaced(line: str) -> str:
    return " ".join(line.split())
