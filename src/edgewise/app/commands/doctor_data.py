"""`edgewise doctor data`: how complete the stored data is, what failed, and who is not asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.companies import Companies, Sp500, members_in
from edgewise.app.console import (
    ERR,
    OUT,
    AsOf,
    Json,
    house_for,
    known_then,
    parse_instant,
    print_json,
    print_rows,
    progress,
    shown,
)
from edgewise.core.errors import EdgewiseError
from edgewise.core.ports import FilingState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from edgewise.app.house import House
    from edgewise.app.settings import Settings
    from edgewise.core.ports import FilingWork
    from edgewise.pipelines.completeness import Completeness, Known

_TABLE = ["table", "rows", "of", "days", "newest known_at", "suspect"]
_FAILED = ["ingester", "reason", "failed", "may pass", "for example", "then"]
_MOST_FAILED = 100_000
_SHOWN = 3
_WHOSE = {"company": "companies", "security": "securities", "manager": "managers"}
# Who is asked for what, the setting of the key and that of another source, which may be an archive that takes none.
_PROVIDERS = (
    ("polygon", "prices", "polygon_key", "price_source"),
    ("alpha_vantage", "prices", "alpha_vantage_key", "price_source"),
    ("polygon", "news", "polygon_key", "news"),
    ("benzinga", "ratings", "benzinga_key", "ratings"),
)


@dataclass(frozen=True, slots=True)
class Failing:
    """Failures of one kind. `command` asks again where the failure may pass, else it shows more."""

    ingester: str
    reason: str
    failed: int
    retry: bool
    examples: tuple[str, ...]
    command: str


@dataclass(frozen=True, slots=True)
class Unasked:
    """A provider that is not asked because it has no key."""

    provider: str
    what: str
    setting: str


def data(
    *,
    as_of: AsOf = "",
    sp500: Sp500 = False,
    least: Annotated[
        float, typer.Option("--least", min=0, max=1, help="Something is wrong if fewer of the known have rows, 0 to 1.")
    ] = 0.0,
    json: Json = False,
) -> None:
    """Tell how complete each table is as it was known at an instant, what failed, and which providers have no key.

    --sp500 looks at who belonged to the index on that day alone. Exit status 1 if a table cannot be read, a failure
    that may pass waits to be asked again, or a table with rows has fewer of the known companies than --least.
    """
    with house_for("doctor data", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        known = _known(house, instant, members=sp500)
        tables, unread = _measured(house, known, instant, only=sp500)
        failing = [*_companies_that_failed(house, instant), *_filings_that_failed(house)]
        unasked = list(_without_key(house.settings))
    thin = [one.table for one in tables if one.rows and one.share is not None and one.share < least]
    wrong = bool(unread or thin or any(one.retry for one in failing))
    if json:
        told = [asdict(one) | {"share": one.share} for one in tables]
        print_json(
            {"as_of": instant, "known": {"companies": len(known.ciks), "securities": len(known.securities)}}
            | {"tables": told, "unread": unread, "below_least": thin, "failures": failing, "without_key": unasked}
            | {"wrong": wrong}
        )
    else:
        _print_tables(instant, known, tables, unread, members=sp500)
        _print_failures(failing, past=bool(as_of))
        for one in unasked:
            OUT.print(f"not asked for {one.what}: {one.provider}, {one.setting} is not set")
        _print_verdict(thin, failing, least)
    if wrong:
        raise typer.Exit(1)


def _known(house: House, instant: datetime, *, members: bool) -> Known:
    """Return who could have rows: the members of the index on that day, else everybody who had a symbol."""
    from edgewise.pipelines.completeness import day_of, known_as_members, listed_on  # noqa: PLC0415 - quick help

    day = day_of(instant)
    if not members:
        return listed_on(house.lake, day)
    return known_as_members(members_in(house, Companies(members=True, first=day, last=day)))


def _measured(
    house: House, known: Known, instant: datetime, *, only: bool
) -> tuple[list[Completeness], dict[str, str]]:
    """Return what was found in each table, and why others could not be read."""
    from edgewise.pipelines.completeness import MEASURED, completeness  # noqa: PLC0415 - keeps the help page quick

    tables, unread = [], {}
    with progress("tables", len(MEASURED)) as done:
        for one in MEASURED:
            try:
                tables.append(completeness(house.lake, one, known, as_of=instant, only_known=only))
            except EdgewiseError as error:
                unread[one.table.name] = str(error)
            done(1)
    return tables, unread


def _companies_that_failed(house: House, instant: datetime) -> Iterator[Failing]:
    from edgewise.pipelines.failures import open_failures  # noqa: PLC0415 - keeps the help page quick

    rows = open_failures(house.lake, as_of=instant).sort("ingester", "reason", "asked")
    for (ingester, reason, retry), own in rows.group_by("ingester", "reason", "retry", maintain_order=True):
        alone = own.height == 1 or str(ingester) not in {"fundamentals", "prices"}
        command = own["command"][0] if alone else f"edgewise {ingester} ingest --failed"
        yield Failing(str(ingester), str(reason), own.height, bool(retry), tuple(own["asked"].head(_SHOWN)), command)


def _filings_that_failed(house: House) -> Iterator[Failing]:
    """Yield failures of the ledger of filings, which knows only how things stand now."""
    works = house.filings.select(state=FilingState.FAILED, limit=_MOST_FAILED)
    if len(works) == _MOST_FAILED:
        ERR.print(f"  of the filings that failed, only {_MOST_FAILED:,} are told")
    kinds = Counter((_noun(work), work.reason, work.retry) for work in works)
    for (noun, reason, retry), count in sorted(kinds.items()):
        own = [work for work in works if (_noun(work), work.reason, work.retry) == (noun, reason, retry)]
        again = f"edgewise {noun} ingest --resume"
        if noun == "filings" and any(work.failed_at_state is not FilingState.DISCOVERED for work in own):
            again = (
                "edgewise filings parse" if own[0].failed_at_state is FilingState.FETCHED else "edgewise filings score"
            )
        look = f"edgewise filings list --state failed --reason {reason}"
        examples = tuple(str(work.accession) for work in own[:_SHOWN])
        yield Failing(noun, reason, count, retry, examples, again if retry else look)


def _noun(work: FilingWork) -> str:
    """Return whose command reads a filing."""
    from edgewise.pipelines.insiders import OWNERSHIP_FORMS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.holdings.form import FORMS_13F  # noqa: PLC0415 - as above

    if work.form in OWNERSHIP_FORMS:
        return "insiders"
    return "holdings" if work.form in FORMS_13F else "filings"


def _without_key(settings: Settings) -> Iterator[Unasked]:
    named = {name.strip() for name in settings.prices.split(",")}
    for provider, what, key, source in _PROVIDERS:
        archived = str(getattr(settings, source)).startswith("archive:")
        wanted = what != "prices" or provider in named
        if wanted and not archived and not getattr(settings, key):
            yield Unasked(provider, what, f"EDGEWISE_{key.upper()}")


def _print_tables(
    instant: datetime, known: Known, tables: list[Completeness], unread: dict[str, str], *, members: bool
) -> None:
    among = "that belonged to sp500 on that day" if members else "with a ticker on that day"
    newest = max((one.newest_known_at for one in tables if one.newest_known_at), default=None)
    print_rows(
        f"Completeness, {known_then(instant, newest)}; known are {len(known.ciks):,} companies and "
        f"{len(known.securities):,} securities {among}; suspects in percent of rows, known_at in UTC",
        [_row(one) for one in tables if one.rows],
        columns=_TABLE,
        empty="Nothing was known then. Begin with: edgewise instruments ingest",
    )
    nulls: list[dict[str, object]] = [{"table": one.table, "null": told} for one in tables if (told := _nulls(one))]
    if nulls:
        print_rows("Nulls in main columns, percent of rows", nulls, columns=["table", "null"], empty="")
    for one in tables:
        if not one.rows:
            told = f"nothing in {one.table} was known then" if one.stored else f"no rows in {one.table}: {one.command}"
            OUT.print(f"  {told}", markup=False, soft_wrap=True)
    for name, why in unread.items():
        OUT.print(f"  [bold red]{name} cannot be read[/]: {why}", soft_wrap=True)


def _row(one: Completeness) -> dict[str, Any]:
    of = f"{one.have + one.others:,} {_WHOSE[one.whose]}"
    return {
        "table": one.table,
        "rows": one.rows,
        "of": of if one.share is None else f"{of}; of those known {one.have:,} of {one.known:,}, {_percent(one.share)}",
        "days": f"{one.first_day} to {one.last_day}",
        "newest known_at": one.newest_known_at,
        "suspect": _percent(one.suspect),
    }


def _nulls(one: Completeness) -> str:
    return ", ".join(f"{name} {_percent(share)}" for name, share in one.nulls.items() if share)


def _percent(share: float | None) -> str:
    """Return a share as a person reads it; what is not nothing never reads as nothing, nor what is not all as all."""
    if share is None:
        return "-"
    if share in {0.0, 1.0}:
        return f"{share:.0%}"
    return "<0.1%" if share < 0.001 else ">99.9%" if share > 0.999 else f"{share:.1%}"  # noqa: PLR2004 - of one digit


def _print_failures(failing: list[Failing], *, past: bool) -> None:
    rows: list[dict[str, object]] = [
        {"ingester": one.ingester, "reason": one.reason, "failed": one.failed, "may pass": one.retry}
        | {"for example": ", ".join(one.examples), "then": one.command}
        for one in failing
    ]
    print_rows("Failures", rows, columns=_FAILED, empty="Nothing failed.")
    if past and rows:
        OUT.print("  failures of filings are told as they stand now")


def _print_verdict(thin: list[str], failing: list[Failing], least: float) -> None:
    waiting = sum(one.failed for one in failing if one.retry)
    if thin:
        OUT.print(f"[bold red]under {_percent(least)} of the known have rows in: {', '.join(thin)}[/]", soft_wrap=True)
    if waiting:
        OUT.print(f"[bold red]{shown(waiting)} failures may pass: ask again with the commands above[/]")
    if not (thin or waiting):
        OUT.print("[bold green]nothing waits to be asked again[/]")
