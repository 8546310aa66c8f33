"""What a key and a body may be, on their way through a queue or a first-seen set, whatever keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgewise.core.ports import Message

BODY_BYTES = 64 * 1024
# No lease and no delay is longer, so what seems to end later was set by a clock that was wrong. SQS has the same limit.
LONGEST_LEASE_S = 12 * 3600.0
_MESSAGE_KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_SEEN_KEY = re.compile(r"[!-~]{1,255}")
_SHOWN = 100


def checked_messages(messages: Iterable[Message]) -> list[Message]:
    """Return one message per key, the first of each. Raises InvalidInput for a key or a body that no queue takes."""
    first: dict[str, Message] = {}
    for message in messages:
        if not _MESSAGE_KEY.fullmatch(message.key):
            raise InvalidInput(
                f"a message cannot have the key {message.key[:_SHOWN]!r}",
                advice="Give 1 to 80 letters, digits, '.', '-', '_' and ':'.",
            )
        _check_body(message)
        first.setdefault(message.key, message)
    return list(first.values())


def checked_seen(keys: Iterable[str]) -> list[str]:
    """Return each key once, sorted. Raises InvalidInput for one that no first-seen set takes."""
    distinct = sorted(set(keys))
    if strange := [key for key in distinct if not _SEEN_KEY.fullmatch(key)]:
        raise InvalidInput(
            f"{strange[0][:_SHOWN]!r} cannot be a key of what was seen",
            advice="Give 1 to 255 printable ASCII characters, no blanks.",
        )
    return distinct


def checked_seconds(seconds: float, *, what: str, least: float = 0.0) -> float:
    """Return `seconds`. Raises InvalidInput outside of `least` to twelve hours."""
    if not least <= seconds <= LONGEST_LEASE_S:
        raise InvalidInput(
            f"{what} of {seconds} seconds", advice=f"Give {least:g} to {LONGEST_LEASE_S:g} seconds (12 hours)."
        )
    return seconds


def checked_limit(limit: int, *, what: str) -> int:
    """Return `limit`. Raises InvalidInput if it is negative."""
    if limit < 0:
        raise InvalidInput(f"a limit of {limit} {what}", advice="Give 0 or more.")
    return limit


def _check_body(message: Message) -> None:
    try:
        size = len(message.body.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"the body of message {message.key} holds half a surrogate pair", advice="Pass whole characters."
        ) from error
    if size > BODY_BYTES:
        raise InvalidInput(
            f"the body of message {message.key} has {size} bytes, more than {BODY_BYTES}",
            advice="Store the text elsewhere and put its location.",
        )
