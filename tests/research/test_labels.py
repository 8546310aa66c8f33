from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, session_open, sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.research.labels import abnormal_returns, event_returns, forward_returns, quantile_classes

DAY = date(2024, 3, 5)
NAME = "0000000001-01"


def bar(by: int, opened: float | None, closed: float | None, *, name: str = NAME, **columns) -> dict:
    session = shift_session(DAY, by)
    return {
        "instrument_id": name,
        "session": session,
        "open": opened,
        "close": closed,
        "volume": 1000,
        "source_url": "test:",
        "known_at": session_close(session),
    } | columns


def labels(*bars: dict, horizon: int) -> list[float | None]:
    return forward_returns(PRICES.frame(list(bars)), horizon=horizon)["forward_return"].to_list()


def event(by: int, kind: str, *, name: str = NAME, first: date = DAY, **columns) -> dict:
    ex = shift_session(first, by)
    base = {"instrument_id": name, "ex_session": ex, "kind": kind, "source_url": "test:"}
    return base | {"known_at": session_open(ex)} | columns


class TestForwardReturnsAcrossEvents:
    def held(self, bars: list[dict], *told: dict, horizon: int) -> pl.DataFrame:
        return forward_returns(PRICES.frame(bars), CORPORATE_ACTIONS.frame(list(told)), horizon=horizon)

    def test_failure_case_22_a_split_four_for_one_within_the_horizon_by_hand(self):
        """Bought at 100 on the eve; four shares at 26 on the day of the split, at 27 the day after."""
        bars = [bar(0, 90, 95), bar(1, 100, 104), bar(2, 25, 26), bar(3, 26, 27)]
        split = event(2, "split", ratio=4.0)
        assert self.held(bars, split, horizon=3)["forward_return"][0] == pytest.approx(4 * 27 / 100 - 1)
        assert self.held(bars, split, horizon=2)["forward_return"].to_list()[:2] == pytest.approx([0.04, 27 / 25 - 1])
        assert self.held(bars, split, horizon=1)["forward_return"][0] == pytest.approx(0.04)
        assert self.held(bars, horizon=3)["forward_return"][0] == pytest.approx(-0.73)

    def test_a_dividend_counts_for_who_held_the_share_before_and_is_put_back_at_that_close(self):
        """2 USD at a close of 50 buy 0.04 shares, which are worth 60 each at the end."""
        bars = [bar(0, 90, 95), bar(1, 50, 50), bar(2, 50, 50), bar(3, 50, 60)]
        paid = event(2, "dividend", amount=2.0)
        assert self.held(bars, paid, horizon=3)["forward_return"][0] == pytest.approx(1.04 * 60 / 50 - 1)
        assert self.held(bars, paid, horizon=2)["forward_return"][1] == pytest.approx(60 / 50 - 1)

    def test_an_event_on_a_day_without_trade_counts_at_the_next_one(self):
        bars = [bar(0, 90, 95), bar(1, 100, 104), bar(2, None, None), bar(3, 26, 27)]
        assert self.held(bars, event(2, "split", ratio=4.0), horizon=3)["forward_return"][0] == pytest.approx(0.08)

    def test_failure_case_39_a_known_delisting_return_is_what_the_holder_got(self):
        """Bought at 100, last close 50, a tenth of that afterwards: 95 % lost, whatever is left of the horizon."""
        bars = [bar(0, 100, 100), bar(1, 100, 50)]
        gone = event(1, "delisting", delisting_return=-0.9, known_at=session_close(shift_session(DAY, 2)))
        found = self.held(bars, gone, horizon=5)
        assert found["forward_return"].to_list() == [pytest.approx(-0.95), None]
        assert found["known_at"][0] == session_close(shift_session(DAY, 5))
        assert self.held(bars, gone, horizon=1)["forward_return"][0] == pytest.approx(-0.5)

    def test_an_event_that_was_told_late_makes_its_label_late(self):
        late = session_close(shift_session(DAY, 9))
        bars = [bar(by, 100 if by < 2 else 25, 100 if by < 2 else 25) for by in range(4)]
        found = self.held(bars, event(2, "split", ratio=4.0, known_at=late), horizon=2)
        assert found["known_at"].to_list()[:2] == [late, session_close(shift_session(DAY, 3))]


