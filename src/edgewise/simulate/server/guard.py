"""The door: who is let in. Nobody without an e-mail address, and nobody who comes too often.

Whoever sends more than ten requests within any one second is shown the block page until ten minutes after the last such
second; asking on slowly does not prolong it, asking on fast does.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from edgewise.simulate.server import pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgewise.simulate.server.messages import Reply
    from edgewise.simulate.server.rules import Rules

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_WINDOW_S = 1.0
_MOST_IDENTITIES = 10_000


@dataclass(slots=True)
class _Visitor:
    """When one identity came last, as monotonic seconds, and until when it is blocked, in the block's own time."""

    came: deque[float]
    blocked_until: float = field(default=-inf)


class Guard:
    """Remembers who came when; of the identities that are too many, those that came longest ago are forgotten."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._visitors: OrderedDict[str, _Visitor] = OrderedDict()

    def refusal(self, headers: Mapping[str, str], *, at_s: float, now_s: float) -> Reply | None:
        """Return what a visitor is shown instead of an answer; None to let it in.

        at_s:  arrival, real monotonic seconds.
        now_s: the simulated instant, seconds.
        """
        identity = headers.get("user-agent", "")
        if _ADDRESS.search(identity) is None:
            return pages.undeclared()
        if not self._rules.rate_per_s:
            return None
        visitor = self._visitor(identity)
        clock_s = at_s if self._rules.real_seconds else now_s
        if len(visitor.came) == self._rules.rate_per_s and at_s - visitor.came[0] < _WINDOW_S:
            visitor.blocked_until = clock_s + self._rules.block_s
        visitor.came.append(at_s)
        return pages.too_fast() if clock_s < visitor.blocked_until else None

    def _visitor(self, identity: str) -> _Visitor:
        if identity not in self._visitors:
            self._visitors[identity] = _Visitor(deque(maxlen=self._rules.rate_per_s))
            if len(self._visitors) > _MOST_IDENTITIES:
                self._visitors.popitem(last=False)
        self._visitors.move_to_end(identity)
        return self._visitors[identity]
