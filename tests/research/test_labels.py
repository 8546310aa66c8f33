from datetime import date, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import PRICES
from edgewise.research.labels import abnormal_returns, forward_returns

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
