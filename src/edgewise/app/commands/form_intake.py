"""What the commands share that bring forms of fields in, insiders' and institutions': which, and how far they came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.filings import Source, _selection
from edgewise.app.console import progress
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.app.house import House
    from edgewise.core.ports import FilingWork
    from edgewise.pipelines.stages import Stage, StageReport
    from edgewise.sources.edgar.selection import Selection

BATCH = 100
_QUARTERS_A_YEAR, _FIRST_YEAR = 4, 1993

Everybody = Annotated[bool, typer.Option("--all", help="Everybody's forms, as if nobody were chosen.")]
Hours = Annotated[int | None, typer.Option("--hours", min=1, help="Accepted in so many past hours.")]
Quarter = Annotated[str, typer.Option("--quarter", metavar="2024Q1", help="A calendar quarter.")]
Resume = Annotated[bool, typer.Option("--resume", help="Discover nothing; go on with what is waiting.")]
DataSets = Annotated[
    list[Path] | None,
    typer.Option("--data-set", help="One of the SEC's quarterly zip files, instead of single filings; repeat."),
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which filings a command was asked for, by the options of the same names. Nothing chosen is everybody's newest.

    days: first and last filing date, where the command works them out itself.
    """

    source: Source | None = None
    cik: list[str] | None = None
    ticker: list[str] | None = None
    everybody: bool = False
    since: str = ""
    until: str = ""
    backfill: int | None = None
    hours: int | None = None
    days: tuple[date, date] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no option was given."""
        return self == Choice()


def quarter_days(text: str) -> tuple[date, date]:
    """Return the first and last day of a calendar quarter written as 2024Q1. Raises InvalidInput for anything else."""
    year, _, number = text.strip().upper().partition("Q")
    if not (year.isdecimal() and number.isdecimal() and 1 <= int(number) <= _QUARTERS_A_YEAR):
        raise InvalidInput(f"--quarter {text!r} is not a quarter", advice="Write it as 2024Q1.")
    if not _FIRST_YEAR <= int(year) < date.max.year:
        raise InvalidInput(f"--quarter {text!r} is not of EDGAR's time", advice=f"It began in {_FIRST_YEAR}.")
    years, month = divmod(3 * int(number), 12)
    return date(int(year), 3 * int(number) - 2, 1), date(int(year) + years, month + 1, 1) - timedelta(days=1)


def bring_in(
    house: House,
    counts: dict[str, int],
    stage: Stage[Any],
    choice: Choice | None,
    *,
    limit: int | None = None,
) -> StageReport:
    """Discover, fetch and read filings of the forms of `stage`; return what came of it and fill `counts`.

    choice: which to discover; None discovers nothing and goes on with what waits.
    """
    from edgewise.pipelines.ingest import fetch_stage, record_discoveries  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.stages import StageReport  # noqa: PLC0415 - as above

    if choice is not None:
        works = _chosen(house, choice, stage.forms)
        with progress("discovering", limit) as done:
            found, new = record_discoveries(works, house.filings, house.clock, limit=limit, on_progress=done)
        counts |= {"found": found, "new": new}
    fetch = fetch_stage(house.edgar, house.lake, house.documents, house.filings, house.clock)
    # '' is a filing whose form is told by nothing but itself, as in an archive that is walked.
    fetched = _run(house, replace(fetch, forms=(*stage.forms, "")), "fetching", limit)
    read = _run(house, stage, "reading", limit)
    both = StageReport(stage.name, read.done, fetched.failed + read.failed, dict(fetched.reasons))
    for reason, count in read.reasons.items():
        both.reasons[reason] = both.reasons.get(reason, 0) + count
    counts |= {"fetched": fetched.done, "read": read.done, "failed": both.failed}
    return both


def _run(house: House, stage: Stage[Any], what: str, limit: int | None) -> StageReport:
    from edgewise.pipelines.stages import run_stage  # noqa: PLC0415 - keeps the help page quick

    waiting = sum(count for (state, _), count in house.filings.counts().items() if state is stage.takes)
    with progress(what, min(waiting, limit or waiting)) as done:
        return run_stage(stage, house.filings, house.clock, batch=BATCH, limit=limit, on_progress=done)


def _chosen(house: House, choice: Choice, forms: tuple[str, ...]) -> Iterator[FilingWork]:
    """Yield the filings that exist and were chosen; of the last hours only what was accepted since."""
    selection = _of(house, choice, forms)
    since = None if choice.hours is None else house.clock.now() - timedelta(hours=choice.hours)
    for work in house.edgar.discover(selection):
        if since is None or work.accepted_at is None or work.accepted_at >= since:
            yield work


def _of(house: House, choice: Choice, forms: tuple[str, ...]) -> Selection:
    if choice.everybody and (choice.cik or choice.ticker):
        raise InvalidInput("--all and a choice contradict each other", advice="Give one of them.")
    when = (choice.since or choice.until, choice.backfill, choice.hours, choice.days)
    if sum(map(bool, when)) > 1:
        raise InvalidInput(
            "--since, --backfill, --hours and --quarter all say when", advice="Give one of them; --since takes --until."
        )
    since, until, source = choice.since, choice.until, choice.source
    if choice.days:
        first, last = choice.days
        today = house.clock.now().astimezone(NEW_YORK).date()
        if first > today:
            raise InvalidInput(f"nothing of that quarter can be filed before {first}", advice="Give an earlier one.")
        since, until = str(first), str(min(last, today))
    if choice.hours:
        since = str((house.clock.now() - timedelta(hours=choice.hours)).astimezone(NEW_YORK).date())
        # Indexes come at the end of the day; the feed knows the last hours.
        if source is None and not (choice.cik or choice.ticker or house.settings.edgar.startswith("archive:")):
            source = Source.FEED
    return _selection(
        house,
        source=source,
        forms=list(forms),
        ciks=choice.cik,
        tickers=choice.ticker,
        since=since,
        until=until,
        backfill=choice.backfill,
    )
