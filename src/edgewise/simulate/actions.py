"""Splits and dividends: drawn before any price, so that neither depends on the other's future.

A split multiplies the shares and divides the price at the open of its ex session. A dividend is announced as an amount
per share, a fraction of the close of the session on which it is announced, and lowers the price by that amount at the
open of its ex session. The accounts know nothing of either: their share count does not change with a split, and what is
paid does not leave their cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.draws import Draws
from edgewise.simulate.lives import Notice
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

YEAR = 252
_RATIOS = (2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 10.0, 0.05, 0.05)
_QUARTERLY = 0.8
_SPECIALS_PER_YEAR = 0.03


class ActionKind(StrEnum):
    """What is done to a share."""

    SPLIT = "split"
    DIVIDEND = "dividend"
    SPECIAL = "special_dividend"


@dataclass(frozen=True, slots=True)
class Action:
    """One corporate action, the same for all classes of a company.

    company:      index.
    announced_on: session after whose close it is told.
    ex_session:   first session that trades without it.
    ratio:        new shares for one old; 1 for a dividend.
    rate:         the amount per share as a fraction of the close of `announced_on`; 0 for a split.
    """

    company: int
    kind: ActionKind
    announced_on: date
    ex_session: date
    ratio: float = 1.0
    rate: float = 0.0


def corporate_actions(plan: Plan, companies: Sequence[Company]) -> list[Action]:
    """Return all actions of the market by ex session, then company; never two at once in one company's shares."""
    sessions = clock.sessions(plan.start, plan.end)
    actions = [action for company in companies for action in _of_one(plan, company, sessions)]
    return sorted(actions, key=lambda action: (action.ex_session, action.company))


def announcements(actions: Iterable[Action]) -> Iterator[tuple[int, Notice]]:
    """Yield the 8-Ks of splits and special dividends, each with its company's index; results tell of regular ones."""
    for action in actions:
        if action.kind is not ActionKind.DIVIDEND:
            item = "5.03" if action.ratio < 1 else "8.01"
            yield action.company, Notice(action.announced_on, "8-K", (item, "9.01"))


def first_levels(actions: Iterable[Action], companies: int) -> list[float]:
    """Return what to multiply each company's first price by: shares about to be merged are cheap, to be split dear."""
    levels: dict[int, float] = {}
    for action in actions:
        if action.kind is ActionKind.SPLIT:
            levels.setdefault(action.company, {0.05: 1 / 12, 10.0: 4.0}.get(action.ratio, 1.0))
    return [levels.get(company, 1.0) for company in range(companies)]


def _of_one(plan: Plan, company: Company, sessions: list[date]) -> Iterator[Action]:
    """Yield one company's actions; a dividend whose announcement or ex session meets a split's is not paid."""
    draws = Draws(plan.stream(Purpose.ACTIONS, 1 + company.index))
    first, last = _span(company, sessions)
    splits = [action for action in _splits(plan, company, sessions, draws) if _within(action, first, last)]
    yield from splits
    taken = {split.ex_session for split in splits}
    for action in _dividends(plan, company, sessions, draws):
        alone = action.ex_session not in taken
        whole = not any(action.announced_on <= split.ex_session <= action.ex_session for split in splits)
        if alone and whole and _within(action, first, last):
            taken.add(action.ex_session)
            yield action


def _span(company: Company, sessions: list[date]) -> tuple[date, date]:
    """Return the first and last day on which a company decides on actions; none once its end is announced."""
    ending = company.life.ending
    return company.life.begins, ending.announced_on if ending else sessions[-1]


def _within(action: Action, first: date, last: date) -> bool:
    return first <= action.announced_on and action.ex_session <= last


def _splits(plan: Plan, company: Company, sessions: list[date], draws: Draws) -> Iterator[Action]:
    for begins in range(0, len(sessions) - YEAR // 2, YEAR):
        split, ex, notice, ratio = (
            *(draws.chance(plan.splits_per_year), begins + draws.between(40, YEAR - 10)),
            *(draws.between(12, 30), draws.pick(_RATIOS)),
        )
        if split and ex < len(sessions):
            yield Action(company.index, ActionKind.SPLIT, sessions[ex - notice], sessions[ex], ratio=ratio)


def _dividends(plan: Plan, company: Company, sessions: list[date], draws: Draws) -> Iterator[Action]:
    if not draws.chance(plan.dividend_payers):
        return
    quarterly = draws.chance(_QUARTERLY)
    every, least, most = (YEAR // 4, 30, 100) if quarterly else (YEAR, 100, 400)
    rate = draws.between(least, most) / 10_000
    for ex in range(draws.between(25, 25 + every), len(sessions), every):
        announced = sessions[ex - draws.between(8, 20)]
        yield Action(company.index, ActionKind.DIVIDEND, announced, sessions[ex], rate=rate)
    for begins in range(0, len(sessions) - YEAR // 2, YEAR):
        special, ex, share = (
            *(draws.chance(_SPECIALS_PER_YEAR), begins + draws.between(25, YEAR - 10)),
            draws.between(200, 1_000) / 10_000,
        )
        if special and ex < len(sessions):
            announced = sessions[ex - draws.between(8, 20)]
            yield Action(company.index, ActionKind.SPECIAL, announced, sessions[ex], rate=share)
