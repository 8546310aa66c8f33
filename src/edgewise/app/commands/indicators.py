"""`edgewise indicators`: build and show what charts are read by."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from edgewise.app.console import (
    OUT,
    AsOf,
    Json,
    house_for,
    known_then,
    parse_day,
    parse_instant,
    print_json,
    print_rows,
    progress,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import NotFound

app = typer.Typer(no_args_is_help=True, help="Indicators of price and volume.")


@app.command()
def build(
    *,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session to store; all if left out.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Last session to store.")] = "",
    json: Json = False,
) -> None:
    """Compute the indicators of all stored prices and store them. Running it again stores only what changed."""
    from edgewise.pipelines.indicators import build_indicators  # noqa: PLC0415 - keeps the help page quick

    with house_for("indicators build") as (house, counts), progress("building indicators", None) as done:
        built = build_indicators(
            house.lake,
            as_of=house.clock.now(),
            since=parse_day(since, option="--since") if since else None,
            until=parse_day(until, option="--until") if until else None,
            on_progress=done,
        )
        counts |= {"securities": built.securities, "rows": built.rows}
        if json:
            print_json(built)
            return
        OUT.print(
            f"securities [bold]{built.securities:,}[/] · rows [bold]{built.rows:,}[/] · "
            f"{built.first_session} to {built.last_session}"
        )
        if built.outdated:
            OUT.print(
                f"  {built.outdated:,} stored rows are of older formulas, outside the sessions of this run; to compute "
                "them anew: edgewise indicators build without --since and --until",
                soft_wrap=True,
            )


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol, as AAPL.")],
    *,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """Show a security's newest indicators known at an instant."""
    from edgewise.core.tables_market import INDICATORS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above
    from edgewise.sources.edgar.tickers import resolve  # noqa: PLC0415 - as above

    with house_for("indicators show", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        security = resolve(
            known_instruments(house.edgar, house.lake, house.clock), ticker, instant.astimezone(NEW_YORK).date()
        )
        rows = house.lake.read(INDICATORS, as_of=instant, where=pl.col("instrument_id") == str(security))
        if rows.is_empty():
            raise NotFound(f"no indicator of {ticker} was known then", advice="Build them: edgewise indicators build")
        newest = rows.sort("session").row(-1, named=True)
        if json:
            print_json(newest)
            return
        told: list[dict[str, object]] = [
            {"indicator": column.name, "value": newest[column.name], "meaning": column.meaning}
            for column in INDICATORS.columns
            if column.dtype == pl.Float64
        ]
        close = f"{ticker.upper()} ({security}) at the close of {newest['session']}"
        title = f"{close}, {known_then(instant, newest['known_at'])}"
        print_rows(title, told, columns=["indicator", "value", "meaning"], empty="")
