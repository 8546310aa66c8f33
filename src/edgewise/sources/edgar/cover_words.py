"""Reading a cover page that is only words: which form it calls itself, and for which period."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import lxml.html
from lxml import etree

from edgewise.sources.edgar.header import decode_text
from edgewise.sources.edgar.records import Cover

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTES_READ = 262_144
_CHARACTERS_READ = 12_000
_AMENDMENT_WITHIN = 400
_LONGEST_COMMENT_OPENER = 4

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]}|\\.)?" for name in _MONTHS) + "|sept\\.?"
_DATE = re.compile(rf"\b({_MONTH})\s*(\d{{1,2}})\s*,?\s*(\d{{4}})\b", re.IGNORECASE)
_DAY_TEXT = rf"(?:{_MONTH})\s*\d{{1,2}}\s*,?\s*\d{{4}}"
_EVENT_IN_BRACKETS = re.compile(rf"{_DAY_TEXT}\s*\(\s*({_DAY_TEXT})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH})\s*,?\s*(\d{{4}})\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})")
_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad]")

_FORM = re.compile(
    r"\bFORM\s{0,3}(?P<form>10\s?-\s?K(?:\s?SB|\s?405|T)?|10\s?-\s?Q(?:SB)?|8\s?-\s?K|20\s?-\s?F|40\s?-\s?F|6\s?-\s?K"
    r"|11\s?-\s?K|N\s?-\s?CEN|ABS\s?-\s?15G|[SF]\s?-\s?(?:1|3|4|8|11)|[345](?=\s|/))"
    r"\s{0,2}(?P<amended>[/-]\s?A\b)?",
    re.IGNORECASE,
)
_SCHEDULE = re.compile(r"\bSCHEDULE\s{0,3}(?P<form>13[DG]|14A)\s{0,2}(?P<amended>/\s?A\b)?", re.IGNORECASE)
_AMENDMENT = re.compile(r"\bAmendment\s+(?:No|Number)\.?\s*:?\s*\(?\s*\d", re.IGNORECASE)
_SCHEDULES = {"13D": "SC 13D", "13G": "SC 13G", "14A": "DEF 14A"}
# Covers that never print "Form ...", in the words of the rules they answer to.
_PURSUANT = (
    (re.compile(r"\bANNUAL REPORT PURSUANT TO SECTION 1[35]\b", re.IGNORECASE), "10-K"),
    (re.compile(r"\bQUARTERLY REPORT PURSUANT TO SECTION 1[35]\b", re.IGNORECASE), "10-Q"),
    (re.compile(r"\bCURRENT REPORT PURSUANT TO SECTION 1[35]\b", re.IGNORECASE), "8-K"),
)

_PERIOD_ENDED = re.compile(
    r"\b(?:fiscal\s+year|year|quarter|quarterly\s+period|period)\s*(?:\(s\))?\s*(?:ended|ending)\s*:?\s*", re.IGNORECASE
)
_REPORT_DATE = re.compile(
    r"\bdates?\s+of\s+(?:the\s+)?(?:earliest\s+)?(?:event\s+)?report(?:ed)?\b[^A-Za-z0-9(]{0,12}"
    r"(?:\(\s*(?:date\s+of\s+)?(?:the\s+)?(?:earliest\s+)?event\s+reported\s*\))?[^A-Za-z0-9]{0,40}",
    re.IGNORECASE,
)
_BESIDE = 60
_CURRENT = ("8-K", "6-K")
_PERIODIC = ("10-K", "10-Q", "20-F", "40-F", "11-K")


def read_words(body: bytes) -> Cover:
    """Return what the words of a cover page say; the form is the one the page names first.

    The period is what follows "fiscal year ended", "quarterly period ended" or "date of report", or for the latter the
    date printed just above it. Parties are never read from words.
    """
    text = cover_text(body)
    found = _form(text)
    if found is None:
        return Cover()
    form, position = found
    return Cover(form=form, period_end=_period(text, form, position))


def cover_text(body: bytes) -> str:
    """Return the visible words of a document's beginning, with single spaces and plain dashes."""
    text = decode_text(_closed_comments(body[:_BYTES_READ]))
    if "<" in text:
        parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        page = lxml.html.document_fromstring(f"<html><body>{text}".encode("utf-8", "replace"), parser=parser)
        etree.strip_elements(page, "style", "script", "title", with_tail=False)
        text = " ".join(page.itertext())
    return _DASHES.sub("-", " ".join(text.split()))[:_CHARACTERS_READ]


