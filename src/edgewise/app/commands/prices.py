"""`edgewise prices`: bring daily prices in, and show them as they were known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.companies import Companies, Failed, Sp500, securities_of
from edgewise.app.commands.filings import Tickers  # noqa: TC001 - as Path
from edgewise.app.console import (
    OUT,
    AsOf,
    Json,
    doubts_of,
    house_for,
    known_then,
    parse_day,
    parse_instant,
    print_json,
    print_rows,
    progress,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Ticker

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.app.house import House
    from edgewise.pipelines.provided_prices import IngestedFromProviders

app = typer.Typer(no_args_is_help=True, help="Daily prices, as traded.")

SHOWN_TICKERS = 8
DEFAULT_BACKFILL = 370
"""Days asked for where nothing is stored yet: 252 sessions and some."""
_TRADED = ["session", "open", "high", "low", "close", "volume", "provider", "doubts", "known_at"]
_ADJUSTED = ["session", "open", "high", "low", "close", "volume", "split_factor", "total_return_close"]
_ACTIONS = [
    *("ex_session", "kind", "ratio", "amount", "delisting_return", "declared_on", "known_at", "source_url"),
]
_DIFFER = ["session", "provider", "close", "stored_provider", "stored_close", "reason", "known_at"]
_LEVELS = ("open", "high", "low", "close", "total_return_close")


@app.command()
def ingest(
    file: Annotated[
        Path | None, typer.Argument(help="Parquet or CSV: ticker, session, open, high, low, close, volume.")
    ] = None,
    *,
    splits: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="For a FILE whose prices are divided by later splits: ticker, session, split_ratio of each split. "
            "They are undone in the prices, and stored.",
        ),
    ] = None,
    ticker: Tickers = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Every security that was listed on a day from --since on.")
    ] = False,
    sp500: Sp500 = False,
    failed: Failed = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most this many securities.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session of a new security.")] = "",
    backfill: Annotated[
        int | None, typer.Option("--backfill", min=1, metavar="DAYS", help="The same, as days before today.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Leave out securities that have the last session.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --all: sessions that are stored, too, for securities known since.")
    ] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Ask every provider and tell where they differ.")] = False,
    json: Json = False,
) -> None:
    """Store prices as they were traded: those of a file, or what the providers have that is not stored yet.

    The prices of most vendors' files are divided by later splits; without --splits a split four for one is then stored
    as a fall of 75 %. Kill it at any time and run it again: it goes on after the last batch of 100.
    """
    chosen = any((ticker, everybody, sp500, failed, limit, since, backfill, resume, again, compare))
    if file is not None and chosen:
        raise InvalidInput("a file is stored whole", advice="Leave out the file or the options of providers.")
    if splits and file is None:
        raise InvalidInput(
            "--splits belongs to a file of prices", advice="Give the file, too; splits alone: edgewise prices actions."
        )
    if file is None and not (ticker or everybody or sp500 or failed):
        raise InvalidInput(
            "nothing says which prices", advice="Give a file, or --ticker, --sp500 or --all to ask providers."
        )
    if again and not everybody:
        raise InvalidInput("--again belongs to --all", advice="A security of its own is always asked for again.")
    if since and backfill:
        raise InvalidInput("--since and --backfill both name the first day", advice="Give one of them.")
    with house_for("prices ingest") as (house, counts):
        house.mark_simulated()
        if file is not None:
            _from_file(house, file, splits, counts, json=json)
            return
        today = house.clock.now().astimezone(NEW_YORK).date()
        begins = parse_day(since, option="--since") if since else today - timedelta(backfill or DEFAULT_BACKFILL)
        begins = max(begins, date(1990, 1, 2))
        who = Companies(tickers=ticker or (), everybody=everybody, members=sp500, first=begins)
        asked = _Asked(who, failed, limit, begins, resume, again, compare)
        report = _from_providers(house, asked)
        counts |= {"rows": report.rows, "new": report.new, "failed": len(report.failed)}
        _tell(report, json=json)


@app.command()
def actions(
    file: Annotated[
        Path,
        typer.Argument(help="Parquet or CSV: ticker, ex_session; split_ratio, dividend, delisting_return, ended."),
    ],
    *,
    split_adjusted: Annotated[
        bool, typer.Option("--split-adjusted", help="Its dividends are divided by its later splits: undo that.")
    ] = False,
    json: Json = False,
) -> None:
    """Store splits, dividends and delistings of a file. What is stored already stays as it is."""
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.price_actions import ingest_actions  # noqa: PLC0415 - as above

    with house_for("prices actions") as (house, counts):
        house.mark_simulated()
        instruments = known_instruments(house.edgar, house.lake, house.clock)
        done = ingest_actions(file, house.lake, instruments, split_adjusted=split_adjusted)
        counts |= {"rows": done.rows, "present": done.present, "unresolved": done.unresolved, **done.rejected}
    if json:
        print_json(done)
        return
    OUT.print(f"events stored [bold]{done.rows:,}[/] · there already {done.present:,}")
    for reason, rows in (done.rejected | {"a symbol that names nothing": done.unresolved}).items():
        if rows:
            OUT.print(f"  left out for {reason}: {rows:,}")


@app.command()
def judge(*, json: Json = False) -> None:
    """Put moves of file prices that nothing explains in quarantine, once their splits and dividends are in."""
    from edgewise.pipelines.price_quarantine import judge_file_prices  # noqa: PLC0415 - keeps the help page quick

    with house_for("prices judge") as (house, counts), progress("securities", None) as done:
        told = judge_file_prices(house.lake, on_progress=done)
        counts |= {"rows": told.rows, "suspect": told.suspect.total(), "released": told.released}
    if json:
        print_json(told)
        return
    OUT.print(f"rows judged [bold]{told.rows:,}[/] of {told.securities:,} securities · stored anew {told.stored:,}")
    for reason, rows in told.suspect.items():
        OUT.print(f"  in quarantine for {reason}: {rows:,}")
    OUT.print(f"  released later: {told.released:,}")


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol, as AAPL.")],
    *,
    as_of: AsOf = "",
    adjusted: Annotated[
        bool,
        typer.Option("--adjusted", help="On the share count of that instant; dividends taken out in the last one."),
    ] = False,
    sessions: Annotated[int, typer.Option("--sessions", min=1, help="How many sessions, the newest.")] = 10,
    json: Json = False,
) -> None:
    """Show a security's newest prices as they were known, the events of these sessions, and who disagrees."""
    from edgewise.core.tables import PRICES  # noqa: PLC0415 - keeps the help page quick
    from edgewise.core.tables_market import CORPORATE_ACTIONS, PRICE_DISAGREEMENTS  # noqa: PLC0415 - as above
    from edgewise.market.adjust import adjusted_prices  # noqa: PLC0415 - as above

    with house_for("prices show", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        own = pl.col("instrument_id") == _security(house, ticker, instant)
        prices = house.lake.read(PRICES, as_of=instant, where=own)
        if prices.is_empty():
            raise NotFound(
                f"no price of {ticker.upper()} was known then",
                advice=f"Bring it in: edgewise prices ingest --ticker {ticker.upper()}, or give a FILE of your own.",
            )
        actions = house.lake.read(CORPORATE_ACTIONS, as_of=instant, where=own)
        differing = house.lake.read(PRICE_DISAGREEMENTS, as_of=instant, where=own)
    shown = adjusted_prices(prices, actions, as_of=instant) if adjusted else prices
    shown = shown.sort("session").tail(sessions)
    begins = shown["session"][0]
    told = {
        "as_of": instant,
        "instrument_id": prices["instrument_id"][0],
        "prices": shown.to_dicts(),
        "actions": actions.filter(pl.col("ex_session") >= begins).sort("ex_session").to_dicts(),
        "disagreements": differing.filter(pl.col("session") >= begins).sort("session").to_dicts(),
    }
    if json:
        print_json(told)
        return
    _show(f"{ticker.upper()}, {known_then(instant, prices['known_at'].max())}", told, adjusted=adjusted)


def _show(title: str, told: dict[str, Any], *, adjusted: bool) -> None:
    counted = "adjusted to that instant, USD per share" if adjusted else "as traded, USD per share; known_at in UTC"
    prices = [_line(row) for row in told["prices"]]
    cents = all((row[name] or 1) >= 1 for row in prices for name in _LEVELS if name in row)
    print_rows(
        f"{title}; {counted}",
        prices,
        columns=_ADJUSTED if adjusted else _TRADED,
        decimals=dict.fromkeys(_LEVELS, 2 if cents else 4),
        sparse=("doubts",),
        empty="",
    )
    print_rows(
        "Events of these sessions, USD per share and fractions; known_at in UTC",
        told["actions"],
        columns=_ACTIONS,
        sparse=("ratio", "amount", "delisting_return", "declared_on"),
        empty="No split or dividend within these sessions was known.",
    )
    if told["disagreements"]:
        print_rows(
            "Providers that differ, USD per share; known_at in UTC", told["disagreements"], columns=_DIFFER, empty=""
        )


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it is shown: whole shares, and a status only where it is odd."""
    return row | {
        "volume": None if row["volume"] is None else round(row["volume"]),
        "doubts": doubts_of(row),
    }


def _from_file(house: House, file: Path, splits: Path | None, counts: dict[str, int], *, json: bool) -> None:
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.prices import ingest_prices  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    ingested = ingest_prices(file, house.lake, instruments, splits=splits)
    counts |= {"rows": ingested.rows, "unresolved": sum(ingested.unresolved.values()), **ingested.rejected}
    if json:
        print_json(ingested)
        return
    OUT.print(f"rows stored [bold]{ingested.rows:,}[/] · new splits {ingested.splits:,}")
    for reason, rows in ingested.rejected.items():
        OUT.print(f"  rejected for {reason}: {rows:,}")
    if ingested.unresolved:
        named = list(ingested.unresolved)
        shown = ", ".join(named[:SHOWN_TICKERS]) + (", ..." if len(named) > SHOWN_TICKERS else "")
        OUT.print(
            f"  left out, their ticker names no known security: {sum(ingested.unresolved.values()):,} rows "
            f"(tickers: {shown})"
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a run asks providers for: the options of the command."""

    companies: Companies
    failed: bool
    limit: int | None
    since: date
    resume: bool
    again: bool
    compare: bool


def _from_providers(house: House, asked: _Asked) -> IngestedFromProviders:
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.provided_prices import PriceIngestion  # noqa: PLC0415 - as above

    providers = house.price_providers
    instruments = known_instruments(house.edgar, house.lake, house.clock)
    run = PriceIngestion(providers, house.lake, instruments, house.clock)
    source = providers.whole_market
    # One question a session brings everybody; whoever is asked for beside them comes with it.
    whole = asked.companies.everybody and not asked.companies.tickers and asked.limit is None
    if whole and not asked.compare and source is not None:
        with progress("sessions of the whole market", None) as done:
            report = run.by_session(source, since=asked.since, again=asked.again, on_progress=done)
        _keep_failures(house, report, _sessions_that_failed(house, asked.since), f"--all --since {asked.since}")
        if source.name not in report.skipped or len(providers.in_order) == 1:
            return report
    wanted = _wanted(house, instruments, asked)
    with progress("prices", len(wanted)) as done:
        report = run.by_security(
            wanted, since=asked.since, resume=asked.resume, compare=asked.compare, on_progress=done
        )
    _keep_failures(house, report, [str(symbol) for symbol, _ in wanted], f"--since {asked.since} --ticker {{}}")
    return report


def _keep_failures(house: House, report: IngestedFromProviders, asked: list[str], again: str) -> None:
    """Keep what no provider had as rows, with the reason of each, until it comes."""
    from edgewise.pipelines.failures import Refused, record_outcomes  # noqa: PLC0415 - keeps the help page quick

    refused = {
        name: Refused(_reasons(told), f"edgewise prices ingest {again.format(name)}", told)
        for name, told in report.failed.items()
    }
    record_outcomes(house.lake, "prices", asked, refused, at=house.clock.now())


def _reasons(told: str) -> str:
    """Return the reason codes of what providers said, `polygon: not_found; yahoo: throttled`, without the providers."""
    codes = [said.partition(": ")[2] for said in told.split("; ")]
    return ",".join(dict.fromkeys(filter(None, codes))) or "nobody_asked"


def _sessions_that_failed(house: House, since: date) -> list[str]:
    """Return the sessions from `since` that failed before: a run over the whole market asks for them again."""
    from edgewise.pipelines.failures import open_failures  # noqa: PLC0415 - keeps the help page quick

    names = open_failures(house.lake, "prices")["asked"]
    sessions = names.str.to_date("%Y-%m-%d", strict=False)
    return names.filter((sessions >= since).fill_null(value=False) | (names == "events")).to_list()


def _wanted(house: House, instruments: pl.DataFrame, asked: _Asked) -> list[tuple[Ticker, str]]:
    """Return symbol and security of what is asked for, each once; a symbol that names nothing raises NotFound."""
    from edgewise.pipelines.failures import open_failures  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.tickers import current  # noqa: PLC0415 - as above

    found = securities_of(house, asked.companies)
    if asked.failed:
        before = open_failures(house.lake, "prices")["asked"].implode()
        spans = current(instruments).sort("valid_from").filter(pl.col("ticker").is_in(before))
        named = spans.unique("ticker", keep="last").sort("ticker")
        found += [(Ticker(symbol), name) for symbol, name in named.select("ticker", "instrument_id").iter_rows()]
    return list(dict.fromkeys(found))[: asked.limit]


def _tell(report: IngestedFromProviders, *, json: bool) -> None:
    if json:
        print_json(report)
        return
    OUT.print(
        f"answers [bold]{report.companies:,}[/] · rows [bold]{report.rows:,}[/] · new {report.new:,} · corrected "
        f"{report.corrected:,} · events {report.actions:,} · disagreements {report.disagreements:,}"
    )
    for what, counted in (("in quarantine for", report.suspect), ("rejected for", report.rejected)):
        for reason, rows in counted.items():
            OUT.print(f"  {what} {reason}: {rows:,}")
    if report.unresolved:
        OUT.print(f"  left out, their symbol names no known security: {report.unresolved:,} rows")
    for name, why in report.skipped.items():
        OUT.print(f"  not asked: {name}, {why}", soft_wrap=True, markup=False)
    failed: list[dict[str, object]] = [{"asked": asked, "said": said} for asked, said in report.failed.items()]
    print_rows("failed", failed, columns=["asked", "said"], empty="  none failed")


def _security(house: House, ticker: str, instant: datetime) -> str:
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.tickers import resolve_last  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    return str(resolve_last(instruments, ticker, instant.astimezone(NEW_YORK).date()))
