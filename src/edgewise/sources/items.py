"""What providers' items are made of, read defensively: texts, numbers, symbols and days from any JSON or table."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from html import unescape
from math import isfinite
from typing import Any

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Ticker

LONGEST = 500
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_PREFERRED = re.compile(r"([A-Z]+)p([A-Z]?)", re.ASCII)
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def text_of(value: object, *, longest: int = LONGEST) -> str | None:
    r"""Return a text on one line, without markup, entities, control characters and half characters; None for none.

    What is longer than `longest` characters is cut there.

    >>> text_of("Profits &amp; <b>losses</b>\n up")
    'Profits & losses up'
    """
    if not isinstance(value, str):
        return None
    # Cut before and after: an entity or a tag shortens, and what an outsider sends may be megabytes.
    plain = _MARKUP.sub(" ", unescape(value[: 8 * longest]))
    plain = _UNSEEN.sub(" ", plain.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(plain.split())[:longest].strip() or None


def number_of(value: object) -> float | None:
    """Return a number given as one or as text, None for nothing. Raises ValueError for what is no finite number.

    >>> number_of("1,100.00"), number_of("")
    (1100.0, None)
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no number")  # noqa: TRY004 - one error for all that is no number
    number = float(value.replace(",", "") if isinstance(value, str) else value)
    if not isfinite(number):
        raise ValueError("not finite")
    return number


def symbol_of(value: object) -> str | None:
    """Return a symbol in its one spelling, None for what no exchange would list.

    >>> symbol_of("brk.b"), symbol_of("ABRpD"), symbol_of("X:BTCUSD")
    ('BRK-B', 'ABR-PD', None)
    """
    if not isinstance(value, str):
        return None
    preferred = _PREFERRED.fullmatch(value.strip())
    try:
        return str(Ticker(f"{preferred[1]}-P{preferred[2]}" if preferred else value))
    except InvalidInput:
        return None


def instant_of(value: object) -> datetime | None:
    """Return the UTC instant of a text with a zone, or of an aware datetime; None for anything else."""
    try:
        instant = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        return None
    try:
        return _usable(instant.astimezone(UTC))
    except OverflowError:
        return None


def epoch_of(value: object) -> datetime | None:
    """Return the UTC instant of seconds since 1970, None for what is none or beyond reason (milliseconds, say)."""
    try:
        seconds = number_of(value)
        return None if seconds is None else _usable(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def day_of(value: object) -> date | None:
    """Return the day of a text such as 2024-05-31; None for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        day = date.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return day if _EARLIEST.date() <= day < _LATEST.date() else None


def clock_of(value: object) -> time | None:
    """Return the time of day of a text such as 08:27:45, None for anything else, also for one with a zone."""
    try:
        clock = time.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    return clock if clock is not None and clock.tzinfo is None else None


def digest_of(item: object) -> str:
    """Return '?' and a digest of an item, for one that has no number: the same content has the same."""
    told = json.dumps(item, sort_keys=True, default=str, ensure_ascii=True)
    return "?" + blake2b(told.encode(), digest_size=12).hexdigest()


def identity_of(item: Any, *names: str) -> str | None:
    """Return the number under the first of these names, as text; None where there is none that could be one."""
    for name in names:
        value = item.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            continue
        if text := text_of(str(value)):
            return text
    return None


def _usable(instant: datetime) -> datetime | None:
    return instant if _EARLIEST <= instant < _LATEST else None
