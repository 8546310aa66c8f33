"""`edgewise ratings`: bring analysts' ratings in, and see what analysts think."""

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
    from datetime import datetime

    import polars as pl

    from edgewise.app.house import House
    from edgewise.pipelines.provided import Intake

app = typer.Typer(no_args_is_help=True, help="Ratings of analysts: consensus, changes, price targets.")
_CONSENSUS = ["firms", "mean", "dispersion", "lowest", "highest", "buys", "sells", "doubtful", "newest"]
_CHANGE = ["days", "mean_before", "change", "upgrades", "downgrades", "initiations", "terminations"]
_TARGET = ["targets", "mean_target", "lowest_target", "highest_target", "other_currency", "close", "target_vs_price"]
_RATING = ["published_on", "firm", "action", "said", "grade", "before", "target", "target_before", "doubts", "known_at"]
_MEANS = ("mean", "dispersion", "lowest", "highest", "mean_before", "change")
_TARGETS = ("mean_target", "lowest_target", "highest_target", "close")
_DECIMALS = dict.fromkeys((*_MEANS, *_TARGETS), 2) | {"grade": 1}


def _intake(_: House) -> Intake:
    from edgewise.pipelines.ratings import ratings_intake  # noqa: PLC0415 - keeps the help page quick

    return ratings_intake()


_RATINGS = Noun(
    *("ratings", "benzinga", "EDGEWISE_BENZINGA_KEY", timedelta(days=7)),
    source=lambda house: house.ratings,
    intake=_intake,
)
app.command(
    help="""Bring ratings in: of files, else from Benzinga, the last seven days if nothing else is said.

    Without a key of Benzinga it says so and leaves Benzinga out. Kill it at any time and run it again with --resume."""
)(ingest_of(_RATINGS))


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
    name, then = ticker.upper(), known_then(instant, ratings["known_at"].max())
    if ratings.is_empty():
        OUT.print(f"No rating of {name} was known then. Bring some in: {_command(ticker)}", soft_wrap=True)
        return
    print_rows(
        f"Consensus of {name}, {then}; grades from 1, worst, to 5, best",
        account["consensus"],
        columns=_CONSENSUS,
        decimals=_DECIMALS,
        sparse=("doubtful",),
        empty=f"{name}, {then}: no rating of the last {valid} days was known.",
    )
    print_rows(
        "Changes of the mean, against what was known so many days before",
        account["changes"],
        columns=_CHANGE,
        decimals=_DECIMALS,
        empty="No change was known.",
    )
    print_rows(
        "Targets, USD per share as counted at that instant; target vs price as a fraction",
        account["targets"],
        columns=_TARGET,
        decimals=_DECIMALS,
        sparse=("other_currency",),
        empty="No target was known.",
    )
    print_rows(
        "Ratings, newest first; targets as published, known_at in UTC",
        [_rating(row) for row in account["ratings"]],
        columns=_RATING,
        decimals=_DECIMALS,
        sparse=("before", "target", "target_before", "doubts"),
        empty="",
    )
    if ratings.height > limit:
        OUT.print(f"  {ratings.height - limit:,} more; give --limit")


def _command(ticker: str) -> str:
    return f"edgewise ratings ingest --ticker {ticker.upper()} --backfill 365, or: edgewise ratings ingest FILE"


def _rating(row: dict[str, Any]) -> dict[str, Any]:
    targets = {name: _target(row[name], row["currency"]) for name in ("target", "prior_target")}
    return row | {
        "said": row["grade_said"],
        "before": row["prior_grade_said"],
        "target": targets["target"],
        "target_before": targets["prior_target"],
        "doubts": doubts_of(row),
    }


def _target(amount: float | None, currency: str | None) -> str | None:
    return None if amount is None else f"{amount:,.2f} {currency or '?'}"


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
