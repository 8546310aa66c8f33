"""How large the planted effect is, from the plan and the noise-free expected returns; realised noise plays no part.

Convention: decided at the close of session S with z[S], entered at the open of S + 1, left at the close of S + h. With
`mu` the expected h-session return given all filings (new ones that arrive while it is held move it, as they do in
life), the information coefficient at S is

    IC_h[S] = cov(z[S], mu) / (sd(z[S]) * sqrt(var(mu) + noise variance of the h sessions))

over the companies that have a z at S, and the planted IC_h is its mean over all S with S + h inside the market. The
noise of the own part has h intraday and h - 1 overnight draws. The noise of the whole return adds what market and
sectors contribute to the variance *across companies*: var(beta) * market variance, and sector variance * (1 - sum of
squared sector shares).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.simulate.market import INTRADAY_SHARE, MARKET_SD, SECTOR_SD, expected_intraday

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgewise.simulate.market import Market
    from edgewise.simulate.plan import Plan

HORIZONS = (1, 5, 21)
CONVENTION = "decided at the close of session S, entered at the open of S+1, left at the close of S+h"


def planted_effects(plan: Plan, market: Market) -> dict[str, object]:
    """Return the planted effect as JSON values: convention, and mean IC by horizon against two kinds of return.

    `own_return` is the company's own part of the log return, `whole_return` the log return itself.
    """
    return {
        "convention": CONVENTION,
        "tone_ic": plan.tone_ic,
        "half_life_sessions": plan.half_life,
        "memory_sessions": plan.memory,
        "standardised_within": "sector and session, divisor n, at least two companies",
        "planted_ic": {
            "own_return": {str(horizon): planted_ic(plan, market, horizon) for horizon in HORIZONS},
            "whole_return": {str(horizon): planted_ic(plan, market, horizon, whole=True) for horizon in HORIZONS},
        },
    }


def planted_ic(plan: Plan, market: Market, horizon: int, *, whole: bool = False) -> float:
    """Return the planted mean IC at `horizon` sessions: against the own part of the return, or the whole of it."""
    expected = np.cumsum(expected_intraday(plan, market.z, market.own_sd), axis=0)
    noise = _whole_noise(market, horizon) if whole else _own_noise(market, horizon)
    ics = [_ic(market.z[now], expected[now + horizon] - expected[now], noise) for now in range(len(expected) - horizon)]
    return float(np.mean([ic for ic in ics if ic is not None]))


def _ic(z: NDArray[np.float64], mu: NDArray[np.float64], noise: Callable[[NDArray[np.bool_]], float]) -> float | None:
    present = ~np.isnan(z)
    if not present.any():
        return None
    z, mu = z[present], mu[present]
    covariance = np.mean((z - z.mean()) * (mu - mu.mean()))
    return float(covariance / (z.std() * np.sqrt(mu.var() + noise(present))))


def _sessions_of_variance(horizon: int) -> float:
    """Return how many full sessions of variance lie between the first open and the last close."""
    return INTRADAY_SHARE * horizon + (1 - INTRADAY_SHARE) * (horizon - 1)


def _own_noise(market: Market, horizon: int) -> Callable[[NDArray[np.bool_]], float]:
    """Return a function from the companies present to their mean own noise variance."""
    return lambda present: float(np.mean(market.own_sd[present] ** 2) * _sessions_of_variance(horizon))


def _whole_noise(market: Market, horizon: int) -> Callable[[NDArray[np.bool_]], float]:
    """Return a function from the companies present to the noise variance across them of the whole return."""

    def variance(present: NDArray[np.bool_]) -> float:
        shares = np.bincount(market.sector[present]) / present.sum()
        shared = MARKET_SD**2 * market.beta[present].var() + SECTOR_SD**2 * (1 - np.sum(shares**2))
        return float((np.mean(market.own_sd[present] ** 2) + shared) * _sessions_of_variance(horizon))

    return variance
