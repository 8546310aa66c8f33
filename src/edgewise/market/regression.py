"""How shares move with the market over a window, as arrays: the same slope and the same shrinking as `betas`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.market.betas import MIN_SESSIONS, PRIOR_SD, WINDOW
from edgewise.market.rolling import filled, window_sum

if TYPE_CHECKING:
    from edgewise.market.rolling import Floats


def beta_and_residual(returns: Floats, market: Floats, *, window: int = WINDOW) -> tuple[Floats, Floats]:
    """Return beta, shrunk towards 1, and the standard deviation of what the market leaves unexplained, per session.

    returns: (time, stock), fractions. market: (time,), NaN on sessions without one.
    Window:  the last `window` sessions, the present one included: `betas.past_betas` of the session after.
    Nulls:   NaN with fewer than 60 sessions that have both, and where the market did not move.
    """
    y, x = returns, np.broadcast_to(market[:, None], returns.shape)
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = np.where(both, x, 0.0), np.where(both, y, 0.0)
    n, sx, sy, xx, xy, yy = (window_sum(one, window) for one in (both.astype(float), x, y, x * x, x * y, y * y))
    with np.errstate(invalid="ignore", divide="ignore"):
        sxx, sxy, syy = xx - sx * sx / n, xy - sx * sy / n, yy - sy * sy / n
        slope = sxy / sxx
        variance = np.maximum(syy - slope * sxy, 0) / (n - 2)
        weight = PRIOR_SD**2 / (PRIOR_SD**2 + variance / sxx)
        usable = (n >= MIN_SESSIONS) & (sxx > 0)
        beta = np.where(usable, weight * slope + (1 - weight), np.nan)
        return beta, np.where(usable, np.sqrt(variance), np.nan)


def sample_deviation(values: Floats, window: int, *, least: int) -> Floats:
    """Return the standard deviation (over n - 1) of the values among the last `window`; NaN with fewer than `least`."""
    there, known = (~np.isnan(values)).astype(float), filled(values)
    n, total, squares = window_sum(there, window), window_sum(known, window), window_sum(known * known, window)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.maximum(squares - total * total / n, 0) / (n - 1)
        return np.where(n >= least, np.sqrt(variance), np.nan)


def mean_of_present(values: Floats, window: int, *, least: int) -> Floats:
    """Return the mean of the values among the last `window`; NaN with fewer than `least` of them."""
    n = window_sum((~np.isnan(values)).astype(float), window)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n >= least, window_sum(filled(values), window) / n, np.nan)
