"""Prices, and the effect planted in them.

The factor of a perfect reader, for company i at the close of session S:

    f[S, i] = sum over its filings k tradable by S, of age a = S - (tradable session of k) <= memory,
              of 2 ** (-a / half_life) * tone[k]

and z[S, i] is f standardised (mean 0, standard deviation 1 with divisor n) over the companies of the same sector that
have an f at S; null where fewer than two have one.

A session's log return has an overnight part (close to open) and an intraday part (open to close), each a sum of market,
sector and own part. The own intraday part of session S + 1 is

    tone_ic * sd[i] * z[S, i] + sd[i] * noise

so the effect starts at the open of S + 1, after the close at which the factor is known; all noise is independent and
normal. Where z is null nothing is planted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from edgewise.core import clock
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.companies import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

Panel: TypeAlias = NDArray[np.float64]
"""Rows are sessions in order, columns companies in order."""

# Standard deviations of one full session; the variance divides into overnight and intraday parts.
MARKET_SD = 0.009
SECTOR_SD = 0.006
INTRADAY_SHARE = 0.7
_OWN_SD = (0.015, 0.020)
_BETA = (0.7, 1.3)
_DRIFT = 0.0003
_FIRST_PRICE = (15.0, 240.0)
_SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class Market:
    """A simulated market's prices and what stands behind them; panels are (sessions, companies).

    factor:       f as in the module's text; NaN without a filing young enough.
    z:            f standardised within the sector; NaN where it cannot be.
    own_sd:       per company, standard deviation of the own part of a full session's log return.
    beta:         per company, loading on the market.
    sector:       per company, index of its sector.
    own_overnight, own_intraday: own parts of the log returns, the latter with the planted effect.
    open, high, low, close: USD per share as traded, four decimals; volume: shares.
    """

    sessions: list[date]
    factor: Panel
    z: Panel
    own_sd: NDArray[np.float64]
    beta: NDArray[np.float64]
    sector: NDArray[np.int64]
    own_overnight: Panel
    own_intraday: Panel
    open: Panel
    high: Panel
    low: Panel
    close: Panel
    volume: NDArray[np.int64]


def trade(plan: Plan, companies: list[Company], filings: list[Filing]) -> Market:
    """Return the market in which these companies' filings lead their returns as the plan says."""
    sessions = clock.sessions(plan.start, plan.end)
    stream = plan.stream(Purpose.MARKET)
    count, shape = len(companies), (len(sessions), len(companies))
    own_sd, beta = stream.uniform(*_OWN_SD, count), stream.uniform(*_BETA, count)
    sector = np.array([company.sector_index for company in companies])
    factor = perfect_reader(plan, sessions, count, filings)
    z = standardise(factor, sector)
    own_overnight = _overnight(own_sd) * stream.standard_normal(shape)
    own_intraday = expected_intraday(plan, z, own_sd) + intraday(own_sd) * stream.standard_normal(shape)
    shared_overnight, shared_intraday = _shared_returns(stream, len(sessions), beta, sector)
    opens, closes = _walk(stream, own_overnight + shared_overnight, own_intraday + shared_intraday)
    high, low = _extremes(stream, opens, closes, own_sd)
    return Market(
        sessions=sessions,
        factor=factor,
        z=z,
        own_sd=own_sd,
        beta=beta,
        sector=sector,
        own_overnight=own_overnight,
        own_intraday=own_intraday,
        open=opens,
        high=high,
        low=low,
        close=closes,
        volume=_volumes(stream, sessions, count, filings),
    )


def perfect_reader(plan: Plan, sessions: list[date], companies: int, filings: list[Filing]) -> Panel:
    """Return f, the decayed sum of the latent tones that could be acted on by each session; NaN where there is none."""
    total, any_filing = np.zeros((len(sessions), companies)), np.zeros((len(sessions), companies), dtype=bool)
    weights = 0.5 ** (np.arange(plan.memory + 1) / plan.half_life)
    place = {session: number for number, session in enumerate(sessions)}
    for filing in filings:
        first = place.get(filing.tradable_session)
        if first is None or filing.tone is None:
            continue  # tradable after the last session, or without news
        for company in filing.companies:
            span = slice(first, first + len(weights))
            room = len(sessions[span])
            total[span, company.index] += weights[:room] * filing.tone
            any_filing[span, company.index] = True
    return np.where(any_filing, total, np.nan)


