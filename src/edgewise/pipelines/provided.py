"""What providers say, brought into a bitemporal table: in parts, each of which may fail alone, and in versions.

A part is a question with an answer of some pages. Pages are stored some thousand rows at a time, and a part that is
stored and will not change any more is remembered: `--resume` does not ask it again. So a killed run loses no more than
the answers that were not stored yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import EdgewiseError, NotConfigured, NotFound, Throttled, TooLarge
from edgewise.sources.answers import ProvidedRows
from edgewise.sources.edgar.tickers import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from edgewise.core.clock import Clock
    from edgewise.core.ports import Seen
    from edgewise.core.table import Table
    from edgewise.lake import Lake
    from edgewise.sources.answers import DailyList

# Days after which a provider does not correct what it said any more.
SETTLED_DAYS = 14
MOST_FILE_BYTES = 2_000_000_000
STORED_AT_ONCE = 5_000
_REMEMBERED = timedelta(days=3_650)
_BOOKKEEPING = frozenset({"first_seen_at", "known_at_source", "source_url", "instrument_id", "tone", "tone_by"})


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to an instant, UTC; `until` is None where it is now and goes on."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One question.

    what:    for people.
    pages:   asks it; a generator, nothing is asked before the first page is wanted.
    settled: the key under which it is remembered once it is done; '' if the answer may still change.
    """

    what: str
    pages: Callable[[], Iterable[ProvidedRows]]
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A part that could not be had, and why."""

    what: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of an ingest.

    items:      that answers had, counting repetitions.
    stored:     rows inserted: new ones, and new versions of known ones.
    unchanged:  rows that said what was known.
    suspect, absent: of the rows inserted, by their status; `reasons` counts their reason codes.
    unresolved: of the rows inserted, those whose symbol names no known security.
    parts, resumed: questions asked, and those left out because they were done before.
    left:       questions not asked any more, after a provider blocked us or the limit was reached.
    """

    items: int = 0
    stored: int = 0
    unchanged: int = 0
    suspect: int = 0
    absent: int = 0
    unresolved: int = 0
    parts: int = 0
    resumed: int = 0
    left: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: Ingested) -> Ingested:
        """Return both together."""
        names = ("items", "stored", "unchanged", "suspect", "absent", "unresolved", "parts", "resumed", "left")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        codes = sorted(self.reasons.keys() | other.reasons.keys())
        reasons = {code: self.reasons.get(code, 0) + other.reasons.get(code, 0) for code in codes}
        return Ingested(**sums, reasons=reasons, failures=(*self.failures, *other.failures))


@dataclass(frozen=True, slots=True)
class Intake:
    """How one kind of thing that providers say comes in.

    table:    where it goes; its key begins with the provider and the provider's number.
    parts:    returns the questions that bring a `Span` from an opened source at a clock's time, about `tickers` or all.
    read:     returns the rows of a file: its bytes, its name, and `seen_at`.
    complete: as `store_versions` has it.
    """

    table: Table
    parts: Callable[..., list[Part]]
    read: Callable[..., ProvidedRows]
    complete: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows

    def files(self, paths: Iterable[Path], clock: Clock) -> list[Part]:
        """Return a part for each file; one that cannot be read fails alone."""
        return [Part(path.name, partial(self._file, path, clock)) for path in paths]

    def storing(self, lake: Lake, instruments: pl.DataFrame, clock: Clock) -> Callable[[pl.DataFrame], Ingested]:
        """Return what stores a page."""
        return lambda rows: store_versions(
            lake, self.table, rows, instruments=instruments, seen_at=clock.now(), complete=self.complete
        )

    def _file(self, path: Path, clock: Clock) -> list[ProvidedRows]:
        return [self.read(file_bytes(path), path.name, seen_at=clock.now())]


