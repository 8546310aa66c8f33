"""`edgewise holdings`: what institutions hold, as Form 13F tells it, and as it was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.filings import Backfill, Ciks, DiscoveredAt, Since, Tickers, Until, _tell
from edgewise.app.commands.form_intake import (
    Choice,
    DataSets,
    Everybody,
    Hours,
    Quarter,
    Resume,
    bring_in,
    quarter_days,
)
from edgewise.app.console import OUT, AsOf, Json, Limit, house_for, parse_day, parse_instant, print_json, print_rows
from edgewise.core.clock import NEW_YORK, latest_known_at
from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound
from edgewise.core.identifiers import Cik, Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS

if TYPE_CHECKING:
    from datetime import date, datetime

    from edgewise.app.house import House

app = typer.Typer(no_args_is_help=True, help="What institutions hold: Forms 13F, as known.")

_HELD = ["issuer", "cusip", "put_call", "amount", "amount_kind", "value_usd", "change", "amount_change", "status"]
_HOLDERS = ["manager_cik", "manager", "amount", "value_usd", "change", "amount_change", "known_at", "status"]
_REPORTS = ["period_end", "form", "amendment", "lines", "unit_usd", "unit_source", "known_at", "status", "reasons"]
_SEASON = timedelta(days=92)


@app.command()
def ingest(
    *,
    source: DiscoveredAt = None,
    cik: Ciks = None,
    ticker: Tickers = None,
    everybody: Everybody = False,
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
    """Bring Forms 13F in: discover, fetch and read them, or take a data set. Kill it and run it again at any time.

    --cik and --ticker name managers. --quarter is the quarter reported on: its reports are filed in the one after it.
    """
    from edgewise.pipelines.holdings import holdings_stage  # noqa: PLC0415 - keeps the help page quick

    with house_for("holdings ingest") as (house, counts):
        house.mark_simulated()
        days = _season(quarter) if quarter else None
        choice = Choice(source, cik, ticker, everybody, since, until, backfill, hours, days)
        if resume and not choice.is_empty:
            raise InvalidInput(
                "--resume discovers nothing, so it cannot choose", advice="Leave out --resume or the other options."
            )
        if data_set:
            if not replace(choice, cik=None).is_empty:
                raise InvalidInput("--data-set chooses by --cik alone", advice="Leave out the other options.")
            _ingest_data_sets(house, data_set, cik or [], counts, json=json)
            return
        stage = holdings_stage(house.lake, house.documents)
        report = bring_in(house, counts, stage, None if resume else choice, limit=limit)
        _tell(report, counts, json=json)


def _season(quarter: str) -> tuple[date, date]:
    """Return the days on which reports about a quarter are filed."""
    _, end = quarter_days(quarter)
    return end + timedelta(days=1), end + _SEASON


def _ingest_data_sets(house: House, paths: list[Path], ciks: list[str], counts: dict[str, int], *, json: bool) -> None:
    from edgewise.pipelines.holdings import ingest_data_set  # noqa: PLC0415 - keeps the help page quick

    for path in paths:
        if not path.is_file():
            raise InvalidInput(f"there is no file {path}", advice="Fetch the quarter's zip from the SEC first.")
        managers = [Cik(one) for one in ciks]
        done = ingest_data_set(path, house.lake, hints_for=house.edgar.hints_for, managers=managers)
        told = {"reports": done.reports, "lines": done.lines, "present": done.present, **done.refused}
        for name, count in (told | {"orphan_lines": done.orphan_lines}).items():
            counts[name] = counts.get(name, 0) + count
    if json:
        print_json(counts)
    else:
        OUT.print(" · ".join(f"{name.replace('_', ' ')} [bold]{count:,}[/]" for name, count in counts.items()))


@app.command()
def cusips(
    file: Annotated[
        Path, typer.Argument(help="Parquet or CSV: cusip, and ticker or instrument_id; valid_from, valid_to.")
    ],
    *,
    known: Annotated[str, typer.Option("--known", metavar="DAY", help="Day from whose end the file could be had.")],
    json: Json = False,
) -> None:
    """Store which security each CUSIP names. Tickers are looked up on the day of --known."""
    from edgewise.pipelines.holdings import ingest_cusips  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    with house_for("holdings cusips") as (house, counts):
        instruments = known_instruments(house.edgar, house.lake, house.clock)
        day = latest_known_at(parse_day(known, option="--known"))
        done = ingest_cusips(file, house.lake, instruments, known_at=day)
        counts |= {"rows": done.rows, **done.refused}
        if json:
            print_json(counts)
            return
        OUT.print(f"CUSIPs stored [bold]{done.rows:,}[/]")
        for reason, rows in done.refused.items():
            OUT.print(f"  left out for {reason}: {rows:,}")


@app.command()
def judge(*, json: Json = False) -> None:
    """Judge anew in which unit each report's values are, after prices or CUSIPs have come in."""
    from edgewise.pipelines.holdings import judge_again  # noqa: PLC0415 - keeps the help page quick

    with house_for("holdings judge") as (house, counts):
        counts["reports"] = judge_again(house.lake)
        if json:
            print_json(counts)
        else:
            OUT.print(f"reports judged [bold]{counts['reports']:,}[/]")


