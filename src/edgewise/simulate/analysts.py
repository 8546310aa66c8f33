"""Analysts and the brokers they work for, all invented: who covers which company, and what each broker's words mean.

The same word means different things at different brokers: "Outperform" is the best of three grades at one and the
second of five at another, and a broker's "Buy" may be its best grade or its second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

WORST, HOLD, BEST = 1.0, 3.0, 5.0


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker; `grades` are its words from the worst to the best with what they are on the scale of 1 to 5."""

    name: str
    grades: tuple[tuple[str, float], ...]


def _five(*words: str) -> tuple[tuple[str, float], ...]:
    return tuple(zip(words, (1.0, 2.0, 3.0, 4.0, 5.0), strict=True))


def _three(*words: str) -> tuple[tuple[str, float], ...]:
    return tuple(zip(words, (2.0, 3.0, 4.0), strict=True))


BROKERS: tuple[Broker, ...] = (
    Broker("Velmane Securities", _three("Underweight", "Equal-Weight", "Overweight")),
    Broker("Ostrova & Quand", _five("Strong Sell", "Sell", "Hold", "Buy", "Strong Buy")),
    Broker("Tarquin Bromley Research", _three("Underperform", "Market Perform", "Outperform")),
    Broker("Hextessi Capital Markets", _three("Sell", "Neutral", "Buy")),
    Broker("Jorvander", _five("Sell", "Underperform", "Hold", "Outperform", "Buy")),
    Broker("Korsolm Partners", _three("Underperform", "Sector Perform", "Sector Outperform")),
    Broker("Fask Ingham", _three("Negative", "Neutral", "Positive")),
    Broker("Zelyke Brothers", _five("Sell", "Reduce", "Hold", "Add", "Conviction Buy")),
    Broker(
        "Ruzevan Wessel", (("Underperform", 2.0), ("Market Perform", 3.0), ("Outperform", 4.0), ("Strong Buy", 5.0))
    ),
)
_GIVEN = (
    "Mirelle",
    "Tobrin",
    "Anselka",
    "Corvin",
    "Delphira",
    "Edrick",
    "Farona",
    "Gildas",
    "Hesper",
    "Ivolan",
    "Junia",
)
_FAMILY = (
    "Marrowby",
    "Tesklund",
    "Oakenfry",
    "Pellworth",
    "Quistgard",
    "Rendlesh",
    "Sarnowitz",
    "Thurlaby",
    "Umberlin",
)
_FEWEST, _MOST = 2, 6
_CHANGES_HANDS = 0.25


@dataclass(frozen=True, slots=True)
class Coverage:
    """One broker's coverage of one company.

    begins: fraction of the plan after which it starts; 0 if it did before the market begins.
    ends:   fraction after which it is terminated; 1 if it is not.
    names:  the analyst, and who takes over; the same unless the seat changes hands.
    hands:  fraction of the plan at which it does.
    """

    company: int
    broker: int
    begins: float
    ends: float
    names: tuple[str, str]
    hands: float

    def lasts(self, plan: Plan, day: date) -> bool:
        """Return whether the broker covers the company on `day`."""
        return self.begins <= elapsed(plan, day) < self.ends

    def analyst(self, plan: Plan, day: date) -> str:
        """Return who covers the company on `day`."""
        return self.names[int(elapsed(plan, day) >= self.hands)]


def elapsed(plan: Plan, day: date) -> float:
    """Return which fraction of the plan has passed on `day`."""
    return (day - plan.start).days / max(1, (plan.end - plan.start).days)


def coverage(plan: Plan, company: Company) -> list[Coverage]:
    """Return who covers a company, two to six brokers; the same plan gives the same."""
    draws = Draws(plan.stream(Purpose.ANALYSTS, 1 + company.index))
    found = []
    for broker in draws.shuffled(range(len(BROKERS)))[: draws.between(_FEWEST, _MOST)]:
        begins = draws.between(5, 80) / 100 if draws.chance(0.2) else 0.0
        ends = begins + (1 - begins) * draws.between(30, 95) / 100 if draws.chance(0.1) else 1.0
        found.append(Coverage(company.index, broker, begins, ends, *_seat(plan, broker, company.sector_index)))
    return found


def _seat(plan: Plan, broker: int, sector: int) -> tuple[tuple[str, str], float]:
    """Return who sits for one sector at a broker, first and later, and when that changes."""
    draws = Draws(plan.stream(Purpose.ANALYSTS, 1_000_000 + 100 * broker + sector))
    first, later = (f"{draws.pick(_GIVEN)} {draws.pick(_FAMILY)}" for _ in range(2))
    changes = draws.chance(_CHANGES_HANDS)
    return (first, later if changes else first), draws.between(20, 80) / 100