def parse_date(text: str) -> date | None:
    """Return the first date in `text`, as 'September 28, 2024', '28 September 2024', '9/28/2024' or '2024-09-28'."""
    return next(_dates(" ".join(text.split())), None)


def _dates(text: str) -> Iterator[date]:
    """Yield the dates in `text` that exist, spelled-out ones first."""
    for pattern, order in ((_DATE, (2, 0, 1)), (_DAY_FIRST, (2, 1, 0)), (_ISO, (0, 1, 2)), (_NUMBERS, (2, 0, 1))):
        for match in pattern.finditer(text):
            year, month, day = (match.groups()[place] for place in order)
            try:
                yield date(int(year), _month_number(month), int(day))
            except ValueError:
                continue


def _month_number(text: str) -> int:
    """Return 1 to 12 for a month's name, its first letters or its number."""
    if text.isdigit():
        return int(text)
    return 1 + next(place for place, name in enumerate(_MONTHS) if name.startswith(text[:3].lower()))


def _closed_comments(window: bytes) -> bytes:
    """Return the bytes with a comment that never ends opened up: its text is the filing's (0001034670-01-500017)."""
    opens = window.rfind(b"<!--")
    if opens == -1 or window.find(b"-->", opens) != -1:
        return window
    first = window.find(b"<!--", window.rfind(b"-->") + 1)
    return window[:first] + window[first + _LONGEST_COMMENT_OPENER :]


def _form(text: str) -> tuple[str, int] | None:
    """Return the form that the text names first, and where."""
    found = min(
        (match for pattern in (_FORM, _SCHEDULE) if (match := pattern.search(text))),
        key=lambda match: match.start(),
        default=None,
    )
    if found is None:
        return next(((form, match.start()) for words, form in _PURSUANT if (match := words.search(text))), None)
    name = re.sub(r"\s", "", found["form"]).upper()
    near = text[found.end() : found.end() + _AMENDMENT_WITHIN]
    amended = bool(found["amended"]) or _AMENDMENT.search(near) is not None
    return _SCHEDULES.get(name, name) + ("/A" if amended else ""), found.start()


def _period(text: str, form: str, position: int) -> date | None:
    """Return the period that the cover names after the form's name, or else before it.

    A current report has the date of its event, an annual or quarterly one the end of its period; others have none.
    """
    family = form.removesuffix("/A")
    for start in (position, 0):
        if family in _CURRENT:
            days = (_report_date(text, match) for match in _REPORT_DATE.finditer(text, start))
        elif family.startswith(_PERIODIC):
            days = (_date_at(text, match.end()) for match in _PERIOD_ENDED.finditer(text, start))
        else:
            return None
        if day := next((day for day in days if day), None):
            return day
    return None


def _report_date(text: str, words: re.Match[str]) -> date | None:
    """Return the date after "date of report", or the one printed above it.

    Of 'October 7, 2019 (October 1, 2019)' the one in brackets is the event's.
    """
    event = _EVENT_IN_BRACKETS.match(text, words.end())
    if event and (day := parse_date(event[1])):
        return day
    return _date_at(text, words.end()) or _date_above(text, words.start())


def _date_at(text: str, position: int) -> date | None:
    match = _DATE.match(text, position) or _NUMBERS.match(text, position) or _DAY_FIRST.match(text, position)
    return parse_date(match[0]) if match else None


def _date_above(text: str, position: int) -> date | None:
    """Return the last date within a line's length before `position`."""
    days = list(_DATE.finditer(text, max(0, position - _BESIDE), position))
    return parse_date(days[-1][0]) if days else None
