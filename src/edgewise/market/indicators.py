"""The indicators that chartists read, over all securities at once: arrays (time, stock) in, arrays out.

Every array is C-contiguous float64; NaN is a session without a value. A *run* is the number of sessions with a value
that end at one, without a gap. A window of n is full where the run is at least n; elsewhere the result is NaN. So a
gap empties the windows that hold it and no other. An exponential mean has no end to its window; it starts anew after a
gap, from the plain mean of the first n values, as it does at the beginning. No result rests on a later row or another
column, to the last bit. The loops are in `windows`.

Where nothing is missing they equal TA-Lib's to nine digits, with one exception: the strength of a price that did not
move at all is missing here, as 0 would call it oversold.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from edgewise.market import windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.market.rolling import Floats

RSI, FAST, SLOW, SIGNAL, BOLLINGER, VOLUME = 14, 12, 26, 9, 20, 20
SHORT, LONG = 50, 200
BANDS = 2.0
CHART_THREADS = 2


def sma(values: Floats, window: int) -> Floats:
    """Return the mean of the last `window` values."""
    return windows.sma(values, window)


def ema(values: Floats, window: int) -> Floats:
    """Return the exponential mean of weight 2 / (window + 1); it starts from the mean of the first `window` values."""
    return windows.ema(values, window, 2 / (window + 1))


def rsi(closes: Floats, window: int = RSI) -> Floats:
    """Return the relative strength index, 0 to 100, its means after Wilder: of weight 1 / window.

    Nulls:  NaN before `window` changes of a run, and where nothing moved in them.
    Source: Wilder (1978), New Concepts in Technical Trading Systems.
    """
    return windows.rsi(closes, window)


def macd(closes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return EMA 12 less EMA 26, its EMA 9 (the signal), and their difference, in the unit of the closes.

    As is usual, the fast mean starts with the slow one: from the 12 values up to the first that the slow one has.
    Nulls: NaN for all three until the signal has a value: 34 sessions of a run.
    """
    return windows.macd(closes, FAST, SLOW, SIGNAL)


def bollinger(closes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the bands, upper, middle and lower: the mean of 20 closes and two standard deviations around it."""
    return windows.bands(closes, BOLLINGER, BANDS)


def chart(closes: Floats, volumes: Floats, *, threads: int = CHART_THREADS) -> dict[str, Floats]:
    """Return all of them by their columns in INDICATORS, in units of `closes` and `volumes`; computed side by side."""
    asked: dict[tuple[str, ...], Callable[[], Floats | tuple[Floats, ...]]] = {
        ("macd", "macd_signal", "macd_histogram"): lambda: macd(closes),
        ("bollinger_upper", "bollinger_middle", "bollinger_lower"): lambda: bollinger(closes),
        ("rsi_14",): lambda: rsi(closes),
        (f"sma_{SHORT}",): lambda: sma(closes, SHORT),
        (f"sma_{LONG}",): lambda: sma(closes, LONG),
        (f"ema_{FAST}",): lambda: ema(closes, FAST),
        (f"ema_{SLOW}",): lambda: ema(closes, SLOW),
        (f"volume_{VOLUME}",): lambda: sma(volumes, VOLUME),
    }
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda work: work(), asked.values()))
    found: dict[str, Floats] = {}
    for names, answer in zip(asked, answers, strict=True):
        found |= zip(names, answer if isinstance(answer, tuple) else (answer,), strict=True)
    return found
