"""What analysts think of a company over time, and what they publish of it: one company after the other.

An opinion moves with the tone of what the company files and with the analyst's own mind. Hours or days after results
the analyst publishes: a new grade where the opinion has crossed into another one, else the old grade with a new price
target. A target is a multiple of the last close before the day, the higher the better the grade; nothing later is used.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.analysts import BROKERS, HOLD, coverage, elapsed
from edgewise.simulate.days import business_days_later, moment_between
from edgewise.simulate.draws import Draws
from edgewise.simulate.lives import alive, as_of, tickers_at
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgewise.core.identifiers import Ticker
    from edgewise.simulate.accounts import Splits
    from edgewise.simulate.analysts import Broker, Coverage
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

    PriceOf = Callable[[int, date], float]

UPGRADE, DOWNGRADE, INITIATION, TERMINATION = (
    "Upgrades",
    "Downgrades",
    "Initiates Coverage On",
    "Terminates Coverage On",
)
MAINTAINED, REITERATED = "Maintains", "Reiterates"
_PERSISTENCE, _FROM_TONE, _OWN_MIND = 0.8, 0.35, 0.3
_AFTER_RESULTS, _AFTER_OTHERS = 0.75, 0.08
_CORRECTED, _TWICE = 0.03, 0.03
_RESULTS = "2.02"
_CHEAP = 20.0


@dataclass(frozen=True, slots=True)
class Rating:
    """One thing an analyst published.

    company:   as it was called on the day; ticker: the share class it is about.
    at:        New York wall time at which it was published, without a zone.
    known_at:  UTC instant at which the provider had it, minutes later.
    grade, prior: words of the broker; '' where there is none. value, prior_value: the same from 1 to 5, None for none.
    target, prior_target: USD per share as traded on their days; None for none.
    prior_adjusted: the prior target with the splits since then.
    twice:     the provider has it a second time, under another number, some minutes later.
    wrong:     what the provider first had in place of the grade and the target, and when it was corrected (UTC).
    """

    company: Company
    ticker: Ticker
    broker: Broker
    analyst: str
    at: datetime
    known_at: datetime
    action: str
    grade: str
    prior: str
    value: float | None
    prior_value: float | None
    target: float | None
    prior_target: float | None
    prior_adjusted: float | None
    twice: bool = False
    wrong: tuple[str, float | None, datetime] | None = None


@dataclass(slots=True)
class _Mind:
    """What an analyst thinks: opinion around 0, the grade published on `last`, and the last target with its day."""

    opinion: float
    grade: int
    target: float | None = None
    told_on: date | None = None
    last: date = date.min


def company_ratings(
    plan: Plan, company: Company, filings: Sequence[Filing], price_of: PriceOf, splits: Splits
) -> Iterator[Rating]:
    """Yield what is published about one company, coverage by coverage, each in order of time.

    filings:  the company's own, in order of acceptance.
    price_of: close as traded, by index of the company and session; NaN where there is none.
    """
    sessions = clock.sessions(plan.start, plan.end)
    desk = _Desk(plan, company, sessions, price_of, splits.get(company.index, ()))
    for place, seat in enumerate(coverage(plan, company)):
        yield from desk.published(seat, filings, Draws(plan.stream(Purpose.RATINGS, 1 + 16 * company.index + place)))


class _Desk:
    """One company as its analysts look at it."""

    def __init__(
        self,
        plan: Plan,
        company: Company,
        sessions: list[date],
        price_of: PriceOf,
        splits: Sequence[tuple[date, float]],
    ) -> None:
        self._plan, self._company, self._sessions = plan, company, sessions
        self._price_of, self._splits = price_of, splits

    def published(self, seat: Coverage, filings: Sequence[Filing], draws: Draws) -> Iterator[Rating]:
        """Yield what one analyst's seat publishes."""
        broker = BROKERS[seat.broker]
        mind = _Mind(draws.normal(), _grade(broker, draws.normal()))
        begun = False
        for filing in filings:
            mind.opinion = _PERSISTENCE * mind.opinion + _FROM_TONE * (filing.tone or 0.0) + _OWN_MIND * draws.normal()
            results = filing.items[:1] == (_RESULTS,)
            if not draws.chance(_AFTER_RESULTS if results else _AFTER_OTHERS):
                continue
            at = self._moment(filing, draws)
            passed = elapsed(self._plan, at.date())
            if passed < seat.begins or at.date() <= mind.last or not self._open(at.date()):
                continue
            if passed >= seat.ends:
                yield from self._rated(seat, mind, at, draws, TERMINATION)
                return
            starts = not begun and seat.begins > 0
            yield from self._rated(seat, mind, at, draws, INITIATION if starts else "")
            begun = True

    def _moment(self, filing: Filing, draws: Draws) -> datetime:
        """Return when an analyst publishes after a filing: within hours, or in one of the next mornings."""
        told = filing.published_at.astimezone(clock.NEW_YORK).replace(tzinfo=None)
        soon = told + timedelta(minutes=draws.between(20, 300))
        if draws.chance(0.3) and soon.date() == told.date():
            return soon
        day = business_days_later(told.date() + timedelta(days=1), draws.pick((0, 0, 0, 1, 2)))
        return moment_between(day, time(5, 30), time(11, 0), draws)

    def _open(self, day: date) -> bool:
        ending = self._company.life.ending
        return (
            day <= self._plan.end
            and alive(self._company, day)
            and bool(tickers_at(self._company, day))
            and (ending is None or day <= ending.announced_on)
        )

    def _rated(self, seat: Coverage, mind: _Mind, at: datetime, draws: Draws, action: str) -> Iterator[Rating]:
        close = self._close_before(at.date())
        if close is None:
            return
        broker = BROKERS[seat.broker]
        first, new = action == INITIATION or mind.target is None, _grade(broker, mind.opinion)
        old = new if first else mind.grade
        action = action or _action(old, new, first=first, draws=draws)
        value = broker.grades[new][1]
        ended = action == TERMINATION
        target = None if ended or draws.chance(0.06) else _target(close, value, draws)
        named = as_of(self._company, at.date())
        known = clock.utc_from_eastern(at) + timedelta(seconds=draws.between(20, 900))
        rating = Rating(
            company=named,
            ticker=named.ticker,
            broker=broker,
            analyst=seat.analyst(self._plan, at.date()),
            at=at,
            known_at=known,
            action=action,
            grade="" if ended else broker.grades[new][0],
            prior="" if action == INITIATION else broker.grades[old][0],
            value=None if ended else value,
            prior_value=None if action == INITIATION else broker.grades[old][1],
            target=target,
            prior_target=None if action == INITIATION else mind.target,
            prior_adjusted=None if action == INITIATION else self._adjusted(mind, at.date()),
            twice=draws.chance(_TWICE),
        )
        mind.grade, mind.last = new, at.date()
        mind.target, mind.told_on = target or mind.target, at.date() if target else mind.told_on
        rating = self._perhaps_wrong(rating, draws)
        yield rating
        yield from self._of_other_classes(rating, draws)

    def _of_other_classes(self, rating: Rating, draws: Draws) -> Iterator[Rating]:
        """Yield the same for a further share class, where the provider has it for both."""
        for ticker in tickers_at(self._company, rating.at.date()):
            if ticker != rating.ticker and draws.chance(0.6):
                yield replace(rating, ticker=ticker, twice=False, wrong=None)

    def _perhaps_wrong(self, rating: Rating, draws: Draws) -> Rating:
        """Return the rating, now and then with a wrong grade or target that the provider corrects within ten days."""
        if not draws.chance(_CORRECTED) or rating.value is None:
            return rating
        others = [word for word, _ in rating.broker.grades if word != rating.grade]
        wrong_grade = draws.chance(0.5)
        target = rating.target if wrong_grade or rating.target is None else round(rating.target * 10, 2)
        corrected = rating.known_at + timedelta(minutes=draws.between(10, 14_000))
        return replace(rating, wrong=(draws.pick(others) if wrong_grade else rating.grade, target, corrected))

    def _close_before(self, day: date) -> float | None:
        """Return the last close before `day`; None where the company was not yet traded."""
        place = bisect_left(self._sessions, day) - 1
        if place < 0:
            return None
        close = self._price_of(self._company.index, self._sessions[place])
        split = next((ratio for ex, ratio in self._splits if ex == day), 1.0)
        return None if close != close else close / split  # noqa: PLR0124 - NaN is the number that differs from itself

    def _adjusted(self, mind: _Mind, day: date) -> float | None:
        if mind.target is None or mind.told_on is None:
            return None
        target = mind.target
        for ex, ratio in self._splits:
            if mind.told_on < ex <= day:
                target /= ratio
        return round(target, 2)


def _grade(broker: Broker, opinion: float) -> int:
    """Return the place of the broker's grade for an opinion; analysts rather like what they cover."""
    wanted = HOLD + 0.35 + 0.9 * opinion
    return min(range(len(broker.grades)), key=lambda place: abs(broker.grades[place][1] - wanted))


def _action(old: int, new: int, *, first: bool, draws: Draws) -> str:
    if new != old and not first:
        return UPGRADE if new > old else DOWNGRADE
    return draws.pick((MAINTAINED, MAINTAINED, REITERATED))


def _target(close: float, value: float, draws: Draws) -> float:
    """Return a price target in USD, whole dollars except for cheap shares."""
    target = close * (1.08 + 0.09 * (value - HOLD) + 0.05 * draws.normal())
    return max(0.5, round(target * 2) / 2) if target < _CHEAP else float(round(target))
