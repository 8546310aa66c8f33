"""What a list of submissions says of the registrant itself, field by field: cleaned, or None where it says nothing.

The fields are beside the filings, for which the list is asked; one that is missing, of a type that it never has or
without meaning is None and no error, so that it costs nobody the filings.

Source: data.sec.gov/submissions; codes of states and industries are listed on sec.gov ("EDGAR State and Country Codes",
"Standard Industrial Classification (SIC) Code List").
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_INDUSTRY = re.compile(r"\d{1,4}", re.ASCII)
_STATE = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_MONTH_AND_DAY = re.compile(r"\d{4}", re.ASCII)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_LEAP_YEAR = 2000


def words_of(value: Any) -> str | None:
    """Return a text on one line, without characters that do not print; None where nothing is left, or of no text.

    Characters that do not print are those of control and format, which could hide what the text says, and halves of
    pairs, which no file can store.
    """
    if not isinstance(value, str):
        return None
    return "".join(one for one in " ".join(value.split()) if one.isprintable()) or None


def industry_of(value: Any) -> int | None:
    """Return an industry code (SIC) of at most four digits; None for "", "0000" and everything else.

    >>> [industry_of(code) for code in ("3571", "0100", "", "0000", "35711", 3571, True)]
    [3571, 100, None, None, None, 3571, None]
    """
    if not isinstance(value, str | int) or not _INDUSTRY.fullmatch(str(value)):
        return None
    return int(value) or None


def fiscal_year_end_of(value: Any) -> str | None:
    """Return month and day of the end of a fiscal year, "0926"; None where there is no such day in a leap year.

    >>> [fiscal_year_end_of(said) for said in ("0926", "0229", "0230", "1", None)]
    ['0926', '0229', None, None, None]
    """
    if not isinstance(value, str) or not _MONTH_AND_DAY.fullmatch(value):
        return None
    try:
        date(_LEAP_YEAR, int(value[:2]), int(value[2:]))
    except ValueError:
        return None
    return value


def state_of(value: Any) -> str | None:
    """Return EDGAR's code of a state or country, two letters or digits; None where it is no such code."""
    return value if isinstance(value, str) and _STATE.fullmatch(value) else None


def category_of(value: Any) -> str | None:
    """Return which kind of filer it is; several kinds, which EDGAR sets on lines of their own, separated by ' | '.

    >>> category_of("Non-accelerated filer<br>Smaller reporting company")
    'Non-accelerated filer | Smaller reporting company'
    >>> category_of("<br>Emerging growth company")
    'Emerging growth company'
    """
    kinds = [words_of(line) for line in _BREAK.split(value)] if isinstance(value, str) else []
    return " | ".join(kind for kind in kinds if kind) or None
