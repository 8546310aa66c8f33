"""`edgewise factors`: build them, look at them, and follow a value down to the filings it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from edgewise.app.console import OUT, AsOf, Json, house_for, parse_day, parse_instant, print_json, print_rows, progress
from edgewise.core.clock import NEW_YORK, session_close, sessions, shift_session, tradable_session, tradable_sessions
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FACTORS, FILING_TONE

if TYPE_CHECKING:
    from datetime import date

    from edgewise.app.house import House

app = typer.Typer(no_args_is_help=True, help="Factors: build, show, explain.")

Name = Annotated[str, typer.Argument(help="Factor, as filing_tone.")]


@app.command()
def build(
    name: Name = "filing_tone",
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="First session; the first filing's if left out.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DAY", help="Last session; the last closed one if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """Build a factor for a range of sessions and store it. Running it again stores only what changed."""
    from edgewise.factors.registry import factor_named  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.factors import build_factor  # noqa: PLC0415 - as above

    with house_for("factors build") as (house, counts):
        days = _sessions(house, since, until)
        with progress(f"building {name}", len(days)) as done:
            covered = build_factor(
                house.lake, factor_named(name), days, model_version=house.tone_model.version, on_progress=done
            )
        last = covered.row(-1, named=True)
        counts |= {
            "sessions": len(days),
            "values": int(covered["with_raw"].sum()),
            "z_scores": int(covered["with_z"].sum()),
        }
        if json:
            print_json({**counts, "last_session": last})
            return
        OUT.print(" · ".join(f"{key.replace('_', ' ')} [bold]{value:,}[/]" for key, value in counts.items()))
        OUT.print(
            f"  {last['session']}: {last['names']:,} names, {last['with_raw']:,} with a value, "
            f"{last['with_sector']:,} with a sector, {last['with_z']:,} with a z-score"
        )


@app.command()
def show(
    name: Name = "filing_tone",
    *,
    session: Annotated[str, typer.Option(metavar="DAY", help="Trading day; the newest if left out.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Names at each end.")] = 10,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """Show one session's cross-section: the names at both ends."""
    from edgewise.factors.registry import factor_named  # noqa: PLC0415 - keeps the help page quick

    with house_for("factors show", ledger=False) as (house, _):
        where = pl.col("factor") == factor_named(name).name
        if session:
            day = parse_day(session, option="--session")
            session_close(day)
            where &= pl.col("session") == day
        values = house.lake.read(FACTORS, where=where, as_of=parse_instant(as_of)).drop_nulls("z")
        if values.is_empty():
            raise NotFound(
                f"no z-score of {name} is stored for that", advice=f"Build it: edgewise factors build {name}"
            )
        newest = values.filter(pl.col("session") == pl.col("session").max()).sort("z", "instrument_id", descending=True)
        ends = newest if newest.height <= 2 * limit else pl.concat([newest.head(limit), newest.tail(limit)])
        rows = ends.select("instrument_id", "sector", "raw", "z", "inputs", "newest_input").to_dicts()
        if json:
            print_json(newest.to_dicts())
        else:
            columns = ["instrument_id", "sector", "raw", "z", "inputs", "newest_input"]
            print_rows(f"{name} at the close of {newest['session'][0]}", rows, columns=columns, empty="")


@app.command()
def explain(
    ticker: Annotated[str, typer.Argument(help="Symbol, or instrument id as 0000320193-01.")],
    *,
    session: Annotated[str, typer.Option(metavar="DAY", help="Trading day; the newest if left out.")] = "",
    json: Json = False,
) -> None:
    """Follow a filing_tone value down to its filings; their parts add up to it exactly."""
    from edgewise.pipelines.explain import explain_filing_tone  # noqa: PLC0415 - keeps the help page quick

    with house_for("factors explain", ledger=False) as (house, _):
        day = parse_day(session, option="--session") if session else None
        explained = explain_filing_tone(house.lake, ticker, day, model_version=house.tone_model.version)
        if json:
            print_json({"value": explained.value, "parts": explained.parts.to_dicts()})
            return
        value = explained.value
        OUT.print(
            f"[bold]{value['instrument_id']}[/] filing_tone at the close of {value['session']}: "
            f"raw [bold]{_figure(value['raw'], 6)}[/], z {_figure(value['z'], 3)} "
            f"in {value['sector'] or 'no known sector'}"
        )
        columns = ["accession", "form", "known_at", "age", "net", "baseline", "surprise", "weight", "part"]
        print_rows("The filings it rests on", explained.parts.to_dicts(), columns=columns, empty="No filing counts.")
        if value["raw"] is not None:
            OUT.print(f"  their parts add up to {explained.parts['part'].sum():.6f}   edgewise filings show ACCESSION")


def _figure(value: float | None, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def _sessions(house: House, since: str, until: str) -> list[date]:
    """Return the sessions a build covers: from the first scored filing to the last closed session."""
    tone = house.lake.read(FILING_TONE, columns=["known_at"])
    if tone.is_empty():
        raise NotFound("no filing is scored yet", advice="Run edgewise filings ingest, parse and score first.")
    first = parse_day(since, option="--since") if since else tradable_sessions(tone["known_at"].sort().head(1))[0]
    newest_closed = shift_session(tradable_session(house.clock.now()), -1)
    last = parse_day(until, option="--until") if until else newest_closed
    if last > house.clock.now().astimezone(NEW_YORK).date():
        raise InvalidInput(f"--until {last} lies in the future", advice=f"The last closed session is {newest_closed}.")
    days = [day for day in sessions(first, last) if day <= newest_closed]
    if not days:
        raise InvalidInput(
            f"from {first} to {last} no session has closed", advice=f"The last closed session is {newest_closed}."
        )
    return days
