"""When to ask again: how often, after how long, and when to stop. Decides only; the client sleeps and sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput, Throttled, Transient

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Retry:
    """The policy for transient errors: exponential waiting with full jitter, within a number of tries and a deadline.

    attempts:      requests for one document, the first included.
    first_s:       upper bound of the first wait, seconds; it doubles each time.
    longest_s:     upper bound of any such wait, seconds.
    patience_s:    longest wait we grant a service that asks for one (Retry-After), seconds.
    deadline_s:    seconds for one document altogether, waits and slow bodies included.
    """

    attempts: int = 5
    first_s: float = 0.5
    longest_s: float = 30.0
    patience_s: float = 60.0
    deadline_s: float = 300.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or min(self.first_s, self.longest_s, self.patience_s, self.deadline_s) <= 0:
            raise InvalidInput(f"{self} can never ask", advice="Allow at least one attempt and times above zero.")

    def wait_s(self, error: Transient, *, failed: int, spent_s: float, chance: float) -> float | None:
        """Return the seconds to wait before asking again; None to give up.

        failed:  attempts that failed so far, at least 1.
        spent_s: seconds since the document was first asked for.
        chance:  a draw from [0, 1): full jitter keeps clients that failed together from returning together.
        A wish of the service (`Throttled.retry_after_s`) is a lower bound; beyond our patience we give up.
        """
        wish_s = (error.retry_after_s or 0.0) if isinstance(error, Throttled) else 0.0
        wait_s = max(wish_s, chance * min(self.longest_s, self.first_s * 2 ** (failed - 1)))
        hopeless = failed >= self.attempts or wish_s > self.patience_s or spent_s + wait_s >= self.deadline_s
        return None if hopeless else wait_s


class Attempts:
    """The attempts at one document since it was asked for or, where it comes piece by piece, since it got on.

    monotonic: seconds of a clock that never goes back. jitter: draws from [0, 1).
    """

    def __init__(self, policy: Retry, *, monotonic: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._policy, self._monotonic, self._jitter = policy, monotonic, jitter
        self.begin_anew()

    def begin_anew(self) -> None:
        """Count attempts and time from now on."""
        self._failed, self._since = 0, self._monotonic()

    def wait_s(self, error: Transient) -> float | None:
        """Count one more failure; return the seconds to wait before asking again, None to give up."""
        self._failed += 1
        spent_s = self._monotonic() - self._since
        return self._policy.wait_s(error, failed=self._failed, spent_s=spent_s, chance=self._jitter())


def parse_retry_after(value: str | None, served_at: str | None) -> float | None:
    """Return the seconds a Retry-After header asks for, at least 0; None where it is missing or means nothing.

    value:     seconds, or an HTTP date.
    served_at: the same answer's Date header. A date is measured from it, the service's own clock, so that neither ours
               nor its error matters.

    >>> parse_retry_after("Fri, 12 Dec 2025 18:01:00 GMT", "Fri, 12 Dec 2025 18:00:00 GMT")
    60.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until, now = parse_http_date(text), parse_http_date(served_at)
    return max(0.0, (until - now).total_seconds()) if until and now else None


def parse_http_date(value: str | None) -> datetime | None:
    """Return the UTC instant of an HTTP date; None where there is none or it cannot be read.

    >>> parse_http_date("Fri, 12 Dec 2025 18:00:00 GMT")
    datetime.datetime(2025, 12, 12, 18, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        instant = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
