"""What the commands of ratings and news share: one `ingest` for both, and the security that a symbol names.

A noun says in a `Noun` what is its own; the options and what is done with them stand here once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.companies import Companies, Sp500, instruments_of, symbols_of
from edgewise.app.commands.filings import Backfill, Tickers, _days
from edgewise.app.console import OUT, Json, house_for, print_json, progress
from edgewise.core.clock import NEW_YORK, utc_from_eastern
from edgewise.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import polars as pl

    from edgewise.app.house import House
    from edgewise.pipelines.provided import Ingested, Intake, Part, Span

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Files: the provider's .json, or .parquet or .csv with a row per item."),
]
Since = Annotated[str, typer.Option("--since", metavar="DAY", help="First day of publication, New York's.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="Last day of publication, New York's.")]
Hours = Annotated[int | None, typer.Option("--hours", min=1, help="From so many hours ago.")]
Everybody = Annotated[bool, typer.Option("--all", help="About everybody, as if nobody were chosen.")]
Resume = Annotated[bool, typer.Option("--resume", help="Leave out the stretches that were brought in before.")]
ItemLimit = Annotated[int | None, typer.Option("--limit", min=1, help="Stop after about so many items.")]
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Noun:
    """What differs between the nouns.

    name:     the noun.
    provider: who is asked, and `setting` where its key is set, for messages.
    usual:    how far back it is asked if nothing is said.
    source:   opens the provider; None where it has no key.
    intake:   how its rows come in; asked for only when there is something to bring in.
    """

    name: str
    provider: str
    setting: str
    usual: timedelta
    source: Callable[[House], Any | None]
    intake: Callable[[House], Intake]


def ingest_of(noun: Noun) -> Callable[..., None]:
    """Return the command `ingest` of a noun."""

    def ingest(
        file: Files = None,
        *,
        ticker: Tickers = None,
        everybody: Everybody = False,
        sp500: Sp500 = False,
        since: Since = "",
        until: Until = "",
        backfill: Backfill = None,
        hours: Hours = None,
        limit: ItemLimit = None,
        resume: Resume = False,
        json: Json = False,
    ) -> None:
        if file and any((ticker, everybody, sp500, since, until, backfill, hours, resume)):
            raise InvalidInput("a file is brought in whole", advice="Leave out the options that choose.")
        with house_for(f"{noun.name} ingest") as (house, counts):
            source = None if file else noun.source(house)
            if source is None and not file:
                _skip(counts, noun, json=json)
                return
            house.mark_simulated()
            span = span_of(
                house.clock.now(), since=since, until=until, backfill=backfill, hours=hours, usual=noun.usual
            )
            intake = noun.intake(house)
            first, last = _days_of(span)
            chosen = Companies(tickers=ticker or (), everybody=everybody, members=sp500, first=first, last=last)
            asked = symbols_of(house, chosen)
            parts = intake.files(file, house.clock) if file else intake.parts(source, span, house.clock, tickers=asked)
            store = intake.storing(house.lake, instruments_of(house), house.clock)
            again = "" if file else _command(noun, chosen)
            _bring_in(house, counts, parts, store, what=noun.name, again=again, resume=resume, limit=limit, json=json)

    return ingest


def span_of(
    now: datetime, *, since: str, until: str, backfill: int | None, hours: int | None, usual: timedelta
) -> Span:
    """Return the span that the options name, in New York days; the last `usual` if none is named.

    Raises InvalidInput where several say when it begins, or it ends before it does.
    """
    from edgewise.pipelines.provided import Span  # noqa: PLC0415 - keeps the help page quick

    if sum(map(bool, (since, backfill, hours))) > 1:
        raise InvalidInput("--since, --backfill and --hours all say where to begin", advice="Give one of them.")
    first, last = _days(since, until)
    if backfill:
        first = now.astimezone(NEW_YORK).date() - timedelta(days=backfill)
    begins = _midnight(first) if first else now - (timedelta(hours=hours) if hours else usual)
    ends = _midnight(last + timedelta(days=1)) if last else None
    if ends is not None and ends <= begins:
        raise InvalidInput(f"--until {until} is before the span begins", advice="Give an earlier --since.")
    return Span(begins, ends)


def _days_of(span: Span) -> tuple[date, date | None]:
    """Return the first and the last New York day of a span, None where it goes on."""
    last = None if span.until is None else span.until - timedelta(microseconds=1)
    return span.since.astimezone(NEW_YORK).date(), last and last.astimezone(NEW_YORK).date()


def _command(noun: Noun, chosen: Companies) -> str:
    """Return the command that asks for the same again and leaves out what has come."""
    words = [f"edgewise {noun.name} ingest --resume", *(f"--ticker {one}" for one in chosen.tickers)]
    words += ["--sp500"] if chosen.members else []
    words += [f"--since {chosen.first}", *([f"--until {chosen.last}"] if chosen.last else [])]
    return " ".join(words)


def security_of(house: House, ticker: str, instant: datetime) -> str:
    """Return the security that a symbol named on the New York day of an instant, by the tickers that are stored."""
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.tickers import resolve  # noqa: PLC0415 - as above

    known = house.lake.history(INSTRUMENTS)
    if known.is_empty():
        raise NotFound("no tickers are stored", advice="Run edgewise instruments ingest.")
    return str(resolve(known, ticker, instant.astimezone(NEW_YORK).date()))


def _bring_in(
    house: House,
    counts: dict[str, int],
    parts: Sequence[Part],
    store: Callable[[pl.DataFrame], Ingested],
    *,
    what: str,
    again: str,
    resume: bool,
    limit: int | None,
    json: bool,
) -> None:
    """Run the parts, record the counts and tell them, failures by name; those of a provider are kept as rows.

    again: the command that asks again; '' of files, whose failures are told and not kept.
    """
    from edgewise.pipelines.failures import Refused, record_outcomes  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.provided import ingest_parts  # noqa: PLC0415 - as above

    with progress(what, len(parts)) as done:
        came = ingest_parts(
            parts, store, seen=house.seen, clock=house.clock, resume=resume, limit=limit, on_progress=done
        )
    if again:
        # What is asked for anew each time has no name that lasts: it has come once a later run has it.
        called = {part.what: part.what if part.settled else f"the newest {what}" for part in parts}
        refused = {called[one.what]: Refused(one.reason, again, one.detail[:_DETAIL]) for one in came.failures}
        tried = called.values() if not came.left else ()
        record_outcomes(house.lake, what, tried, refused, at=house.clock.now())
    names = ("items", "stored", "unchanged", "suspect", "absent", "unresolved", "parts", "resumed", "left")
    counts |= {name: getattr(came, name) for name in names} | {"failed": len(came.failures)}
    if json:
        print_json({**counts, "reasons": came.reasons, "failures": came.failures, "skipped": []})
        return
    OUT.print(" · ".join(f"{name} [bold]{count:,}[/]" for name, count in counts.items()))
    for reason, count in came.reasons.items():
        OUT.print(f"  {reason}: {count:,}", markup=False)
    for one in came.failures:
        OUT.print(f"  failed for {one.reason}: {one.what}: {one.detail[:_DETAIL]}", markup=False, soft_wrap=True)


def _skip(counts: dict[str, int], noun: Noun, *, json: bool) -> None:
    """Say that a provider is left out because it has no key."""
    counts["skipped"] = 1
    if json:
        print_json({"skipped": [{"provider": noun.provider, "reason": "no_key", "setting": noun.setting}]})
        return
    told = f"[bold yellow]skipped[/] {noun.provider}: it has no key. Set {noun.setting}, or give a file."
    OUT.print(told, soft_wrap=True)


def _midnight(day: date) -> datetime:
    return utc_from_eastern(datetime.combine(day, time()))
