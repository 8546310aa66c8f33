"""Headings of text without any style: short paragraphs that tell a risk, each above longer text.

Typewritten documents without blank lines between paragraphs are first divided anew, at their own line ends: a line that
ends with a sentence well before the margin ends a paragraph.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from edgewise.text.risk_factors.headings import MOST, Heading, Look
from edgewise.text.risk_factors.lines import Line, is_furniture
from edgewise.text.risk_factors.roles import Role
from edgewise.text.risk_factors.wording import ends_sentence, goes_on, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.text.document import Document

_LONGEST = 450
_MOST_SENTENCES = 2
_FEWEST_WORDS = 5
_LONGER = 1.2
_NEAR_MARGIN = 0.85
_MARGIN_AT = 0.9
_LEAST_MARGIN = 40
_FRAGMENT = 25
_SEARCHED = 400
_KEY = 12

_LONGEST_TAIL = 3
_MOST_MISSED = 10

_MARKER = re.compile(r"</?[A-Za-z]\w{0,10}>")
_INK = re.compile(r"[^\W_]")
_RISK = re.compile(
    r"\b(?:may|might|could|risks?|adverse(?:ly)?|depends?|dependent|subject to|fail(?:s|ure)?|unable|cannot|compet\w+"
    r"|losses|uncertain\w*|volatile|fluctuat\w+|harm\w*|rel(?:y|ies)|limited|expos\w+|successfully|impacted?"
    r"|affect(?:s|ed)?|no assurance|significant|sensitive|never|not|chang(?:es?|ing)|lack|need|require[sd]?)\b",
    re.IGNORECASE,
)
# Words with which headings begin less often than sentences in the middle of a text.
_SELDOM_HEADS = re.compile(
    r"(?:there (?:can|is|are)|also|although|while|because of the|if any|if (?:this|these|such|it|they)|he|she|it"
    r"|they|even|many|certain of|some|most|other|in particular|specifically|on|as of|during|see|refer|under|pursuant"
    r"|for (?:more|further|a)|in (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|fiscal|\d))\b",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\balso\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[a-z)\u201d\"][.!?] +(?=[A-Z\u201c\"])")


def plain_headings(lines: Sequence[Line]) -> list[tuple[Heading, Role]]:
    """Return the paragraphs that are headings by their words and by what follows, and what each one is."""
    found: list[tuple[Heading, Role]] = []
    for place, (line, following) in enumerate(pairwise(lines)):
        if len(line.text) > _LONGEST or line.row:
            continue
        if len(found) >= MOST:
            break
        if _tells_risk(line) and _is_body(following, line) and not _under(found, place):
            found.append((_heading(line, place), Role.FACTOR))
        elif not line.listed and (role := _title(line.text)):
            found.append((_heading(line, place), role))
    return found


def _under(found: list[tuple[Heading, Role]], place: int) -> bool:
    """Return whether the line above is already the heading of a risk factor."""
    return bool(found) and found[-1][1] is Role.FACTOR and found[-1][0].last == place


def _heading(line: Line, place: int) -> Heading:
    return Heading(place, place + 1, line.begin, line.end, line.text, Look(listed=line.listed), wording(line.text))


def _title(text: str) -> Role | None:
    """Return what a line that tells nothing is the title of."""
    says = wording(text)
    if says.sentence or ends_sentence(text):
        return None
    if says.summary:
        return Role.SUMMARY
    if says.aside:
        return Role.ASIDE
    return Role.GROUP if says.group else None


def _tells_risk(line: Line) -> bool:
    text = line.text
    return (
        (text[:1].isupper() or text[:1].isdigit())
        and ends_sentence(text)
        and len(text.split()) >= _FEWEST_WORDS
        and len(_SENTENCE_END.findall(text)) < _MOST_SENTENCES
        and not goes_on(text)
        and _SELDOM_HEADS.match(text) is None
        and _RISK.search(text) is not None
        and _ALSO.search(text) is None
    )


def _is_body(following: Line, line: Line) -> bool:
    return not following.row and (len(following.text) > _LONGER * len(line.text) or following.text.endswith(":"))


def divided_anew(document: Document, body: bytes, first: int, last: int) -> list[Line]:
    """Return the paragraphs of blocks `first` to before `last` by the line ends in the bytes; [] if they do not fit."""
    found = list(_raw_lines(document, body, first, last))
    if not found:
        return []
    lengths = sorted(end - begin for begin, end in found)
    margin = max(lengths[int(_MARGIN_AT * (len(lengths) - 1))], _LEAST_MARGIN)
    paragraphs: list[Line] = []
    start, text = found[0][0], document.text
    for (begin, end), (after, after_end) in zip(found, [*found[1:], (found[-1][1], found[-1][1])], strict=True):
        short = end - begin < _NEAR_MARGIN * margin or after_end - after < _FRAGMENT
        ended = after >= found[-1][1] or (
            short and ends_sentence(text[begin:end]) and text[after : after + 1].isupper()
        )
        if ended:
            paragraphs.append(_paragraph(document, start, end))
            start = after
    return paragraphs


def _paragraph(document: Document, begin: int, end: int) -> Line:
    text = document.text[begin:end].replace("\n", " ")
    return Line(document.number_at(begin), begin, end, text, listed=False, soft=False, row=False)


def _raw_lines(document: Document, body: bytes, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield where in the document's text each line of the bytes stands, but for page furniture."""
    raw_end = document.block(last - 1).raw_end
    at, text, missed = document.begins[first], document.text, 0
    for raw in body[document.raw_offset(at) : raw_end].split(b"\n"):
        line = _decoded(raw)
        ink = _INK.findall(line)
        if not ink:
            continue
        begin = _begin(text, at, ink)
        missed = missed + 1 if begin < 0 else 0
        if missed > _MOST_MISSED:
            return
        if begin < 0:
            continue
        end = _end(text, begin, len(ink))
        tail = text[end : end + _LONGEST_TAIL].split("\n")[0].split(" ")[0]
        at = end + len(tail)
        if not is_furniture(line):
            yield begin, at


def _decoded(raw: bytes) -> str:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError:
        line = raw.decode("latin-1")
    return unescape(_MARKER.sub("", line)).strip()


def _begin(text: str, at: int, ink: list[str]) -> int:
    """Return where the line begins: where its first letters and digits come next; -1 if they do not."""
    pattern = r"[\W_]*".join(map(re.escape, ink[:_KEY]))
    found = re.compile(pattern).search(text, at, at + _SEARCHED)
    return found.start() if found else -1


def _end(text: str, begin: int, letters: int) -> int:
    at = begin
    for match in _INK.finditer(text, begin):
        letters -= 1
        at = match.end()
        if not letters:
            break
    return at
