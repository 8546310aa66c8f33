"""Bring prices in from providers: the primary first, fall-backs after it, what they disagree about told.

1. *Which days.* A security is asked for from a few sessions before its newest stored one, which shows corrections; one
   without prices from the first day wanted, up to its last one: who has left the market is not asked for beyond it.
   A kill loses at most the batch in work, and a repetition changes nothing.
2. *Who.* Providers are asked in their order until one answers; why the others did not is counted. One that refuses
   (a limit, a key, an outage) is left alone for the rest of the run. A company nobody has is a failure with reasons.
3. *What is stored.* A new session is known at its close. Where a row is stored already, it stays if it came from the
   same provider or from one asked earlier (a file comes before all); a close that differs is a row of
   `price_disagreements`. Only a correction by the same provider is stored, known from when it was seen.
4. *Quarantine.* New rows are judged by `market.quarantine`; about a move that nothing explains the next provider
   is asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import FIRST_SESSION, latest_known_at, session_close, session_open, sessions, shift_session
from edgewise.core.errors import EdgewiseError, NotConfigured, Transient
from edgewise.core.identifiers import Ticker
from edgewise.core.table import Instant
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS, PRICE_DISAGREEMENTS
from edgewise.market.delisting import Ended, delisting_return
from edgewise.market.quarantine import ALIKE, SUSPECT, judged, looks_like_split
from edgewise.sources.edgar.tickers import current, identify
from edgewise.sources.prices.provided import ProvidedPrices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.sources.prices.open import Providers
    from edgewise.sources.prices.provided import PriceProvider, WholeMarket

BATCH = 100
SESSIONS_AT_ONCE = 21
OVERLAP = 5
"""Sessions asked for again, so that corrections show."""
_LONGEST_BREAK = timedelta(days=15)
CONTEXT = 8
"""Stored sessions that new rows are judged beside."""
APART = 0.005
"""Closes nearer than this fraction, or than a cent, are the same."""
_GROUPED = "https://api.polygon.io/v2/aggs/grouped/locale/us/market/stocks"
_LEVELS = ("open", "high", "low", "close")
_KEY = ("instrument_id", "session")
_OF_AN_END = ("delisting_return", "ended", "exchange")
_REFUSALS = (Transient, NotConfigured)


@dataclass(slots=True)
class IngestedFromProviders:
    """What came of a run.

    companies:   securities with an answer, or sessions of the whole market.
    rows:        rows of prices read; `new` and `corrected` those that were stored.
    suspect:     of those stored, how many are in quarantine, by reason.
    disagreements: rows that say that a provider differs from what is stored.
    rejected:    bars and events left out, by reason. unresolved: bars whose symbol named no known security.
    by_provider: answers used. skipped: providers that were not asked, or not asked any more, and why.
    failed:      per symbol, or session of the whole market, what each provider said.
    """

    companies: int = 0
    rows: int = 0
    new: int = 0
    corrected: int = 0
    actions: int = 0
    disagreements: int = 0
    suspect: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    unresolved: int = 0
    by_provider: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows of one provider, securities found: columns of PRICES and of CORPORATE_ACTIONS."""

    provider: str
    prices: pl.DataFrame
    actions: pl.DataFrame


