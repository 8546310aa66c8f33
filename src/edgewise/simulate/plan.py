"""What a simulated market shall be: its size, its dates, its seed and the effect planted in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from math import isfinite
from typing import Any

import numpy as np

from edgewise.core.errors import InvalidInput

# Before 2004-08-23 8-K items had other numbers; after 2034 the session calendar of core has no room for what follows.
EARLIEST = date(2005, 1, 1)
LATEST = date(2034, 12, 31)

# Smallest and largest value of each number. A sector with one company has no z-scores: from 22 companies all have two.
LIMITS: dict[str, tuple[float, float]] = {
    "companies": (20, 5_000),
    "years": (1, 20),
    "seed": (0, 2**63 - 1),
    "tone_ic": (-0.5, 0.5),
    "half_life": (1, 252),
    "memory": (1, 252),
    "splits_per_year": (0, 1),
    "dividend_payers": (0, 1),
    "illiquid": (0, 1),
    "lives": (0, 5),
}
_SWITCHES = ("provider_data", "texts")
_REALS = frozenset({"tone_ic", "half_life", "splits_per_year", "dividend_payers", "illiquid", "lives"})

# The effects that can be planted beside the tone; `signals` says what each is.
FURTHER_EFFECTS = ("tone_change", "insiders", "momentum", "value", "quality", "themes", "placebo")


class Purpose(IntEnum):
    """What a stream of random numbers is for. Each has its own, so that more of one leaves the others as they were."""

    COMPANY = 1
    SCHEDULE = 2
    TONE = 3
    PLACEBO = 4
    MARKET = 5
    ACCOUNTS = 6
    PROSE = 7
    OCCASIONS = 8
    LIVES = 9
    ACTIONS = 10
    LIQUIDITY = 11
    CLASSES = 12
    INSIDERS = 13
    MANAGERS = 14
    LOAD = 15
    CALLS = 16
    THEMES = 17
    ANALYSTS = 18
    RATINGS = 19
    NEWS = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides a simulated market; the same plan gives the same bytes.

    companies: how many, spread evenly over eleven sectors.
    years:     length; the market ends with `end` (New York date) and begins on the day after `end`, `years` earlier.
    seed:      start of every random stream.
    tone_ic:   planted correlation, within a sector, of the factor at a close with the next session's own part of the
               open-to-close return; 0 is the control, negative plants the opposite.
    half_life: sessions after which a filing's tone counts half.
    memory:    greatest age in sessions at which a filing still counts.
    effects:   (name, ic) of further effects, names from FURTHER_EFFECTS; ic as `tone_ic`. One named with 0 is a control
               whose values are written, too; one not named is not computed.
    splits_per_year: share splits per company and year, on average; no company has more than one a year.
    dividend_payers: fraction of the companies that pay cash dividends.
    illiquid:  fraction of the companies with sessions without trade and stale quotes.
    lives:     how often companies list late, delist, change their name or issuer: 1 as `lives` says, 0 never.
    provider_data: whether earnings calls, analysts' ratings and news are written, too.
    texts:     whether what companies file and say is written in words: 8-K, 10-Q, 10-K and transcripts of calls.
               Without them all numbers stay, and the indexes that name the filings, in a fraction of the room and time.
    Raises:    InvalidInput, with every complaint.

    The defaults are what a reader of one ticker list and of as-traded prices can bear: every company is listed under
    one ticker throughout, and corporate actions are as rare as in life. `Plan.full` has everything.
    """

    companies: int = 60
    years: int = 2
    end: date = date(2024, 12, 31)
    seed: int = 7
    tone_ic: float = 0.06
    half_life: float = 21.0
    memory: int = 126
    effects: tuple[tuple[str, float], ...] = ()
    splits_per_year: float = 0.03
    dividend_payers: float = 0.4
    illiquid: float = 0.0
    lives: float = 0.0
    provider_data: bool = False
    texts: bool = True

    @classmethod
    def full(cls, **fields: Any) -> Plan:
        """Return a plan with all that the simulator can do alone: every effect it has events of, lives, actions.

        fields: any fields of the plan, in the place of the ones chosen here.
        """
        planted = (
            *(("tone_change", 0.04), ("insiders", 0.05), ("momentum", 0.04)),
            *(("value", 0.03), ("quality", 0.04), ("themes", 0.03), ("placebo", 0.0)),
        )
        chosen = {"effects": planted, "splits_per_year": 0.05, "dividend_payers": 0.45, "illiquid": 0.03, "lives": 1.0}
        chosen["provider_data"] = True
        return cls(**{**chosen, **fields})

    def __post_init__(self) -> None:
        complaints = [
            f"{name} is {value!r}, not {_kind(name)} from {low:g} to {high:g}"
            for name, (low, high) in LIMITS.items()
            if not _fits(name, value := getattr(self, name), low, high)
        ]
        complaints += _effect_complaints(self.effects)
        complaints += [
            f"{name} is {value!r}, neither True nor False"
            for name in _SWITCHES
            if not isinstance(value := getattr(self, name), bool)
        ]
        if not (type(self.end) is date and EARLIEST <= self.end <= LATEST):
            complaints.append(f"end is {self.end!r}, not a date from {EARLIEST} to {LATEST}")
        if not complaints and self.start < EARLIEST:
            complaints.append(f"it would begin on {self.start}, before {EARLIEST}")
        if complaints:
            raise InvalidInput(
                "this market cannot be simulated: " + "; ".join(complaints), advice="Change the plan accordingly."
            )

    @property
    def start(self) -> date:
        """The first New York date of the market."""
        year = self.end.year - self.years
        leap_day = (self.end.month, self.end.day) == (2, 29)
        before = date(year, 2, 28) if leap_day else self.end.replace(year=year)
        return before + timedelta(days=1)

    @property
    def planted(self) -> dict[str, float]:
        """The strength of every effect that is computed: the tone first, then the further ones in their fixed order."""
        further = dict(self.effects)
        return {"tone": self.tone_ic} | {name: further[name] for name in FURTHER_EFFECTS if name in further}

    def control(self) -> Plan:
        """Return the same plan with every effect's strength 0: the control of an experiment."""
        return replace(self, tone_ic=0.0, effects=tuple((name, 0.0) for name, _ in self.effects))

    def stream(self, purpose: Purpose, index: int = 0) -> np.random.Generator:
        """Return the random stream for one purpose and one company, filing or 0 for the whole market."""
        return np.random.default_rng([self.seed, int(purpose), index])

    def described(self) -> dict[str, object]:
        """Return the plan as JSON values."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}


def _effect_complaints(effects: object) -> list[str]:
    """Return what is wrong with a plan's further effects."""
    if not isinstance(effects, tuple) or not all(isinstance(one, tuple) and len(one) == 2 for one in effects):  # noqa: PLR2004 - pairs
        return [f"effects is {effects!r}, not pairs of a name and an ic"]
    names = [name for name, _ in effects]
    low, high = LIMITS["tone_ic"]
    return [
        *(f"effects names {name!r}, not one of {', '.join(FURTHER_EFFECTS)}" for name in names if not _known(name)),
        *(
            f"effects gives {name} {ic!r}, not a number from {low:g} to {high:g}"
            for name, ic in effects
            if not _is_ic(ic)
        ),
        *(["effects names one twice"] if len(set(names)) < len(names) else []),
        *(["effects plants the placebo, which is nothing's cause"] if dict(effects).get("placebo") else []),
    ]


def _known(name: object) -> bool:
    return name in FURTHER_EFFECTS


def _is_ic(value: object) -> bool:
    return _fits("tone_ic", value, *LIMITS["tone_ic"])


def _kind(name: str) -> str:
    return "a number" if name in _REALS else "a whole number"


def _fits(name: str, value: object, low: float, high: float) -> bool:
    kinds = (int, float) if _kind(name) == "a number" else (int,)
    return isinstance(value, kinds) and not isinstance(value, bool) and isfinite(value) and low <= value <= high
