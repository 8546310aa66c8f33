"""`edgewise news`: bring news in, and see how much is written about a security and in what tone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from edgewise.app.commands.filings import Backfill, Tickers  # noqa: TC001 - as Path
from edgewise.app.commands.provided import (
    Hours,
    ItemLimit,
    Resume,
    Since,
    Until,
    bring_in,
    instruments_of,
    skip,
    span_of,
    symbols,
)
from edgewise.app.console import AsOf, Json, house_for, parse_instant, print_json, print_rows
from edgewise.core.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="News: stories and their tone.")
_USUAL = timedelta(days=1)
_WINDOW = ["days", "stories", "scored", "mean_tone", "tone_by", "newest"]
_STORY = ["published_at", "title", "publisher", "copies", "named", "sentiment_said", "tone", "tone_by", "status"]


@app.command()
def ingest(
    file: Annotated[
        list[Path] | None, typer.Argument(help="Files: Polygon's .json, or .parquet or .csv with a row per story.")
    ] = None,
    *,
    ticker: Tickers = None,
    since: Since = "",
    until: Until = "",
    backfill: Backfill = None,
    hours: Hours = None,
    limit: ItemLimit = None,
    resume: Resume = False,
    json: Json = False,
) -> None:
    """Bring news in: of files, else from Polygon, the last day if nothing else is said.

    Stories of which the provider tells no tone are scored by the model of EDGEWISE_TONE. Without a key of Polygon it
    says so and leaves Polygon out. Kill it at any time and run it again with --resume.
    """
    from edgewise.pipelines.news import news_files, news_parts, store_news  # noqa: PLC0415 - keeps the help page quick

    if file and any((ticker, since, until, backfill, hours, resume)):
        raise InvalidInput("a file is brought in whole", advice="Leave out the options that choose.")
    with house_for("news ingest") as (house, counts):
        source = None if file else house.news
        if source is None and not file:
            skip(counts, "polygon", setting="EDGEWISE_POLYGON_KEY", json=json)
            return
        house.mark_simulated()
        if source is None:
            parts = news_files(file or [], house.clock)
        else:
            span = span_of(house.clock.now(), since=since, until=until, backfill=backfill, hours=hours, usual=_USUAL)
            parts = news_parts(source, span, house.clock, tickers=symbols(ticker))
        store = store_news(house.lake, instruments_of(house), house.clock, house.tone_model)
        bring_in(house, counts, parts, store, what="news", resume=resume, limit=limit, json=json)


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
    from edgewise.app.commands.ratings import security_of  # noqa: PLC0415 - keeps the help page quick
    from edgewise.opinions.news import news_averages, stories  # noqa: PLC0415 - as above
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
    print_rows(
        f"News of {ticker.upper()} as known at {instant:%Y-%m-%d %H:%M} UTC, tone from -1 to 1",
        windows,
        columns=_WINDOW,
        empty="",
    )
    print_rows("Stories", shown, columns=_STORY, empty="No story was known.")