class PriceIngestion:
    """One run. `clock` tells which sessions have closed and when something was seen; `instruments` are all versions."""

    def __init__(self, providers: Providers, lake: Lake, instruments: pl.DataFrame, clock: Clock) -> None:
        self._providers, self._lake, self._clock = providers, lake, clock
        self._instruments = instruments
        self._ranks = {"file": -1} | {one.name: place for place, one in enumerate(providers.in_order)}
        self.report = IngestedFromProviders(skipped=dict(providers.skipped))

    def by_security(
        self,
        wanted: Sequence[tuple[Ticker, str]],
        *,
        since: date,
        resume: bool = False,
        compare: bool = False,
        on_progress: Callable[[int], object] = lambda _done: None,
    ) -> IngestedFromProviders:
        """Ask for securities one at a time (today's or last symbol, instrument_id), store them in batches of 100.

        One that has left the market and whose last session is stored is not asked for again, unless to compare.

        resume:  leave out securities whose last closed session is stored.
        compare: ask every provider, and tell where they differ from the first.
        """
        closed = self._last_closed()
        last = last_sessions(self._instruments)
        for batch in (wanted[begin : begin + BATCH] for begin in range(0, len(wanted), BATCH)):
            newest = self._newest([instrument for _, instrument in batch])
            answers: list[Answered] = []
            for ticker, instrument in batch:
                stored, until = newest.get(instrument), min(closed, last.get(instrument, closed))
                complete = stored == until and (resume or (instrument in last and not compare))
                if not complete:
                    begins = since if stored is None else max(since, shift_session(stored, -OVERLAP))
                    answers += self._answers(ticker, instrument, begins, until, compare=compare)
                on_progress(1)
            self._store(answers)
        return self.report

    def by_session(
        self,
        source: WholeMarket,
        *,
        since: date,
        again: bool = False,
        on_progress: Callable[[int], object] = lambda _done: None,
    ) -> IngestedFromProviders:
        """Ask for all securities of each closed session from `since` that is not stored yet, one question a session.

        again: ask for stored sessions, too: they lack securities that became known later.
        Some weeks of sessions are stored at once: a commit takes as long for one session as for twenty.
        """
        until = self._last_closed()
        if since > until:
            return self.report
        have = set() if again else self._sessions_asked(since)
        missing = [session for session in sessions(since, until) if session not in have]
        events = self._attempt(source, "events", lambda: source.events(since, until))
        if events is not None and events.actions.height:
            self._store_actions(self._actions(events, source.name, "https://api.polygon.io/v3/reference", None))
        for batch in (missing[begin : begin + SESSIONS_AT_ONCE] for begin in range(0, len(missing), SESSIONS_AT_ONCE)):
            answers: list[ProvidedPrices] = []
            for session in batch:
                found = self._attempt(source, str(session), lambda day=session: source.grouped(day))  # type: ignore[misc]
                if found is not None:
                    answers.append(found)
                on_progress(1)
            if answers:
                self._store([self._identified_together(answers, source)])
        return self.report

    def _sessions_asked(self, since: date) -> set[date]:
        """Return the sessions that a whole answer is stored of; what came symbol by symbol leaves the others out."""
        whole = pl.col("source_url").str.starts_with(f"{_GROUPED}/")
        return set(self._lake.read(PRICES, columns=["session"], where=(pl.col("session") >= since) & whole)["session"])

    def _last_closed(self) -> date:
        """Return the last session that had closed by now."""
        now = self._clock.now()
        day = now.date()
        days = sessions(date.fromordinal(day.toordinal() - 15), day)
        return next(session for session in reversed(days) if session_close(session) <= now)

    def _newest(self, instruments: list[str]) -> dict[str, date]:
        stored = self._lake.read(PRICES, columns=["instrument_id", "session"], where=_among(instruments))
        return dict(stored.group_by("instrument_id").agg(pl.col("session").max()).iter_rows())

    def _asked(self) -> Iterator[PriceProvider]:
        return (one for one in self._providers.in_order if one.name not in self.report.skipped)

    def _answers(
        self, ticker: Ticker, instrument: str, since: date, until: date, *, compare: bool
    ) -> Iterator[Answered]:
        """Yield the answer of the first provider that has one; of all, if they are compared."""
        said: dict[str, str] = {}
        answered = False
        for provider in self._asked():
            try:
                found = provider.history(ticker, since, until)
            except EdgewiseError as error:
                said[provider.name] = error.code
                self._leave_alone(provider, error)
                continue
            yield self._identified(found, provider, provider.source_of(ticker), instrument)
            self.report.companies += not answered
            answered = True
            if not compare:
                return
        if not answered:
            told = "; ".join(f"{name}: {code}" for name, code in said.items())
            self.report.failed[str(ticker)] = told or "no provider is left to ask"

    def _attempt(self, provider: PriceProvider, what: str, ask: Callable[[], ProvidedPrices]) -> ProvidedPrices | None:
        if provider.name in self.report.skipped:
            self.report.failed[what] = "no provider is left to ask"
            return None
        try:
            return ask()
        except EdgewiseError as error:
            self.report.failed[what] = f"{provider.name}: {error.code}"
            self._leave_alone(provider, error)
            return None

    def _leave_alone(self, provider: PriceProvider, error: EdgewiseError) -> None:
        if isinstance(error, _REFUSALS):
            self.report.skipped[provider.name] = str(error)

    def _identified(self, found: ProvidedPrices, provider: PriceProvider, url: str, instrument: str | None) -> Answered:
        """Return an answer with its securities: the one asked for, or what each symbol named on its day."""
        self.report.rejected.update(found.rejected)
        self.report.by_provider[provider.name] += 1
        fixed = None if provider.symbols_of_day else instrument
        named = self._named(found.prices, "session", fixed)
        rows = named.drop_nulls("instrument_id")
        self.report.unresolved += named.height - rows.height
        if instrument is not None:
            rows = rows.filter(pl.col("instrument_id") == instrument)
        self.report.rows += rows.height
        prices = rows.with_columns(
            source_url=pl.lit(url),
            provider=pl.lit(provider.name),
            status=pl.lit(None, dtype=pl.String),
            reasons=pl.lit(None, dtype=pl.String),
        ).select(PRICES.schema.keys())
        return Answered(provider.name, prices, self._actions(found, provider.name, url, fixed))

    def _identified_together(self, answers: Sequence[ProvidedPrices], source: WholeMarket) -> Answered:
        """Return the answers of some sessions as one, each row with the address of its own session."""
        self.report.companies += len(answers)
        self.report.by_provider[source.name] += len(answers) - 1
        lost = sum((Counter(one.rejected) for one in answers), Counter[str]())
        prices = pl.concat([one.prices for one in answers])
        together = ProvidedPrices(prices, answers[0].actions.clear(), dict(lost))
        told = self._identified(together, source, _GROUPED, None)
        url = pl.format(f"{_GROUPED}/{{}}", pl.col("session"))
        return Answered(told.provider, told.prices.with_columns(source_url=url), told.actions)

    def _named(self, rows: pl.DataFrame, on: str, instrument: str | None) -> pl.DataFrame:
        if instrument is not None:
            return rows.with_columns(instrument_id=pl.lit(instrument))
        return identify(rows, self._instruments, on=on)

    def _actions(self, found: ProvidedPrices, name: str, url: str, instrument: str | None) -> pl.DataFrame:
        named = self._named(found.actions, "ex_session", instrument).drop_nulls("instrument_id")
        return action_rows(named.with_columns(source_url=pl.lit(f"{url}#{name}")))

    def _store_actions(self, actions: pl.DataFrame) -> None:
        """Store events; one that is stored already stays as it is, whoever told it."""
        if actions.is_empty():
            return
        keys = list(CORPORATE_ACTIONS.key)
        stored = self._lake.read(
            CORPORATE_ACTIONS, columns=keys, where=_among(actions["instrument_id"].unique().to_list())
        )
        fresh = actions.unique(keys, keep="first", maintain_order=True).join(stored, on=keys, how="anti")
        self._lake.upsert(CORPORATE_ACTIONS, fresh.sort(keys))
        self.report.actions += fresh.height

    def _store(self, answers: Sequence[Answered]) -> None:
        """Store a batch: events, then what is new, judged beside what was stored, then what differs."""
        answers = [one for one in answers if one.prices.height or one.actions.height]
        if not answers:
            return
        self._store_actions(pl.concat([one.actions for one in answers]))
        prices = pl.concat([one.prices for one in answers])
        if prices.is_empty():
            return
        first = prices.with_columns(rank=pl.col("provider").replace_strict(self._ranks, return_dtype=pl.Int64))
        first = first.sort(*_KEY, "rank").unique(_KEY, keep="first", maintain_order=True).drop("rank")
        among = _among(first["instrument_id"].unique().to_list())
        begins = shift_session(first["session"].sort()[0], -CONTEXT)
        stored = self._lake.read(PRICES, where=among & (pl.col("session") >= begins))
        new = first.join(stored, on=_KEY, how="anti", maintain_order="left")
        corrected = _corrections(first, stored, self._clock.now())
        changed = pl.concat([new, corrected])
        self._tell_disagreements(prices, pl.concat([stored, new]), corrected)
        kept = stored.join(changed, on=_KEY, how="anti")
        actions = self._lake.read(CORPORATE_ACTIONS, where=among, as_of=self._clock.now())
        rows = self._judged(changed, kept, actions)
        self._lake.upsert(PRICES, rows)
        self.report.new += new.height
        self.report.corrected += corrected.height
        self.report.suspect.update(rows.filter(pl.col("status") == SUSPECT)["reasons"].to_list())

    def _judged(self, changed: pl.DataFrame, stored: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
        """Return `changed` with status and reasons, and versions of stored rows that it releases from quarantine."""
        both = pl.concat([changed, stored.select(changed.columns)])
        found = judged(both, actions)
        doubted = found.filter(pl.col("status") == SUSPECT).join(changed, on=_KEY, how="semi")
        if doubted.height:
            confirmed = self._confirmed(doubted, both)
            actions = self._lake.read(CORPORATE_ACTIONS, where=_among(both["instrument_id"].unique().to_list()))
            found = judged(both, actions, confirmed=confirmed)
        own = found.join(changed, on=_KEY, how="semi")
        quarantined = stored.filter(pl.col("status") == SUSPECT)
        released = found.filter(pl.col("status") != SUSPECT).join(quarantined, on=_KEY, how="semi")
        fresh = released.join(stored, on=[*_KEY, "known_at"], how="anti")
        return pl.concat([own, fresh])

    def _confirmed(self, doubted: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows in doubt whose return another provider gives too; a split that it tells is stored.

        A return as traded confirms no move that looks like a split, for a split is in every provider's prices.
        """
        symbols = _symbols_of(doubted, self._instruments)
        closes = {(name, day): close for name, day, close in rows.select(*_KEY, "close").iter_rows()}
        held = [
            (row["instrument_id"], row["session"])
            for row in doubted.iter_rows(named=True)
            if self._confirms(row, symbols.get((row["instrument_id"], row["session"])), closes)
        ]
        return pl.DataFrame(held, schema={"instrument_id": pl.String, "session": pl.Date}, orient="row")

    def _confirms(
        self, row: Mapping[str, Any], symbol: Ticker | None, closes: Mapping[tuple[str, date], float | None]
    ) -> bool:
        """Return whether the next provider gives the return of a row in doubt; the events it tells are stored."""
        other = next((one for one in self._asked() if one.name != row["provider"]), None)
        if other is None or symbol is None:
            return False
        before, session = shift_session(row["session"], -1), row["session"]
        second = self._second(other, symbol, row["instrument_id"], before, session)
        if second is None:
            return False
        self._store_actions(second.actions)
        theirs = dict(second.prices.select("session", "close").drop_nulls().iter_rows())
        ours = closes.get((row["instrument_id"], before))
        if row["reasons"] == "looks_like_split" or not ours or not {before, session} <= theirs.keys():
            return False
        return bool(abs(theirs[session] / theirs[before] / (row["close"] / ours) - 1) <= ALIKE)

    def _second(
        self, provider: PriceProvider, symbol: Ticker, instrument: str, since: date, until: date
    ) -> Answered | None:
        try:
            found = provider.history(symbol, since, until)
        except EdgewiseError as error:
            self._leave_alone(provider, error)
            return None
        return self._identified(found, provider, provider.source_of(symbol), instrument)

    def _tell_disagreements(self, told: pl.DataFrame, stored: pl.DataFrame, corrected: pl.DataFrame) -> None:
        rows = disagreements(told.join(corrected, on=[*_KEY, "provider"], how="anti"), stored, self._clock.now())
        if rows.is_empty():
            return
        known = self._lake.read(PRICE_DISAGREEMENTS, where=_among(rows["instrument_id"].unique().to_list()))
        fresh = rows.join(known, on=[*PRICE_DISAGREEMENTS.key, "close", "stored_close"], how="anti", nulls_equal=True)
        self._lake.upsert(PRICE_DISAGREEMENTS, fresh)
        self.report.disagreements += fresh.height


def last_sessions(instruments: pl.DataFrame) -> dict[str, date]:
    """Return the last session of each security that has left the market: none of its symbols is in use any more."""
    end = pl.col("valid_to")
    ends = current(instruments).group_by("instrument_id").agg(last=end.max(), in_use=end.has_nulls())
    left = ends.filter(~pl.col("in_use")).select("instrument_id", "last")
    return {name: sessions(max(day - _LONGEST_BREAK, FIRST_SESSION), day)[-1] for name, day in left.iter_rows()}


def action_rows(actions: pl.DataFrame) -> pl.DataFrame:
    """Return rows of CORPORATE_ACTIONS from instrument_id, ex_session, kind, ratio, amount, declared_on, source_url.

    Delistings have delisting_return, too, or, where that is null, `ended` (merged, performance) and `exchange`, which
    say what stands in (`market.delisting`); known at the close of the session after the last one.
    The others are known at 22:00 Eastern of the day they were declared, at the latest when the ex session opens.
    """
    absent = [pl.lit(None).alias(name) for name in _OF_AN_END if name not in actions.columns]
    told = actions.with_columns(absent)
    known = [_action_known_at(*row) for row in told.select("kind", "ex_session", "declared_on").iter_rows()]
    returns = [_final_return(*row) for row in told.select("kind", *_OF_AN_END).iter_rows()]
    return CORPORATE_ACTIONS.check(
        told.with_columns(
            delisting_return=pl.Series(returns, dtype=pl.Float64), known_at=pl.Series(known, dtype=Instant)
        ).select(CORPORATE_ACTIONS.schema.keys())
    )


def _action_known_at(kind: str, ex: date, declared: date | None) -> datetime:
    if kind == "delisting":
        return session_close(shift_session(ex, 1))
    return session_open(ex) if declared is None else min(session_open(ex), latest_known_at(declared))


def _final_return(kind: str, told: float | None, ended: str | None, exchange: str | None) -> float | None:
    if kind != "delisting" or told is not None:
        return told
    return delisting_return(1.0, ended=Ended(ended) if ended else None, exchange=exchange)


def disagreements(told: pl.DataFrame, stored: pl.DataFrame, seen_at: datetime) -> pl.DataFrame:
    """Return rows of PRICE_DISAGREEMENTS: where the closes of `told` are not those of `stored`, rows of PRICES."""
    kept = stored.select(*_KEY, stored_provider="provider", stored_close="close")
    pairs = told.join(kept, on=_KEY).filter(pl.col("provider").ne_missing(pl.col("stored_provider")))
    close, other = pl.col("close"), pl.col("stored_close")
    one_sided = close.is_null() != other.is_null()
    apart = ((close / other).log().abs() > APART) & ((close - other).abs() > 0.01)  # noqa: PLR2004 - a cent
    reason = (
        pl.when(one_sided)
        .then(pl.lit("trade_differs"))
        .when(looks_like_split((close / other).log()))
        .then(pl.lit("looks_adjusted"))
        .otherwise(pl.lit("close_differs"))
    )
    found = pairs.filter(one_sided | apart).with_columns(
        reason=reason, known_at=pl.lit(seen_at).cast(PRICE_DISAGREEMENTS.schema["known_at"])
    )
    return PRICE_DISAGREEMENTS.check(found.select(PRICE_DISAGREEMENTS.schema.keys()))


def _corrections(told: pl.DataFrame, stored: pl.DataFrame, seen_at: datetime) -> pl.DataFrame:
    """Return rows that their own provider tells otherwise than before, known from when that was seen."""
    pairs = told.join(stored.select(*_KEY, "provider", *_LEVELS), on=[*_KEY, "provider"], suffix="_stored")
    moved = pl.any_horizontal(
        ((pl.col(level) / pl.col(f"{level}_stored") - 1).abs() > 1e-4)  # noqa: PLR2004 - a hundredth of a percent
        | (pl.col(level).is_null() != pl.col(f"{level}_stored").is_null())
        for level in _LEVELS
    )
    return (
        pairs.filter(moved)
        .with_columns(known_at=pl.max_horizontal("known_at", pl.lit(seen_at).cast(Instant)))
        .select(told.columns)
    )


def _among(instruments: Iterable[str]) -> pl.Expr:
    return pl.col("instrument_id").is_in(list(instruments))


def _symbols_of(rows: pl.DataFrame, instruments: pl.DataFrame) -> dict[tuple[str, date], Ticker]:
    """Return the symbol that each row's security had on its session; of several the one known most narrowly."""
    spans = current(instruments).sort("valid_from", pl.col("valid_to"), descending=[False, True], nulls_last=False)
    spans = spans.select("instrument_id", "ticker", "valid_from", "valid_to")
    named = (
        rows.select(_KEY)
        .join(spans, on="instrument_id", maintain_order="right")
        .filter(
            pl.col("session") >= pl.col("valid_from"),
            pl.col("valid_to").is_null() | (pl.col("session") <= pl.col("valid_to")),
        )
    )
    return {(instrument, day): Ticker(ticker) for instrument, day, ticker in named.select(*_KEY, "ticker").iter_rows()}