class TestForwardReturns:
    def test_by_hand(self):
        bars = (bar(0, 50, 60), bar(1, 100, 105), bar(2, 104, 110), bar(3, 108, 120))
        assert labels(*bars, horizon=1) == [*map(pytest.approx, (105 / 100 - 1, 110 / 104 - 1, 120 / 108 - 1)), None]
        assert labels(*bars, horizon=3) == [pytest.approx(0.2), None, None, None]

    def test_failure_case_40_nobody_trades_at_the_close_that_was_decided_on(self):
        dear, cheap = bar(0, 1, 1_000), bar(0, 1, 10)
        rest = (bar(1, 100, 105),)
        assert labels(dear, *rest, horizon=1) == labels(cheap, *rest, horizon=1) == [pytest.approx(0.05), None]

    @pytest.mark.parametrize("missing", [1, 3])
    def test_failure_case_39_a_missing_entry_or_exit_gives_null_and_shifts_nothing(self, missing):
        bars = [bar(by, 100 + by, 200 + by) for by in range(5) if by != missing]
        assert labels(*bars, horizon=3)[0] is None

    def test_a_gap_in_between_does_not_matter(self):
        bars = [bar(by, 100 + by, 200 + by) for by in (0, 1, 3)]
        assert labels(*bars, horizon=3)[0] == pytest.approx(203 / 101 - 1)

    @pytest.mark.parametrize("stale", [{"volume": 0}, {"open": None, "close": None}, {"open": 0.0, "close": 0.0}])
    @pytest.mark.parametrize("where", [1, 2])
    def test_failure_case_39_stale_quotes_and_days_without_trades_give_null(self, stale, where):
        bars = [bar(by, 100, 200) | (stale if by == where else {}) for by in range(3)]
        assert labels(*bars, horizon=2)[0] is None

    def test_failure_case_39_a_share_that_stops_trading_has_no_label(self):
        assert labels(bar(0, 100, 100), bar(1, 100, 50), horizon=2) == [None, None]

    def test_a_label_is_known_at_the_close_of_the_exit(self):
        found = forward_returns(PRICES.frame([bar(by, 100, 100) for by in range(3)]), horizon=2)
        assert found["known_at"].to_list() == [session_close(shift_session(DAY, by + 2)) for by in range(3)]

    def test_a_price_that_came_late_makes_its_label_late(self):
        late = session_close(shift_session(DAY, 1)) + timedelta(days=2)
        found = forward_returns(PRICES.frame([bar(0, 1, 1), bar(1, 1, 1, known_at=late)]), horizon=1)
        assert found["known_at"][0] == late

    def test_a_horizon_below_one_is_refused(self):
        with pytest.raises(InvalidInput, match="horizon of 1"):
            labels(bar(0, 1, 1), horizon=0)

    def test_no_prices_no_labels(self):
        assert forward_returns(PRICES.empty(), horizon=5).is_empty()


class TestAbnormalReturns:
    def abnormal(self, returns: list[float | None], sectors: list[str | None], **options) -> list[float | None]:
        names = [f"{number:010d}-01" for number in range(len(returns))]
        known = {"instrument_id": names, "session": [DAY] * len(names)}
        return abnormal_returns(
            pl.DataFrame(known | {"forward_return": returns}), pl.DataFrame(known | {"sector": sectors}), **options
        )["abnormal_return"].to_list()

    def test_by_hand(self):
        found = self.abnormal([0.1, 0.2, 0.6, -0.5, 0.5], ["a", "a", "a", "b", "b"], min_names=2)
        assert found == pytest.approx([-0.2, -0.1, 0.3, -0.5, 0.5])

    def test_nulls_stay_null_and_small_sectors_have_none(self):
        assert self.abnormal([0.1, 0.3, None, 0.5, 0.5], ["a", "a", "a", "b", None], min_names=2) == [
            pytest.approx(-0.1),
            pytest.approx(0.1),
            None,
            None,
            None,
        ]


