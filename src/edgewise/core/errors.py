"""One error tree. Whether to retry is in the type; the message says what happened and what to do next.

EdgewiseError
├── Transient                 the same call may succeed later: retry
│   ├── ServiceUnavailable    no answer, a 5xx, a reset connection, a body cut short on the wire
│   ├── Throttled             the service told us to slow down or blocked us; carries `retry_after_s`
│   ├── NotYetAvailable       listed by the service, but not served yet
│   └── WriteConflict         somebody else committed first
└── Permanent                 the same call will fail again: stop, or record and go on
    ├── NotFound              there is no such thing (LookupError)
    ├── InvalidInput          what the caller gave is wrong (ValueError)
    ├── NotConfigured         a setting, an identity or an extra is missing
    └── Unusable              what the outside world gave is wrong (ValueError)
        ├── Unparsable        not in the format it should have
        ├── Truncated         it ends before it should
        ├── TooLarge          larger than the limit we set
        ├── Hostile           shaped to do harm: entity bombs, path traversal, zip bombs
        ├── SchemaMismatch    a frame that does not fit its table
        └── NoKnownAt         nothing tells when the public could know it

`reason` is a short code that can be counted and stored; it never contains a value.
"""

from __future__ import annotations

from typing import ClassVar


class EdgewiseError(Exception):
    """Something Edgewise could not do.

    what:   what happened, with the value and the expectation in it; one sentence, no full stop needed.
    advice: the next move for the person who reads it.
    reason: the code to store and count; by default the class's own.
    """

    reason: ClassVar[str] = "error"

    def __init__(self, what: str, *, advice: str = "", reason: str | None = None) -> None:
        super().__init__(what)
        self.what = what.rstrip(". ")
        self.advice = advice
        self.code = reason or self.reason

    def __str__(self) -> str:
        return f"{self.what}. {self.advice}" if self.advice else f"{self.what}."

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.advice, self.code, self.__dict__)


def _rebuild(kind: type[EdgewiseError], what: str, advice: str, code: str, state: dict[str, object]) -> EdgewiseError:
    """Return an error that crossed a process border, with everything it carried."""
    error = kind.__new__(kind)
    EdgewiseError.__init__(error, what, advice=advice, reason=code)
    error.__dict__.update(state)
    return error


class Transient(EdgewiseError):
    """The same call may succeed later."""

    reason = "transient"


class ServiceUnavailable(Transient, ConnectionError):
    """The service gave no usable answer."""

    reason = "service_unavailable"


class Throttled(Transient):
    """The service refuses us for a while. `retry_after_s` is its own wish in seconds, if it told one."""

    reason = "throttled"

    def __init__(
        self, what: str, *, advice: str = "", reason: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(what, advice=advice, reason=reason)
        self.retry_after_s = retry_after_s


class NotYetAvailable(Transient, LookupError):
    """The service lists it but does not serve it yet."""

    reason = "not_yet_available"


class WriteConflict(Transient):
    """Another writer committed first."""

    reason = "write_conflict"


class Permanent(EdgewiseError):
    """The same call will fail again."""

    reason = "permanent"


class NotFound(Permanent, LookupError):
    """There is no such thing."""

    reason = "not_found"


class InvalidInput(Permanent, ValueError):
    """What the caller gave cannot be used."""

    reason = "invalid_input"


class NotConfigured(Permanent):
    """A setting, an identity or an optional package is missing."""

    reason = "not_configured"


class Unusable(Permanent, ValueError):
    """What the outside world gave cannot be used."""

    reason = "unusable"


class Unparsable(Unusable):
    """Not in the format it should have."""

    reason = "unparsable"


class Truncated(Unusable):
    """It ends before it should."""

    reason = "truncated"


class TooLarge(Unusable):
    """Larger than the limit."""

    reason = "too_large"


class Hostile(Unusable):
    """Shaped to do harm."""

    reason = "hostile"


class SchemaMismatch(Unusable):
    """A frame does not fit its table; all complaints are in the message."""

    reason = "schema_mismatch"


class NoKnownAt(Unusable):
    """Nothing tells from which instant the public could know it."""

    reason = "no_known_at"
