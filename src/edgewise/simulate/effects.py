"""How large the planted effects are, from the plan and the noise-free expected returns; realised noise plays no part.

Convention: decided at the close of session S with z[S], entered at the open of S + 1, left at the close of S + h. With
`mu` the h-session return expected from all effects, given all that becomes known (what arrives while it is held moves
it, as it does in life), the information coefficient of an effect at S is

    IC_h[S] = cov(z[S], mu) / (sd(z[S]) * sqrt(var(mu) + noise variance of the h sessions))

over the companies that have a z at S, and the planted IC_h is its mean over all S with S + h inside the market. The
noise of the own part has h intraday and h - 1 overnight draws. The noise of the whole return adds what market and
sectors contribute to the variance *across companies*: var(beta) * market variance, and sector variance * (1 - sum of
squared sector shares).

The rank IC has the midranks of z in the place of z, and is sqrt(3 / pi) of that: what the ranks of normal returns leave
of a small correlation. For a z with many ties, as that of rare events, it is much smaller.

Effects overlap: one that is not planted itself has the IC that its correlation with planted ones gives it. Only the
placebo, which is drawn apart from everything, has none by its making, and none is computed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.simulate.market import INTRADAY_SHARE, MARKET_SD, SECTOR_SD, expected_intraday
from edgewise.simulate.signals import fading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgewise.simulate.market import Market
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.signals import Panel

HORIZONS = (1, 5, 21)
CONVENTION = "decided at the close of session S, entered at the open of S+1, left at the close of S+h"
_KINDS = ("own_return", "whole_return")
_BLOCK = 64
_SMALLEST_SPREAD = 1e-9
_RANK_SHARE = float(np.sqrt(3 / np.pi))


def planted_effects(plan: Plan, market: Market) -> dict[str, object]:
    """Return the planted effects as JSON values: convention, and mean ICs by horizon against two kinds of return.

    `own_return` is the company's own part of the log return, `whole_return` the log return itself. What stands at the
    top is of the tone; `effects` has all that the plan names, those planted with 0 as controls among them.
    """
    expected = np.cumsum(expected_intraday(plan, market), axis=0)
    effects = {name: _described(plan, market, expected, name) for name in plan.planted}
    return {
        "convention": CONVENTION,
        "tone_ic": plan.tone_ic,
        "half_life_sessions": plan.half_life,
        "memory_sessions": plan.memory,
        "standardised_within": "sector and session, divisor n, at least two companies",
        "planted_ic": effects["tone"]["planted_ic"],
        "effects": effects,
    }


def planted_ic(
    plan: Plan, market: Market, horizon: int, *, effect: str = "tone", whole: bool = False, ranks: bool = False
) -> float:
    """Return the planted mean IC of an effect at `horizon` sessions: against the own part of the return, or the whole.

    ranks: the rank IC instead. Zero in a market too short, or without two companies that differ.
    """
    expected = np.cumsum(expected_intraday(plan, market), axis=0)
    ics = _mean_ics(market, market.signals[effect].z, expected, horizons=(horizon,))
    return float(ics[int(ranks), int(whole), 0])


def _described(plan: Plan, market: Market, expected: Panel, name: str) -> dict[str, object]:
    fades = fading(plan, name)
    if name == "placebo":
        ics = np.zeros((2, 2, len(HORIZONS)))
    else:
        ics = _mean_ics(market, market.signals[name].z, expected, horizons=HORIZONS)
    plain, ranked = (
        {kind: dict(zip(map(str, HORIZONS), row.tolist(), strict=True)) for kind, row in zip(_KINDS, of, strict=True)}
        for of in ics
    )
    return {
        "strength": plan.planted[name],
        "half_life_sessions": fades.half_life if fades else None,
        "memory_sessions": fades.memory if fades else None,
        "planted_ic": plain,
        "planted_rank_ic": ranked,
    }


def _mean_ics(
    market: Market, z: NDArray[np.floating], expected: Panel, *, horizons: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return mean ICs: (z, its ranks) x (against the own part, the whole) x horizons; `expected` is cumulative."""
    sums, counts = np.zeros((2, 2, len(horizons))), np.zeros(len(horizons))
    for first in range(0, len(z), _BLOCK):
        rows = z[first : first + _BLOCK].astype(np.float64)
        present = ~np.isnan(rows)
        scores = np.stack([_standard(rows, present), _RANK_SHARE * _standard(_midranks(rows), present)])
        noise = np.stack(_noise(market, present))
        for place, horizon in enumerate(horizons):
            ics = _block_ics(scores, noise, present, expected[first:], horizon)
            sums[:, :, place] += np.nansum(ics, axis=-1)
            counts[place] += np.isfinite(ics[0, 0]).sum()
    return sums / np.maximum(counts, 1)


def _block_ics(
    scores: NDArray[np.float64], noise: NDArray[np.float64], present: NDArray[np.bool_], ahead: Panel, horizon: int
) -> NDArray[np.float64]:
    """Return the ICs of a block: (2 scores) x (2 kinds of noise) x sessions; NaN where nothing differs.

    ahead: cumulative expected returns from the block's first session on; sessions whose return ends later are left out.
    """
    count = min(present.shape[0], max(0, len(ahead) - horizon))
    held, breadth = present[:count], np.maximum(present[:count].sum(axis=1), 1)
    mu = np.where(held, ahead[horizon : horizon + count] - ahead[:count], 0.0)
    variance = (mu**2).sum(axis=1) / breadth - (mu.sum(axis=1) / breadth) ** 2
    covariance = (scores[:, :count] * mu).sum(axis=-1) / breadth
    scale = np.sqrt(np.maximum(variance, 0) + noise[:, :count] * _sessions_of_variance(horizon))
    scale[:, ~scores[0, :count].any(axis=1)] = np.nan
    return np.asarray(covariance[:, None, :] / scale[None])


def _standard(rows: Panel, present: NDArray[np.bool_]) -> Panel:
    """Return rows with mean 0 and deviation 1 over those present; 0 where absent and where all are the same."""
    breadth = np.maximum(present.sum(axis=1, keepdims=True), 1)
    centred = np.where(present, rows, 0.0)
    centred = np.where(present, centred - centred.sum(axis=1, keepdims=True) / breadth, 0.0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / breadth)
    return np.where(spread > _SMALLEST_SPREAD, centred / np.where(spread > _SMALLEST_SPREAD, spread, 1.0), 0.0)


def _midranks(rows: Panel) -> Panel:
    """Return each row's ranks from 0, equal values sharing the mean of theirs; what is NaN has no meaning."""
    ranks = np.empty_like(rows)
    for row, own in zip(rows, ranks, strict=True):
        _, place, counts = np.unique(row, return_inverse=True, return_counts=True)
        own[:] = (np.cumsum(counts) - (counts + 1) / 2)[place]
    return ranks


def _sessions_of_variance(horizon: int) -> float:
    """Return how many full sessions of variance lie between the first open and the last close."""
    return INTRADAY_SHARE * horizon + (1 - INTRADAY_SHARE) * (horizon - 1)


def _noise(market: Market, present: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, by session, the variance across the companies present of one full session's own, and whole, noise."""
    share = present / np.maximum(present.sum(axis=1, keepdims=True), 1)
    own = share @ market.own_sd**2
    betas = share @ market.beta**2 - (share @ market.beta) ** 2
    sectors = share @ np.eye(market.sector.max() + 1)[market.sector]
    return own, own + MARKET_SD**2 * betas + SECTOR_SD**2 * (1 - (sectors**2).sum(axis=1))
