# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops of `indicators`: one pass over (time, stock) arrays, row by row, with the state of every stock beside it.

A row of many stocks and its states stay in the processor's cache; each value is read once and each result written once.
`run` counts the values of a stock without a gap: NaN sets it to 0, and everything begins anew after it. No result rests
on a later row or another column. All loops run without the interpreter's lock, so threads may share the functions.
"""

from libc.math cimport NAN, isnan, sqrt

import numpy as np

# A variance below this fraction of the squared mean is the rounding of one that is zero.
cdef double FLAT = 1e-15


def sma(const double[:, ::1] values not None, Py_ssize_t window):
    """Return the mean of the last `window` values, NaN where the run is shorter."""
    found = np.empty((values.shape[0], values.shape[1]))
    runs, sums = np.zeros(values.shape[1], dtype=np.intp), np.zeros(values.shape[1])
    cdef double[:, ::1] out = found
    cdef Py_ssize_t[::1] run = runs
    cdef double[::1] total = sums
    cdef Py_ssize_t time, stock
    cdef double value
    with nogil:
        for time in range(values.shape[0]):
            for stock in range(values.shape[1]):
                value = values[time, stock]
                if isnan(value):
                    run[stock] = 0
                    total[stock] = 0
                    out[time, stock] = NAN
                    continue
                run[stock] += 1
                total[stock] += value
                if run[stock] > window:
                    total[stock] -= values[time - window, stock]
                out[time, stock] = total[stock] / window if run[stock] >= window else NAN
    return found


def ema(const double[:, ::1] values not None, Py_ssize_t window, double weight):
    """Return the exponential mean: the plain mean of a run's first `window` values, then moved by `weight`."""
    found = np.empty((values.shape[0], values.shape[1]))
    runs, states = np.zeros(values.shape[1], dtype=np.intp), np.zeros(values.shape[1])
    cdef double[:, ::1] out = found
    cdef Py_ssize_t[::1] run = runs
    cdef double[::1] state = states
    cdef Py_ssize_t time, stock
    cdef double value
    with nogil:
        for time in range(values.shape[0]):
            for stock in range(values.shape[1]):
                value = values[time, stock]
                if isnan(value):
                    run[stock] = 0
                    state[stock] = 0
                    out[time, stock] = NAN
                    continue
                run[stock] += 1
                state[stock] = moved(state[stock], value, run[stock], window, weight)
                out[time, stock] = state[stock] if run[stock] >= window else NAN
    return found


def rsi(const double[:, ::1] closes not None, Py_ssize_t window):
    """Return Wilder's relative strength; NaN before `window` changes of a run, and where nothing moved in them."""
    found = np.empty((closes.shape[0], closes.shape[1]))
    runs, rises, falls = (np.zeros(closes.shape[1], dtype=kind) for kind in (np.intp, np.float64, np.float64))
    cdef double[:, ::1] out = found
    cdef Py_ssize_t[::1] run = runs
    cdef double[::1] rise = rises
    cdef double[::1] fall = falls
    cdef Py_ssize_t time, stock
    cdef double value, change, weight = 1.0 / window
    with nogil:
        for time in range(closes.shape[0]):
            for stock in range(closes.shape[1]):
                value = closes[time, stock]
                out[time, stock] = NAN
                if isnan(value):
                    run[stock] = 0
                    rise[stock] = 0
                    fall[stock] = 0
                    continue
                run[stock] += 1
                if run[stock] == 1:
                    continue
                change = value - closes[time - 1, stock]
                rise[stock] = moved(rise[stock], change if change > 0 else 0, run[stock] - 1, window, weight)
                fall[stock] = moved(fall[stock], -change if change < 0 else 0, run[stock] - 1, window, weight)
                if run[stock] > window and rise[stock] + fall[stock] > 0:
                    out[time, stock] = 100 * (rise[stock] / (rise[stock] + fall[stock]))
    return found