def market_of(returns: np.ndarray, *, late: dict[tuple[int, int], datetime] | None = None) -> pl.DataFrame:
    """Return rows of PRICES whose closes have these returns: a row a session, a column a name; NaN did not trade."""
    days = sessions(FIRST, shift_session(FIRST, len(returns)))
    closes = 100 * np.cumprod(1 + np.vstack([np.zeros(returns.shape[1]), np.nan_to_num(returns)]), axis=0)
    gone = np.vstack([np.zeros(returns.shape[1], bool), np.isnan(returns)])
    rows = [
        {
            "instrument_id": f"{name:010d}-01",
            "session": day,
            "open": None,
            "close": None if gone[at, name] else float(closes[at, name]),
            "volume": 1000,
            "source_url": "test:",
            "known_at": (late or {}).get((at, name), session_close(day)),
        }
        for at, day in enumerate(days)
        for name in range(returns.shape[1])
    ]
    return PRICES.frame(rows)


def drawn(seed: int, *, sessions_drawn: int = 30, names: int = 8) -> np.ndarray:
    generator = np.random.default_rng(seed)
    betas = generator.uniform(0.5, 1.5, names)
    return np.outer(generator.normal(0, 0.01, sessions_drawn), betas) + generator.normal(
        0, 0.01, (sessions_drawn, names)
    )


FIRST = date(2024, 1, 2)
# A small market needs small limits; the formulas are the same.
SMALL = {"window": 20, "min_sessions": 5, "min_names": 4}


def events(returns: np.ndarray, *, horizon: int = 3, **options) -> pl.DataFrame:
    return event_returns(market_of(returns), horizon=horizon, **SMALL | options)


def grid(labels: pl.DataFrame, column: str = "abnormal_return") -> np.ndarray:
    """Return a column as sessions x names; the first session has no return."""
    wide = labels.pivot("instrument_id", index="session", values=column).sort("session").drop("session")
    return wide.select(sorted(wide.columns)).cast(pl.Float64).to_numpy()


