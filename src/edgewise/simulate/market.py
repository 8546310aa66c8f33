"""Prices, and the effects planted in them.

A session's log return has an overnight part (close to open) and an intraday part (open to close), each a sum of market,
sector and own part. The own intraday part of session S + 1 is

    sum over the planted effects e of ic[e] * sd[i] * z[e, S, i], plus sd[i] * noise

with the z of `signals`, so an effect starts at the open of S + 1, after the close at which it is known; all noise is
independent and normal. Where a z is null its effect plants nothing. The market is made session by session: momentum and
value look at the closes up to S and at nothing later.

Prices are as traded. At the open of its ex session a split divides them and a dividend takes its amount off; a company
that is to be acquired or is bankrupt jumps at the open after the news, and a target hardly moves from then on. Neither
it nor a company that is not listed has a z. Some names are illiquid: on sessions without trade their volume is zero and
the quote is that of the last trade. Half days have half the volume.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from edgewise.core import clock
from edgewise.simulate.actions import corporate_actions, first_levels
from edgewise.simulate.company import EndingKind
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose
from edgewise.simulate.signals import Knowledge, Panel, events_of
from edgewise.simulate.walk import Walk, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    from edgewise.simulate.actions import Action
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.signals import Signal
    from edgewise.simulate.walk import Paid

# Standard deviations of one full session; the variance divides into overnight and intraday parts.
MARKET_SD = 0.009
SECTOR_SD = 0.006
INTRADAY_SHARE = 0.7
_OWN_SD = (0.015, 0.020)
_BETA = (0.7, 1.3)
_DRIFT = 0.0003
_FIRST_PRICE = (15.0, 240.0)
_TARGET_CALM = 0.1
_ILLIQUID_VOLUME = 0.02
_SHARE_WITHOUT_TRADE = (10, 50)
_USUAL_CLOSE = 16


@dataclass(frozen=True, slots=True)
class Market:
    """A simulated market's prices and what stands behind them; panels are (sessions, companies).

    signals:      by name of the effect, the tone first.
    own_sd:       per company, standard deviation of the own part of a full session's log return.
    beta:         per company, loading on the market.
    sector:       per company, index of its sector.
    own_overnight, own_intraday: own parts of the log returns, the latter with the planted effects.
    open, high, low, close: USD per share as traded, four decimals; NaN where not listed.
    volume:       shares; 0 without trade.
    listed:       whether there is a price.
    paid:         corporate actions, by ex session and company.
    """

    plan: Plan
    sessions: list[date]
    signals: dict[str, Signal]
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
    listed: NDArray[np.bool_]
    paid: list[Paid]

    @property
    def z(self) -> Panel:
        """The tone's z."""
        return np.asarray(self.signals["tone"].z, dtype=np.float64)


def trade(
    plan: Plan,
    companies: list[Company],
    filings: list[Filing],
    *,
    events: Mapping[str, pl.DataFrame] | None = None,
) -> Market:
    """Return the market in which what companies file, say and do leads their returns as the plan says.

    events: frames of EVENTS by effect, each in the place of what the simulator itself would take.
    """
    sessions = clock.sessions(plan.start, plan.end)
    stream = plan.stream(Purpose.MARKET)
    count, shape = len(companies), (len(sessions), len(companies))
    own_sd, beta = stream.uniform(*_OWN_SD, count), stream.uniform(*_BETA, count)
    sector = np.array([company.sector_index for company in companies])
    own_overnight, own_intraday = stream.standard_normal(shape), stream.standard_normal(shape)
    own_overnight *= _overnight(own_sd)
    own_intraday *= intraday(own_sd)
    shared = _Shared.drawn(stream, len(sessions), beta, sector)
    listed, followed = _presence(companies, sessions)
    told = events_of(plan, companies, filings, given=events or {})
    knowledge = Knowledge(plan, sessions, sector, followed, events=told)
    actions = corporate_actions(plan, companies)
    walk = Walk(_first_prices(stream, actions, count), actions)
    own = own_overnight, own_intraday
    opens, closes = _traded(plan, knowledge, walk, own, shared, own_sd, _jumps(companies, sessions))
    high, low = _extremes(stream, opens, closes, own_sd)
    market = Market(
        plan=plan,
        sessions=sessions,
        signals=knowledge.signals,
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
        listed=listed,
        paid=walk.paid,
    )
    _multiply_shares(market)
    _thin_out(plan, market)
    _leave_out_unlisted(market)
    return market


