"""What is known of each company at a close and leads its return from the next open: the signals that can be planted.

A signal is a panel of values x[S, i], sessions by companies, known at the close of session S. Its z is x standardised
(mean 0, deviation 1 with divisor n) over the companies of the same sector that have an x at S, null where fewer than
two differ; further signals than the tone are cut off at 3 deviations. What x is:

    tone         sum over filings k tradable by S of age a <= memory of 2 ** (-a / half_life) * tone[k]
    tone_change  the same sum over tone[k] - tone[the company's filing of the same form before k]
    insiders     the same sum over clusters of insiders' purchases; 0, not null, without any
    themes       the same sum over what companies say of a theme in their calls
    quality      the latest value told by S, if not older than the memory
    value        the latest book value per share told by S, divided by the close, both with all splits undone
    momentum     log total return from the close of S - 252 to the close of S - 21
    placebo      the same sum as for the tone over numbers that mean nothing

Events come as a frame: company (Int64 index), tradable_session (Date), value (Float64).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.simulate.accounts_signals import quality_events, value_inputs
from edgewise.simulate.calls.calendar import theme_events
from edgewise.simulate.ownership.clusters import insider_events
from edgewise.simulate.walk import MOMENTUM_SPAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.walk import Walk

Panel: TypeAlias = NDArray[np.float64]
"""Rows are sessions in order, columns companies in order."""

EVENTS = {"company": pl.Int64, "tradable_session": pl.Date, "value": pl.Float64}
LIMIT = 3.0
_SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class Fading:
    """How long an event counts: half of it after `half_life` sessions (None: all of it), nothing after `memory`.

    latest:  only the newest event counts, not the sum.
    silence: the value of a company without an event; NaN, for null, unless an absence says something, too.
    """

    half_life: float | None
    memory: int
    latest: bool = False
    silence: float = float("nan")


# The effects that come from events, beside the tone's, whose fading the plan gives.
FADINGS: dict[str, Fading] = {
    "tone_change": Fading(42.0, 126),
    "insiders": Fading(21.0, 126, silence=0.0),
    "themes": Fading(42.0, 126),
    "quality": Fading(None, 190, latest=True),
    "value": Fading(None, 190, latest=True),
    "placebo": Fading(21.0, 126),
}


def fading(plan: Plan, name: str) -> Fading | None:
    """Return how an effect's events fade; None for momentum, which has none."""
    return Fading(plan.half_life, plan.memory) if name == "tone" else FADINGS.get(name)


def tone_events(filings: Iterable[Filing]) -> pl.DataFrame:
    """Return every tone as an event of each company that filed it."""
    return _frame(
        (company.index, filing.tradable_session, filing.tone)
        for filing in filings
        if filing.tone is not None
        for company in filing.companies
    )


def tone_change_events(filings: Iterable[Filing]) -> pl.DataFrame:
    """Return, for each filing with a tone, the change since the company's previous one of the same form."""
    before: dict[tuple[int, str], float] = {}
    changes = []
    for filing in filings:
        if filing.tone is None:
            continue
        for company in filing.companies:
            key = company.index, filing.form
            if key in before:
                changes.append((company.index, filing.tradable_session, filing.tone - before[key]))
            before[key] = filing.tone
    return _frame(changes)


def placebo_events(filings: Iterable[Filing]) -> pl.DataFrame:
    """Return every filing's placebo as an event of each company that filed it."""
    return _frame(
        (company.index, filing.tradable_session, filing.placebo)
        for filing in filings
        if filing.placebo is not None
        for company in filing.companies
    )


