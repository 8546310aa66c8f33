"""What every command shares: the frame around a run, progress, tables, JSON, and how an error is shown."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from edgewise.app.house import House
from edgewise.app.logs import of_run
from edgewise.app.settings import load_settings
from edgewise.core.errors import EdgewiseError, InvalidInput
from edgewise.core.ports import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Task

WIDE = 160
IDENTIFIERS = {"cik", "sic"}
# A pipe or a file has no width of its own; without one, rich would fold tables to 80 columns.
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
ERR = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most this many filings.")]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="INSTANT", help="What was public then: 2024-05-01 or 2024-05-01T20:21:59Z.")
]


@contextmanager
def house_for(command: str, *, ledger: bool = True, **overrides: object) -> Iterator[tuple[House, dict[str, int]]]:
    """Give a command its house and a dictionary of counts; record the run and how it ended in the run ledger.

    ledger:    False for commands that only read; they leave no run behind.
    overrides: settings that win over the environment.
    """
    counts: dict[str, int] = {}
    with House(load_settings(**overrides)) as house:
        if house.simulated:
            ERR.print("[bold yellow]SIMULATED MARKET[/]: nothing here is a real company, filing or price.")
        if not ledger:
            with of_run(None, command):
                yield house, counts
            return
        run = Run(uuid4().hex[:12], command, house.machine_clock.now())
        house.runs.begin(run)
        try:
            with of_run(run.run_id, command):
                yield house, counts
        except BaseException as error:
            outcome = error.code if isinstance(error, EdgewiseError) else type(error).__name__
            house.runs.finish(run.run_id, at=house.machine_clock.now(), outcome=outcome, counts=counts)
            raise
        house.runs.finish(run.run_id, at=house.machine_clock.now(), outcome="ok", counts=counts)


class RateColumn(TextColumn):
    """Filings a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Any:
        """Return the present speed, or nothing before there is one."""
        from rich.text import Text  # noqa: PLC0415 - only where there is a terminal

        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="cyan")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Any]:
    """Show a bar with rate and remaining time on the error stream; give a function that counts done ones."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def print_rows(title: str, rows: Sequence[dict[str, object]], *, columns: Sequence[str], empty: str) -> None:
    """Print rows as a table; `empty` is the sentence for no rows."""
    if not rows:
        OUT.print(empty)
        return
    grid = Grid(
        title=title, title_justify="left", title_style="bold", header_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    for column in columns:
        numeric = all(isinstance(row.get(column), int | float | None) for row in rows)
        grid.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(str(row.get(column)) if column in IDENTIFIERS else shown(row.get(column)) for column in columns))
    OUT.print(grid)


def shown(value: object) -> str:
    """Return a value as a person reads it; null is a dash."""
    match value:
        case None | "":
            return "-"
        case float():
            return f"{value:,.4f}"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return str(value)


def print_json(value: object) -> None:
    """Print a value as JSON: instants in ISO 8601 with Z, records as objects."""
    sys.stdout.write(json.dumps(value, default=_plain, indent=2) + "\n")


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        case _:
            return str(value)


def parse_day(text: str, *, option: str) -> date:
    """Return the day an option names. Raises InvalidInput naming the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{option} {text!r} is not a day", advice="Write it as 2024-05-31.") from None


def parse_instant(text: str, *, option: str = "--as-of") -> datetime | None:
    """Return the UTC instant an option names; a bare day means the end of that day in UTC; '' means none."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option} {text!r} is not an instant", advice="Write 2024-05-01 or 2024-05-01T20:21:59Z."
        ) from None
    if len(text) == len("2024-05-01"):
        return instant.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC)
    if instant.tzinfo is None:
        raise InvalidInput(f"{option} {text!r} has no zone", advice="End it with Z for UTC.")
    return instant.astimezone(UTC)


def show_error(error: EdgewiseError) -> int:
    """Print an error as one sentence and its advice; return the exit status: 75 if a later try may help, else 1."""
    from edgewise.core.errors import Transient  # noqa: PLC0415 - beside its only use

    ERR.print(f"[bold red]Error[/] [dim]({error.code})[/] {escape(error.what)}.", soft_wrap=True)
    if error.advice:
        ERR.print(f"  {error.advice}", soft_wrap=True, markup=False)
    return 75 if isinstance(error, Transient) else 1
