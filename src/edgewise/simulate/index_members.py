"""Who belongs to the index of a simulated market: a table as a vendor of such histories gives it.

The index holds the companies that trade most, a third of all, at most 500. It is reviewed on the first session of each
quarter, by the value traded in the 21 sessions up to a week before; what changes is announced that day. A company whose
end has been announced does not join, and a member leaves with its last session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.simulate.lives import as_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polars._typing import PolarsDataType

    from edgewise.simulate.company import Company
    from edgewise.simulate.market import Market

INDEX = "sp500"
MEMBERS: dict[str, PolarsDataType] = {
    "index": pl.String,
    "ticker": pl.String,
    "cik": pl.Int64,
    "member_from": pl.Date,
    "member_to": pl.Date,
    "announced_on": pl.Date,
    "removal_announced_on": pl.Date,
}
_MOST, _SHARE = 500, 3
_LOOKED_AT, _NOTICE = 21, 5


@dataclass(slots=True)
class _Span:
    company: Company
    begins: date
    announced: date
    ends: date | None = None
    end_announced: date | None = None


def index_members(companies: Sequence[Company], market: Market) -> pl.DataFrame:
    """Return a row per span of membership, the columns of MEMBERS: symbol and CIK as on its first day, New York days.

    Empty for a market of under a quarter.
    """
    spans: list[_Span] = []
    for review in _reviews(market):
        _retire(spans, market.sessions[review])
        _change(spans, companies, market, review)
    _retire(spans, date.max)
    rows = [
        (INDEX, str(then.ticker), int(then.cik), one.begins, one.ends, one.announced, one.end_announced)
        for one in spans
        for then in (as_of(one.company, one.begins),)
    ]
    return pl.DataFrame(rows, schema=MEMBERS, orient="row").sort("ticker", "member_from")


def _reviews(market: Market) -> Iterator[int]:
    """Yield the numbers of the first sessions of quarters that have enough sessions before them."""
    for number, (before, session) in enumerate(pairwise(market.sessions), start=1):
        if (session.month - 1) // 3 != (before.month - 1) // 3 and number >= _LOOKED_AT + _NOTICE:
            yield number


def _retire(spans: list[_Span], day: date) -> None:
    """End the spans of those who were delisted before `day`."""
    for span in (one for one in spans if one.ends is None):
        ending = span.company.life.ending
        if ending and ending.last_session < day:
            span.ends, span.end_announced = ending.last_session, ending.announced_on


def _change(spans: list[_Span], companies: Sequence[Company], market: Market, review: int) -> None:
    """End the spans of those who leave at a review, and begin those who join."""
    session, before, told = (market.sessions[at] for at in (review, review - 1, review - _NOTICE))
    chosen = _chosen(companies, market, review)
    for span in (one for one in spans if one.ends is None):
        if span.company.index not in chosen and _stays(span.company, told):
            span.ends, span.end_announced = before, told
    members = {one.company.index for one in spans if one.ends is None}
    spans += [_Span(company, session, told) for company in companies if company.index in chosen - members]


def _stays(company: Company, day: date) -> bool:
    """Return whether nobody knew on `day` of an end of its listing."""
    return company.life.ending is None or company.life.ending.announced_on > day


def _chosen(companies: Sequence[Company], market: Market, review: int) -> set[int]:
    """Return the companies that trade most of those who are listed and expected to stay."""
    until = review - _NOTICE
    looked_at = slice(until - _LOOKED_AT, until)
    value = np.nansum(market.close[looked_at] * market.volume[looked_at], axis=0)
    told = market.sessions[until]
    stays = np.array([_stays(one, told) for one in companies])
    value[~(stays & market.listed[review])] = 0.0
    size = min(_MOST, len(companies) // _SHARE)
    return {int(place) for place in np.argsort(-value, kind="stable")[:size] if value[place] > 0}
