"""`edgewise instruments`: which ticker names which security."""

from __future__ import annotations

import typer

from edgewise.app.console import OUT, Json, house_for, print_json

app = typer.Typer(no_args_is_help=True, help="Securities and their tickers.")


@app.command()
def ingest(*, json: Json = False) -> None:
    """Fetch the SEC's list of tickers and store what it changes."""
    from edgewise.pipelines.instruments import ingest_instruments  # noqa: PLC0415 - keeps the help page quick

    with house_for("instruments ingest") as (house, counts):
        listed, added = ingest_instruments(house.edgar, house.lake, house.clock)
        counts |= {"listed": listed, "added": added}
        if json:
            print_json(counts)
        else:
            OUT.print(f"tickers listed [bold]{listed:,}[/] · rows added [bold]{added:,}[/]")
