"""`edgewise news`: bring news in, and see how much is written about a security and in what tone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.provided import Noun, ingest_of, security_of
from edgewise.app.console import (
    OUT,
    AsOf,
    Json,
    doubts_of,
    house_for,
    known_then,
    parse_instant,
    print_json,
    print_rows,
)

if TYPE_CHECKING:
    from edgewise.app.house import House
    from edgewise.pipelines.provided import Intake

app = typer.Typer(no_args_is_help=True, help="News: stories and their tone.")
_WINDOW = ["days", "stories", "scored", "mean_tone", "tone_by", "newest"]
_STORY = ["published_at", "title", "publisher", "copies", "named", "tone", "tone_by", "doubts", "known_later"]
_DECIMALS = {"mean_tone": 2, "tone": 2}


def _intake(house: House) -> Intake:
    from edgewise.pipelines.news import news_intake  # noqa: PLC0415 - keeps the help page quick

    return news_intake(house.tone_model)


_NEWS = Noun(
    "news", "polygon", "EDGEWISE_POLYGON_KEY", timedelta(days=1), source=lambda house: house.news, intake=_intake
)
app.command(
    help="""Bring news in: of files, else from Polygon, the last day if nothing else is said.

    Stories of which the provider tells no tone are scored by the model of EDGEWISE_TONE. Without a key of Polygon it
    says so and leaves Polygon out. Kill it at any time and run it again with --resume."""
)(ingest_of(_NEWS))


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol, as of the instant.")],
    *,
    as_of: AsOf = "",
    suspect: Annotated[bool, typer.Option("--suspect", help="Count doubtful stories, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many stories, newest first.")] = 20,
    json: Json = False,
) -> None:
    """How much was written over 7 and 30 days and in what tone, as known at an instant, and the stories behind it."""
    from edgewise.opinions.news import news_averages, stories  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.news import news_of  # noqa: PLC0415 - as above

    with house_for("news show", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        security = security_of(house, ticker, instant)
        rows = news_of(house.lake, security, as_of=instant)
    windows = news_averages(rows, as_of=instant, instruments=[security], suspect=suspect).to_dicts()
    told = stories(rows, as_of=instant, suspect=suspect).sort("published_at", "news_id", descending=True)
    shown = told.head(limit).to_dicts()
    if json:
        print_json({"as_of": instant, "instrument_id": security, "windows": windows, "stories": shown})
        return
    name, then = ticker.upper(), known_then(instant, rows["known_at"].max())
    if rows.is_empty():
        OUT.print(f"No story about {name} was known then. Bring some in: {_command(ticker)}", soft_wrap=True)
        return
    print_rows(
        f"News of {name}, {then}; tone from -1, bad for it, to 1, good",
        windows,
        columns=_WINDOW,
        decimals=_DECIMALS,
        empty="",
    )
    print_rows(
        "Stories, newest first; published_at in UTC, which is known_at but of those known later",
        [_story(row) for row in shown],
        columns=_STORY,
        decimals=_DECIMALS,
        sparse=("publisher", "doubts", "known_later"),
        empty="No story was known.",
    )
    if told.height > limit:
        OUT.print(f"  {told.height - limit:,} more; give --limit")


def _command(ticker: str) -> str:
    return f"edgewise news ingest --ticker {ticker.upper()} --backfill 30, or: edgewise news ingest FILE"


def _story(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "doubts": doubts_of(row),
        "known_later": row["known_at"] if row["known_at"] != row["published_at"] else None,
    }
