"""The indicators that chartists read, over all securities at once. Arrays and gaps are those of `rolling`.

Where nothing is missing they equal TA-Lib's to nine digits, with one exception: the strength of a price that did not
move at all is missing here, as 0 would call it oversold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgewise.market.rolling import deviation, exponential, masked, mean, run_lengths

if TYPE_CHECKING:
    from edgewise.market.rolling import Counts, Floats

RSI, FAST, SLOW, SIGNAL, BOLLINGER = 14, 12, 26, 9, 20
BANDS = 2.0


def sma(values: Floats, window: int, runs: Counts | None = None) -> Floats:
    """Return the mean of the last `window` values. `runs` are those of `values`, here and below, if they are known."""
    return mean(values, _runs(values, runs), window)


def ema(values: Floats, window: int, runs: Counts | None = None) -> Floats:
    """Return the exponential mean of weight 2 / (window + 1); it starts from the mean of the first `window` values."""
    return exponential(values, _runs(values, runs), window, weight=2 / (window + 1))


def rsi(closes: Floats, window: int = RSI, runs: Counts | None = None) -> Floats:
    """Return the relative strength index, 0 to 100, its means after Wilder: of weight 1 / window.

    Nulls:  NaN before `window` changes of a run, and where nothing moved in them.
    Source: Wilder (1978), New Concepts in Technical Trading Systems.
    """
    changes = np.empty_like(closes)
    np.subtract(closes[1:], closes[:-1], out=changes[1:])
    # The first change is missing though no close is. Runs count changes, so it has no weight.
    changes[:1] = 0.0
    later = np.maximum(_runs(closes, runs) - 1, 0)
    rises = np.maximum(changes, 0)
    gains = exponential(rises, later, window, weight=1 / window)
    np.subtract(rises, changes, out=rises)
    losses = exponential(rises, later, window, weight=1 / window)
    losses += gains
    with np.errstate(invalid="ignore"):
        gains /= losses
    gains *= 100
    return gains


def macd(closes: Floats, runs: Counts | None = None) -> tuple[Floats, Floats, Floats]:
    """Return EMA 12 less EMA 26, its EMA 9 (the signal), and their difference, in the unit of the closes.

    As is usual, the fast mean starts with the slow one: from the 12 values up to the first that the slow one has.
    Nulls: NaN for all three until the signal has a value: 34 sessions of a run.
    """
    runs = _runs(closes, runs)
    line = exponential(closes, runs, FAST, weight=2 / (FAST + 1), skip=SLOW - FAST)
    line -= exponential(closes, runs, SLOW, weight=2 / (SLOW + 1))
    later = np.maximum(runs - (SLOW - 1), 0)
    np.nan_to_num(line[: SLOW - 1], copy=False)
    signal = exponential(line, later, SIGNAL, weight=2 / (SIGNAL + 1))
    return masked(line, later, SIGNAL), signal, line - signal


def bollinger(closes: Floats, runs: Counts | None = None) -> tuple[Floats, Floats, Floats]:
    """Return the bands, upper, middle and lower: the mean of 20 closes and two standard deviations around it."""
    middle, spread = deviation(closes, _runs(closes, runs), BOLLINGER)
    spread *= BANDS
    return middle + spread, middle, middle - spread


def _runs(values: Floats, runs: Counts | None) -> Counts:
    return run_lengths(values) if runs is None else runs