def intraday(sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the open-to-close part of a full session's standard deviation."""
    return sd * sqrt(INTRADAY_SHARE)


def expected_intraday(plan: Plan, market: Market) -> Panel:
    """Return the planted part of each session's open-to-close log return; 0 where no z is known."""
    expected = np.zeros(market.close.shape)
    for now in range(1, len(expected)):
        rows = {name: signal.z[now - 1] for name, signal in market.signals.items()}
        expected[now] = _planted(plan, rows, market.own_sd)
    return expected


def _planted(plan: Plan, z: Mapping[str, NDArray[np.floating]], own_sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the planted part of one session's open-to-close log return, from each effect's z at the close before."""
    sd, planted = intraday(own_sd), np.zeros(len(own_sd))
    for name, ic in plan.planted.items():
        if ic:
            planted += ic * sd * np.nan_to_num(z[name])
    return planted


def _overnight(sd: NDArray[np.float64]) -> NDArray[np.float64]:
    return sd * sqrt(1 - INTRADAY_SHARE)


def _presence(companies: list[Company], sessions: list[date]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where each company is listed, and where its signals count: listed, and its end not yet announced."""
    listed = np.ones((len(sessions), len(companies)), dtype=bool)
    days = np.array(sessions, dtype="datetime64[D]")
    for company in companies:
        listed[days < np.datetime64(company.life.begins), company.index] = False
        if company.life.ending:
            listed[days > np.datetime64(company.life.ending.last_session), company.index] = False
    followed = listed.copy()
    for company in companies:
        if company.life.ending:
            followed[days >= np.datetime64(company.life.ending.announced_on), company.index] = False
    return listed, followed


@dataclass(frozen=True, slots=True)
class _Jumps:
    """What announced endings do to prices.

    at:         by session number, the companies that jump at its open and the log returns.
    calm_since: per company, the number of the first session on which it hardly moves; none is that late if it does.
    """

    at: dict[int, list[tuple[int, float]]]
    calm_since: NDArray[np.int64]

    def calm(self, now: int) -> NDArray[np.float64]:
        """Return what to multiply each company's noise by."""
        return np.where(now >= self.calm_since, _TARGET_CALM, 1.0)


def _jumps(companies: list[Company], sessions: list[date]) -> _Jumps:
    place = {session: number for number, session in enumerate(sessions)}
    jumps = _Jumps({}, np.full(len(companies), len(sessions)))
    for company in companies:
        ending = company.life.ending
        if ending:
            after = place[ending.announced_on] + 1
            jumps.at.setdefault(after, []).append((company.index, log(1 + ending.jump)))
            if ending.kind is EndingKind.ACQUIRED:
                jumps.calm_since[company.index] = after
    return jumps


def _traded(  # noqa: PLR0917 - the parts of one sum
    plan: Plan,
    knowledge: Knowledge,
    walk: Walk,
    own: tuple[Panel, Panel],
    shared: _Shared,
    own_sd: NDArray[np.float64],
    jumps: _Jumps,
) -> tuple[Panel, Panel]:
    """Return opens and closes as traded; plants the effects and the jumps in the own parts, session by session."""
    opens, closes = np.empty_like(own[0]), np.empty_like(own[0])
    overnight, within = own
    for now, session in enumerate(knowledge.sessions):
        calm = jumps.calm(now)
        overnight[now] *= calm
        within[now] *= calm
        for company, jump in jumps.at.get(now, ()):
            overnight[now, company] += jump
        if now:
            within[now] += _planted(plan, knowledge.z_rows(now - 1), own_sd)
        opens[now], closes[now] = walk.step(
            session, overnight[now] + calm * shared.overnight(now), within[now] + calm * shared.intraday(now)
        )
        knowledge.learn(now, walk)
    return opens, closes


def _first_prices(stream: np.random.Generator, actions: list[Action], count: int) -> NDArray[np.float64]:
    low, high = np.log(_FIRST_PRICE)
    return np.asarray(stream.uniform(low, high, count) + np.log(first_levels(actions, count)))


@dataclass(frozen=True, slots=True)
class _Shared:
    """The market's and the sectors' parts of the log returns, small; a row for all companies is made when asked for."""

    beta: NDArray[np.float64]
    sector: NDArray[np.int64]
    parts: tuple[tuple[Panel, Panel], ...]

    @classmethod
    def drawn(
        cls, stream: np.random.Generator, sessions: int, beta: NDArray[np.float64], sector: NDArray[np.int64]
    ) -> _Shared:
        """Return the parts of all sessions, overnight before intraday."""
        parts = []
        for share in (1 - INTRADAY_SHARE, INTRADAY_SHARE):
            market = _DRIFT * share + MARKET_SD * np.sqrt(share) * stream.standard_normal((sessions, 1))
            parts.append(
                (market, SECTOR_SD * np.sqrt(share) * stream.standard_normal((sessions, int(sector.max()) + 1)))
            )
        return cls(beta, sector, tuple(parts))

    def overnight(self, now: int) -> NDArray[np.float64]:
        """Return each company's part from the close before to the open."""
        return self._row(0, now)

    def intraday(self, now: int) -> NDArray[np.float64]:
        """Return each company's part from open to close."""
        return self._row(1, now)

    def _row(self, part: int, now: int) -> NDArray[np.float64]:
        market, sectors = self.parts[part]
        return np.asarray(market[now] * self.beta + sectors[now, self.sector])


def _extremes(
    stream: np.random.Generator, opens: Panel, closes: Panel, own_sd: NDArray[np.float64]
) -> tuple[Panel, Panel]:
    """Return highs and lows, USD; drawn row by row so that no further panel is needed."""
    high, low = np.maximum(opens, closes), np.minimum(opens, closes)
    for panel, sign in ((high, 1), (low, -1)):
        for now in range(len(panel)):
            beyond = np.abs(stream.standard_normal(len(own_sd))) * 0.4 * own_sd
            panel[now] = quoted(panel[now] * np.exp(sign * beyond))
    return high, low


def _volumes(
    stream: np.random.Generator, sessions: list[date], companies: int, filings: list[Filing]
) -> NDArray[np.int64]:
    """Return shares traded: about a million a session, twice that on the session after a filing, half on half days."""
    level = stream.normal(np.log(1e6), 0.7, companies)
    shares = np.empty((len(sessions), companies))
    for row in shares:
        row[:] = np.exp(level + 0.35 * stream.standard_normal(companies))
    place = {session: number for number, session in enumerate(sessions)}
    for filing in filings:
        if filing.tradable_session in place:
            shares[place[filing.tradable_session], [company.index for company in filing.companies]] *= 2
    shares[[number for number, session in enumerate(sessions) if _is_half_day(session)]] *= 0.5
    return shares.astype(np.int64)


def _is_half_day(session: date) -> bool:
    return clock.session_close(session).astimezone(clock.NEW_YORK).hour < _USUAL_CLOSE


def _multiply_shares(market: Market) -> None:
    """Multiply volumes by the splits up to each session."""
    place = {session: number for number, session in enumerate(market.sessions)}
    for one in market.paid:
        if one.action.ratio != 1:
            later = market.volume[place[one.action.ex_session] :, one.action.company]
            later[:] = (later * one.action.ratio).astype(np.int64)


def _thin_out(plan: Plan, market: Market) -> None:
    """Leave the illiquid names without trade on some sessions, never on an ex session, the first or the last."""
    place = {session: number for number, session in enumerate(market.sessions)}
    draws = Draws(plan.stream(Purpose.LIQUIDITY))
    names = draws.shuffled(range(len(market.own_sd)))[: round(plan.illiquid * len(market.own_sd))]
    for company in names:
        stream = plan.stream(Purpose.LIQUIDITY, 1 + company)
        silent = stream.random(len(market.sessions)) < draws.between(*_SHARE_WITHOUT_TRADE) / 100
        listed = np.flatnonzero(market.listed[:, company])
        ex = [place[one.action.ex_session] for one in market.paid if one.action.company == company]
        silent[[*ex, listed[0], listed[-1]]] = False
        _quote_the_last_trade(market, company, silent)


def _quote_the_last_trade(market: Market, company: int, silent: NDArray[np.bool_]) -> None:
    traded = np.where(silent, 0, np.arange(len(silent)))
    last = market.close[np.maximum.accumulate(traded), company]
    for panel in (market.open, market.high, market.low, market.close):
        panel[silent, company] = last[silent]
    shares = (market.volume[:, company] * _ILLIQUID_VOLUME).astype(np.int64)
    market.volume[:, company] = np.where(silent, 0, np.maximum(shares, 1))


def _leave_out_unlisted(market: Market) -> None:
    for panel in (market.open, market.high, market.low, market.close):
        panel[~market.listed] = np.nan
    market.volume[~market.listed] = 0
