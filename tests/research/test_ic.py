from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from edgewise.core.clock import sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.research.ic import quantile_spread, rank_ic, summarise

DAY = date(2024, 3, 5)


def frame(column: str, values: list[float | None], session: date = DAY) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "instrument_id": [f"{number:010d}-01" for number in range(len(values))],
            "session": session,
            column: pl.Series(values, dtype=pl.Float64),
        },
        schema_overrides={"session": pl.Date},
    )


def ic(values: list[float | None], returns: list[float | None], **options) -> dict:
    daily = rank_ic(frame("z", values), frame("forward_return", returns), **({"min_names": 3} | options))
    return daily.row(0, named=True)


def spread(values: list[float | None], returns: list[float | None], **options) -> dict:
    daily = quantile_spread(frame("z", values), frame("forward_return", returns), **({"min_names": 5} | options))
    return daily.row(0, named=True)


class TestRankIc:
    def test_by_hand(self):
        # Ranks 1 2 3 4 against 2 1 4 3: 1 - 6 * 4 / (4 * 15) = 0.6
        assert ic([1, 2, 3, 4], [0.2, 0.1, 0.9, 0.3])["ic"] == pytest.approx(0.6)

    # Few distinct values, so that ties are common.
    @given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-9, 9)), min_size=3, max_size=40))
    def test_as_scipy_has_it_also_with_ties(self, pairs):
        values, returns = zip(*pairs, strict=True)
        if len(set(values)) > 1 and len(set(returns)) > 1:
            expected = pytest.approx(stats.spearmanr(values, returns).statistic, abs=1e-9)
        else:
            expected = None
        assert ic(list(values), list(returns))["ic"] == expected

    def test_only_ranks_matter(self):
        returns = [0.3, -0.2, 0.1, 0.0]
        assert ic([1, 2, 3, 4], returns) == ic([-100, 0, 1e-9, 1e9], returns)

    def test_names_without_both_do_not_count_and_a_lost_label_is_counted(self):
        nan, inf = float("nan"), float("inf")
        found = ic([1, 2, 3, 4, 5, 6, None, nan], [0.2, 0.1, 0.9, 0.3, None, inf, 0.1, 0.1])
        assert found == {"session": DAY, "ic": pytest.approx(0.6), "names": 4, "dropped": 2}

    def test_too_few_names_have_no_ic(self):
        assert ic([1, 2, 3], [1, 2, 3], min_names=4) == {"session": DAY, "ic": None, "names": 3, "dropped": 0}

    def test_a_session_without_labels_is_there_and_null(self):
        later = shift_session(DAY, 1)
        factor = pl.concat([frame("z", [1, 2, 3]), frame("z", [1, 2, 3], later)])
        daily = rank_ic(factor, frame("forward_return", [1, 2, 3]), min_names=3)
        assert daily.rows() == [(DAY, pytest.approx(1.0), 3, 0), (later, None, 0, 3)]

    def test_another_value_and_label_may_be_named(self):
        daily = rank_ic(
            frame("raw", [1, 2, 3]),
            frame("abnormal_return", [3, 2, 1]),
            value="raw",
            label="abnormal_return",
            min_names=3,
        )
        assert daily["ic"].to_list() == [pytest.approx(-1.0)]

    @pytest.mark.parametrize("doubled", ["factor", "labels"])
    def test_a_name_that_stands_twice_is_refused(self, doubled):
        frames = {"factor": frame("z", [1, 2]), "labels": frame("forward_return", [1, 2])}
        frames[doubled] = pl.concat([frames[doubled]] * 2)
        with pytest.raises(InvalidInput, match=f"2 rows of the {doubled}"):
            rank_ic(**frames)


class TestQuantileSpread:
    def test_by_hand(self):
        # Fifths of ten names hold two: (0.5 + 0.7) / 2 - (0.1 - 0.3) / 2
        returns = [0.1, -0.3, 0, 0, 9, 9, 0, 0, 0.5, 0.7]
        assert spread(list(range(10)), returns)["spread"] == pytest.approx(0.7)

    def test_ends_are_rounded_down(self):
        assert spread(list(range(9)), [1, 5, 5, 5, 5, 5, 5, 5, 3])["spread"] == pytest.approx(2)

    def test_equal_values_enter_in_the_order_of_their_ids(self):
        assert spread([0, 0, 0, 0, 0], [1, 5, 5, 5, 3])["spread"] == pytest.approx(2)

    def test_nulls_and_counts_are_those_of_the_ic(self):
        found = spread([1, 2, 3, 4, 5, 6, None], [1, 2, 3, 4, 9, None, 5])
        assert found == {"session": DAY, "spread": pytest.approx(8), "names": 5, "dropped": 1}
        assert spread([1, 2, 3, 4], [1, 2, 3, 4])["spread"] is None

    @pytest.mark.parametrize("fraction", [0.0, -0.1, 0.51])
    def test_ends_that_would_overlap_are_refused(self, fraction):
        with pytest.raises(InvalidInput, match=str(fraction)):
            spread([1, 2], [1, 2], fraction=fraction)


class TestSummarise:
    def daily(self, figures: np.ndarray) -> pl.DataFrame:
        days = sessions(date(2024, 1, 2), date(2024, 12, 31))[: len(figures)]
        return pl.DataFrame({"session": days, "ic": figures}).with_columns(pl.col("ic").fill_nan(None))

    def test_the_mean_is_that_of_the_figures(self):
        figures = np.random.default_rng(4).normal(0.05, 0.1, 100)
        found = summarise(self.daily(figures), "ic", horizon=5, seed=1)
        assert found.mean == pytest.approx(figures.mean())
        assert found.newey_west.low < 0.05 < found.newey_west.high

    def test_null_and_absent_sessions_are_gaps_in_time(self):
        figures = np.random.default_rng(4).normal(0.05, 0.1, 100)
        figures[20:30] = np.nan
        null = summarise(self.daily(figures), "ic", horizon=5, seed=1)
        absent = summarise(self.daily(figures).drop_nulls(), "ic", horizon=5, seed=1)
        assert null == absent
        assert (null.sessions, null.missing) == (90, 10)

    def test_no_figures_are_refused(self):
        with pytest.raises(InvalidInput, match="0 sessions"):
            summarise(self.daily(np.full(50, np.nan)), "ic", horizon=5, seed=1)