def ingest_parts(
    parts: Sequence[Part],
    store: Callable[[pl.DataFrame], Ingested],
    *,
    seen: Seen,
    clock: Clock,
    resume: bool = False,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Ingested:
    """Ask part after part and store what they bring; a part that fails becomes a `Failure` and the others go on.

    resume: leave out parts that are done and settled.
    limit:  stop after the page with which so many items were had.
    A provider that blocks us is not asked any more; a refused key raises NotConfigured, a lake that cannot be written
    what it raises. Whatever ends a run, what it had is stored; after a kill, parts of the last 5,000 rows are asked
    again.
    """
    held = _done(parts, seen, clock) if resume else frozenset()
    desk = _Desk(store, lambda keys: seen.keep(keys, until=clock.now() + _REMEMBERED))
    try:
        for place, part in enumerate(parts):
            if part.settled in held:
                desk.total += Ingested(resumed=1)
                on_progress(1)
                continue
            for answer in _answers(part):
                if isinstance(answer, EdgewiseError):
                    desk.failed(part, answer)
                    if isinstance(answer, Throttled):
                        desk.total += Ingested(left=len(parts) - place - 1)
                        return desk.emptied()
                    break
                desk.take(answer)
                if limit is not None and desk.total.items >= limit:
                    desk.total += Ingested(parts=1, left=len(parts) - place - 1)
                    return desk.emptied()
            else:
                desk.done(part)
            on_progress(1)
    finally:
        desk.emptied()
    return desk.total


def _answers(part: Part) -> Iterator[ProvidedRows | EdgewiseError]:
    """Yield the pages of a part, and last of all what ended it early. Raises NotConfigured."""
    try:
        yield from part.pages()
    except NotConfigured:
        raise
    except EdgewiseError as error:
        yield error


class _Desk:
    """Lets pages lie until they are worth a commit, which takes as long for ten rows as for ten thousand.

    A part is remembered as settled once its pages are stored. Two pages with the same item do not lie together: which
    of its states came first would be lost.
    total: what came of the run so far.
    """

    def __init__(self, store: Callable[[pl.DataFrame], Ingested], remember: Callable[[list[str]], None]) -> None:
        self._store, self._remember = store, remember
        self._pages: list[pl.DataFrame] = []
        self._settled: list[str] = []
        self._items: set[tuple[object, ...]] = set()
        self.total = Ingested()

    def take(self, page: ProvidedRows) -> None:
        """Take a page."""
        # The provider and its number, with which every table of theirs begins.
        items = set(page.rows.select(page.rows.columns[:2]).iter_rows())
        if not self._items.isdisjoint(items):
            self.emptied()
        self.total += Ingested(items=page.items)
        self._pages.append(page.rows)
        self._items |= items
        if sum(lying.height for lying in self._pages) >= STORED_AT_ONCE:
            self.emptied()

    def done(self, part: Part) -> None:
        """Note that a part has no more pages."""
        self.total += Ingested(parts=1)
        if part.settled:
            self._settled.append(part.settled)

    def failed(self, part: Part, error: EdgewiseError) -> None:
        """Note that a part ended early."""
        self.total += Ingested(parts=1, failures=(Failure(part.what, error.code, error.what),))

    def emptied(self) -> Ingested:
        """Store what lies here, then remember which parts are settled with it, and return the total."""
        pages, settled = self._pages, self._settled
        self._pages, self._settled, self._items = [], [], set()
        if pages:
            self.total += self._store(pl.concat(pages))
        if settled:
            self._remember(settled)
        return self.total


def store_versions(
    lake: Lake,
    table: Table,
    rows: pl.DataFrame,
    *,
    instruments: pl.DataFrame,
    seen_at: datetime,
    complete: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows,
) -> Ingested:
    """Store what is new of a provider's rows, and what says something else than before, as a version of its own.

    rows:     of `table` without `instrument_id`; its key begins with the provider and the provider's number.
    seen_at:  when we saw them. What changed without a later time of its own is known since then: the provider rewrote
              it, and nobody knows when. So is a row that joins an item which is here already, and one that could
              not be read before.
    complete: adds to rows what costs something to find out, just before they are stored.
    """
    if rows.is_empty():
        return Ingested()
    named = identify(rows, instruments, on="published_on").select(table.schema.keys())
    item = list(table.key[:2])
    stored = lake.history(table, where=_may_be_these(named, item))
    late = _joined_late(table, named.join(stored, on=item, how="semi"), stored)
    told = pl.concat([named.join(late, on=list(table.identity), how="anti"), _known_since(late, seen_at)])
    verdict = _against_stored(table, told, stored)
    rewritten = _against_stored(table, _known_since(verdict.rewritten, seen_at), stored)
    new = pl.concat([verdict.new, rewritten.new, rewritten.rewritten]).unique(table.identity, keep="last")
    known = pl.concat([verdict.known, rewritten.known])
    if new.height:
        lake.upsert(table, table.check(complete(new)), keep_first=["first_seen_at"])
    _name_anew(lake, table, known, stored)
    return _counted(new, known.height)


def _joined_late(table: Table, rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of stored items that are not stored, or at first only from when we saw them.

    Before that the item did not have them, or could not be read: whatever they print, they were not known.
    """
    key = list(table.key)
    first = stored.sort("known_at").unique(key, keep="first")
    placed = rows.join(first.select(*key, _first="known_at", _by="known_at_source"), on=key, how="left")
    since_seen = (pl.col("_by") == "seen") & (pl.col("known_at") < pl.col("_first"))
    return placed.filter(pl.col("_first").is_null() | since_seen).select(rows.columns)


def _may_be_these(rows: pl.DataFrame, item: Sequence[str]) -> pl.Expr:
    """Return what holds of every stored version of these items: their numbers, and no knowledge before their days.

    The numbers are digests that stand all over the table; the days let the lake pass its older files by.
    """
    named = pl.all_horizontal(pl.col(name).is_in(rows[name].unique().implode()) for name in item)
    days = rows["published_on"]
    if days.null_count():
        return named
    first = datetime.combine(days.min(), time(), tzinfo=UTC) - timedelta(days=1)  # type: ignore[arg-type]
    return named & (pl.col("known_at") >= first)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Rows that are new, that are known as they are, and that differ from what is stored for the same instant."""

    new: pl.DataFrame
    known: pl.DataFrame
    rewritten: pl.DataFrame


def _against_stored(table: Table, rows: pl.DataFrame, stored: pl.DataFrame) -> _Verdict:
    """Compare each row with the stored version in force at its `known_at`."""
    if rows.is_empty() or stored.is_empty():
        return _Verdict(rows, rows.clear(), rows.clear())
    key, payload = list(table.key), _payload(table)
    versions = stored.select(*key, "known_at", _said=pl.struct(payload), _since="known_at").sort("known_at")
    # Struct against struct: nulls of a part are equal, those of the whole mean that nothing was in force.
    placed = rows.sort("known_at").with_columns(_says=pl.struct(payload))
    judged = placed.join_asof(versions, on="known_at", by=key, strategy="backward", check_sortedness=False)
    same = pl.col("_since").is_not_null() & pl.col("_says").eq_missing(pl.col("_said"))
    at_once = pl.col("_since").eq_missing(pl.col("known_at"))
    parts = (judged.filter(~same & ~at_once), judged.filter(same), judged.filter(~same & at_once))
    new, known, rewritten = (part.select(rows.columns) for part in parts)
    return _Verdict(new, known, rewritten)


def _payload(table: Table) -> list[str]:
    return [name for name in table.schema if name not in {*table.identity, *_BOOKKEEPING}]


def _known_since(rows: pl.DataFrame, seen_at: datetime) -> pl.DataFrame:
    """Return the rows as known since we saw them, or since their own instant if that is later."""
    seen = pl.lit(seen_at, dtype=rows.schema["known_at"])
    later = seen > pl.col("known_at")
    return rows.with_columns(
        known_at=pl.max_horizontal(seen, "known_at"),
        known_at_source=pl.when(later).then(pl.lit("seen")).otherwise("known_at_source"),
    )


def _name_anew(lake: Lake, table: Table, known: pl.DataFrame, stored: pl.DataFrame) -> None:
    """Give stored rows the security that their symbol is found to have named, if none was known when they came."""
    found = known.filter(pl.col("instrument_id").is_not_null()).select(*table.key, "instrument_id").unique()
    nameless = stored.filter(pl.col("instrument_id").is_null()).drop("instrument_id")
    named = nameless.join(found, on=list(table.key)).select(table.schema.keys())
    if named.height:
        lake.upsert(table, named)


def _counted(new: pl.DataFrame, unchanged: int) -> Ingested:
    status = dict(new["status"].value_counts().iter_rows())
    codes = new["reasons"].drop_nulls().str.split(",").explode().value_counts(sort=True)
    return Ingested(
        stored=new.height,
        unchanged=unchanged,
        suspect=status.get("suspect", 0),
        absent=status.get("absent", 0),
        unresolved=new.filter((pl.col("status") != "absent") & pl.col("instrument_id").is_null()).height,
        reasons=dict(codes.iter_rows()),
    )


def _done(parts: Sequence[Part], seen: Seen, clock: Clock) -> frozenset[str]:
    """Return the keys of settled parts that are remembered. To ask is to claim: what nobody holds is held a moment."""
    keys = [part.settled for part in parts if part.settled]
    now = clock.now()
    return frozenset(keys) - frozenset(seen.claim(keys, at=now, until=now + timedelta(microseconds=1)))


def archived_parts(
    source: DailyList, table: Table, span: Span, now: datetime, *, tickers: Sequence[str] = ()
) -> list[Part]:
    """Return the weeks of an archive within a span; what is stored at once is stored with one commit."""
    first, last = (instant.astimezone(source.zone).date() for instant in (span.since, span.until or now))
    days = [day for day in source.days() if first <= day <= last]
    weeks = [list(week) for _, week in groupby(days, key=lambda day: day.toordinal() // 7)]
    return [
        Part(f"{table.name} of {week[0]} to {week[-1]}", partial(_archived, source, table, week, tickers, now))
        for week in weeks
    ]


def _archived(
    source: DailyList, table: Table, days: Sequence[date], tickers: Sequence[str], now: datetime
) -> list[ProvidedRows]:
    rows = pl.concat(source.day(day, seen_at=now).rows for day in days)
    asked = rows.filter(pl.col("ticker").is_in(list(tickers))) if tickers else rows
    # The files of two days may hold one state of an item.
    once = asked.unique(table.identity, keep="last", maintain_order=True)
    return [ProvidedRows(once, once.select(table.key[:2]).n_unique())]


def spellings(tickers: Iterable[str]) -> list[str]:
    """Return symbols as providers may spell them: with a dot before the class, and as we do."""
    return [both for ticker in tickers for both in dict.fromkeys((ticker.replace("-", "."), ticker))]


def day_chunks(span: Span, now: datetime, *, days: int) -> Iterator[tuple[date, date]]:
    """Yield first and last New York day of each stretch of `days` days; they lie the same whatever the span is."""
    first = span.since.astimezone(NEW_YORK).date()
    last = (span.until or now).astimezone(NEW_YORK).date()
    while first <= last:
        end = min(date.fromordinal((first.toordinal() // days + 1) * days - 1), last)
        yield first, end
        first = end + timedelta(days=1)


def file_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises NotFound where it cannot be read, TooLarge above `MOST_FILE_BYTES`."""
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise TooLarge(f"{path.name} has more than {MOST_FILE_BYTES:,} bytes", advice="Divide it.")
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}", advice="Check the path.") from error


def settled_key(source: str, question: str, first: date, last: date, *, now: datetime) -> str:
    """Return the key of a stretch of days that no provider corrects any more; '' while it may."""
    if (now.astimezone(NEW_YORK).date() - last).days < SETTLED_DAYS:
        return ""
    asked = blake2b(question.encode(), digest_size=12).hexdigest() if question else "all"
    return f"{source}/{asked}/{first}/{last}"
