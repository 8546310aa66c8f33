"""What a simulated market shall be: its size, its dates, its seed and the effect planted in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import IntEnum
from math import isfinite

import numpy as np

from edgewise.core.errors import InvalidInput

# Before 2004-08-23 8-K items had other numbers; after 2034 the session calendar of core has no room for what follows.
EARLIEST = date(2005, 1, 1)
LATEST = date(2034, 12, 31)

# Smallest and largest value of each number. Fewer than two companies in each of eleven sectors cannot be compared.
LIMITS: dict[str, tuple[float, float]] = {
    "companies": (22, 5_000),
    "years": (1, 20),
    "seed": (0, 2**63 - 1),
    "tone_ic": (-0.5, 0.5),
    "half_life": (1, 252),
    "memory": (1, 252),
}


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
    Raises:    InvalidInput, with every complaint.
    """

    companies: int = 60
    years: int = 2
    end: date = date(2024, 12, 31)
    seed: int = 7
    tone_ic: float = 0.06
    half_life: float = 21.0
    memory: int = 126

    def __post_init__(self) -> None:
        complaints = [
            f"{name} is {value!r}, not {_kind(name)} from {low:g} to {high:g}"
            for name, (low, high) in LIMITS.items()
            if not _fits(name, value := getattr(self, name), low, high)
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

    def stream(self, purpose: Purpose, index: int = 0) -> np.random.Generator:
        """Return the random stream for one purpose and one company, filing or 0 for the whole market."""
        return np.random.default_rng([self.seed, int(purpose), index])

    def described(self) -> dict[str, object]:
        """Return the plan as JSON values."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}


def _kind(name: str) -> str:
    return "a number" if name in {"tone_ic", "half_life"} else "a whole number"


def _fits(name: str, value: object, low: float, high: float) -> bool:
    kinds = (int, float) if _kind(name) == "a number" else (int,)
    return isinstance(value, kinds) and not isinstance(value, bool) and isfinite(value) and low <= value <= high
