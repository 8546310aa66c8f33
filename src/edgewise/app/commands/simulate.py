"""`edgewise simulate`: write a simulated market, and serve one as if it were the SEC."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from edgewise.app.console import ERR, OUT, Json, parse_day, parse_instant, print_json
from edgewise.core import clock
from edgewise.core.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="A market that is invented, and a server of it that behaves like the SEC.")


@app.command()
def market(
    *,
    folder: Annotated[Path, typer.Option(help="Where to write it: a new or empty folder.")],
    companies: Annotated[int, typer.Option(min=20, help="How many companies, over eleven sectors.")] = 60,
    years: Annotated[int, typer.Option(min=1, help="How many years, ending with --end.")] = 2,
    end: Annotated[str, typer.Option(metavar="DAY", help="The last day of the market.")] = "2024-12-31",
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another market.")] = 7,
    tone_ic: Annotated[
        float, typer.Option(min=-0.5, max=0.5, help="How strongly tone leads returns; 0 plants nothing.")
    ] = 0.06,
    full: Annotated[
        bool, typer.Option("--full", help="With everything: all effects, delistings, renames, splits.")
    ] = False,
    without_texts: Annotated[
        bool, typer.Option("--without-texts", help="Numbers only: no words of companies' own filings and calls.")
    ] = False,
    json: Json = False,
) -> None:
    """Write a simulated market: filings, indexes, prices, and the truth behind them.

    The same numbers give the same bytes.
    """
    from edgewise.simulate import Plan, simulate  # noqa: PLC0415 - keeps the help page quick

    make = Plan.full if full else Plan
    last = parse_day(end, option="--end")
    plan = make(companies=companies, years=years, end=last, seed=seed, tone_ic=tone_ic, texts=not without_texts)
    written = simulate(folder, plan)
    if json:
        print_json({"simulated": True, "folder": folder, "plan": plan.described(), "filings": written.filings})
        return
    OUT.print(
        f"SIMULATED market of {written.companies:,} companies and {written.filings:,} filings, "
        f"{plan.start} to {plan.end}, in {folder}"
    )


@app.command()
def serve(
    *,
    folder: Annotated[Path, typer.Option(help="The market to serve.")],
    begin: Annotated[
        str,
        typer.Option("--from", metavar="INSTANT", help="Simulated time begins here: 2024-06-28T13:00:00Z or a day."),
    ],
    until: Annotated[
        str, typer.Option(metavar="INSTANT", help="Simulated time stops here; it runs on if left out.")
    ] = "",
    speed: Annotated[float, typer.Option(min=0, help="Simulated seconds in one real second.")] = 1.0,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but this machine's own is at your risk.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    ready_file: Annotated[
        Path | None, typer.Option(help="Write the URL and the process id here as JSON, once it can be asked.")
    ] = None,
    faults: Annotated[
        str, typer.Option(metavar="ODDS", help="What goes wrong, and how often: 503=0.02,reset=0.01.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn: faults, delays, order.")] = 0,
    rate: Annotated[
        int, typer.Option(min=0, help="Requests in one second that are too many above this; 0 for any.")
    ] = 10,
    block_seconds: Annotated[float, typer.Option(min=0, help="How long a block lasts.")] = 600.0,
    delay: Annotated[
        str, typer.Option(metavar="LEAST-MOST", help="Seconds from the feed to the documents, drawn for each filing.")
    ] = "2-20",
    real_seconds: Annotated[
        bool, typer.Option("--real-seconds", help="Blocks and delays count real seconds, not simulated ones.")
    ] = False,
) -> None:
    """Serve a simulated market as the SEC would, in simulated time, until interrupted.

    Set EDGEWISE_EDGAR to the URL it prints, and everything else asks it in the SEC's place.
    """
    from edgewise.simulate.server import (  # noqa: PLC0415 - keeps the help page quick
        Faults,
        Rules,
        SimulatedClock,
        serve_until_stopped,
        write_ready_file,
    )

    starts, ends = _instant(begin, option="--from"), _instant(until, option="--until", ends=True) if until else None

    def tell(url: str) -> None:
        ERR.print(f"Serving a SIMULATED market on {url} from {starts:%Y-%m-%d %H:%M:%S} UTC · Ctrl-C stops")
        if ready_file:
            write_ready_file(ready_file, url)

    serve_until_stopped(
        folder,
        SimulatedClock(starts, speed, until=ends),
        rules=Rules(
            document_delay_s=_delay(delay), rate_per_s=rate, block_s=block_seconds, real_seconds=real_seconds, seed=seed
        ),
        faults=Faults.parsed(faults, seed=seed),
        host=host,
        port=port,
        on_ready=tell,
    )


def _instant(text: str, *, option: str, ends: bool = False) -> datetime:
    """Return the UTC instant an option names; a bare day means its beginning, or its end, in New York."""
    if len(text) == len("2024-06-28"):
        day: date = parse_day(text, option=option)
        return clock.utc_from_eastern(datetime.combine(day + timedelta(days=int(ends)), time(0)))
    instant = parse_instant(text, option=option)
    if instant is None:
        raise InvalidInput(f"{option} names no instant", advice="Write 2024-06-28T13:00:00Z or 2024-06-28.")
    return instant


def _delay(text: str) -> tuple[float, float]:
    least, _, most = text.partition("-")
    try:
        return float(least), float(most or least)
    except ValueError:
        raise InvalidInput(f"--delay {text!r} is no range of seconds", advice="Write 2-20.") from None
