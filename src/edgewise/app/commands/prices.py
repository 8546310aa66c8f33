"""`edgewise prices`: bring daily prices in."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json

app = typer.Typer(no_args_is_help=True, help="Daily prices, as traded.")

SHOWN_TICKERS = 8


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="Parquet or CSV: ticker, session, open, high, low, close, volume.")],
    *,
    splits: Annotated[Path | None, typer.Option(help="Undo split adjustment with this file of split ratios.")] = None,
    json: Json = False,
) -> None:
    """Store the prices of a file; tickers are looked up as of each session."""
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.prices import ingest_prices  # noqa: PLC0415 - as above

    with house_for("prices ingest") as (house, counts):
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