def checked_events(name: str, events: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of EVENTS in order of session and company; further columns are dropped.

    Raises SchemaMismatch for a missing column, one of another type, nulls and values that are not finite.
    """
    if any(events.schema.get(column) != kind for column, kind in EVENTS.items()):
        raise SchemaMismatch(f"events of {name} have {dict(events.schema)}", advice=f"They need {EVENTS}.")
    told = events.select(EVENTS.keys())
    if told.null_count().sum_horizontal().item() or not told["value"].is_finite().all():
        raise SchemaMismatch(f"events of {name} have nulls or values that are not finite", advice="Leave them out.")
    return told.sort("tradable_session", "company", maintain_order=True)


def event_panel(events: pl.DataFrame, fades: Fading, sessions: Sequence[date], companies: int) -> Panel:
    """Return the value of the events at each close; the silence where there is none, or none young enough."""
    total, present = np.zeros((len(sessions), companies)), np.zeros((len(sessions), companies), dtype=bool)
    ages = np.arange(fades.memory + 1)
    weights = np.ones(len(ages)) if fades.half_life is None else 0.5 ** (ages / fades.half_life)
    place = {session: number for number, session in enumerate(sessions)}
    for company, session, value in events.select(EVENTS.keys()).iter_rows():
        first = place.get(session)
        if first is None:
            continue  # tradable after the last session
        span = slice(first, first + len(weights))
        said = weights[: len(sessions) - first] * value
        total[span, company] = said if fades.latest else total[span, company] + said
        present[span, company] = True
    total[~present] = fades.silence
    return total


def standardise(values: Panel, sector: NDArray[np.int64]) -> Panel:
    """Return `values` with mean 0 and deviation 1 in each sector and session; NaN where fewer than two differ."""
    z = np.full_like(values, np.nan)
    for number in np.unique(sector):
        members = np.flatnonzero(sector == number)
        own, present = values[:, members], ~np.isnan(values[:, members])
        breadth = np.maximum(present.sum(axis=1, keepdims=True), 1)
        centred = own - np.where(present, own, 0).sum(axis=1, keepdims=True) / breadth
        spread = np.sqrt((np.where(present, centred, 0) ** 2).sum(axis=1, keepdims=True) / breadth)
        wide = spread > _SMALLEST_SPREAD
        z[:, members] = np.where(wide, centred / np.where(wide, spread, 1), np.nan)
    return z


def events_of(
    plan: Plan, companies: list[Company], filings: list[Filing], *, given: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Return the events of every effect that the plan names and that has events; `given` ones come before our own.

    Raises InvalidInput for an effect whose events are neither given nor known to the simulator.
    """
    sources: dict[str, Callable[[], pl.DataFrame]] = {
        "tone": lambda: tone_events(filings),
        "tone_change": lambda: tone_change_events(filings),
        "insiders": lambda: insider_events(plan, companies),
        "themes": lambda: theme_events(plan, filings),
        "value": lambda: value_inputs(plan, companies, filings).rename({"book_per_share": "value"}),
        "quality": lambda: quality_events(plan, companies, filings),
        "placebo": lambda: placebo_events(filings),
    }
    wanted = [name for name in plan.planted if fading(plan, name)]
    if missing := [name for name in wanted if name not in given and name not in sources]:
        raise InvalidInput(f"nothing tells of {', '.join(missing)}", advice="Pass events of it to `trade`.")
    return {name: checked_events(name, given[name] if name in given else sources[name]()) for name in wanted}


@dataclass(frozen=True, slots=True)
class Signal:
    """An effect's values and their z, NaN for null: float64 panels for the tone, float32 ones for the others."""

    values: NDArray[np.floating]
    z: NDArray[np.floating]


class Knowledge:
    """What is known at each close: the signals of all effects; those that look at prices fill as these are made."""

    def __init__(
        self,
        plan: Plan,
        sessions: list[date],
        sector: NDArray[np.int64],
        followed: NDArray[np.bool_],
        *,
        events: Mapping[str, pl.DataFrame],
    ) -> None:
        """Work out the signals that come from events.

        sector:   of each company.
        followed: sessions by companies, where signals count: a company that is listed and not about to end.
        events:   by effect, as `events_of` gives them.
        """
        self.sessions = sessions
        self.signals: dict[str, Signal] = {}
        self._sector, self._followed = sector, followed
        for name in plan.planted:
            fades = fading(plan, name)
            values = np.full(followed.shape, np.nan)
            if fades:
                values = event_panel(events[name], fades, sessions, followed.shape[1])
                values[~followed] = np.nan
            self.signals[name] = _signal(name, values, sector)

    def z_rows(self, now: int) -> dict[str, NDArray[np.floating]]:
        """Return each effect's z at a close."""
        return {name: signal.z[now] for name, signal in self.signals.items()}

    def learn(self, now: int, walk: Walk) -> None:
        """Fill in what the closes up to this one say."""
        if "momentum" in self.signals and now >= MOMENTUM_SPAN:
            throughout = self._followed[now] & self._followed[now - MOMENTUM_SPAN]
            self._fill("momentum", now, np.where(throughout, walk.momentum(), np.nan))
        if "value" in self.signals:
            book = self.signals["value"].values[now].astype(np.float64)
            self._fill("value", now, book / (walk.close * walk.shares))

    def _fill(self, name: str, now: int, values: NDArray[np.float64]) -> None:
        self.signals[name].values[now] = values
        self.signals[name].z[now] = _cut(standardise(values[None, :], self._sector))[0]


def _signal(name: str, values: Panel, sector: NDArray[np.int64]) -> Signal:
    """Return the values with their z. Value has none yet: what is known of it so far lacks the price."""
    if name == "tone":
        return Signal(values, standardise(values, sector))
    z = np.full_like(values, np.nan) if name == "value" else _cut(standardise(values, sector))
    return Signal(values.astype(np.float32), z.astype(np.float32))


def _cut(z: Panel) -> Panel:
    """Return z with what lies beyond 3 deviations at 3; NaN stays."""
    return np.clip(z, -LIMIT, LIMIT)


def _frame(rows: Iterable[tuple[int, date, float]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EVENTS, orient="row")
