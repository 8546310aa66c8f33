"""Price files of a market in which everything happens. Failure cases 31 and 39."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from edgewise.core import clock
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.company import EndingKind
from edgewise.simulate.lives import listings
from edgewise.simulate.market import trade
from edgewise.simulate.plan import Plan
from edgewise.simulate.price_files import action_table, price_table, write_prices, write_returns, write_signals
from edgewise.sources.prices.files import read_prices

PLAN = Plan(
    companies=120, years=3, seed=4, lives=2.0, splits_per_year=0.3, illiquid=0.05, effects=(("momentum", 0.05),)
)


@pytest.fixture(scope="module")
def companies():
    return invent_companies(PLAN)


@pytest.fixture(scope="module")
def market(companies):
    return trade(PLAN, companies, [])


@pytest.fixture(scope="module")
def folder(companies, market, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prices")
    write_prices(folder / "ohlcv.parquet", companies, market)
    write_returns(folder / "returns.parquet", companies, market)
    write_signals(folder / "factor.parquet", companies, market)
    return folder


@pytest.fixture(scope="module")
def bars(folder):
    return pl.read_parquet(folder / "ohlcv.parquet")


@pytest.fixture(scope="module")
def returns(folder):
    return pl.read_parquet(folder / "returns.parquet")


@pytest.fixture(scope="module")
def actions(companies, market):
    return action_table(companies, market)


def test_the_reader_of_price_files_takes_every_row(folder, bars):
    read = read_prices(folder / "ohlcv.parquet")
    assert read.rejected == {}
    assert read.prices.height == bars.height


def test_the_file_holds_the_table_in_the_order_of_ticker_and_session(bars, companies, market):
    assert bars.equals(price_table(companies, market))
    assert bars.select("ticker", "session").is_duplicated().sum() == 0
    assert bars.equals(bars.sort("ticker", "session"))


def test_the_same_market_gives_the_same_bytes(folder, companies, market, tmp_path):
    for write, name in ((write_prices, "ohlcv"), (write_returns, "returns"), (write_signals, "factor")):
        write(tmp_path / "again.parquet", companies, market)
        assert (tmp_path / "again.parquet").read_bytes() == (folder / f"{name}.parquet").read_bytes()


def test_a_symbol_has_prices_exactly_while_it_names_something(bars, companies):
    """Failure case 31: reused, renamed and delisted symbols."""
    spans = defaultdict(set)
    for one in listings(companies):
        spans[one.ticker] |= set(clock.sessions(one.first_session, one.last_session or PLAN.end))
    found = {ticker: set(days) for ticker, days in bars.group_by("ticker").agg("session").iter_rows()}
    assert found == spans
    assert any(len(days) < 700 for days in spans.values())


def test_one_symbol_of_two_companies_has_two_prices_levels_with_a_gap(bars, companies):
    """Failure case 31: the second user of a symbol does not go on from the price of the first."""
    pairs = [(a, b) for a, b in pairwise(listings(companies)) if a.ticker == b.ticker]
    assert pairs
    for before, after in pairs:
        assert before.company != after.company
        own = bars.filter(ticker=before.ticker)
        gap = own.filter(pl.col("session") > before.last_session, pl.col("session") < after.first_session)
        assert gap.is_empty()


def test_a_split_divides_the_price_as_traded_and_not_the_holders_return(bars, returns, actions):
    """Failure case 39: what stands in the file before a split is what was traded, and nothing that knows of it."""
    splits = actions.filter(kind="split")
    assert set(splits["ratio"]) >= {2.0, 3.0, 0.05}
    for row in splits.iter_rows(named=True):
        own = bars.filter(ticker=row["ticker"]).filter(pl.col("session") <= row["ex_session"]).tail(2)
        jump = own["close"][1] / own["close"][0] * row["ratio"] - 1
        held = returns.filter(ticker=row["ticker"], session=row["ex_session"])["total_return"].item()
        assert abs(jump) < 0.15
        assert held == pytest.approx(jump, abs=1e-9)


def test_a_dividend_lowers_the_open_by_its_amount(market):
    paid = [one for one in market.paid if one.amount]
    assert len(paid) > 100
    place = {session: number for number, session in enumerate(market.sessions)}
    cents = np.array([100 * one.amount for one in paid])
    np.testing.assert_allclose(cents, cents.round(), atol=1e-9)
    # The open on the ex session lies the amount below the close before, on average over the overnight noise.
    closes = np.array([market.close[place[one.action.ex_session] - 1, one.action.company] for one in paid])
    opens = np.array([market.open[place[one.action.ex_session], one.action.company] for one in paid])
    shares, gaps = np.array([one.amount for one in paid]) / closes, opens / closes - 1
    error = np.std(gaps + shares) / np.sqrt(len(paid))
    assert abs(np.mean(gaps + shares)) < 3 * error
    assert np.mean(gaps) < -3 * error


def test_returns_are_those_of_a_holder_by_hand(bars, returns, actions):
    """Failure case 39: dividends belong to the return."""
    row = actions.filter(kind="dividend").row(5, named=True)
    own = bars.filter(ticker=row["ticker"]).filter(pl.col("session") <= row["ex_session"]).tail(2)
    expected = (own["close"][1] + row["amount"]) / own["close"][0] - 1
    held = returns.filter(ticker=row["ticker"], session=row["ex_session"])["total_return"].item()
    assert held == pytest.approx(expected)


def test_the_last_session_has_the_delisting_return(returns, bars, companies):
    """Failure case 39: the delisting return is not missing."""
    told = {
        (row[0], row[1]): row[2:]
        for row in returns.drop_nulls("delisting_return")
        .select("ticker", "session", "total_return", "delisting_return")
        .iter_rows()
    }
    ended = [company for company in companies if company.life.ending]
    assert len(told) == len(ended) > 5
    for company in ended:
        ending = company.life.ending
        total, delisting = told[company.ticker, ending.last_session]
        closes = bars.filter(ticker=company.ticker).filter(pl.col("session") <= ending.last_session)["close"].tail(2)
        assert delisting == ending.delisting_return
        assert (1 + total) / (1 + delisting) == pytest.approx(closes[1] / closes[0])
        if ending.kind is EndingKind.BANKRUPT:
            assert total < -0.8


def test_news_of_an_ending_moves_the_next_open_and_a_target_is_calm_from_then_on(market, companies):
    for company in companies:
        ending = company.life.ending
        if ending:
            at = market.sessions.index(ending.announced_on)
            gap = market.open[at + 1, company.index] / market.close[at, company.index] - 1
            traded = market.volume[at : at + 2, company.index].all()
            assert gap == pytest.approx(ending.jump, abs=0.08) or not traded
            assert np.isnan([signal.z[at:, company.index] for signal in market.signals.values()]).all()
            if ending.kind is EndingKind.ACQUIRED:
                last = market.sessions.index(ending.last_session)
                assert np.diff(np.log(market.close[at + 1 : last + 1, company.index])).std() < 0.006


def test_illiquid_names_have_sessions_without_trade_and_stale_quotes(bars, actions):
    """Failure case 39: zero volume and stale quotes."""
    silent = bars.with_columns(before=pl.col("close").shift().over("ticker"), stale=pl.col("volume") == 0).filter(
        "stale"
    )
    assert silent["ticker"].n_unique() >= 5
    assert silent.height > 300
    for name in ("open", "high", "low", "close"):
        assert silent[name].equals(silent["before"].alias(name))
    ex = actions.select("ticker", session="ex_session")
    assert silent.join(ex, on=["ticker", "session"]).is_empty()


def test_half_days_have_less_volume(bars):
    volumes = bars.filter(pl.col("volume") > 0).with_columns(
        half=pl.col("session").is_in(
            [day for day in bars["session"].unique() if clock.session_close(day).astimezone(clock.NEW_YORK).hour == 13]
        )
    )
    medians = dict(volumes.group_by("half").agg(pl.col("volume").median()).iter_rows())
    assert volumes.filter("half")["session"].n_unique() == 6
    assert 0.4 < medians[True] / medians[False] < 0.6


def test_the_second_class_follows_the_first(bars, companies):
    """Failure case 31: two classes of one company."""
    second = [one for one in listings(companies) if one.share_class == 2]
    assert second
    for one in second:
        first = next(o for o in companies[one.company].life.listings if o.first_session == one.first_session)
        pair = (bars.filter(ticker=ticker).sort("session")["close"].to_numpy() for ticker in (first.ticker, one.ticker))
        premium = np.divide(*pair)
        assert 0.94 < premium.min() < premium.max() < 1.06
        assert premium.std() > 0


def test_signals_are_written_by_effect_with_nulls_where_there_are_none(folder, market):
    signals = pl.read_parquet(folder / "factor.parquet")
    assert signals["effect"].unique(maintain_order=True).to_list() == ["tone", "momentum"]
    momentum = signals.filter(effect="momentum")
    assert momentum["z"].is_nan().sum() == 0
    assert momentum.drop_nulls("z")["session"].min() == market.sessions[252]
