"""`edgewise instruments`: which ticker names which security, and who belongs to an index."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, known_then, parse_day, print_json, print_rows
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Securities and their tickers, and the members of indexes.")
_SPAN = ["ticker", "member_from", "member_to", "instrument_id", "cik", "known_at_source", "known_at"]


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


@app.command()
def members(
    file: Annotated[
        Path | None,
        typer.Argument(help="Parquet or CSV: ticker, member_from, member_to or removed_on; that of the settings else."),
    ] = None,
    *,
    index: Annotated[str, typer.Option("--index", help="The index; of the file where it does not say.")] = "sp500",
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="Store nothing; show the members of that day.")] = "",
    json: Json = False,
) -> None:
    """Store who belonged to an index on which days, or show it. A file is the whole history of its index."""
    from edgewise.sources.indexes.files import checked_index  # noqa: PLC0415 - keeps the help page quick

    if file and on:
        raise InvalidInput("--on shows what is stored", advice="Store the file first, then leave it out.")
    name = checked_index(index)
    if on:
        _show(name, on, json=json)
    else:
        _store(file, name, json=json)


def _store(file: Path | None, index: str, *, json: bool) -> None:
    from edgewise.app.commands.companies import members_file, stored_members  # noqa: PLC0415 - keeps the help page quick

    with house_for("instruments members") as (house, counts):
        came = stored_members(house, file or members_file(house), index)
        counts |= {"spans": came.spans, "stored": came.stored, "unresolved": came.unresolved, **came.rejected}
        if json:
            print_json(came)
            return
        OUT.print(f"spans of membership [bold]{came.spans:,}[/] · rows stored [bold]{came.stored:,}[/]")
        for reason, rows in came.rejected.items():
            OUT.print(f"  rejected for {reason}: {rows:,}")
        if came.unresolved:
            OUT.print(
                f"  {came.unresolved:,} name no known security and give no CIK: nothing can be brought in for them but "
                "ratings and news, by symbol",
                soft_wrap=True,
            )


def _show(index: str, day: str, *, json: bool) -> None:
    from edgewise.pipelines.members import members_of  # noqa: PLC0415 - keeps the help page quick

    with house_for("instruments members", ledger=False) as (house, _):
        on = parse_day(day, option="--on")
        rows = members_of(house.lake, index, first=on, last=on).sort("ticker").to_dicts()
        now = house.clock.now()
    if json:
        print_json(rows)
        return
    told = known_then(now, max((row["known_at"] for row in rows), default=None))
    to_come = ", though that day is still to come" if on > now.astimezone(NEW_YORK).date() else ""
    print_rows(
        f"{len(rows):,} members of {index} on {on}, {told}{to_come}",
        rows,
        columns=_SPAN,
        sparse=("member_to",),
        empty=f"Nobody is known to have belonged to {index} on {on}. Bring its members in: "
        f"edgewise instruments members FILE --index {index}",
    )
