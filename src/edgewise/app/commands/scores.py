"""`edgewise scores`: compute and publish them, see who leads, and follow one down to the filings behind it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from edgewise.app.commands.companies import Companies, Sp500, instruments_of, securities_of
from edgewise.app.commands.filings import Tickers  # noqa: TC001 - typer reads the annotation at run time
from edgewise.app.commands.score_words import (
    SHORT,
    as_json,
    short_line,
    tell_corrected,
    tell_corrections,
    tell_explained,
    tell_scored,
    tell_shown,
)
from edgewise.app.console import Json, house_for, parse_day, print_json, print_rows, progress
from edgewise.core.clock import NEW_YORK, sessions, shift_session, tradable_session
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import InstrumentId
from edgewise.score.weights import STANDARD, configuration_named
from edgewise.sources.edgar.tickers import resolve

if TYPE_CHECKING:
    from datetime import date

    from edgewise.app.house import House
    from edgewise.score.weights import Configuration

app = typer.Typer(
    no_args_is_help=True, help="The stock score, 1 to 100: compute, correct, top, show, history, explain."
)

Weights = Annotated[str, typer.Option("--weights", help="Configuration of weights.")]
Session = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="DAY", help="The last session that had closed on this day; the newest if left out."
    ),
]
Symbol = Annotated[str, typer.Argument(help="Symbol, or instrument id as 0000320193-01.")]
Sector = Annotated[str, typer.Option("--sector", help="One sector only, as energy.")]
_LONGEST_BREAK = timedelta(days=14)


@app.command()
def compute(
    *,
    ticker: Tickers = None,
    sector: Sector = "",
    everybody: Annotated[bool, typer.Option("--all", help="Every security that is listed.")] = False,
    sp500: Sp500 = False,
    as_of: Session = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session of a history.")] = "",
    weights: Weights = STANDARD.name,
    json: Json = False,
) -> None:
    """Score and publish a session, or all sessions since a day; each rests on what was known at its close.

    A score is a place among all securities, so all of them are looked at, whoever is chosen. What was published stays
    as it is: a security that would come out differently now is counted, not overwritten.
    """
    from edgewise.pipelines.scores import compute_scores  # noqa: PLC0415 - keeps the help page quick

    chosen = Companies((), ticker or (), everybody=everybody or bool(sector), members=sp500)
    with house_for("scores compute") as (house, counts):
        last = closed_session(house, as_of)
        days = sessions(parse_day(since, option="--since"), last) if since else [last]
        if not days:
            raise InvalidInput(f"no session closed from {since} to {last}", advice="Give an earlier --since.")
        only = _only(house, replace(chosen, first=days[0], last=last))
        with progress("sessions", len(days)) as done:
            came = compute_scores(
                house.lake,
                days,
                configuration_named(weights),
                house.clock,
                tone_version=house.tone_model.version,
                served=house.served_scores,
                only=only,
                sector=sector or None,
                on_progress=done,
            )
        counts |= {"sessions": came.sessions, "rated": came.rated, "differing": came.differing}
    if json:
        print_json({**asdict(came), "last_session": last})
        return
    tell_scored(came, last)


@app.command()
def correct(
    *,
    session: Annotated[str, typer.Option("--session", metavar="DAY", help="Session whose scores were wrong.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads the history.")],
    weights: Weights = STANDARD.name,
    json: Json = False,
) -> None:
    """Publish anew the scores of a session that come out differently now, after what they rest on was put right.

    What was published first stays readable as it was known then; the history tells when and why it was corrected. A
    session is corrected whole, for each score is a place among all.
    """
    from edgewise.pipelines.score_corrections import correct_scores  # noqa: PLC0415 - keeps the help page quick

    day = parse_day(session, option="--session")
    with house_for("scores correct") as (house, counts):
        came = correct_scores(
            house.lake,
            day,
            configuration_named(weights),
            house.clock,
            reason=reason,
            tone_version=house.tone_model.version,
            served=house.served_scores,
        )
        counts |= {"corrected": came.rows.height, "stand": came.stand}
    if json:
        print_json({"session": day, "stand": came.stand, "corrected": came.rows.to_dicts()})
        return
    tell_corrected(came, day)


@app.command()
def top(
    *,
    sector: Sector = "",
    min_score: Annotated[int, typer.Option("--min-score", min=1, max=100, help="Lowest score.")] = 1,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 20,
    as_of: Session = "",
    weights: Weights = STANDARD.name,
    json: Json = False,
) -> None:
    """List the highest scores of a session."""
    with house_for("scores top", ledger=False) as (house, _):
        rows, session = _of_session(house, as_of, configuration_named(weights))
        if sector and sector not in (known := rows["sector"].drop_nulls().unique().sort().to_list()):
            raise NotFound(f"nobody is of sector {sector!r}", advice=f"There are: {', '.join(known)}.")
        found = (
            rows.filter(pl.col("overall") >= min_score, pl.lit(not sector) | (pl.col("sector") == sector))
            .sort("score", "instrument_id", descending=[True, False])
            .head(limit)
        )
        named = _with_symbols(house, found, session)
    if json:
        print_json(named.to_dicts())
        return
    columns = ["symbol", "overall", "rating", "confidence", "sector", *SHORT.values()]
    shown = [short_line(row) for row in named.iter_rows(named=True)]
    print_rows(f"Scores at the close of {session}", shown, columns=columns, empty="Nobody is rated that high.")


@app.command()
def show(symbol: Symbol, *, as_of: Session = "", weights: Weights = STANDARD.name, json: Json = False) -> None:
    """Show the score of a stock: its factors, what each adds, and how sure it is."""
    from edgewise.pipelines.score_explain import explain_score  # noqa: PLC0415 - keeps the help page quick

    with house_for("scores show", ledger=False) as (house, _):
        told = explain_score(house.lake, *_asked(house, symbol, as_of), configuration_named(weights), evidence=False)
    if json:
        print_json(told.score)
        return
    tell_shown(symbol, told)


@app.command()
def history(
    symbol: Symbol,
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="Calendar days back.")] = 30,
    as_of: Session = "",
    weights: Weights = STANDARD.name,
    json: Json = False,
) -> None:
    """List the scores of a stock, the newest first, as they were published; below them, what was corrected and why."""
    from edgewise.pipelines.score_corrections import corrections  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.scores import published_history  # noqa: PLC0415 - as above

    with house_for("scores history", ledger=False) as (house, _):
        instrument_id, session = _asked(house, symbol, as_of)
        rows = published_history(house.lake, instrument_id, configuration_named(weights), until=session, days=days)
        corrected = corrections(house.lake, rows)
    if json:
        print_json(rows.to_dicts())
        return
    shown = [short_line(row) for row in rows.iter_rows(named=True)]
    columns = ["session", "overall", "rating", "confidence", *SHORT.values()]
    print_rows(f"Scores of {symbol.upper()}", shown, columns=columns, empty="No score was published in these days.")
    tell_corrections(corrected)


@app.command()
def explain(symbol: Symbol, *, as_of: Session = "", weights: Weights = STANDARD.name, json: Json = False) -> None:
    """Follow a score down: factors, metrics, and the filings, prices and words behind each; the points add up."""
    from edgewise.pipelines.score_explain import explain_score  # noqa: PLC0415 - keeps the help page quick

    with house_for("scores explain", ledger=False) as (house, _):
        told = explain_score(house.lake, *_asked(house, symbol, as_of), configuration_named(weights))
    if json:
        print_json(as_json(told))
        return
    tell_explained(symbol, told)


def closed_session(house: House, day: str) -> date:
    """Return the last session that has closed, at most that of the day. Raises InvalidInput for a day in the future."""
    newest = shift_session(tradable_session(house.clock.now()), -1)
    if not day:
        return newest
    asked = parse_day(day, option="--as-of")
    if asked > house.clock.now().astimezone(NEW_YORK).date():
        raise InvalidInput(f"--as-of {asked} lies in the future", advice=f"The last closed session is {newest}.")
    return min(newest, sessions(asked - _LONGEST_BREAK, asked)[-1])


def _only(house: House, chosen: Companies) -> pl.Series | None:
    """Return the securities that are chosen, None for all. Raises InvalidInput where nothing is chosen."""
    if chosen.is_empty:
        raise InvalidInput("nobody is chosen", advice="Give --ticker, --sector, --sp500 or --all.")
    if chosen.everybody:
        return None
    return pl.Series("instrument_id", [name for _, name in securities_of(house, chosen)], dtype=pl.String)


def _asked(house: House, symbol: str, as_of: str) -> tuple[str, date | None]:
    """Return the security that a symbol named on the session, and the session; None for the newest there is."""
    session = closed_session(house, as_of) if as_of else None
    try:
        return str(InstrumentId(symbol)), session
    except InvalidInput:
        found = resolve(instruments_of(house), symbol, session or closed_session(house, ""))
        return str(found), session


def _of_session(house: House, as_of: str, configuration: Configuration) -> tuple[pl.DataFrame, date]:
    """Return the scores of the session that is asked for, or of the newest that is published, and that session."""
    from edgewise.pipelines.scores import newest_published, published  # noqa: PLC0415 - keeps the help page quick

    session = closed_session(house, as_of) if as_of else newest_published(house.lake, configuration)
    rows = None if session is None else published(house.lake, session, configuration)
    if session is None or rows is None or rows.is_empty():
        when = f" at the close of {session}" if session else ""
        raise NotFound(f"no scores are published{when}", advice="Compute them: edgewise scores compute --all")
    return rows, session


def _with_symbols(house: House, rows: pl.DataFrame, session: date) -> pl.DataFrame:
    """Return the rows with `symbol` and `company`, those of the session."""
    from edgewise.pipelines.score_day import spans_on  # noqa: PLC0415 - keeps the help page quick

    spans = spans_on(instruments_of(house), session).unique("instrument_id", keep="last", maintain_order=True)
    named = spans.select("instrument_id", "company", symbol="ticker")
    return rows.join(named, on="instrument_id", how="left", maintain_order="left")
