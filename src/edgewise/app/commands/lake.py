"""`edgewise lake`: what the tables hold, and keeping their folders small."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows
from edgewise.core.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="The tables: what they hold, and files that nothing needs any more.")
_KEPT_DAYS = 7
_SHOWN = ["table", "rows", "files", "megabytes", "version", "newest_known_at"]


@app.command()
def show(*, json: Json = False) -> None:
    """Show every table that exists: rows, files and their size, version, and the newest instant of knowledge."""
    with house_for("lake show", ledger=False) as (house, _):
        tables = house.lake.tables()
    if json:
        print_json([asdict(one) for one in tables])
        return
    rows = [{**asdict(one), "table": one.name, "megabytes": one.bytes / 1e6} for one in tables]
    empty = "The lake has no table yet: edgewise filings ingest or prices ingest brings the first rows in."
    print_rows("The lake", rows, columns=_SHOWN, empty=empty, decimals={"megabytes": 1})


@app.command()
def tidy(
    *,
    keep: Annotated[
        int, typer.Option("--keep", metavar="DAYS", min=1, help="Files that a version of so many days ago has stay.")
    ] = _KEPT_DAYS,
    merge: Annotated[
        list[str] | None,
        typer.Option("--merge", metavar="TABLE", help="Sort this table into one run first, in memory; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Delete files that left their table more than --keep days ago: what was replaced, or written and never finished.

    No answer changes, of any instant: rows of the past stay. What cannot be read any more are versions of the tables
    that are older.
    """
    from edgewise.core.tables import BY_NAME  # noqa: PLC0415 - keeps the help page quick

    if unknown := sorted(set(merge or ()) - BY_NAME.keys()):
        raise InvalidInput(f"there is no table {unknown[0]!r}", advice="edgewise lake show names those that exist.")
    with house_for("lake tidy") as (house, counts):
        merged = [name for name in merge or () if house.lake.compact(BY_NAME[name]) is not None]
        days = timedelta(days=keep)
        deleted = {one.name: house.lake.vacuum(BY_NAME[one.name], keep=days) for one in house.lake.tables()}
        counts |= {"merged": len(merged), "deleted": sum(deleted.values())}
        if json:
            print_json({"merged": merged, "deleted": deleted})
            return
        OUT.print(f"tables merged [bold]{len(merged):,}[/] · files deleted [bold]{sum(deleted.values()):,}[/]")
        for name, files in deleted.items():
            if files:
                OUT.print(f"  {name}: {files:,}")
