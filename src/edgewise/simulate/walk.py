"""The way of all prices, one session after the other: log returns in, prices as traded out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from edgewise.simulate.actions import Action

# Momentum is the return from the close this many sessions ago to that of so many.
MOMENTUM_SPAN, MOMENTUM_SKIP = 252, 21
_SMALLEST_PRICE = 0.0001
_SMALLEST_AMOUNT = 0.01


@dataclass(frozen=True, slots=True)
class Paid:
    """An action with the amount per share, USD, that a dividend came to; 0 for a split."""

    action: Action
    amount: float


class Walk:
    """Where all prices stand; arrays have an element per company.

    index:  log of the price with all distributions reinvested and all splits undone.
    close:  the latest, as traded, USD; NaN before the first session.
    shares: how many one share of the first session has become.
    paid:   the actions so far.
    """

    def __init__(self, first: NDArray[np.float64], actions: list[Action]) -> None:
        """Start before the first session; `first` are the logs of the first opens."""
        self.index = np.zeros(len(first))
        self.close = np.full(len(first), np.nan)
        self.shares = np.ones(len(first))
        self.paid: list[Paid] = []
        self._multiple = np.ones(len(first))
        self._first = first
        self._steps = 0
        self._past = np.full((MOMENTUM_SPAN + 1, len(first)), np.nan)
        self._told: dict[Action, float] = {}
        self._by_ex, self._by_news = _by_session(actions)

    def step(
        self, session: date, overnight: NDArray[np.float64], within: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Move to the close of `session`, whose log returns are given; return its opens and closes as traded, USD."""
        self.index = self.index + ((overnight if self._steps else self._first) + within)
        at_open = np.exp(self.index - within)
        for action in self._by_ex.get(session, ()):
            self._act(action, at_open[action.company])
        self.close = quoted(np.exp(self.index) * self._multiple)
        for action in self._by_news.get(session, ()):
            self._told[action] = max(_SMALLEST_AMOUNT, round(action.rate * self.close[action.company], 2))
        self._past[self._steps % len(self._past)] = self.index
        self._steps += 1
        return quoted(at_open * self._multiple), self.close

    def momentum(self) -> NDArray[np.float64]:
        """Return the log total return from the close 252 sessions ago to that 21 ago; NaN in the first year."""
        now = self._steps - 1
        past, rows = self._past, len(self._past)
        return np.asarray(past[(now - MOMENTUM_SKIP) % rows] - past[(now - MOMENTUM_SPAN) % rows])

    def _act(self, action: Action, at_open: float) -> None:
        """Divide the price by a split, or take a dividend off it."""
        company = action.company
        self._multiple[company] /= action.ratio
        self.shares[company] *= action.ratio
        amount = self._told.pop(action) if action.rate else 0.0
        self._multiple[company] *= 1 - amount / (at_open * self._multiple[company])
        self.paid.append(Paid(action, amount))


def quoted(prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return prices as they are quoted: four decimals, and never nothing."""
    return np.maximum(prices.round(4), _SMALLEST_PRICE)


def _by_session(actions: list[Action]) -> tuple[dict[date, list[Action]], dict[date, list[Action]]]:
    """Return the actions by ex session, and the dividends by the session on which their amount is told."""
    by_ex: dict[date, list[Action]] = {}
    by_news: dict[date, list[Action]] = {}
    for action in actions:
        by_ex.setdefault(action.ex_session, []).append(action)
        if action.rate:
            by_news.setdefault(action.announced_on, []).append(action)
    return by_ex, by_news
