"""`edgewise prices`: bring daily prices in, and show them as they were known."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.filings import Tickers  # noqa: TC001 - as Path
from edgewise.app.console import OUT, AsOf, Json, house_for, parse_day, parse_instant, print_json, print_rows, progress
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound
from edgewise.core.identifiers import Ticker

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.app.house import House
    from edgewise.pipelines.provided_prices import IngestedFromProviders
    from edgewise.sources.prices.open import Providers

app = typer.Typer(no_args_is_help=True, help="Daily prices, as traded.")

SHOWN_TICKERS = 8
DEFAULT_BACKFILL = 370
"""Days asked for where nothing is stored yet: 252 sessions and some."""
_NOBODY = "Edgewise nobody@edgewise.invalid"
_TRADED = ["session", "open", "high", "low", "close", "volume", "provider", "status", "reasons", "known_at"]
_ADJUSTED = ["session", "open", "high", "low", "close", "volume", "split_factor", "total_return_close"]
_ACTIONS = ["ex_session", "kind", "ratio", "amount", "delisting_return", "declared_on", "known_at", "source_url"]
_DISAGREEMENTS = ["session", "provider", "close", "stored_provider", "stored_close", "reason"]


@app.command()
def ingest(
    file: Annotated[
        Path | None, typer.Argument(help="Parquet or CSV: ticker, session, open, high, low, close, volume.")
    ] = None,
    *,
    splits: Annotated[Path | None, typer.Option(help="Undo split adjustment with this file of split ratios.")] = None,
    ticker: Tickers = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every security that has a ticker.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most this many securities.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session of a new security.")] = "",
    backfill: Annotated[
        int | None, typer.Option("--backfill", min=1, metavar="DAYS", help="The same, as days before today.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Leave out securities that have the last session.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Ask every provider and tell where they differ.")] = False,
    json: Json = False,
) -> None:
    """Store prices: those of a file, or what the providers have that is not stored yet.

    Kill it at any time and run it again: it goes on after the last batch of 100.
    """
    chosen = any((ticker, everybody, limit, since, backfill, resume, compare))
    if file is not None and chosen:
        raise InvalidInput("a file is stored whole", advice="Leave out the file or the options of providers.")
    if file is None and not (ticker or everybody):
        raise InvalidInput("nothing says which prices", advice="Give a file, or --ticker or --all to ask providers.")
    if since and backfill:
        raise InvalidInput("--since and --backfill both name the first day", advice="Give one of them.")
    with house_for("prices ingest") as (house, counts):
        house.mark_simulated()
        if file is not None:
            _from_file(house, file, splits, counts, json=json)
            return
        today = house.clock.now().astimezone(NEW_YORK).date()
        begins = parse_day(since, option="--since") if since else today - timedelta(backfill or DEFAULT_BACKFILL)
        asked = _Asked(ticker or [], everybody, limit, max(begins, date(1990, 1, 2)), resume, compare)
        with closing(_providers(house)) as providers:
            report = _from_providers(house, providers, asked)
        counts |= {"rows": report.rows, "new": report.new, "failed": len(report.failed)}
        _tell(report, json=json)


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
                f"no price of {ticker} was known then", advice=f"Bring it in: edgewise prices ingest --ticker {ticker}."
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
    _show(f"{ticker.upper()}, as known at {instant:%Y-%m-%d %H:%M} UTC", told, adjusted=adjusted)


def _show(title: str, told: dict[str, Any], *, adjusted: bool) -> None:
    counted = "adjusted to that instant, USD" if adjusted else "as traded, USD"
    print_rows(f"{title}, {counted}", told["prices"], columns=_ADJUSTED if adjusted else _TRADED, empty="")
    print_rows(
        "Events", told["actions"], columns=_ACTIONS, empty="No split or dividend within these sessions was known."
    )
    if told["disagreements"]:
        print_rows("Providers that differ", told["disagreements"], columns=_DISAGREEMENTS, empty="")


def _from_file(house: House, file: Path, splits: Path | None, counts: dict[str, int], *, json: bool) -> None:
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.prices import ingest_prices  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    ingested = ingest_prices(file, house.lake, instruments, splits=splits)
    counts |= {"rows": ingested.rows, "unresolved": sum(ingested.unresolved.values()), **ingested.rejected}
    if json:
        print_json({"rows": ingested.rows, "rejected": ingested.rejected, "unresolved": ingested.unresolved})
        return
    OUT.print(f"rows stored [bold]{ingested.rows:,}[/]")
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

    tickers: list[str]
    everybody: bool
    limit: int | None
    since: date
    resume: bool
    compare: bool


def _providers(house: House) -> Providers:
    """Return the providers of the settings. Raises NotConfigured where none can be asked."""
    from edgewise.sources.prices.open import Access, open_providers  # noqa: PLC0415 - keeps the help page quick

    settings = house.settings
    access = {
        "polygon": Access(settings.polygon_key, settings.polygon_per_minute),
        "alpha_vantage": Access(settings.alpha_vantage_key, settings.alpha_vantage_per_minute),
    }
    order = [name.strip() for name in settings.prices.split(",") if name.strip()]
    opened = open_providers(
        order, house.clock, access=access, identity=settings.identity or _NOBODY, source=settings.price_source
    )
    if not opened.in_order:
        told = "; ".join(opened.skipped.values()) or "EDGEWISE_PRICES names none"
        raise NotConfigured(f"no provider of prices can be asked: {told}", advice="See EDGEWISE_PRICES.")
    return opened


def _from_providers(house: House, providers: Providers, asked: _Asked) -> IngestedFromProviders:
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.provided_prices import PriceIngestion  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    run = PriceIngestion(providers, house.lake, instruments, house.clock)
    source = providers.whole_market
    if asked.everybody and not asked.tickers and asked.limit is None and not asked.compare and source is not None:
        with progress("sessions of the whole market", None) as done:
            report = run.by_session(source, since=asked.since, on_progress=done)
        if source.name not in report.skipped or len(providers.in_order) == 1:
            return report
    wanted = _wanted(house, instruments, asked)
    with progress("prices", len(wanted)) as done:
        return run.by_security(wanted, since=asked.since, resume=asked.resume, compare=asked.compare, on_progress=done)


def _wanted(house: House, instruments: pl.DataFrame, asked: _Asked) -> list[tuple[Ticker, str]]:
    """Return symbol and security of what is asked for, each once; a symbol that names nothing raises NotFound."""
    from edgewise.sources.edgar.tickers import current, resolve  # noqa: PLC0415 - keeps the help page quick

    today = house.clock.now().astimezone(NEW_YORK).date()
    found = {Ticker(one): str(resolve(instruments, one, today)) for one in asked.tickers}
    if asked.everybody:
        in_use = current(instruments).filter(pl.col("valid_to").is_null()).sort("ticker")
        found |= {Ticker(symbol): name for symbol, name in in_use.select("ticker", "instrument_id").iter_rows()}
    return list(found.items())[: asked.limit]


def _tell(report: IngestedFromProviders, *, json: bool) -> None:
    if json:
        print_json(asdict(report))
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
    from edgewise.sources.edgar.tickers import resolve  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    return str(resolve(instruments, ticker, instant.astimezone(NEW_YORK).date()))
