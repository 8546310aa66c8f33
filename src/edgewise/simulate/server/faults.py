"""Faults that can be asked for: which, how often, and when. Pure: a request in, the fault that strikes it out.

They are written as text, in the command and over HTTP: `503=0.02,reset=0.01@2024-06-28T20:05:00Z/600` lets two requests
in a hundred meet a 503, and for the ten simulated minutes from 16:05 Eastern one in a hundred a reset connection.

What strikes is drawn from the seed, the URL and how often that URL was asked: the same questions meet the same faults,
in whatever order threads ask them.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.simulate.server.filings import drawn

if TYPE_CHECKING:
    from typing import Self

_ODDS = re.compile(
    r"(?P<fault>[a-z0-9-]+)=(?P<odds>[0-9.]+)(?:@(?P<begins>[^/]+(?:Z|[+-]\d\d:\d\d))(?:/(?P<lasts>[0-9.]+))?)?"
)
_MOST_URLS = 50_000


class Fault(StrEnum):
    """What can go wrong with one answer."""

    UNAVAILABLE = "503"
    UNAVAILABLE_FOR_A_WHILE = "503-retry-after"
    ERROR = "500"
    BLOCKED = "blocked"
    BLOCKED_WITH_200 = "blocked-200"
    SLOW = "slow"
    TRUNCATED = "truncated"
    CHUNKED_CUT = "chunked-cut"
    SHORTENED = "shortened"
    RESET = "reset"
    RESET_LATE = "reset-late"
    HALF_OPEN = "half-open"
    GARBAGE = "garbage"
    GZIP_BOMB = "gzip-bomb"


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely one fault is, from 0 to 1, and when: from `begins` (UTC) for `lasts_s` simulated seconds.

    None means from the beginning, and to the end.
    """

    fault: Fault
    probability: float
    begins: datetime | None = None
    lasts_s: float | None = None

    def at(self, now: datetime) -> float:
        """Return the probability at a simulated instant."""
        if self.begins is None:
            return self.probability
        over = self.lasts_s is not None and now >= self.begins + timedelta(seconds=self.lasts_s)
        return 0.0 if now < self.begins or over else self.probability

    def __str__(self) -> str:
        begins = f"@{self.begins.isoformat().replace('+00:00', 'Z')}" if self.begins else ""
        return f"{self.fault}={self.probability:g}{begins}{f'/{self.lasts_s:g}' if self.lasts_s is not None else ''}"


@dataclass(frozen=True, slots=True)
class Faults:
    """All faults in force.

    odds:          of each fault; where together they are more than 1, those named first have theirs.
    seed:          of the draws.
    only:          strike only URLs that contain this text, '' for all.
    slow_s:        real seconds over which a slow body drips.
    hold_s:        real seconds after which a half-open connection is dropped.
    retry_after_s: seconds that a 503 asks for.
    Raises InvalidInput for what is no probability, and for times below 0.
    """

    odds: tuple[Odds, ...] = ()
    seed: int = 0
    only: str = ""
    slow_s: float = 5.0
    hold_s: float = 120.0
    retry_after_s: int = 1

    def __post_init__(self) -> None:
        if any(not 0 <= odds.probability <= 1 for odds in self.odds):
            raise InvalidInput(f"{self.spec} are no probabilities", advice="Each is from 0 to 1.")
        if min(self.slow_s, self.hold_s, self.retry_after_s) < 0:
            raise InvalidInput("a fault lasts less than no time", advice="Give 0 or more seconds.")

    @classmethod
    def parsed(cls, spec: str, *, seed: int = 0, only: str = "") -> Self:
        """Return the faults that a text asks for. Raises InvalidInput, naming the part that cannot be read."""
        return cls(tuple(_parsed(part.strip()) for part in spec.split(",") if part.strip()), seed=seed, only=only)

    @property
    def spec(self) -> str:
        """The odds as text."""
        return ",".join(str(odds) for odds in self.odds)

    def striking(self, url: str, times_asked: int, now: datetime) -> Fault | None:
        """Return the fault that strikes a URL when it is asked for the so-manieth time; None for none."""
        if not self.odds or self.only not in url:
            return None
        draw = drawn(self.seed, f"fault {times_asked}", url)
        for odds in self.odds:
            draw -= odds.at(now)
            if draw < 0:
                return odds.fault
        return None


class Asking:
    """How often each URL was asked; of those that are too many, the ones asked longest ago are forgotten."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, int] = OrderedDict()

    def again(self, url: str) -> int:
        """Return how often `url` was asked, this time included."""
        self._times[url] = times = self._times.pop(url, 0) + 1
        if len(self._times) > _MOST_URLS:
            self._times.popitem(last=False)
        return times


def _parsed(part: str) -> Odds:
    match = _ODDS.fullmatch(part)
    unknown = InvalidInput(
        f"the fault {part!r} cannot be asked for",
        advice=f"Write 503=0.02 or reset=1@2024-06-28T20:05:00Z/600; known are {', '.join(Fault)}.",
    )
    if match is None:
        raise unknown
    try:
        begins = datetime.fromisoformat(match["begins"]).astimezone(UTC) if match["begins"] else None
        lasts_s = float(match["lasts"]) if match["lasts"] else None
        return Odds(Fault(match["fault"]), float(match["odds"]), begins, lasts_s)
    except ValueError as error:
        raise unknown from error
