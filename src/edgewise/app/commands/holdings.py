"""`edgewise holdings`: what institutions hold, as Form 13F tells it, and as it was known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.cusip_intake import cusips
from edgewise.app.commands.form_intake import DataSet, Forms, Quarter, ingest_of, quarter_days
from edgewise.app.console import (
    OUT,
    AsOf,
    Json,
    house_for,
    known_then,
    parse_instant,
    print_json,
    print_rows,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound
from edgewise.core.identifiers import Cik, Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from edgewise.app.house import House
    from edgewise.pipelines.stages import Stage

app = typer.Typer(no_args_is_help=True, help="What institutions hold: Forms 13F, as known.")

_HELD = ["issuer", "cusip", "put_call", "amount", "amount_kind", "value_usd", "change", "amount_change", "status"]
_HOLDERS = ["manager_cik", "manager", "amount", "value_usd", "change", "amount_change", "known_at", "status"]
_HELD_SHOWN = ["issuer", "cusip", "put_call", "amount", "kind", "value_usd", "change", "amount_change", "doubts"]
_HOLDERS_SHOWN = [
    *("manager", "manager_cik", "put_call", "amount", "value_usd", "change", "amount_change", "known_at", "doubts"),
]
_REPORTS_SHOWN = ["filing", "form", "amendment", "lines", "unit", "known_at", "doubts"]
_SPARSE = ("put_call", "kind", "amendment", "change", "amount_change", "doubts")
_SEASON = timedelta(days=92)


def _stage(house: House) -> Stage[Any]:
    from edgewise.pipelines.holdings import holdings_stage  # noqa: PLC0415 - keeps the help page quick

    return holdings_stage(house.lake, house.documents)


def _season(quarter: str) -> tuple[date, date]:
    """Return the days on which reports about a quarter are filed."""
    _, end = quarter_days(quarter)
    return end + timedelta(days=1), end + _SEASON


def _published(last: date) -> tuple[str, ...]:
    """Return where the data set of the months may be in which reports about the quarter to `last` were due."""
    from edgewise.ownership.institutions import due_day  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.urls import holdings_data_set  # noqa: PLC0415 - as above

    return holdings_data_set(due_day(last))


def _data_set(house: House, data_set: DataSet, managers: Sequence[Cik]) -> dict[str, int]:
    from edgewise.pipelines.holdings import ingest_data_set  # noqa: PLC0415 - keeps the help page quick

    done = ingest_data_set(
        data_set.file,
        house.lake,
        source_url=data_set.source_url,
        hints_for=house.edgar.hints_for,
        managers=managers,
    )
    told = {"reports": done.reports, "lines": done.lines, "present": done.present, **done.refused}
    return told | {"orphan_lines": done.orphan_lines}


app.command(
    help="""Bring Forms 13F in: discover, fetch and read them, or take a data set. Kill it and run it again at any time.

    --cik, --ticker and --sp500 name managers. --quarter is the quarter reported on: its reports are filed in the one
    after it. --data-set 2024Q1 takes at once what was filed in the months in which reports about it were due."""
)(ingest_of(Forms("holdings", _stage, _season, _published, _data_set)))


app.command()(cusips)


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
    reports = account.get("reports", [])
    told = f"{account['title']}, quarter to {account['period_end']}, {known_then(at, account['newest_known_at'])}"
    print_rows(
        f"{told}; values in USD, amounts in shares",
        [_position(row) for row in rows[:limit]],
        columns=_HELD_SHOWN if manager else _HOLDERS_SHOWN,
        decimals={"value_usd": 0},
        sparse=_SPARSE,
        empty=f"{account['title']}: {account['nothing']}",
    )
    if len(rows) > limit:
        OUT.print(f"  {len(rows) - limit:,} more; give --limit")
    if reports:
        print_rows(
            "Its reports about that quarter, known_at in UTC; unit: USD that one unit of its values is, and what tells",
            [_report(row) for row in reports],
            columns=_REPORTS_SHOWN,
            sparse=_SPARSE,
            empty="",
        )
    for line in account["notes"]:
        OUT.print(f"  {line}", soft_wrap=True)


def _position(row: dict[str, Any]) -> dict[str, Any]:
    kind = "USD of principal" if row.get("amount_kind") == "PRN" else None
    return row | {"kind": kind, "doubts": _doubts(row)}


def _report(row: dict[str, Any]) -> dict[str, Any]:
    unit = None if row["unit_usd"] is None else f"{row['unit_usd']:,} ({row['unit_source']})"
    return row | {"filing": row["accession"], "unit": unit, "doubts": _doubts(row)}


def _doubts(row: dict[str, Any]) -> str | None:
    """Return why a row is not ok: its reasons, each once; those of its report stand with the report."""
    if row["status"] in {None, "ok"}:
        return None
    codes = ",".join(filter(None, (row.get("reasons"), row.get("change_reasons"))))
    return ", ".join(dict.fromkeys(codes.split(","))) if codes else "report_suspect"


def _of_manager(house: House, manager: int, end: date | None, at: datetime) -> dict[str, Any]:
    from edgewise.ownership.institutions import changes, due_day  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.holdings import holdings_as_known  # noqa: PLC0415 - as above

    reports = house.lake.history(HOLDING_REPORTS, as_of=at, where=pl.col("manager_cik") == manager)
    newest = end or max(reports["period_end"], default=None)
    held = holdings_as_known(house.lake, at, managers=[manager])
    key = ["manager_cik", "period_end", "cusip", "put_call", "amount_kind"]
    moved = changes(held, reports, at).select(
        *key, "change", "amount_change", closed_status="status", change_reasons="reasons"
    )
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
    notes = [f"its report was due {due_day(newest)}"] if newest else []
    if joined["confidential"].any():
        notes.append("positions are left out in confidence: what is new or closed is suspect")
    return {
        "title": f"{name[0] if name else 'manager'} ({manager})",
        "period_end": newest,
        "newest_known_at": mine["known_at"].max(),
        "rows": rows.select("instrument_id", *_HELD, "reasons", "change_reasons").to_dicts(),
        "reports": mine.to_dicts(),
        "nothing": f"no holding at {newest} was known then. Bring it in: edgewise holdings ingest --cik {manager}",
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
            f"no CUSIP of {whose} was known", advice="Bring some in: edgewise holdings cusips --backfill 400"
        )
    reports = house.lake.history(HOLDING_REPORTS, as_of=at)
    held = holdings_as_known(house.lake, at, cusips=links["cusip"].unique().to_list())
    newest = end or held["period_end"].max()
    owned = institutional_ownership(held, reports, at, suspect=True).filter(
        (pl.col("instrument_id") == instrument) & (pl.col("period_end") == newest)
    )
    key = ["manager_cik", "period_end", "cusip", "put_call", "amount_kind"]
    moved = changes(held, reports, at).select(*key, "change", "amount_change", change_reasons="reasons")
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
        "newest_known_at": rows["known_at"].max(),
        "rows": rows.select("put_call", *_HOLDERS, "reasons", "change_reasons").to_dicts(),
        "nothing": "no holder was known then. Bring reports in: edgewise holdings ingest --quarter 2024Q1",
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
            raise NotFound(
                f"no report of manager {manager} was known then",
                advice=f"Bring it in: edgewise holdings ingest --cik {manager}",
            )
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
