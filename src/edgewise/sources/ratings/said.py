"""What a provider says of one rating, and the row it becomes: understood, doubted or refused, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK, utc_from_eastern
from edgewise.sources.items import number_of
from edgewise.sources.ratings.grades import DOWNGRADE, UPGRADE, action_of, firm_id, grade_of

if TYPE_CHECKING:
    from datetime import date

    from edgewise.sources.answers import Origin

_END_OF_DAY = time(23, 59, 59)
# Codes after which the row says too little to count; the others tell of a part that is left out.
_DOUBTS = frozenset({"bad_ticker", "firm_missing", "unknown_grade", "unknown_action", "action_against_grades"})


@dataclass(frozen=True, slots=True)
class Said:
    """One rating in a provider's words; '' and None for what it does not say.

    ticker:   None for what is no symbol.
    target, prior_target: as given, text or number.
    at:       UTC instant at which it was published; day: New York day, where only that is known.
    updated:  UTC instant at which the provider last touched it.
    notes:    what was odd on the way here.
    """

    rating_id: str
    ticker: str | None
    firm: str | None
    analyst: str | None = None
    action: str | None = None
    grade: str | None = None
    prior_grade: str | None = None
    target: object = None
    prior_target: object = None
    currency: str | None = None
    at: datetime | None = None
    day: date | None = None
    updated: datetime | None = None
    notes: tuple[str, ...] = ()


def rating_row(said: Said, origin: Origin) -> dict[str, object]:
    """Return the row of `ratings` that a rating becomes, without `instrument_id`.

    `known_at` is the last instant the item tells: when it was touched, else published, else the end of its day.
    Suspect for: bad_ticker, firm_missing, unknown_grade, unknown_action, action_against_grades (an upgrade to a worse
    word). Left out and noted: unknown_prior_grade, bad_target, bad_prior_target, bad_updated.
    Without any time it is absent (time_unknown), known when it was seen.
    """
    day = said.at.astimezone(NEW_YORK).date() if said.at else said.day
    if day is None:
        return unreadable(said.rating_id, "time_unknown", origin)
    known_at, known_at_source = _known(said, day)
    firm = firm_id(said.firm) if said.firm else None
    grade, prior = (grade_of(word, firm=firm or "") if word else None for word in (said.grade, said.prior_grade))
    action = action_of(said.action) if said.action else None
    target, bad_target = _target(said.target)
    prior_target, bad_prior = _target(said.prior_target)
    codes = {
        "bad_ticker": said.ticker is None,
        "firm_missing": firm is None,
        "unknown_grade": bool(said.grade) and grade is None,
        "unknown_prior_grade": bool(said.prior_grade) and prior is None,
        "unknown_action": bool(said.action) and action is None,
        "action_against_grades": _against(action, grade, prior),
        "bad_target": bad_target,
        "bad_prior_target": bad_prior,
    }
    reasons = [*(code for code, wrong in codes.items() if wrong), *said.notes]
    return origin.columns | {
        "rating_id": said.rating_id,
        "ticker": said.ticker,
        "firm": said.firm,
        "firm_id": firm,
        "analyst": said.analyst,
        "action_said": said.action,
        "action": action,
        "grade_said": said.grade,
        "prior_grade_said": said.prior_grade,
        "grade": grade,
        "prior_grade": prior,
        "target": target,
        "prior_target": prior_target,
        "currency": said.currency,
        "published_at": said.at,
        "published_on": day,
        "status": "suspect" if _DOUBTS & set(reasons) else "ok",
        "reasons": ",".join(reasons) or None,
        "known_at_source": known_at_source,
        "known_at": known_at,
    }


def unreadable(rating_id: str, reason: str, origin: Origin) -> dict[str, object]:
    """Return the row of an item of which nothing can be said."""
    return origin.unreadable(reason) | {"rating_id": rating_id}


def _known(said: Said, day: date) -> tuple[datetime, str]:
    told = said.at or utc_from_eastern(datetime.combine(day, _END_OF_DAY))
    if said.updated is not None and (said.at is None or said.updated >= said.at):
        return said.updated, "updated"
    return told, "published" if said.at else "day"


def _target(value: object) -> tuple[float | None, bool]:
    """Return a price target, and whether what is given is none."""
    try:
        target = number_of(value)
    except ValueError:
        return None, True
    if target is None:
        return None, False
    return (target, False) if target > 0 else (None, True)


def _against(action: str | None, grade: float | None, prior: float | None) -> bool:
    if grade is None or prior is None:
        return False
    return (action == UPGRADE and grade < prior) or (action == DOWNGRADE and grade > prior)
