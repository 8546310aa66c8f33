"""The indicators against frozen answers of TA-Lib 0.8.2 (`ta_lib_0_8_2.csv`), by hand, and with gaps."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.market.indicators import bollinger, ema, macd, rsi, sma
from edgewise.market.rolling import window_max

ANSWERS = pl.read_csv(Path(__file__).parent / "ta_lib_0_8_2.csv", infer_schema_length=None)
CLOSES = ANSWERS["close"].to_numpy()
GAP = 90


def of_all(closes: np.ndarray) -> dict[str, np.ndarray]:
    """Return every indicator of one series, by the column of the answers."""
    array = np.ascontiguousarray(closes[:, None], dtype=float)
    line, signal, histogram = macd(array)
    upper, middle, lower = bollinger(array)
    found = {
        "rsi": rsi(array),
        "macd": line,
        "signal": signal,
        "histogram": histogram,
        **{f"sma_{window}": sma(array, window) for window in (50, 200)},
        **{f"ema_{window}": ema(array, window) for window in (12, 26)},
        "upper": upper,
        "middle": middle,
        "lower": lower,
    }
    return {name: values[:, 0] for name, values in found.items()}


NAMES = sorted(of_all(CLOSES))


@pytest.mark.parametrize("name", NAMES)
def test_without_gaps_ta_lib_says_the_same(name):
    expected = ANSWERS[name].fill_null(float("nan")).to_numpy()
    np.testing.assert_allclose(of_all(CLOSES)[name], expected, rtol=0, atol=1e-9)


def test_the_mean_volume_is_that_of_ta_lib():
    volumes = ANSWERS["volume"].to_numpy().astype(float)[:, None]
    expected = ANSWERS["volume_20"].fill_null(float("nan")).to_numpy()
    np.testing.assert_allclose(sma(volumes, 20)[:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_empties_its_windows_and_no_more_values_are_those_of_a_series_that_begins_after_it(name):
    before, after = CLOSES[:GAP], CLOSES[: len(CLOSES) - GAP - 1]
    gapped = np.concatenate([before, [np.nan], after])
    found = of_all(gapped)[name]
    alone = ANSWERS[name].fill_null(float("nan")).to_numpy()
    np.testing.assert_allclose(found[:GAP], alone[:GAP], rtol=0, atol=1e-9)
    assert np.isnan(found[GAP])
    np.testing.assert_allclose(found[GAP + 1 :], alone[: len(after)], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_neither_a_neighbour_nor_the_future_changes_a_bit(name):
    rough = np.where(np.arange(len(CLOSES)) % 31 == 30, np.nan, CLOSES)
    assert of_all(rough[:120])[name].tobytes() == of_all(rough)[name][:120].tobytes()
    both = np.ascontiguousarray(np.stack([CLOSES * 3, rough], axis=1))
    assert sma(both, 12)[:, 1].tobytes() == sma(np.ascontiguousarray(rough[:, None]), 12)[:, 0].tobytes()


def test_by_hand():
    column = np.array([[1.0], [2.0], [3.0], [5.0], [8.0]])
    assert sma(column, 3)[:, 0].tolist()[2:] == pytest.approx([2, 10 / 3, 16 / 3])
    # The mean of 1, 2, 3; then half of the way to 5; then half of the way to 8.
    assert ema(column, 3)[:, 0].tolist()[2:] == pytest.approx([2, 3.5, 5.75])
    # Changes 1, 1, then a loss of 2: gains 1 then 1/2, losses 0 then 1.
    assert rsi(np.array([[1.0], [2.0], [3.0], [1.0]]), 2)[:, 0].tolist()[2:] == pytest.approx([100, 100 / 3])


def test_a_price_that_does_not_move_has_no_strength_and_bands_of_no_width():
    flat = np.full((60, 1), 12.34)
    assert np.isnan(rsi(flat)).all()
    upper, middle, lower = (band[-1, 0] for band in bollinger(flat))
    assert (upper, middle, lower) == pytest.approx((12.34, 12.34, 12.34), abs=1e-12)


@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0.01, 1e5)), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_means_and_bands_are_those_of_each_full_window_and_missing_elsewhere(values, window):
    column = np.array(values)[:, None]
    means, highest = sma(column, window)[:, 0], window_max(column, window)[:, 0]
    for end in range(len(values)):
        part = np.array(values[max(end - window + 1, 0) : end + 1])
        assert highest[end] == max((one for one in part if one == one), default=-np.inf)  # noqa: PLR0124 - NaN
        if len(part) == window and not np.isnan(part).any():
            assert means[end] == pytest.approx(part.mean(), rel=1e-9, abs=1e-6)
        else:
            assert np.isnan(means[end])
