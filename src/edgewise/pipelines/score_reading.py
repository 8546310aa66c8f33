"""Scores as people and programs ask for them: of a ticker, its history, the best, those that fit; and the companies.

The newest session is held in memory. Whether a newer one is served is asked at most once a second; while one is read,
who asks meanwhile gets the one before.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import NEW_YORK, last_opened_session, session_close, shift_session
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Cik, InstrumentId, Ticker
from edgewise.core.tables import FILING_TONE, FILINGS, INSTRUMENTS
from edgewise.pipelines.score_day import ServedDay, read_day
from edgewise.pipelines.score_explain import explain_score
from edgewise.score.weights import STANDARD
from edgewise.sources.edgar.tickers import current, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from edgewise.core.clock import Clock
    from edgewise.core.ports import ServedScores
    from edgewise.lake import Lake
    from edgewise.pipelines.score_explain import ExplainedScore
    from edgewise.score.weights import Configuration

LOOK_EVERY_S = 1.0
_FILING = ["accession", "form", "filed_date", "period_end", "known_at", "source_url"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of a number: at least and at most, both inclusive; None is none."""

    name: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the screener is asked.

    bounds:     fields of `score_day.FIELDS` with their limits; who has no value of a field does not fit.
    sector:     only this one.
    sort:       field, or ticker; who has no value comes last either way; equals in the order of their tickers.
    """

    bounds: tuple[Bound, ...] = ()
    sector: str | None = None
    sort: str = "score"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """A security and its company. newest_filing is a row of FILINGS, None where none is stored."""

    ticker: str
    instrument_id: str
    cik: int
    company: str
    exchange: str | None
    sector: str | None
    industry: str | None
    as_of: datetime
    newest_filing: dict[str, object] | None
    other_tickers: list[str] = field(default_factory=list)


class ScoreReader:
    """Reads served scores of one configuration, and the lake beside them. Safe to share between threads.

    tick: seconds that only grow.
    """

    def __init__(
        self,
        lake: Lake,
        served: ServedScores,
        clock: Clock,
        *,
        configuration: Configuration = STANDARD,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.configuration = configuration
        self._lake = lake
        self._served = served
        self._clock = clock
        self._tick = tick
        self._look = threading.Lock()
        self._known: ServedDay | None = None
        self._asked: tuple[int, date | None, int | None] | None = None
        self._until = float("-inf")

    def held(self) -> ServedDay | None:
        """Return the newest session if it is in memory and was looked for within the last second; reads nothing."""
        return self._known if self._tick() < self._until else None

    def day(self) -> ServedDay:
        """Return the newest session that is served. Raises NotFound where nothing is."""
        known = self.held()
        if known is None:
            if not self._look.acquire(blocking=self._known is None):
                assert self._known is not None
                return self._known
            try:
                known = self.held() or self._read()
            finally:
                self._look.release()
        if known is None:
            raise NotFound(
                f"no scores of configuration {self.configuration.name} are served",
                advice="Compute them: edgewise scores compute --all",
            )
        return known

    def _read(self) -> ServedDay | None:
        """Look what is newest, and read it where it is another than before."""
        name = self.configuration.name
        asked = (self._served.changes(name), self._served.newest(name), self._lake.version(INSTRUMENTS))
        if self._known is None or asked != self._asked:
            self._known = read_day(self._lake, self._served, name)
            self._asked = asked
        self._until = self._tick() + LOOK_EVERY_S
        return self._known

    def security(self, ticker: str) -> tuple[ServedDay, str]:
        """Return the newest session and the security that a ticker names on it.

        Raises NotFound, with what is near; InvalidInput for no ticker.
        """
        symbol = Ticker(ticker[:40])
        day = self.day()
        known = day.securities.get(symbol)
        return day, known or str(resolve(day.instruments, symbol, self._today()))

    def score(self, ticker: str) -> tuple[ServedDay, dict[str, object]]:
        """Return the newest session and the row of a ticker in it. Raises NotFound."""
        day, instrument_id = self.security(ticker)
        row = day.row(instrument_id)
        if row is None:
            raise NotFound(
                f"{Ticker(ticker)} is not scored on {day.session}",
                advice="Its history may tell since when; it may have left the exchange.",
            )
        return day, row

    def history(self, ticker: str, *, days: int) -> tuple[ServedDay, pl.DataFrame]:
        """Return the scores of the last `days` days before the newest session and of it, the newest first.

        Raises NotFound where the ticker names nothing or nothing of it was ever served.
        """
        if days < 0:
            raise InvalidInput(f"a history of {days} days", advice="Give 0 or more.")
        day, instrument_id = self.security(ticker)
        since = day.session - timedelta(days=days)
        rows = self._served.of_security(self.configuration.name, instrument_id, since=since, limit=days + 1)
        if rows.is_empty():
            raise NotFound(f"{Ticker(ticker)} was not scored since {since}", advice="Ask for more days.")
        return day, rows

    def top(
        self, *, sector: str | None = None, min_score: float | None = None, limit: int
    ) -> tuple[ServedDay, pl.DataFrame]:
        """Return the best rated rows of the newest session, the best first, equals in the order of their tickers."""
        day = self.day()
        rated = Question((Bound("score", min_score),), sector)  # who is not rated has no score
        return day, day.rows[fitting(day, rated)[:limit]]

    def explain(self, ticker: str, *, as_of: datetime | None = None) -> ExplainedScore:
        """Return the score of the newest session that had closed at an instant, as known then, and what it is made of.

        as_of:  UTC; None for the newest session that is served.
        Raises: NotFound where nothing is published; InvalidInput outside of what the calendar covers.
        """
        day, instrument_id = self.security(ticker)
        session = day.session if as_of is None else closed_session(as_of)
        return explain_score(self._lake, instrument_id, session, self.configuration, as_of=as_of)

    def company(self, ticker: str) -> CompanyRecord:
        """Return a security and its company; works where nothing is scored, too. Raises NotFound."""
        symbol, day = Ticker(ticker[:40]), self._day_if_any()
        instruments = day.instruments if day else self._lake.history(INSTRUMENTS)
        known = day.securities.get(symbol) if day else None
        instrument_id = InstrumentId(known) if known else resolve(instruments, symbol, self._today())
        spans = current(instruments).sort("valid_from")
        span = spans.filter(pl.col("instrument_id") == instrument_id, pl.col("ticker") == symbol).row(-1, named=True)
        others = spans.filter(pl.col("cik") == span["cik"], pl.col("ticker") != symbol, pl.col("valid_to").is_null())
        row = (day.row(instrument_id) if day else None) or {}
        filings = self._filings(span["cik"], limit=1)
        return CompanyRecord(
            symbol,
            instrument_id,
            span["cik"],
            span["company"],
            span["exchange"],
            row.get("sector"),  # type: ignore[arg-type]
            row.get("industry"),  # type: ignore[arg-type]
            day.known_at if day else self._clock.now(),
            filings.row(0, named=True) if filings.height else None,
            sorted(others["ticker"].unique()),
        )

    def filings(self, ticker: str, *, limit: int) -> tuple[CompanyRecord, pl.DataFrame]:
        """Return a company and its newest filings, the newest first, with the tone of each.

        Columns: accession, form, filed_date, period_end, known_at, source_url, and net_tone (-1 to 1), tone_model,
        tone_status of the whole filing by the model that scored it last; null where none did.
        """
        record = self.company(ticker)
        found = self._filings(record.cik, limit=limit)
        whole = (pl.col("item") == "all") & pl.col("accession").is_in(found["accession"].implode())
        tone = (
            self._lake.read(FILING_TONE, where=whole)
            .sort("known_at", "model_version")
            .group_by("accession", maintain_order=True)
            .last()
            .select(
                "accession", pl.col("net").alias("net_tone"), pl.col("model_version").alias("tone_model"),
                pl.col("status").alias("tone_status"),
            )
        )  # fmt: skip
        return record, found.join(tone, on="accession", how="left", maintain_order="left")

    def _filings(self, cik: int, *, limit: int) -> pl.DataFrame:
        rows = self._lake.read(FILINGS, columns=_FILING, where=pl.col("cik") == cik)
        return rows.unique("accession").sort("known_at", "accession", descending=True).head(limit)

    def _day_if_any(self) -> ServedDay | None:
        try:
            return self.day()
        except NotFound:
            return None

    def _today(self) -> date:
        return self._clock.now().astimezone(NEW_YORK).date()


def closed_session(instant: datetime) -> date:
    """Return the newest session that had closed at an instant. Raises InvalidInput outside what the calendar covers."""
    session = last_opened_session(instant)
    return session if session_close(session) <= instant else shift_session(session, -1)


def issuer_named(lake: Lake, ticker: str, instant: datetime) -> Cik:
    """Return the company that a ticker names on the New York day of an instant. Raises NotFound and InvalidInput."""
    known, symbol, day = lake.history(INSTRUMENTS), Ticker(ticker), instant.astimezone(NEW_YORK).date()
    own = (pl.col("instrument_id") == resolve(known, symbol, day)) & (pl.col("ticker") == symbol)
    return Cik(current(known).filter(own).sort("valid_from")["cik"][-1])


def fitting(day: ServedDay, question: Question) -> NDArray[np.intp]:
    """Return the places in `day.rows` of those that fit, sorted.

    Raises InvalidInput for a field or sector that is not there.
    """
    fits = np.ones(day.rows.height, dtype=bool)
    for bound in question.bounds:
        fits &= _fit(day.numbers(bound.name), bound)
    if question.sector is not None:
        if question.sector not in (sectors := day.sectors):
            raise InvalidInput(
                f"there is no sector {question.sector[:100]!r}", advice=f"Sectors: {', '.join(sectors)}."
            )
        fits &= (day.rows["sector"] == question.sector).fill_null(value=False).to_numpy()
    if question.sort == "ticker":
        step = -1 if question.descending else 1
        return np.flatnonzero(fits)[::step]
    order = day.order(question.sort, descending=question.descending)
    return order[fits[order]]


def fields_of(question: Question) -> Sequence[str]:
    """Return the fields that a question names, each once."""
    named = [bound.name for bound in question.bounds]
    return list(dict.fromkeys([*named, *([] if question.sort == "ticker" else [question.sort])]))


def _fit(values: NDArray[np.float64], bound: Bound) -> NDArray[np.bool_]:
    """Return which values are within a limit; who has none is not."""
    fits = ~np.isnan(values)
    if bound.least is not None:
        fits &= values >= bound.least
    if bound.most is not None:
        fits &= values <= bound.most
    return fits
