"""Oracles: statsmodels for the error, and the known mean of simulated series for the intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from edgewise.core.errors import InvalidInput
from edgewise.research.inference import newey_west_error, summarise_mean

SAMPLES = 400


def overlapping(sessions: int, horizon: int, *, samples: int = SAMPLES, seed: int = 11) -> np.ndarray:
    """Means of independent daily returns over `horizon` sessions, each session: true mean 0."""
    daily = np.random.default_rng(seed).standard_normal((samples, sessions + horizon - 1))
    return np.lib.stride_tricks.sliding_window_view(daily, horizon, axis=1).mean(axis=2)


def covered(interval: str, series: np.ndarray, *, horizon: int) -> int:
    """In how many of the series the interval holds the true mean 0."""
    summaries = (summarise_mean(figures, horizon=horizon, seed=3, draws=199) for figures in series)
    return sum(getattr(summary, interval).low <= 0 <= getattr(summary, interval).high for summary in summaries)


class TestCoverage:
    """Tolerances are binomial: a true 95 % stays inside them in 999 of 1,000 seeds."""

    @pytest.mark.parametrize("interval", ["newey_west", "block_bootstrap"])
    @pytest.mark.parametrize(("sessions", "horizon"), [(250, 1), (250, 5), (500, 21)])
    def test_95_percent_intervals_cover_the_mean_of_overlapping_returns_in_95_percent(
        self, interval, sessions, horizon
    ):
        low, high = stats.binom.interval(0.999, SAMPLES, 0.95)
        assert low <= covered(interval, overlapping(sessions, horizon), horizon=horizon) <= high

    def test_where_days_do_not_overlap_the_interval_is_a_little_wide_and_never_narrow(self):
        hits = covered("newey_west", overlapping(250, 1), horizon=5)
        assert stats.binom.ppf(0.0005, SAMPLES, 0.95) <= hits <= stats.binom.ppf(0.9995, SAMPLES, 0.97)

    def test_an_error_that_ignores_the_overlap_would_fail_this(self):
        series = overlapping(500, 21)
        naive = series.std(axis=1, ddof=1) / 500**0.5
        assert (np.abs(series.mean(axis=1)) <= 1.96 * naive).mean() < 0.5

    def test_the_textbook_lag_would_fail_this_too(self):
        series = overlapping(500, 21)
        textbook = np.array([newey_west_error(figures, lag=20) for figures in series])
        assert (np.abs(series.mean(axis=1)) <= 1.96 * textbook).mean() < 0.91

    def test_gaps_do_not_spoil_the_coverage(self):
        series = overlapping(300, 5)
        series[:, np.random.default_rng(2).random(300) < 0.2] = np.nan
        low, high = stats.binom.interval(0.999, SAMPLES, 0.95)
        assert low <= covered("newey_west", series, horizon=5) <= high


class TestError:
    @pytest.mark.parametrize("lag", [0, 1, 4, 20])
    def test_as_statsmodels_has_it(self, lag):
        regression = pytest.importorskip("statsmodels.api")
        figures = overlapping(200, 5, samples=1)[0]
        fit = regression.OLS(figures, np.ones(200)).fit(
            cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": False}
        )
        assert newey_west_error(figures, lag=lag) == pytest.approx(fit.bse[0], rel=1e-10)

    def test_by_hand(self):
        # Deviations -1 1 -1 1: 4 + 2 * 1/2 * (-3) = 1, so the error is sqrt(1) / 4.
        assert newey_west_error(np.array([1.0, 3.0, 1.0, 3.0]), lag=1) == pytest.approx(0.25)

    def test_a_gap_keeps_its_neighbours_apart(self):
        # Deviations -1 1 . 1 -1: only the pairs at distance 1 and 3 exist; with lag 1: 4 + 2 * 1/2 * (-1 - 1) = 2.
        assert newey_west_error(np.array([1.0, 3.0, np.nan, 3.0, 1.0]), lag=1) == pytest.approx(2**0.5 / 4)

    @given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=40), st.integers(0, 60))
    def test_it_is_never_negative_nor_lost(self, figures, lag):
        assert newey_west_error(np.array(figures), lag=lag) >= 0


class TestSummary:
    def test_its_parts_fit_together(self):
        figures = overlapping(300, 5, samples=1)[0] + 0.1
        summary = summarise_mean(figures, horizon=5, seed=1)
        assert summary.mean == pytest.approx(figures.mean())
        assert summary.t == pytest.approx(summary.mean / summary.standard_error)
        assert (summary.sessions, summary.missing, summary.lag) == (300, 0, 14)
        for interval in (summary.newey_west, summary.block_bootstrap):
            assert (interval.low + interval.high) / 2 == pytest.approx(summary.mean)

    def test_the_same_seed_gives_the_same_interval_and_another_nearly_the_same(self):
        figures = overlapping(300, 5, samples=1)[0]
        one, same, other = (summarise_mean(figures, horizon=5, seed=seed).block_bootstrap for seed in (1, 1, 2))
        assert one == same
        assert one != other
        assert one.high == pytest.approx(other.high, rel=0.2)

    def test_more_confidence_is_wider(self):
        figures = overlapping(300, 5, samples=1)[0]
        wide, narrow = (summarise_mean(figures, horizon=5, seed=1, confidence=level) for level in (0.99, 0.9))
        assert wide.newey_west.high > narrow.newey_west.high
        assert wide.block_bootstrap.high > narrow.block_bootstrap.high

    def test_equal_figures_have_no_error_and_no_t(self):
        summary = summarise_mean(np.full(40, 0.1), horizon=1, seed=1)
        assert (summary.standard_error, summary.t) == (0.0, None)
        assert summary.newey_west.low == summary.newey_west.high == pytest.approx(0.1)

    def test_gaps_are_counted(self):
        figures = overlapping(100, 1, samples=1)[0]
        figures[10:40] = np.nan
        summary = summarise_mean(figures, horizon=1, seed=1)
        assert (summary.sessions, summary.missing) == (70, 30)
        assert summary.mean == pytest.approx(np.nanmean(figures))

    def test_too_short_a_sample_is_refused_with_what_it_takes(self):
        with pytest.raises(InvalidInput, match=r"209 sessions.*at least 210"):
            summarise_mean(np.arange(209.0), horizon=21, seed=1)

    @pytest.mark.parametrize("setting", [{"horizon": 0}, {"draws": 0}, {"confidence": 1.0}, {"confidence": 0.0}])
    def test_settings_out_of_range_are_refused(self, setting):
        with pytest.raises(InvalidInput, match=next(iter(setting))):
            summarise_mean(np.arange(100.0), **({"horizon": 1, "seed": 1} | setting))