@app.command()
def show(
    whose: Annotated[str, typer.Argument(metavar="MANAGER_OR_TICKER", help="CIK or name of a manager, or a ticker.")],
    *,
    quarter: Quarter = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many rows.")] = 30,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """What a manager holds, or who holds a share, as it was known, and what changed on the quarter before.

    Without --quarter, the newest that was known.
    """
    with house_for("holdings show", ledger=False) as (house, _):
        at = parse_instant(as_of) or house.clock.now()
        end = quarter_days(quarter)[1] if quarter else None
        manager = _manager(house, whose, at)
        account = _of_manager(house, manager, end, at) if manager else _of_share(house, whose, end, at)
    rows = account.pop("rows")
    if json:
        print_json({**account, "rows": rows[:limit]})
        return
    OUT.print(f"[bold]{account['title']}[/]")
    columns = _HELD if manager else _HOLDERS
    print_rows(f"{account['period_end']}", rows[:limit], columns=columns, empty="Nothing was known of it then.")
    if len(rows) > limit:
        OUT.print(f"  {len(rows) - limit:,} more; give --limit")
    if manager:
        print_rows("Reports", account["reports"], columns=_REPORTS, empty="")
    for line in account["notes"]:
        OUT.print(f"  {line}", soft_wrap=True)


def _of_manager(house: House, manager: int, end: date | None, at: datetime) -> dict[str, Any]:
    from edgewise.ownership.institutions import changes, due_day  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.holdings import holdings_as_known  # noqa: PLC0415 - as above

    reports = house.lake.history(HOLDING_REPORTS, as_of=at, where=pl.col("manager_cik") == manager)
    newest = end or max(reports["period_end"], default=None)
    held = holdings_as_known(house.lake, at, managers=[manager])
    key = ["manager_cik", "period_end", "cusip", "put_call", "amount_kind"]
    moved = changes(held, reports, at).select(*key, "change", "amount_change", closed_status="status")
    names = held.sort("period_end").group_by("cusip").agg(name=pl.col("issuer").last())
    joined = (
        held.join(moved, on=key, how="full", coalesce=True, nulls_equal=True)
        .filter(pl.col("period_end") == newest)
        .join(names, on="cusip", how="left")
        .with_columns(issuer=pl.coalesce("issuer", "name"), status=pl.coalesce("status", "closed_status"))
    )
    rows = joined.sort("value_usd", "cusip", descending=[True, False], nulls_last=True)
    mine = reports.filter(pl.col("period_end") == newest).sort("known_at")
    name = reports.sort("known_at")["manager"].drop_nulls().to_list()[-1:]
    notes = [f"as of {at:%Y-%m-%d %H:%M} UTC; due {due_day(newest)}"] if newest else []
    if joined["confidential"].any():
        notes.append("positions are left out in confidence: what is new or closed is suspect")
    return {
        "title": f"{name[0] if name else 'manager'} ({manager})",
        "period_end": newest,
        "rows": rows.select("instrument_id", *_HELD).to_dicts(),
        "reports": mine.to_dicts(),
        "notes": notes,
    }


def _of_share(house: House, whose: str, end: date | None, at: datetime) -> dict[str, Any]:
    from edgewise.ownership.institutions import changes, institutional_ownership  # noqa: PLC0415 - as above
    from edgewise.pipelines.holdings import holdings_as_known  # noqa: PLC0415 - as above
    from edgewise.sources.edgar.tickers import resolve  # noqa: PLC0415 - as above

    instruments = house.lake.history(INSTRUMENTS)
    if instruments.is_empty():
        raise NotFound("no tickers are stored", advice="Run edgewise instruments ingest, or name a manager.")
    instrument = str(resolve(instruments, Ticker(whose), at.astimezone(NEW_YORK).date()))
    links = house.lake.history(CUSIPS, as_of=at, where=pl.col("instrument_id") == instrument)
    if links.is_empty():
        raise NotFound(
            f"no CUSIP of {whose} was known", advice="Bring some in: edgewise holdings cusips FILE --known DAY"
        )
    reports = house.lake.history(HOLDING_REPORTS, as_of=at)
    held = holdings_as_known(house.lake, at, cusips=links["cusip"].unique().to_list())
    newest = end or held["period_end"].max()
    owned = institutional_ownership(held, reports, at, suspect=True).filter(
        (pl.col("instrument_id") == instrument) & (pl.col("period_end") == newest)
    )
    key = ["manager_cik", "period_end", "cusip", "put_call", "amount_kind"]
    moved = changes(held, reports, at).select(*key, "change", "amount_change")
    names = reports.sort("known_at").group_by("manager_cik").agg(pl.col("manager").last())
    rows = (
        held.filter(pl.col("period_end") == newest)
        .join(moved, on=key, how="left", nulls_equal=True)
        .join(names, on="manager_cik", how="left")
        .sort("amount", "manager_cik", descending=[True, False], nulls_last=True)
    )
    return {
        "title": f"{Ticker(whose)} ({instrument})",
        "period_end": newest,
        "rows": rows.select("put_call", *_HOLDERS).to_dicts(),
        "ownership": owned.to_dicts(),
        "notes": [_in_words(one) for one in owned.to_dicts()],
    }


def _in_words(owned: dict[str, Any]) -> str:
    whole = "all reports were due" if owned["complete"] else "reports are still coming in"
    return (
        f"{owned['holders']:,} of {owned['managers']:,} managers hold {owned['shares']:,} shares; "
        f"{owned['opened']} opened, {owned['closed']} closed; {whole}"
    )


def _looks_like_a_ticker(text: str) -> bool:
    try:
        Ticker(text)
    except EdgewiseError:
        return False
    return text == text.upper()


def _manager(house: House, whose: str, at: datetime) -> int | None:
    """Return the manager that a CIK or a name means; None for what looks like a ticker of something else."""
    reports = house.lake.history(HOLDING_REPORTS, as_of=at, columns=["manager_cik", "manager"]).unique()
    text = whose.strip()
    if text.upper().removeprefix("CIK").isdecimal():
        manager = int(Cik(text))
        if manager not in reports["manager_cik"]:
            raise NotFound(f"no report of manager {manager} was known", advice="Bring it in: edgewise holdings ingest")
        return manager
    if _looks_like_a_ticker(text):
        return None
    fits = reports.filter(pl.col("manager").str.to_lowercase().str.contains(text.lower(), literal=True))
    found = fits["manager_cik"].unique().sort().to_list()
    if len(found) == 1:
        return int(found[0])
    if not found:
        raise NotFound(f"no manager is called {whose!r}", advice="Give its CIK, or a ticker in capitals.")
    some = ", ".join(f"{row['manager']} ({row['manager_cik']})" for row in fits.head(5).to_dicts())
    raise InvalidInput(f"{whose!r} fits {len(found)} managers: {some}", advice="Give the CIK of one.")
