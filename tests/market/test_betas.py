from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.clock import sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.market.betas import market_returns, past_betas

START = date(2023, 1, 3)
LONG = sessions(START, shift_session(START, 299))
NAME = "0000000001-01"


def returns(values, *, days=LONG, name=NAME):
    return pl.DataFrame(
        {"instrument_id": [name] * len(values), "session": days[: len(values)], "past_return": values},
        schema={"instrument_id": pl.String, "session": pl.Date, "past_return": pl.Float64},
    )


def market(values, *, days=LONG):
    return pl.DataFrame(
        {"session": days[: len(values)], "market_return": values},
        schema={"session": pl.Date, "market_return": pl.Float64},
    )


def drawn(seed, beta=1.4, *, noise=0.01, count=300):
    generator = np.random.default_rng(seed)
    moves = generator.normal(0.0004, 0.01, count)
    return moves, beta * moves + generator.normal(0, noise, count)


class TestMarketReturns:
    def test_by_hand(self):
        rows = pl.concat([returns([0.01, 0.02]), returns([0.03, None], name="b"), returns([-0.01, 0.04], name="c")])
        assert market_returns(rows, min_names=2).to_dict(as_series=False) == {
            "session": LONG[:2],
            "market_return": [pytest.approx(0.01), pytest.approx(0.03)],
        }

    def test_few_names_are_no_market(self):
        rows = pl.concat([returns([0.01, 0.02]), returns([0.03, None], name="b")])
        assert market_returns(rows, min_names=2)["market_return"].to_list() == [pytest.approx(0.02), None]


class TestPastBetas:
    def test_it_is_vasiceks_estimate_from_an_ordinary_regression(self):
        """Beside statsmodels: the slope and its standard error over the 252 sessions before."""
        moves, own = drawn(1)
        found = past_betas(returns(own), market(moves))
        for at in (60, 61, 200, 252, 253, 299):
            seen = slice(max(0, at - 252), at)
            fit = sm.OLS(own[seen], sm.add_constant(moves[seen])).fit()
            weight = 0.5**2 / (0.5**2 + fit.bse[1] ** 2)
            assert found["beta"][at] == pytest.approx(weight * fit.params[1] + 1 - weight, rel=1e-9)
            assert found["beta_sessions"][at] == min(at, 252)

    def test_fewer_than_sixty_sessions_give_none(self):
        moves, own = drawn(2)
        found = past_betas(returns(own), market(moves))["beta"]
        assert found[:60].null_count() == 60
        assert found[60:].null_count() == 0

    def test_sixty_is_counted_in_sessions_with_both_returns(self):
        moves, own = drawn(3, count=70)
        gaps = [None if at in {5, 9} else value for at, value in enumerate(own)]
        holes = [None if at in {7, 9} else value for at, value in enumerate(moves)]
        found = past_betas(returns(gaps), market(holes))
        assert found["beta"].is_not_null().arg_max() == 63
        assert found["beta_sessions"][63] == 60

    def test_the_window_is_counted_on_the_exchanges_calendar(self):
        moves, own = drawn(4)
        kept = [at for at in range(300) if not 100 <= at < 150]
        sparse = returns(own).gather(kept)
        found = past_betas(sparse, market(moves), window=120)
        assert found.filter(pl.col("session") == LONG[200])["beta_sessions"].item() == 70

    def test_the_present_and_the_future_do_not_count(self):
        moves, own = drawn(5)
        before = past_betas(returns(own), market(moves))
        other, others = own.copy(), moves.copy()
        other[200:], others[200:] = 9.0, -9.0
        after = past_betas(returns(other), market(others))
        assert after[:201].equals(before[:201])
        assert after["beta"][201] != before["beta"][201]

    def test_a_slope_that_is_known_badly_counts_little(self):
        moves, calm = drawn(6, beta=2.0, noise=0.001)
        _, wild = drawn(6, beta=2.0, noise=0.2)
        assert past_betas(returns(calm), market(moves))["beta"][299] == pytest.approx(2.0, abs=0.03)
        assert abs(past_betas(returns(wild), market(moves))["beta"][299] - 1) < 0.3

    def test_without_any_spread_of_betas_all_are_one(self):
        moves, own = drawn(7)
        assert set(past_betas(returns(own), market(moves), prior_sd=0)["beta"][60:]) == {1.0}

    def test_a_market_that_stands_still_gives_none(self):
        _, own = drawn(8)
        assert past_betas(returns(own), market([0.0] * 300))["beta"].null_count() == 300

    def test_names_do_not_touch_each_other(self):
        moves, own = drawn(9)
        _, other = drawn(10, beta=0.3)
        both = pl.concat([returns(own), returns(other, name="z")]).sample(fraction=1, shuffle=True, seed=1)
        found = past_betas(both, market(moves))
        assert found.filter(instrument_id=NAME).equals(past_betas(returns(own), market(moves)))
        assert found["session"].is_sorted()

    @pytest.mark.parametrize("limits", [{"min_sessions": 2}, {"window": 10, "min_sessions": 11}])
    def test_limits_that_cannot_be_are_refused(self, limits):
        with pytest.raises(InvalidInput, match="a beta from"):
            past_betas(returns([]), market([]), **limits)

    def test_no_returns_no_betas(self):
        assert past_betas(returns([]), market([])).is_empty()


@given(st.integers(0, 100), st.floats(-0.05, 0.05), st.floats(0.2, 5))
def test_moving_all_returns_of_a_name_up_by_as_much_leaves_its_beta(seed, shift, scale):
    """A slope knows no level; and a market twice as wild has betas half as large, before they are shrunk."""
    moves, own = drawn(seed, count=80)
    plain = past_betas(returns(own), market(moves), prior_sd=1e9)["beta"][79]
    assert past_betas(returns(own + shift), market(moves), prior_sd=1e9)["beta"][79] == pytest.approx(plain, abs=1e-6)
    assert past_betas(returns(own), market(moves * scale), prior_sd=1e9)["beta"][79] == pytest.approx(plain / scale)
