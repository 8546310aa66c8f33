"""What the commands of insiders and institutions share: one `ingest` for forms of fields and for data sets of them.

A noun says in a `Forms` what is its own; the options and what is done with them stand here once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.companies import Companies, Sp500, ciks_of
from edgewise.app.commands.filings import Backfill, Ciks, DiscoveredAt, Since, Source, Tickers, Until, _selection, _tell
from edgewise.app.console import OUT, Json, Limit, house_for, print_json, progress
from edgewise.core.clock import FIRST_SESSION, NEW_YORK
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgewise.app.house import House
    from edgewise.core.identifiers import Accession
    from edgewise.core.ports import FilingWork
    from edgewise.pipelines.stages import Stage, StageReport
    from edgewise.sources.edgar.selection import Selection

BATCH = 100
_QUARTERS_A_YEAR, _FIRST_YEAR = 4, 1993
_A_QUARTER = re.compile(r"\d{4}[Qq]\d", re.ASCII)

Everybody = Annotated[bool, typer.Option("--all", help="Everybody's forms, as if nobody were chosen.")]
Hours = Annotated[int | None, typer.Option("--hours", min=1, help="Accepted in so many past hours.")]
Quarter = Annotated[str, typer.Option("--quarter", metavar="2024Q1", help="A calendar quarter.")]
Resume = Annotated[bool, typer.Option("--resume", help="Discover nothing; go on with what is waiting.")]
DataSets = Annotated[
    list[str] | None,
    typer.Option(
        "--data-set",
        metavar="FILE|2024Q1",
        help="Instead of single filings one of the SEC's quarterly zip files, or the quarter whose zip is to be "
        "fetched; repeat.",
    ),
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which filings a command was asked for, by the options of the same names. Nothing chosen is everybody's newest.

    days:    first and last filing date, where the command works them out itself.
    members: whoever belonged to the S&P 500 on any of those days.
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
    members: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no option was given."""
        return self == Choice()

    @property
    def is_everybody(self) -> bool:
        """Whether neither companies nor days were chosen."""
        return replace(self, source=None, everybody=False) == Choice()


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set of the SEC's as a file, and where it was read."""

    file: Path
    source_url: str


@dataclass(frozen=True, slots=True)
class Forms:
    """What differs between the nouns.

    name:      the noun.
    stage:     reads fetched filings.
    filed:     first and last filing day of the forms that a calendar quarter means.
    published: where the data set of a calendar quarter may be, given its last day.
    data_set:  stores what a data set says of some filers, of all if none is named; returns counts by name.
    """

    name: str
    stage: Callable[[House], Stage[Any]]
    filed: Callable[[str], tuple[date, date]]
    published: Callable[[date], tuple[str, ...]]
    data_set: Callable[[House, DataSet, Sequence[Cik]], dict[str, int]]


def ingest_of(forms: Forms) -> Callable[..., None]:
    """Return the command `ingest` of a noun."""

    def ingest(
        *,
        source: DiscoveredAt = None,
        cik: Ciks = None,
        ticker: Tickers = None,
        everybody: Everybody = False,
        sp500: Sp500 = False,
        since: Since = "",
        until: Until = "",
        backfill: Backfill = None,
        hours: Hours = None,
        quarter: Quarter = "",
        data_set: DataSets = None,
        limit: Limit = None,
        resume: Resume = False,
        json: Json = False,
    ) -> None:
        days = forms.filed(quarter) if quarter else None
        choice = Choice(source, cik, ticker, everybody, since, until, backfill, hours, days, members=sp500)
        if resume and not choice.is_empty:
            raise InvalidInput(
                "--resume discovers nothing, so it cannot choose", advice="Leave out --resume or the other options."
            )
        if data_set and (resume or limit or not replace(choice, cik=None).is_empty):
            raise InvalidInput("--data-set chooses by --cik alone", advice="Leave out the other options.")
        with house_for(f"{forms.name} ingest") as (house, counts):
            house.mark_simulated()
            if data_set:
                _take_data_sets(house, forms, data_set, cik or [], counts, json=json)
                return
            report = bring_in(house, counts, forms.stage(house), None if resume else choice, limit=limit)
            _tell(report, counts, json=json)

    return ingest


def _take_data_sets(
    house: House, forms: Forms, named: list[str], ciks: list[str], counts: dict[str, int], *, json: bool
) -> None:
    wanted = [Cik(one) for one in ciks]
    with TemporaryDirectory() as folder:
        for name in named:
            data_set = _data_set(house, forms, name, Path(folder))
            for told, count in forms.data_set(house, data_set, wanted).items():
                counts[told] = counts.get(told, 0) + count
    if json:
        print_json(counts)
    else:
        OUT.print(" · ".join(f"{name.replace('_', ' ')} [bold]{count:,}[/]" for name, count in counts.items()))


