"""What the commands of ratings and news share: which span is meant, running the parts, and telling what came of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.commands.filings import _days
from edgewise.app.console import OUT, print_json, progress
from edgewise.core.clock import NEW_YORK, utc_from_eastern
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import polars as pl

    from edgewise.app.house import House
    from edgewise.pipelines.provided import Ingested, Part, Span

Since = Annotated[str, typer.Option("--since", metavar="DAY", help="First day of publication, New York's.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="Last day of publication, New York's.")]
Hours = Annotated[int | None, typer.Option("--hours", min=1, help="From so many hours ago.")]
Resume = Annotated[bool, typer.Option("--resume", help="Leave out the stretches that were brought in before.")]
ItemLimit = Annotated[int | None, typer.Option("--limit", min=1, help="Stop after about so many items.")]
_DETAIL = 200


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


def symbols(tickers: Sequence[str] | None) -> list[str]:
    """Return symbols in their one spelling, each once. Raises InvalidInput for what is none."""
    return list(dict.fromkeys(str(Ticker(ticker)) for ticker in tickers or ()))


def instruments_of(house: House) -> pl.DataFrame:
    """Return the securities that are stored; those of the SEC's list, fetched now, where none is.

    Who has them stored can read files without ever asking the SEC.
    """
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    known = house.lake.history(INSTRUMENTS)
    return known_instruments(house.edgar, house.lake, house.clock) if known.is_empty() else known


def bring_in(
    house: House,
    counts: dict[str, int],
    parts: Sequence[Part],
    store: Callable[[pl.DataFrame], Ingested],
    *,
    what: str,
    resume: bool,
    limit: int | None,
    json: bool,
) -> None:
    """Run the parts, record the counts and tell them, failures by name."""
    from edgewise.pipelines.provided import ingest_parts  # noqa: PLC0415 - keeps the help page quick

    with progress(what, len(parts)) as done:
        came = ingest_parts(
            parts, store, seen=house.seen, clock=house.clock, resume=resume, limit=limit, on_progress=done
        )
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


def skip(counts: dict[str, int], provider: str, *, setting: str, json: bool) -> None:
    """Say that a provider is left out because it has no key."""
    counts["skipped"] = 1
    if json:
        print_json({"skipped": [{"provider": provider, "reason": "no_key", "setting": setting}]})
        return
    OUT.print(f"[bold yellow]skipped[/] {provider}: it has no key. Set {setting}, or give a file.", soft_wrap=True)


def _midnight(day: date) -> datetime:
    return utc_from_eastern(datetime.combine(day, time()))
