"""How long after its publication each filing was seen, stored and scored, told by its instants in the ledger."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.stream.events import lag_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from edgewise.core.ports import FilingWork

QUANTILES = (0.5, 0.95, 0.99)
HISTORY = timedelta(days=7)
"""What was public for longer when we first saw it was fetched as history; it says nothing about the stream."""

ALL = "all"
OTHER = "other"
_GROUPS = {"3": "ownership", "4": "ownership", "5": "ownership", "20-F": "foreign", "40-F": "foreign", "6-K": "foreign"}
_FAMILIES = ("10-K", "10-Q", "8-K", "13F")
FORM_GROUPS = (*_FAMILIES, "ownership", "foreign", OTHER)


class Milestone(StrEnum):
    """Where a filing's way is timed."""

    SEEN = "seen"
    STORED = "stored"
    SCORED = "scored"


@dataclass(frozen=True, slots=True)
class Lag:
    """The lags of one group of filings from publication to one milestone.

    filings: how many were timed; p50_s, p95_s, p99_s: their lags in seconds, None where none was timed.
    no_instant: nobody told when the public could know them. not_yet: they have not come so far.
    history: they were public for more than `HISTORY` when we first saw them.
    """

    form: str
    to: Milestone
    filings: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    no_instant: int
    not_yet: int
    history: int


def form_group(form: str) -> str:
    """Return the group a form is counted with: one of `FORM_GROUPS`, so that no stranger's form becomes a label.

    >>> [form_group(form) for form in ("10-K405/A", "4", "8-K12B", "CORRESP", "")]
    ['10-K', 'ownership', '8-K', 'other', 'other']
    """
    bare = form.removesuffix("/A")
    family = next((family for family in _FAMILIES if bare.startswith(family)), OTHER)
    return _GROUPS.get(bare, family)


def quantile(sorted_values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` of the values do not exceed; None of none.

    It is one of the values (nearest rank), never one in between: a lag that a filing really had.
    """
    if not sorted_values:
        return None
    return sorted_values[max(1, math.ceil(share * len(sorted_values))) - 1]


def lags(works: Iterable[FilingWork]) -> list[Lag]:
    """Return the lags of these filings to each milestone: all together first, then by group of forms with filings.

    Only forms with words are on their way to being scored.
    """
    by_form: dict[str, list[FilingWork]] = {ALL: []}
    for work in works:
        by_form[ALL].append(work)
        by_form.setdefault(form_group(work.form), []).append(work)
    groups = [name for name in (ALL, *FORM_GROUPS) if name in by_form]
    return [_lag(name, to, by_form[name]) for name in groups for to in Milestone]


def _lag(form: str, to: Milestone, works: Sequence[FilingWork]) -> Lag:
    timed, untimed = [], Counter[str]()
    for work in works:
        if to is Milestone.SCORED and work.form not in FORMS_WITH_WORDS:
            continue
        seen_s, reached_s = lag_s(work, work.first_seen_at), lag_s(work, _reached_at(work, to))
        if seen_s is None:
            untimed["no_instant"] += 1
        elif seen_s > HISTORY.total_seconds():
            untimed["history"] += 1
        elif reached_s is None:
            untimed["not_yet"] += 1
        else:
            timed.append(reached_s)
    timed.sort()
    p50, p95, p99 = (quantile(timed, share) for share in QUANTILES)
    counted = {name: untimed[name] for name in ("no_instant", "not_yet", "history")}
    return Lag(form, to, len(timed), p50, p95, p99, **counted)


def _reached_at(work: FilingWork, to: Milestone) -> datetime | None:
    return {
        Milestone.SEEN: work.first_seen_at,
        Milestone.STORED: work.fetched_at,
        Milestone.SCORED: work.scored_at,
    }[to]
