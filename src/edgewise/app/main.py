"""The command line: `edgewise <noun> <verb>`. Our errors end as one sentence and what to do, not as a traceback.

A noun whose commands are asked for is imported by itself; the help page and the nouns that are one command need all.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from edgewise.app.console import ERR, show_error
from edgewise.app.logs import configure_logs_from
from edgewise.app.settings import load_settings
from edgewise.core.errors import EdgewiseError

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order of the help page; each is a module of `edgewise.app.commands`.
NOUNS = (
    "filings",
    "instruments",
    "prices",
    "indicators",
    "holdings",
    "fundamentals",
    "insiders",
    "ratings",
    "news",
    "factors",
    "scores",
    "research",
    "models",
    "risks",
    "runs",
    "lake",
    "simulate",
    "doctor",
)
SINGLE = ("demo", "daily", "serve")
# The verbs of a noun that have a module of their own.
ELSEWHERE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "filings": (
        ("watch", "watch:watch"),
        ("retry", "watch:retry"),
        ("lag", "lag:lag"),
        ("risks", "filing_text:risks"),
        ("diff", "filing_text:diff"),
        ("embed", "risk_vectors:embed"),
    ),
    "models": (("serve", "serve_models:serve"),),
    "doctor": (("data", "doctor_data:data"),),
}


def command_line(noun: str = "") -> typer.Typer:
    """Return the command line with the commands of one noun, or with all of them where it is no noun."""
    app = typer.Typer(
        name="edgewise",
        help="Point-in-time factors from what companies disclose and what markets do.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    for known in (noun,) if noun in NOUNS else NOUNS:
        app.add_typer(_verbs(known), name=known)
    for name in () if noun in NOUNS else SINGLE:
        app.command(name)(_named(f"{name}:{name}"))
    return app


def main() -> None:
    """Run the command line."""
    configure_logs_from(load_settings, console=ERR)
    try:
        command_line(*sys.argv[1:2])()
    except EdgewiseError as error:
        sys.exit(show_error(error))
    except BrokenPipeError:
        sys.exit(0)


@cache
def _verbs(noun: str) -> typer.Typer:
    """Return the commands of a noun, those of other modules among them."""
    verbs: typer.Typer = _named(f"{noun}:app")
    for verb, place in ELSEWHERE.get(noun, ()):
        verbs.command(verb)(_named(place))
    return verbs


def _named(place: str) -> Any:
    """Return what `module:name` names among the commands."""
    module, _, name = place.partition(":")
    return getattr(import_module(f"edgewise.app.commands.{module}"), name)
