"""`edgewise instruments`: which ticker names which security, and who belongs to an index."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import (
    ERR,
    OUT,
    Json,
    house_for,
    known_then,
    parse_day,
    print_json,
    print_rows,
    progress,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from edgewise.app.house import House
    from edgewise.pipelines.instruments import IngestedListings

app = typer.Typer(no_args_is_help=True, help="Securities and their tickers, and the members of indexes.")
_SPAN = ["ticker", "member_from", "member_to", "instrument_id", "cik", "known_at_source", "known_at"]


@app.command()
def ingest(*, json: Json = False) -> None:
    """Fetch the SEC's list of tickers, and with a Polygon key who has left the market, and store what they change.

    Without the second list only companies that are still listed come in: whatever is computed of the past then knows
    survivors alone.
    """
    from edgewise.core.tables import PRICES  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import ingest_instruments  # noqa: PLC0415 - as above

    with house_for("instruments ingest") as (house, counts):
        listed, added = ingest_instruments(house.edgar, house.lake, house.clock)
        counts |= {"listed": listed, "added": added}
        came = _delisted(house)
        if came:
            counts |= {"delisted": came.securities, "delisted_rows": came.rows}
        if json:
            print_json(counts | {"no_longer_in_use": came})
            return
        OUT.print(f"tickers listed [bold]{listed:,}[/] · rows added [bold]{added:,}[/]")
        if came:
            _tell_delisted(came, priced=house.lake.version(PRICES) is not None)


def _delisted(house: House) -> IngestedListings | None:
    """Store who has left the market; None, and why on the error stream, where nobody can be asked for it."""
    from edgewise.pipelines.instruments import ingest_listings  # noqa: PLC0415 - keeps the help page quick

    try:
        why = _why_not_asked(house)
        if why is None and house.listings is not None:
            with progress("pages of symbols", None) as done:
                return ingest_listings(house.listings, house.lake, house.clock, on_page=done)
    except NotFound as error:
        if not house.settings.price_source.startswith("archive://"):
            raise
        why = f"{house.settings.price_source} has no such list: {error}"
    ERR.print(
        f"  not asked who has left the market: {why}. Companies that are no longer listed stay unknown.",
        soft_wrap=True,
        markup=False,
    )
    return None


def _why_not_asked(house: House) -> str | None:
    settings = house.settings
    if settings.edgar and not settings.price_source:
        return "filings come from a replay or a mirror, and EDGEWISE_PRICE_SOURCE names none for Polygon"
    return "EDGEWISE_POLYGON_KEY is not set" if house.listings is None else None


def _tell_delisted(came: IngestedListings, *, priced: bool) -> None:
    OUT.print(
        f"symbols no longer in use [bold]{came.symbols:,}[/] · securities new [bold]{came.securities:,}[/] · rows "
        f"added [bold]{came.rows:,}[/]",
        soft_wrap=True,
    )
    for what, counted in (("rejected for", came.rejected), ("left out for", came.left_out)):
        for reason, rows in sorted(counted.items()):
            OUT.print(f"  {what} {reason}: {rows:,}")
    if came.rows and priced:
        OUT.print(
            "  prices of sessions that are stored already do not have them: edgewise prices ingest --all --since DAY "
            "--again",
            soft_wrap=True,
        )


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
