"""`Readings` from served scores and the lake: what the pages show of the real or the simulated market."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import shift_session
from edgewise.core.errors import NotFound
from edgewise.core.ports import FilingState
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.core.tables_failures import INGEST_FAILURES
from edgewise.core.tables_fundamentals import FACTS
from edgewise.score.contributions import factor_points
from edgewise.serve.dashboard.branches import explanation_tree, filings_behind
from edgewise.serve.dashboard.company_record import company_record
from edgewise.serve.dashboard.data import FactorMove, Health, Hit, MarketDay, Screen, StockDay, TableState, Why
from edgewise.serve.lags import lags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from edgewise.core.clock import Clock
    from edgewise.core.ports import FilingLedger, ServedScores, StreamLedger
    from edgewise.lake import Lake
    from edgewise.pipelines.score_day import ServedDay
    from edgewise.pipelines.score_explain import ExplainedScore
    from edgewise.pipelines.score_reading import ScoreReader
    from edgewise.serve.dashboard.data import StockRecord

DAY, WEEK = 1, 5
"""Sessions."""
HISTORY_DAYS = 730
TIMED_AT_MOST = 10_000


class StoredReadings:
    """Reads for the pages. Safe to share between threads.

    simulated: accessions are of no filing at the SEC, so nothing links there.
    """

    def __init__(
        self,
        lake: Lake,
        served: ServedScores,
        reader: ScoreReader,
        filings: FilingLedger,
        clock: Clock,
        *,
        stream: StreamLedger | None = None,
        simulated: bool = False,
    ) -> None:
        self._lake, self._served, self._reader = lake, served, reader
        self._filings, self._clock, self._stream = filings, clock, stream
        self._simulated = simulated
        self._market: tuple[str, MarketDay] | None = None

    def market(self) -> MarketDay:
        """Return the newest session that is served. Raises NotFound."""
        day = self._reader.day()
        if self._market is None or self._market[0] != day.stamp:
            self._market = (day.stamp, self._compared(day))
        return self._market[1]

    def find(self, text: str, *, limit: int) -> list[Hit]:
        """Return who answers to `text`: that ticker, tickers that begin so, names that begin so, names that hold it."""
        return found(self.market().rows, text, limit=limit)

    def stock(self, ticker: str) -> StockDay:
        """Return the score of a security on the newest session. Raises NotFound, InvalidInput."""
        day, row = self._reader.score(ticker)
        _, newest_first = self._reader.history(ticker, days=HISTORY_DAYS)
        week = shift_session(day.session, -WEEK)
        before = next(newest_first.filter(pl.col("session") == week).iter_rows(named=True), None)
        weights = self._reader.configuration
        points = factor_points(row, weights)
        moves = factor_moves(row, points, before, factor_points(before, weights)) if before and points else []
        return StockDay(
            ticker=str(row["ticker"] or ticker),
            company=str(row["company"] or ticker),
            score=row,
            points=points,
            medians=medians(day.rows, row["sector"]),
            history=newest_first.select("session", "overall", "score").reverse(),
            week=week if moves else None,
            moves=moves,
        )

    def record(self, ticker: str) -> StockRecord:
        """Return prices, filings and changes of risk factors. Raises NotFound, InvalidInput."""
        day, row = self._reader.score(ticker)
        return company_record(self._lake, self._reader, row, day, simulated=self._simulated)

    def explanation(self, ticker: str) -> Why:
        """Return why the newest score is what it is. Raises NotFound, InvalidInput."""
        explained = self._reader.explain(ticker)
        tree = explanation_tree(explained, simulated=self._simulated)
        return Why(tree, filings_behind(explained, self._told(explained), simulated=self._simulated))

    def _told(self, explained: ExplainedScore) -> dict[str, tuple[str, datetime]]:
        """Return form and instant of publication of the filings that tell facts of the company."""
        own = pl.col("cik") == int(explained.score["cik"])
        facts = self._lake.read(FACTS, columns=["accession", "form", "known_at"], where=own)
        first = facts.group_by("accession").agg(pl.col("form").first(), pl.col("known_at").min())
        return {accession: (form, known_at) for accession, form, known_at in first.iter_rows()}

    def screen(self) -> Screen:
        """Return all securities of the newest session. Raises NotFound."""
        day = self.market()
        return Screen(day.session, day.known_at, day.rows)

    def health(self) -> Health:
        """Return how the house is."""
        now = self._clock.now()
        tables = [TableState(one.name, one.rows, one.version, one.newest_known_at) for one in self._lake.tables()]
        states, failures = Counter[str](), Counter[str]()
        for (state, reason), count in self._filings.counts().items():
            states[state] += count
            if state is FilingState.FAILED:
                failures[f"filings: {reason}"] += count
        timed = self._stream.timed(since=now - timedelta(hours=1), limit=TIMED_AT_MOST) if self._stream else []
        return Health(now, self._session(), tables, states, failures + self._not_ingested(), lags(timed))

    def _session(self) -> date | None:
        try:
            return self._reader.day().session
        except NotFound:
            return None

    def _not_ingested(self) -> Counter[str]:
        """Return what could not be brought in and has not come since, by ingester and reason."""
        failed = self._lake.read(INGEST_FAILURES, where=pl.col("status") == "failed")
        counted = failed.group_by("ingester", "reason").len().iter_rows()
        return Counter({f"{ingester}: {reason}": count for ingester, reason, count in counted})

    def _compared(self, day: ServedDay) -> MarketDay:
        rows, sessions = day.rows.drop_nulls("ticker"), {}
        for name, by in (("last", DAY), ("week", WEEK)):
            session = shift_session(day.session, -by)
            before = self._served.of_session(self._reader.configuration.name, session)
            rows = rows.join(
                before.select("instrument_id", pl.col("overall").alias(name)), on="instrument_id", how="left"
            )
            sessions[name] = session if before.height else None
        return MarketDay(day.session, day.known_at, sessions["last"], sessions["week"], rows)


def found(rows: pl.DataFrame, text: str, *, limit: int) -> list[Hit]:
    """Return who answers to `text`, the likeliest first; case does not matter.

    Among equals the rated come first, the larger company, the shorter ticker: who types a name means the known one.
    """
    wanted = text.strip().lower()
    ticker, company = pl.col("ticker").str.to_lowercase(), pl.col("company").str.to_lowercase()
    likely = (
        pl.when(ticker == wanted).then(0)
        .when(ticker.str.starts_with(wanted)).then(1)
        .when(company.str.starts_with(wanted)).then(2)
        .when(company.str.contains(wanted, literal=True)).then(3)
    )  # fmt: skip
    hits = (
        rows.with_columns(likely=likely)
        .drop_nulls("likely")
        .sort(
            "likely",
            pl.col("overall").is_null(),
            -pl.col("market_value"),
            ticker.str.len_chars(),
            "ticker",
            nulls_last=True,
        )
        .head(limit)
    )
    return [Hit(row["ticker"], row["company"], row["overall"]) for row in hits.iter_rows(named=True)]


def medians(rows: pl.DataFrame, sector: object) -> dict[str, float | None]:
    """Return the median of each factor among the names of a sector, of all names where no sector is known."""
    peers = rows if sector is None else rows.filter(pl.col("sector") == sector)
    return peers.select(pl.col(FACTOR_COLUMNS).median()).row(0, named=True)


def factor_moves(
    now: Mapping[str, Any], points: Mapping[str, float], was: Mapping[str, Any], points_was: Mapping[str, float]
) -> list[FactorMove]:
    """Return what moved a score between two rows of SCORES; the points add up to the difference of the scores.

    Empty where one of both is not rated.
    """
    if not points or not points_was:
        return []
    names = dict.fromkeys([*points, *points_was])
    moves = [
        FactorMove(name, was.get(name), now.get(name), points_was.get(name, 0.0), points.get(name, 0.0))
        for name in names
    ]
    return [move for move in moves if move.factor != "bounds" or abs(move.points) > 1e-9]  # noqa: PLR2004 - rounding