def macd(const double[:, ::1] closes not None, Py_ssize_t fast, Py_ssize_t slow, Py_ssize_t signal):
    """Return line, signal and histogram, all NaN until the signal has a value.

    The fast mean starts with the slow one: from the `fast` values up to the first that the slow one has.
    """
    shape = (closes.shape[0], closes.shape[1])
    lines, signals, histograms = np.empty(shape), np.empty(shape), np.empty(shape)
    states = np.zeros((3, closes.shape[1]))
    runs = np.zeros(closes.shape[1], dtype=np.intp)
    cdef double[:, ::1] line = lines
    cdef double[:, ::1] smooth = signals
    cdef double[:, ::1] apart = histograms
    cdef double[::1] quick = states[0]
    cdef double[::1] calm = states[1]
    cdef double[::1] mean = states[2]
    cdef Py_ssize_t[::1] run = runs
    cdef double of_fast = 2.0 / (fast + 1), of_slow = 2.0 / (slow + 1), of_signal = 2.0 / (signal + 1)
    cdef Py_ssize_t time, stock, length
    cdef double value, difference
    with nogil:
        for time in range(closes.shape[0]):
            for stock in range(closes.shape[1]):
                value = closes[time, stock]
                line[time, stock] = NAN
                smooth[time, stock] = NAN
                apart[time, stock] = NAN
                if isnan(value):
                    run[stock] = 0
                    quick[stock] = 0
                    calm[stock] = 0
                    mean[stock] = 0
                    continue
                run[stock] += 1
                length = run[stock]
                if length > slow - fast:
                    quick[stock] = moved(quick[stock], value, length - slow + fast, fast, of_fast)
                calm[stock] = moved(calm[stock], value, length, slow, of_slow)
                if length < slow:
                    continue
                difference = quick[stock] - calm[stock]
                mean[stock] = moved(mean[stock], difference, length - slow + 1, signal, of_signal)
                if length - slow + 1 >= signal:
                    line[time, stock] = difference
                    smooth[time, stock] = mean[stock]
                    apart[time, stock] = difference - mean[stock]
    return lines, signals, histograms


def bands(const double[:, ::1] values not None, Py_ssize_t window, double width):
    """Return mean plus, mean, and mean less `width` standard deviations (over n) of the last `window` values.

    The sum of squared deviations is carried from window to window (Welford), which keeps digits that a difference of
    large sums would lose. A run begins as if its first value had stood still before.
    """
    shape = (values.shape[0], values.shape[1])
    uppers, middles, lowers = np.empty(shape), np.empty(shape), np.empty(shape)
    states = np.zeros((3, values.shape[1]))
    runs = np.zeros(values.shape[1], dtype=np.intp)
    cdef double[:, ::1] upper = uppers
    cdef double[:, ::1] middle = middles
    cdef double[:, ::1] lower = lowers
    cdef double[::1] first = states[0]
    cdef double[::1] centre = states[1]
    cdef double[::1] squares = states[2]
    cdef Py_ssize_t[::1] run = runs
    cdef Py_ssize_t time, stock
    cdef double value, leaving, change, before, variance, spread, share = 1.0 / window
    with nogil:
        for time in range(values.shape[0]):
            for stock in range(values.shape[1]):
                value = values[time, stock]
                upper[time, stock] = NAN
                middle[time, stock] = NAN
                lower[time, stock] = NAN
                if isnan(value):
                    run[stock] = 0
                    continue
                run[stock] += 1
                if run[stock] == 1:
                    first[stock] = value
                    centre[stock] = value
                    squares[stock] = 0
                leaving = values[time - window, stock] if run[stock] > window else first[stock]
                change = value - leaving
                before = centre[stock]
                centre[stock] = before + change * share
                squares[stock] += change * ((value - centre[stock]) + (leaving - before))
                if run[stock] < window:
                    continue
                variance = squares[stock] * share
                spread = width * sqrt(variance) if variance > FLAT * centre[stock] * centre[stock] else 0
                upper[time, stock] = centre[stock] + spread
                middle[time, stock] = centre[stock]
                lower[time, stock] = centre[stock] - spread
    return uppers, middles, lowers


cdef inline double moved(double state, double value, Py_ssize_t place, Py_ssize_t window, double weight) noexcept nogil:
    """Return the mean after the value at `place` (1 is the first): a plain one up to `window`, then exponential."""
    return state + (value - state) * (weight if place > window else 1.0 / place)