def standardise(factor: Panel, sector: NDArray[np.int64]) -> Panel:
    """Return `factor` with mean 0 and deviation 1 in each sector and session; NaN where fewer than two differ."""
    z = np.full_like(factor, np.nan)
    for number in np.unique(sector):
        members = np.flatnonzero(sector == number)
        values, present = factor[:, members], ~np.isnan(factor[:, members])
        breadth = np.maximum(present.sum(axis=1, keepdims=True), 1)
        centred = values - np.where(present, values, 0).sum(axis=1, keepdims=True) / breadth
        spread = np.sqrt((np.where(present, centred, 0) ** 2).sum(axis=1, keepdims=True) / breadth)
        wide = spread > _SMALLEST_SPREAD
        z[:, members] = np.where(wide, centred / np.where(wide, spread, 1), np.nan)
    return z


def intraday(sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the open-to-close part of a full session's standard deviation."""
    return sd * sqrt(INTRADAY_SHARE)


def expected_intraday(plan: Plan, z: Panel, own_sd: NDArray[np.float64]) -> Panel:
    """Return the planted part of each session's open-to-close log return; 0 where z at the close before is NaN."""
    known = np.vstack([np.zeros((1, z.shape[1])), np.nan_to_num(z[:-1])])
    return plan.tone_ic * intraday(own_sd) * known


def _overnight(sd: NDArray[np.float64]) -> NDArray[np.float64]:
    return sd * sqrt(1 - INTRADAY_SHARE)


def _shared_returns(
    stream: np.random.Generator, sessions: int, beta: NDArray[np.float64], sector: NDArray[np.int64]
) -> tuple[Panel, Panel]:
    """Return the market's and the sectors' parts of the overnight and intraday log returns."""
    parts = []
    for share in (1 - INTRADAY_SHARE, INTRADAY_SHARE):
        market = _DRIFT * share + MARKET_SD * np.sqrt(share) * stream.standard_normal((sessions, 1))
        sectors = SECTOR_SD * np.sqrt(share) * stream.standard_normal((sessions, int(sector.max()) + 1))
        parts.append(market * beta + sectors[:, sector])
    return parts[0], parts[1]


def _walk(stream: np.random.Generator, overnight: Panel, intraday_part: Panel) -> tuple[Panel, Panel]:
    """Return opens and closes, USD, of the log returns; the first session opens at the first price."""
    low, high = np.log(_FIRST_PRICE)
    overnight[0] = stream.uniform(low, high, overnight.shape[1])
    closes = np.cumsum(overnight + intraday_part, axis=0)
    return np.exp(closes - intraday_part).round(4), np.exp(closes).round(4)


def _extremes(
    stream: np.random.Generator, opens: Panel, closes: Panel, own_sd: NDArray[np.float64]
) -> tuple[Panel, Panel]:
    above, below = (np.abs(stream.standard_normal(opens.shape)) * 0.4 * own_sd for _ in range(2))
    high, low = np.maximum(opens, closes) * np.exp(above), np.minimum(opens, closes) * np.exp(-below)
    return high.round(4), low.round(4)


def _volumes(
    stream: np.random.Generator, sessions: list[date], companies: int, filings: list[Filing]
) -> NDArray[np.int64]:
    """Return shares traded: about a million a session, twice that on the session after a filing."""
    level = stream.normal(np.log(1e6), 0.7, companies)
    shares = np.exp(level + 0.35 * stream.standard_normal((len(sessions), companies)))
    place = {session: number for number, session in enumerate(sessions)}
    for filing in filings:
        if filing.tradable_session in place:
            shares[place[filing.tradable_session], [company.index for company in filing.companies]] *= 2
    return shares.astype(np.int64)


def price_table(companies: list[Company], market: Market) -> pl.DataFrame:
    """Return daily bars: ticker, session, open, high, low, close (USD as traded), volume; by ticker, then session."""
    sessions, count = len(market.sessions), len(companies)
    return pl.DataFrame(
        {
            "ticker": np.repeat(np.array([str(company.ticker) for company in companies]), sessions),
            "session": pl.Series(market.sessions * count, dtype=pl.Date),
            "open": market.open.T.ravel(),
            "high": market.high.T.ravel(),
            "low": market.low.T.ravel(),
            "close": market.close.T.ravel(),
            "volume": market.volume.T.ravel(),
        }
    )


def factor_table(companies: list[Company], market: Market) -> pl.DataFrame:
    """Return the perfect reader's factor: ticker, session, factor, z; null where there is none."""
    sessions, count = len(market.sessions), len(companies)
    return pl.DataFrame(
        {
            "ticker": np.repeat(np.array([str(company.ticker) for company in companies]), sessions),
            "session": pl.Series(market.sessions * count, dtype=pl.Date),
            "factor": market.factor.T.ravel(),
            "z": market.z.T.ravel(),
        }
    ).with_columns(pl.col("factor", "z").fill_nan(None))
