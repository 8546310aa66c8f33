"""`edgewise ratings`: bring analysts' ratings in, and see what analysts think."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from edgewise.app.house import House

app = typer.Typer(no_args_is_help=True, help="Ratings of analysts: consensus, changes, price targets.")
_USUAL = timedelta(days=7)
_CONSENSUS = ["firms", "mean", "dispersion", "lowest", "highest", "buys", "sells", "doubtful", "newest"]
_CHANGE = ["days", "mean_before", "change", "upgrades", "downgrades", "initiations", "terminations"]
_TARGET = ["targets", "mean_target", "lowest_target", "highest_target", "other_currency", "close", "target_vs_price"]
_RATING = [
    *("published_on", "firm", "action", "grade_said", "grade", "prior_grade_said", "target", "prior_target"),
    *("currency", "status", "reasons", "known_at"),
]


@app.command()
def ingest(
    file: Annotated[
        list[Path] | None, typer.Argument(help="Files: Benzinga's .json, or .parquet or .csv with a row per rating.")
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
    """Bring ratings in: of files, else from Benzinga, the last seven days if nothing else is said.

    Without a key of Benzinga it says so and leaves Benzinga out. Kill it at any time and run it again with --resume.
    """
    from edgewise.pipelines.ratings import ratings_files, ratings_parts, store_ratings  # noqa: PLC0415 - quick help

    if file and any((ticker, since, until, backfill, hours, resume)):
        raise InvalidInput("a file is brought in whole", advice="Leave out the options that choose.")
    with house_for("ratings ingest") as (house, counts):
        source = None if file else house.ratings
        if source is None and not file:
            skip(counts, "benzinga", setting="EDGEWISE_BENZINGA_KEY", json=json)
            return
        house.mark_simulated()
        if source is None:
            parts = ratings_files(file or [], house.clock)
        else:
            span = span_of(house.clock.now(), since=since, until=until, backfill=backfill, hours=hours, usual=_USUAL)
            parts = ratings_parts(source, span, house.clock, tickers=symbols(ticker))
        store = store_ratings(house.lake, instruments_of(house), house.clock)
        bring_in(house, counts, parts, store, what="ratings", resume=resume, limit=limit, json=json)


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol, as of the instant.")],
    *,
    as_of: AsOf = "",
    valid: Annotated[int, typer.Option("--valid", min=1, metavar="DAYS", help="How long a rating counts.")] = 365,
    suspect: Annotated[bool, typer.Option("--suspect", help="Count doubtful ratings, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many ratings, newest first.")] = 20,
    json: Json = False,
) -> None:
    """Consensus, its changes over 30 and 90 days and targets against the price, as known at an instant."""
    from edgewise.opinions.consensus import consensus, consensus_changes, opinions, targets  # noqa: PLC0415 - quick help

    with house_for("ratings show", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        security, ratings, prices, actions = _known(house, ticker, instant)
    account = {
        "consensus": consensus(ratings, as_of=instant, valid_days=valid, suspect=suspect).to_dicts(),
        "changes": consensus_changes(ratings, as_of=instant, valid_days=valid, suspect=suspect).to_dicts(),
        "targets": targets(ratings, as_of=instant, valid_days=valid, prices=prices, actions=actions).to_dicts(),
        "opinions": opinions(ratings, as_of=instant, valid_days=valid, suspect=suspect).to_dicts(),
        "ratings": ratings.sort("known_at", "rating_id", descending=True).head(limit).to_dicts(),
    }
    if json:
        print_json({"as_of": instant, "instrument_id": security, **account})
        return
    print_rows(
        f"Consensus of {ticker.upper()} as known at {instant:%Y-%m-%d %H:%M} UTC, 1 worst to 5 best",
        account["consensus"],
        columns=_CONSENSUS,
        empty="Nobody was known to cover it.",
    )
    print_rows("Changes", account["changes"], columns=_CHANGE, empty="No change was known.")
    print_rows("Targets, USD per share", account["targets"], columns=_TARGET, empty="No target was known.")
    print_rows("Ratings", account["ratings"], columns=_RATING, empty="No rating was known.")


def _known(house: House, ticker: str, instant: datetime) -> tuple[str, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the security that a symbol named at T, its ratings, recent prices and events, all as known at T."""
    import polars as pl  # noqa: PLC0415 - keeps the help page quick

    from edgewise.core.tables import PRICES  # noqa: PLC0415 - as above
    from edgewise.core.tables_market import CORPORATE_ACTIONS  # noqa: PLC0415 - as above
    from edgewise.pipelines.ratings import ratings_of  # noqa: PLC0415 - as above

    security = security_of(house, ticker, instant)
    mine = pl.col("instrument_id") == security
    recent = pl.col("session") >= instant.date() - timedelta(days=15)
    return (
        security,
        ratings_of(house.lake, security, as_of=instant),
        house.lake.read(PRICES, as_of=instant, where=mine & recent),
        house.lake.read(CORPORATE_ACTIONS, as_of=instant, where=mine),
    )


def security_of(house: House, ticker: str, instant: datetime) -> str:
    """Return the security that a symbol named on the New York day of an instant, by the tickers that are stored."""
    from edgewise.core.clock import NEW_YORK  # noqa: PLC0415 - keeps the help page quick
    from edgewise.core.errors import NotFound  # noqa: PLC0415 - as above
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - as above
    from edgewise.sources.edgar.tickers import resolve  # noqa: PLC0415 - as above

    known = house.lake.history(INSTRUMENTS)
    if known.is_empty():
        raise NotFound("no tickers are stored", advice="Run edgewise instruments ingest.")
    return str(resolve(known, ticker, instant.astimezone(NEW_YORK).date()))
