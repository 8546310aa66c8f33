from datetime import date

import polars as pl
import pytest

from edgewise.core.clock import session_close, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import PRICES
from edgewise.market.prices import past_returns, traded_prices

DAY = date(2024, 3, 5)


def prices(closes: dict[int, float | None], *, name: str = "0000000001-01", **columns) -> pl.DataFrame:
    """One security's prices by sessions from DAY."""
    return PRICES.frame(
        [
            {
                "instrument_id": name,
                "session": shift_session(DAY, by),
                "open": close,
                "close": close,
                "volume": 1000,
                "source_url": "test:",
                "known_at": session_close(shift_session(DAY, by)),
            }
            | columns
            for by, close in closes.items()
        ]
    )


def returns(frame: pl.DataFrame, **options) -> list[float | None]:
    return past_returns(frame, **options)["past_return"].to_list()


def test_returns_by_hand():
    assert returns(prices({0: 100, 1: 110, 2: 99})) == [None, pytest.approx(0.1), pytest.approx(-0.1)]
    assert returns(prices({0: 100, 1: 110, 2: 99}), span=2) == [None, None, pytest.approx(-0.01)]


def test_a_gap_gives_null_and_not_a_longer_return():
    assert returns(prices({0: 100, 2: 99, 3: 198})) == [None, None, pytest.approx(1.0)]


def test_securities_do_not_touch():
    both = pl.concat([prices({0: 100, 1: 110}), prices({0: 1, 1: 2}, name="0000000002-01")])
    assert returns(both) == [None, None, pytest.approx(0.1), pytest.approx(1.0)]


@pytest.mark.parametrize("bad", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_a_price_nobody_could_trade_at_is_null(bad):
    assert traded_prices(prices({0: bad})).select("open", "close").row(0) == (None, None)


def test_failure_case_39_a_quote_without_volume_is_stale():
    assert traded_prices(prices({0: 100}, volume=0))["close"].to_list() == [None]
    assert traded_prices(prices({0: 100}, volume=None))["close"].to_list() == [100]


def test_the_history_of_a_price_is_refused():
    with pytest.raises(InvalidInput, match="1 prices repeat"):
        traded_prices(pl.concat([prices({0: 100}), prices({0: 101})]))


def test_a_day_without_a_session_is_refused():
    with pytest.raises(InvalidInput, match="2024-03-03"):
        traded_prices(prices({0: 100}).with_columns(session=date(2024, 3, 3)))


def test_a_span_below_one_is_refused():
    with pytest.raises(InvalidInput, match="span of 1"):
        returns(prices({0: 100}), span=0)