def _data_set(house: House, forms: Forms, name: str, folder: Path) -> DataSet:
    """Return the data set that a word of --data-set names: a file, or a quarter whose zip is fetched into `folder`."""
    if Path(name).is_file():
        return DataSet(Path(name), f"file:{Path(name).name}")
    if not _A_QUARTER.fullmatch(name.strip()):
        raise InvalidInput(f"there is no file {name}", advice="Give the SEC's zip, or its quarter, as 2024Q1.")
    fetched = house.edgar.data_set(forms.published(quarter_days(name)[1]))
    file = folder / fetched.source_url.rpartition("/")[2]
    file.write_bytes(fetched.body)
    return DataSet(file, fetched.source_url)


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

    choice: which to discover; None discovers nothing and goes on with what waits. Where companies or days were chosen,
            what waits of others keeps waiting.
    """
    from edgewise.pipelines.ingest import fetch_stage, record_discoveries  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.stages import StageReport  # noqa: PLC0415 - as above

    found_now: set[Accession] = set()
    if choice is not None:
        works = _noting(chosen_filings(house, choice, stage.forms), found_now)
        with progress("discovering", limit) as done:
            found, new = record_discoveries(works, house.filings, house.clock, limit=limit, on_progress=done)
        counts |= {"found": found, "new": new}
    fetch = fetch_stage(house.edgar, house.lake, house.documents, house.filings, house.clock)
    # '' is a filing whose form is told by nothing but itself, as in an archive that is walked.
    among = None if choice is None or choice.is_everybody else found_now
    fetched = _run(house, replace(fetch, forms=(*stage.forms, "")), "fetching", limit, among)
    read = _run(house, stage, "reading", limit, among)
    both = StageReport(stage.name, read.done, fetched.failed + read.failed, dict(fetched.reasons))
    for reason, count in read.reasons.items():
        both.reasons[reason] = both.reasons.get(reason, 0) + count
    counts |= {"fetched": fetched.done, "read": read.done, "failed": both.failed}
    return both


def _noting(works: Iterator[FilingWork], found: set[Accession]) -> Iterator[FilingWork]:
    """Yield the filings and note their numbers."""
    for work in works:
        found.add(work.accession)
        yield work


def _run(house: House, stage: Stage[Any], what: str, limit: int | None, among: set[Accession] | None) -> StageReport:
    from edgewise.pipelines.stages import run_stage  # noqa: PLC0415 - keeps the help page quick

    waiting = sum(count for (state, _), count in house.filings.counts().items() if state is stage.takes)
    most = min(waiting, limit or waiting, waiting if among is None else len(among))
    with progress(what, most) as done:
        return run_stage(stage, house.filings, house.clock, batch=BATCH, limit=limit, among=among, on_progress=done)


def chosen_filings(house: House, choice: Choice, forms: tuple[str, ...]) -> Iterator[FilingWork]:
    """Yield the filings that exist and were chosen; of the last hours only what was accepted since."""
    selection = selection_of(house, choice, forms)
    since = None if choice.hours is None else house.clock.now() - timedelta(hours=choice.hours)
    for work in house.edgar.discover(selection):
        if since is None or work.accepted_at is None or work.accepted_at >= since:
            yield work


def selection_of(house: House, choice: Choice, forms: tuple[str, ...]) -> Selection:
    """Return the selection of filings of these forms that the options mean. Raises InvalidInput where they quarrel."""
    if choice.everybody and (choice.cik or choice.ticker or choice.members):
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
        since, until = str(first), str(last) if last < today else ""
    if choice.hours:
        since = str((house.clock.now() - timedelta(hours=choice.hours)).astimezone(NEW_YORK).date())
        # Indexes come at the end of the day; the feed knows the last hours.
        if source is None and not (choice.cik or choice.ticker or house.settings.edgar.startswith("archive:")):
            source = Source.FEED
    chosen = _selection(
        house,
        source=source,
        forms=list(forms),
        ciks=choice.cik,
        tickers=choice.ticker,
        since=since,
        until=until,
        backfill=choice.backfill,
    )
    return _narrowed(house, chosen, origin_given=choice.source is not None) if choice.members else chosen


def _narrowed(house: House, selection: Selection, *, origin_given: bool) -> Selection:
    """Return the selection with whoever belonged to the S&P 500 on its days among its registrants."""
    from edgewise.sources.edgar.selection import Origin  # noqa: PLC0415 - keeps the help page quick

    first = selection.since or FIRST_SESSION
    members = ciks_of(house, Companies(members=True, first=first, last=selection.until))
    # Without days their own lists are asked for all that they ever filed; with days the lists of those days are read.
    everything = selection.origin is Origin.FEED and selection.since is None and not origin_given
    origin = Origin.SUBMISSIONS if everything else selection.origin
    return replace(selection, origin=origin, ciks=(*selection.ciks, *members))
