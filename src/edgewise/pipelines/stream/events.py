"""What the stream tells while it runs: small records, for the log, for metrics and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from edgewise.core.clock import filing_date, published_at

if TYPE_CHECKING:
    from edgewise.core.ports import FilingWork, QueueDepth


@dataclass(frozen=True, slots=True)
class Polled:
    """A source was asked which filings there are.

    source: feed or index. listed: filings it listed; new: those put into the queue; rejected: lines it could not read.
    """

    source: str
    listed: int
    new: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class GapFound:
    """The index of a day names filings that the feed never showed us; they are queued now."""

    day: str
    missing: int


@dataclass(frozen=True, slots=True)
class Swept:
    """Filings that rested short of their goal were queued again."""

    requeued: int


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """A source or a store could not be used; the stream goes on after `wait_s` seconds."""

    what: str
    reason: str
    detail: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class StageRan:
    """One stage took one batch: filings done and failed, failures by reason, and how long it took."""

    stage: str
    done: int
    failed: int
    seconds: float
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A filing failed for a passing reason and is tried again after `wait_s` seconds."""

    accession: str
    reason: str
    attempts: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A filing failed for good, or too often to be tried again by itself soon; `filings retry` shows it."""

    accession: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A filing has come as far as it goes.

    seen_s, stored_s, scored_s: seconds from when the public could know it to when we saw, stored, scored it; None where
    that instant is unknown, or for a form without words to score.
    fetch_s: seconds of fetching it. added_s: seconds from first seen to its goal that were not fetching.
    """

    accession: str
    form: str
    seen_s: float | None
    stored_s: float | None
    scored_s: float | None
    fetch_s: float
    added_s: float | None


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """How full the queue was."""

    depth: QueueDepth


Event: TypeAlias = Polled | GapFound | Swept | SourceFailed | StageRan | Deferred | Failed | Arrived | QueueSeen
Tell: TypeAlias = Callable[[Event], None]


def public_at(work: FilingWork) -> datetime | None:
    """Return when the public could know a filing, from its acceptance and filing date; None without an acceptance."""
    if work.accepted_at is None:
        return None
    return published_at(work.accepted_at, work.filed_date or filing_date(work.accepted_at, work.form))


def lag_s(work: FilingWork, reached_at: datetime | None) -> float | None:
    """Return the seconds from when the public could know a filing to `reached_at`; None where one is unknown."""
    public = public_at(work)
    return None if public is None or reached_at is None else (reached_at - public) / timedelta(seconds=1)
