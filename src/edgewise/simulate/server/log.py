"""What arrived: one line per request, so that a test can look at every second of a client's behaviour."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from itertools import islice

KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request, in the order of arrival.

    number:   from 0.
    at_s:     arrival, seconds of the server machine's monotonic clock.
    status:   of the answer; 0 where the connection ended before one.
    identity: the User-Agent header.
    fault:    what struck it, '' for nothing.
    """

    number: int
    at_s: float
    method: str
    url: str
    status: int
    identity: str
    fault: str = ""


class ArrivalLog:
    """The newest arrivals; older ones are dropped and counted by the numbers of those that stay."""

    def __init__(self, kept: int = KEPT) -> None:
        self._arrivals: deque[Arrival] = deque(maxlen=kept)
        self._count = 0

    def __len__(self) -> int:
        """How many arrived, those dropped included."""
        return self._count

    def add(self, *, at_s: float, method: str, url: str, status: int, identity: str, fault: str) -> None:
        """Note one request."""
        self._arrivals.append(Arrival(self._count, at_s, method, url, status, identity, fault))
        self._count += 1

    def since(self, number: int = 0) -> list[Arrival]:
        """Return the arrivals from that number on, as far as they are kept."""
        dropped = self._count - len(self._arrivals)
        return list(islice(self._arrivals, max(0, number - dropped), None))

    def lines(self, number: int = 0) -> bytes:
        """Return them as JSON, one a line."""
        return b"".join(json.dumps(asdict(arrival)).encode() + b"\n" for arrival in self.since(number))
