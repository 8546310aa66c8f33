"""Render the reference pages from the code they describe: tables, settings, commands, API routes.

`make docs` runs it; a test fails where a page in `docs/` is not what this renders.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from edgewise.app.main import app
from edgewise.app.settings import Settings
from edgewise.core import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

DOCS = Path(__file__).parents[1] / "docs"


def tables_page() -> str:
    """Return the page of the lake's tables."""
    parts = [
        "# Tables\n",
        "The lake's tables, as `edgewise.core.tables` declares them. Instants are UTC with microseconds. A row's",
        "identity is its key and `known_at`; reading as of an instant picks, per key, the latest row known then.\n",
    ]
    for table in tables.ALL:
        parts += [f"## {table.name}\n", f"{table.meaning}\n", f"Key: {', '.join(f'`{name}`' for name in table.key)}.\n"]
        parts += ["| column | type | meaning | null means |", "| --- | --- | --- | --- |"]
        parts += [
            f"| `{column.name}` | {_kind(column.dtype)} | {column.meaning} | {column.nulls or 'never null'} |".replace(
                "' | '", "a vertical bar"
            )
            for column in table.columns
        ]
        parts.append("")
    return "\n".join(parts)


def _kind(dtype: object) -> str:
    return re.sub(r"\(.*", "", str(dtype)).lower()


def settings_page() -> str:
    """Return the page of settings."""
    parts = [
        "# Settings\n",
        "Each is an environment variable or a line of a `.env` file in the working directory. Nothing needs to be set",
        "to run everything on one machine; the live SEC needs `EDGEWISE_IDENTITY`. `edgewise doctor --settings` shows",
        "the values in force.\n",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
    ]
    parts += [
        f"| `EDGEWISE_{name.upper()}` | {_code(str(field.default or ''))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(parts) + "\n"


def _code(value: str) -> str:
    return f"`{value}`" if value else "empty"


def commands_page() -> str:
    """Return the page of commands."""
    parts = [
        "# Commands\n",
        "`edgewise <noun> <verb>`. `--json` prints for programs; `--help` works everywhere. An error is one sentence",
        "and what to do about it; the exit status is 1, or 75 if a later try may help, or 2 for a wrong use.\n",
    ]
    for name, command in _leaves(typer.main.get_command(app), "edgewise"):
        parts += [f"## {name}\n", f"{(command.help or '').strip()}\n"]
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts += ["| option | meaning |", "| --- | --- |", *rows, ""]
    return "\n".join(parts)


def _leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child in children.values():
        yield from _leaves(child, f"{name} {child.name}")


def _option(parameter: click.Parameter) -> str:
    spelling = parameter.opts[0] if parameter.param_type_name == "option" else (parameter.name or "").upper()
    meaning = getattr(parameter, "help", None) or ""
    default = parameter.default
    told = isinstance(default, str | int | float) and default not in {"", False, True}
    return f"| `{spelling}` | {meaning}{f' Default {default}.' if told else ''} |"


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
}


if __name__ == "__main__":
    for file_name, render in PAGES.items():
        (DOCS / file_name).write_text(render())
        print(f"docs/{file_name}")
