"""Risk and liquidity over windows: by hand, beside statsmodels, and with gaps, which never poison what comes after."""

from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.indicator_table import indicator_rows
from edgewise.market.regression import beta_and_residual, mean_of_present, sample_deviation

GAP = 40
NAME = "0000000001-01"


def drawn(seed: int = 1, count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Return returns of three stocks (the second with gaps) and of the market."""
    draws = np.random.default_rng(seed)
    market = draws.normal(0.0005, 0.01, count)
    own = np.outer(market, [0.5, 1.2, 2.0]) + draws.normal(0, 0.012, (count, 3))
    own[GAP : GAP + 5, 1] = np.nan
    return own, market


@pytest.mark.parametrize("at", [70, 251, 299])
@pytest.mark.parametrize("stock", [0, 1])
def test_beta_is_shrunk_by_its_own_error_and_the_rest_is_idiosyncratic(stock, at):
    own, market = drawn()
    seen = slice(max(0, at - 251), at + 1)
    there = ~np.isnan(own[seen, stock])
    fit = sm.OLS(own[seen, stock][there], sm.add_constant(market[seen][there])).fit()
    weight = 0.5**2 / (0.5**2 + fit.bse[1] ** 2)
    beta, residual = beta_and_residual(own, market)
    assert beta[at, stock] == pytest.approx(weight * fit.params[1] + 1 - weight, rel=1e-9)
    assert residual[at, stock] == pytest.approx(np.sqrt(fit.mse_resid), rel=1e-9)


def test_beta_by_hand():
    """60 sessions of a market that moves by 1 % up and down, a share that moves twice as far: nothing is left over."""
    market = np.where(np.arange(60) % 2, 0.01, -0.01)
    beta, residual = beta_and_residual(2 * market[:, None], market)
    assert np.isnan(beta[58, 0])
    assert beta[59, 0] == pytest.approx(2.0)
    assert residual[59, 0] == pytest.approx(0, abs=1e-9)


def test_realised_volatility_by_hand():
    """Returns of 1, 2 and 3 %: they lie 1 % apart from their mean on average of n - 1."""
    found = sample_deviation(np.array([[0.01], [0.02], [0.03], [np.nan], [0.05]]), 3, least=2)[:, 0]
    assert found.tolist() == [
        pytest.approx(np.nan, nan_ok=True),
        pytest.approx(0.005 * np.sqrt(2)),
        pytest.approx(0.01),
        pytest.approx(0.005 * np.sqrt(2)),
        pytest.approx(0.01 * np.sqrt(2)),
    ]


def test_illiquidity_and_turnover_are_means_of_what_traded_by_hand():
    """Amihud: 2 % on 4 million and 1 % on 1 million are 0.5 % and 1 % a million; a day without trade does not count."""
    impact = np.array([[0.02], [np.nan], [0.01]]) / (np.array([[4e6], [0.0], [1e6]]) / 1e6)
    assert mean_of_present(impact, 3, least=2)[2, 0] == pytest.approx(0.0075)
    assert np.isnan(mean_of_present(impact, 3, least=3)[2, 0])


def test_a_gap_reaches_no_further_than_its_window_and_no_neighbour():
    own, _ = drawn()
    whole = own.copy()
    whole[GAP : GAP + 5, 1] = 0.0
    for work in (
        lambda values: sample_deviation(values, 21, least=21),
        lambda values: mean_of_present(values, 21, least=15),
    ):
        gapped, plain = work(own), work(whole)
        np.testing.assert_allclose(gapped[GAP + 25 :], plain[GAP + 25 :], rtol=0, atol=1e-12)
        assert gapped[:, [0, 2]].tobytes() == plain[:, [0, 2]].tobytes()
        assert np.isfinite(gapped[GAP + 25 :]).all()


def test_turnover_is_counted_in_the_shares_of_its_session_and_only_once_the_count_is_known():
    """A hundred of 1,000 shares a session; after two for one, 200 of 2,000: a tenth all the way."""
    first = date(2024, 6, 3)
    days = sessions(first, shift_session(first, 29))
    bar = {"instrument_id": NAME, "open": 10.0, "close": 10.0, "source_url": "test:"}
    prices = PRICES.frame(
        [
            bar | {"session": day, "volume": 100 if at < 10 else 200, "known_at": session_close(day)}
            for at, day in enumerate(days)
        ]
    )
    split = {"instrument_id": NAME, "ex_session": days[10], "kind": "split", "ratio": 2.0, "source_url": "test:"}
    actions = CORPORATE_ACTIONS.frame([split | {"known_at": session_close(days[9])}])
    told = session_close(days[3])
    counts = pl.DataFrame({"instrument_id": [NAME], "counted_on": [days[1]], "shares": [1000.0], "known_at": [told]})
    (rows,) = indicator_rows(prices, actions, counts)
    found = rows.sort("session")["turnover_21"]
    # Known from the session after: 15 of them are there at the nineteenth.
    assert found[:18].null_count() == 18
    assert found[18:].to_list() == [pytest.approx(0.1)] * 12
    (without,) = indicator_rows(prices, actions)
    assert without["turnover_21"].null_count() == 30
