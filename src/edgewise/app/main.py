"""The command line: `edgewise <noun> <verb>`. Our errors end as one sentence and what to do, not as a traceback."""

from __future__ import annotations

import sys

import typer

from edgewise.app.commands import (
    demo,
    doctor,
    factors,
    filing_text,
    filings,
    fundamentals,
    holdings,
    indicators,
    insiders,
    instruments,
    lag,
    models,
    news,
    prices,
    ratings,
    research,
    risk_vectors,
    risks,
    runs,
    serve,
    serve_models,
    simulate,
    watch,
)
from edgewise.app.console import ERR, show_error
from edgewise.app.logs import configure_logs_from
from edgewise.app.settings import load_settings
from edgewise.core.errors import EdgewiseError

app = typer.Typer(
    name="edgewise",
    help="Point-in-time factors from what companies disclose and what markets do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
models.app.command("serve")(serve_models.serve)
filings.app.command("watch")(watch.watch)
filings.app.command("retry")(watch.retry)
filings.app.command("lag")(lag.lag)
filings.app.command("risks")(filing_text.risks)
filings.app.command("diff")(filing_text.diff)
filings.app.command("embed")(risk_vectors.embed)
app.add_typer(filings.app, name="filings")
app.add_typer(instruments.app, name="instruments")
app.add_typer(prices.app, name="prices")
app.add_typer(indicators.app, name="indicators")
app.add_typer(holdings.app, name="holdings")
app.add_typer(fundamentals.app, name="fundamentals")
app.add_typer(insiders.app, name="insiders")
app.add_typer(ratings.app, name="ratings")
app.add_typer(news.app, name="news")
app.add_typer(factors.app, name="factors")
app.add_typer(research.app, name="research")
app.add_typer(models.app, name="models")
app.add_typer(risks.app, name="risks")
app.add_typer(runs.app, name="runs")
app.add_typer(simulate.app, name="simulate")
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line."""
    configure_logs_from(load_settings, console=ERR)
    try:
        app()
    except EdgewiseError as error:
        sys.exit(show_error(error))
    except BrokenPipeError:
        sys.exit(0)