class TestEventReturns:
    @pytest.mark.parametrize("horizon", [1, 3, 5])
    def test_beside_a_plain_loop_over_statsmodels(self, horizon):
        """MacKinlay's market model, with Vasicek's beta, redone session by session."""
        returns = drawn(1)
        market = returns.mean(axis=1)
        found = grid(events(returns, horizon=horizon))
        for name in (0, 7):
            for at in (6, 15, 28):  # rows of `returns`; prices have one session more in front
                seen = slice(max(0, at - 20), at)
                fit = sm.OLS(returns[seen, name], sm.add_constant(market[seen])).fit()
                weight = 0.25 / (0.25 + fit.bse[1] ** 2)
                beta = weight * fit.params[1] + 1 - weight
                ahead = slice(at, at + horizon)
                if at + horizon > len(returns):
                    assert np.isnan(found[at + 1, name])
                else:
                    expected = returns[ahead, name].sum() - beta * market[ahead].sum()
                    assert found[at + 1, name] == pytest.approx(expected, abs=1e-12)

    def test_the_seed_case_of_three_days_by_hand(self):
        """Betas are all 1; the market moves by +2 %, 0 and -1 %, the first name by +3 %, +1 % and -1 %."""
        returns = np.zeros((8, 4))
        returns[5:] = [[0.03, 0.01, 0.02, 0.02], [0.01, -0.01, 0, 0], [-0.01, -0.01, -0.02, 0]]
        found = events(returns, horizon=3, prior_sd=0, min_sessions=3, window=5)
        before = found.filter(session=shift_session(FIRST, 6))
        assert before["abnormal_return"].null_count() == 4  # the market stood still until then: no beta
        returns[:5] = [[0.01] * 4, [-0.01] * 4, [0.02] * 4, [0.0] * 4, [0.01] * 4]
        found = events(returns, horizon=3, prior_sd=0, min_sessions=3, window=5).filter(session=shift_session(FIRST, 6))
        assert found["market_return"].to_list() == [pytest.approx(0.01)] * 4
        assert found["abnormal_return"].to_list() == pytest.approx([0.02, -0.02, -0.01, 0.01])

    def test_failure_case_22_a_split_and_a_dividend_leave_the_labels_of_the_price_that_had_neither(self):
        returns = drawn(12)
        plain, own = market_of(returns), pl.col("instrument_id") == "0000000000-01"
        split, paid = shift_session(FIRST, 18), shift_session(FIRST, 22)
        before = plain.filter(own, session=shift_session(FIRST, 21))["close"].item() / 4
        after = plain.filter(own, session=paid)["close"].item() / 4
        counted = pl.when(own & (pl.col("session") >= split)).then(pl.col("close") / 4).otherwise("close")
        # From its ex day on the price lacks the dividend, as a fraction.
        amount = 0.1 * after
        less = pl.when(own & (pl.col("session") >= paid)).then(counted * 0.9).otherwise(counted)
        traded = plain.with_columns(close=less)
        told = [
            event(18, "split", first=FIRST, name="0000000000-01", ratio=4.0),
            event(22, "dividend", first=FIRST, name="0000000000-01", amount=amount),
        ]
        assert after * 0.9 + amount == pytest.approx(before * (1 + returns[21, 0]))
        actions = CORPORATE_ACTIONS.frame(told)
        expected = event_returns(plain, horizon=3, **SMALL)
        assert_frame_equal(event_returns(traded, actions, horizon=3, **SMALL), expected, abs_tol=1e-12)
        assert not np.allclose(grid(event_returns(traded, horizon=3, **SMALL))[18], grid(expected)[18])

    @pytest.mark.parametrize("missing", [15, 16, 17])
    def test_failure_case_39_a_price_missing_within_the_horizon_gives_null_and_is_never_filled(self, missing):
        returns = drawn(2)
        returns[missing - 1, 0] = np.nan  # the close of session `missing`
        found = events(returns, horizon=3).filter(instrument_id="0000000000-01")
        null = {day for day, value in found.select("session", "abnormal_return").iter_rows() if value is None}
        without = {shift_session(FIRST, at) for at in range(missing - 2, missing + 2)}
        assert without <= null
        assert shift_session(FIRST, missing - 3) not in null
        assert shift_session(FIRST, missing + 2) not in null

    def test_failure_case_39_a_share_that_stops_trading_has_no_label(self):
        returns = drawn(3)
        returns[20:, 0] = np.nan
        found = grid(events(returns))
        assert np.isfinite(found[18, 0])
        assert np.isnan(found[19:, 0]).all()
        assert np.isfinite(found[19:27, 1]).all()

    def test_a_session_with_few_names_is_no_market(self):
        returns = drawn(4)
        returns[20, :5] = np.nan
        assert np.isnan(grid(events(returns, horizon=1))[21]).all()

    def test_a_label_is_known_at_the_close_of_the_last_session_used(self):
        found = events(drawn(5, sessions_drawn=12), horizon=3)
        days = found["session"].unique().sort()
        known = found.unique("session").sort("session")["known_at"]
        assert known.to_list() == [session_close(shift_session(day, 2)) for day in days]

    def test_a_price_that_came_late_makes_all_labels_that_use_it_late(self):
        """The market is made of it, so every name's label is; from 2 sessions before it to 21 after, by the window."""
        late = session_close(shift_session(FIRST, 60))
        found = event_returns(market_of(drawn(6, sessions_drawn=45), late={(18, 3): late}), horizon=3, **SMALL)
        are_late = {day for day, known in found.select("session", "known_at").iter_rows() if known == late}
        assert are_late == {shift_session(FIRST, by) for by in range(16, 40)}

    def test_no_prices_no_labels(self):
        assert event_returns(PRICES.empty(), horizon=3).is_empty()

    def test_a_horizon_below_one_is_refused(self):
        with pytest.raises(InvalidInput, match="horizon of 1"):
            events(drawn(7), horizon=0)

    def test_the_caller_keeps_his_prices(self):
        prices = market_of(drawn(8))
        before = prices.clone()
        event_returns(prices, horizon=3, **SMALL)
        assert_frame_equal(prices, before)


class TestQuantileClasses:
    def classes(self, values: list[float | None], **options) -> list[int | None]:
        frame = pl.DataFrame(
            {"session": [DAY] * len(values), "abnormal_return": values},
            schema_overrides={"abnormal_return": pl.Float64},
        )
        return quantile_classes(frame, **{"min_names": 1} | options)["quantile"].to_list()

    def test_by_hand(self):
        assert self.classes([0.5, -0.1, 0.0, 0.1, -0.4, 0.2]) == [2, 0, 1, 1, 0, 2]
        assert self.classes([0.3, 0.1, 0.2, 0.4], classes=2) == [1, 0, 0, 1]

    def test_equal_values_have_one_class(self):
        assert self.classes([0.0, 0.0, 0.0, 0.0]) == [1, 1, 1, 1]
        assert self.classes([0.1, 0.1, 0.1, 0.5, 0.6, 0.7]) == [0, 0, 0, 1, 2, 2]

    def test_nulls_have_none_and_do_not_count(self):
        assert self.classes([None, 0.3, 0.1, None, 0.2]) == [None, 2, 0, None, 1]

    def test_a_session_with_few_names_has_none(self):
        assert self.classes([0.1, 0.2, 0.3], min_names=4) == [None] * 3
        assert self.classes([0.1, 0.2]) == [None] * 2

    def test_each_session_by_itself(self):
        frame = pl.DataFrame({"session": [DAY] * 3 + [FIRST] * 3, "abnormal_return": [0.1, 0.2, 0.3, -0.3, -0.2, -0.1]})
        assert quantile_classes(frame, min_names=3)["quantile"].to_list() == [0, 1, 2, 0, 1, 2]

    def test_fewer_than_two_are_refused(self):
        with pytest.raises(InvalidInput, match="1 quantile classes"):
            self.classes([0.1], classes=1)


class TestTheMarketsMoodDoesNotLeak:
    """On a grid of 1/1024 all sums are exact, so equal stays equal."""

    def classes(self, returns: np.ndarray, **options) -> np.ndarray:
        return grid(quantile_classes(events(returns, **options), min_names=4), "quantile")

    @given(
        st.lists(st.lists(st.integers(-9, 9), min_size=6, max_size=6), min_size=12, max_size=16),
        st.integers(-30, 30),
        st.data(),
    )
    @settings(max_examples=30)
    def test_adding_the_same_return_to_all_shares_of_a_session_leaves_the_classes(self, drawn_returns, shift, data):
        returns = np.array(drawn_returns) / 1024
        at = data.draw(st.integers(6, len(returns) - 1))
        moved = returns.copy()
        moved[at] += shift / 1024
        plain, other = events(returns, prior_sd=0), events(moved, prior_sd=0)
        # A session's betas appear or vanish with the market's only moves; that is no matter of classes.
        both = plain["abnormal_return"].is_not_null() & other["abnormal_return"].is_not_null()
        close = (plain["abnormal_return"] - other["abnormal_return"]).filter(both).abs().max() or 0.0
        assert close < 1e-9
        rounded = [frame.with_columns(pl.col("abnormal_return").round(9)) for frame in (plain, other)]
        first, second = (quantile_classes(frame, min_names=4)["quantile"].filter(both) for frame in rounded)
        assert first.to_list() == second.to_list()

    def test_every_session_has_as_many_high_as_low_ones_whatever_the_market_does(self):
        returns = drawn(9, names=9)
        returns[10:20] += 0.05
        returns[20:] -= 0.05
        counts = quantile_classes(events(returns), min_names=4).drop_nulls("quantile")
        assert set(counts.group_by("session", "quantile").len()["len"]) == {3}

    def test_raw_returns_would_leak_it(self):
        """The check above can fail: classes over the whole sample follow the market."""
        returns = drawn(9, names=9)
        returns[20:] -= 0.05
        pooled = events(returns).with_columns(
            abnormal_return=pl.col("abnormal_return") + pl.col("market_return"), pool=pl.lit(FIRST)
        )
        shares = quantile_classes(pooled.rename({"session": "day", "pool": "session"}), min_names=4).drop_nulls(
            "quantile"
        )
        assert 2 not in set(shares.filter(pl.col("day") >= shift_session(FIRST, 22))["quantile"])
