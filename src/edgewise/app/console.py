"""What every command shares: the frame around a run, progress, tables, JSON, and how an error is shown."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
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
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rich.console import JustifyMethod
    from rich.progress import Task

WIDE = 160
_DECIMALS = 4
_GAP = 2  # characters between columns
# Words of letters that are longer than this are broken, the first that gives all columns room; numbers never are.
_WORDS = (40, 24, 20, 16, 12, 8, 6)
IDENTIFIERS = {"cik", "manager_cik", "sic"}
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


def print_rows(
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    columns: Sequence[str],
    empty: str,
    decimals: Mapping[str, int] | None = None,
    sparse: Collection[str] = (),
) -> None:
    """Print rows as a table; `empty` is the sentence for no rows. Brackets in titles and values are just brackets.

    decimals: digits after the point by column, four elsewhere. sparse: columns that are left out where no row says
              anything in them: nulls, zeros, no.
    Lines break between words while the terminal is wide enough for every word.
    """
    if not rows:
        OUT.print(empty, soft_wrap=True)
        return
    # A title of the table itself would be folded to the table's width.
    OUT.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    cells = _cells(rows, columns, decimals or {}, sparse)
    widths = _widths(cells, OUT.width - _GAP * len(cells) - 1)  # the box has a character at either edge
    grid = Grid(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for name in cells:
        numeric = all(isinstance(row.get(name), int | float | None) for row in rows)
        padded = any(text.startswith(" ") for text in cells[name])
        justify: JustifyMethod = "right" if numeric or padded else "left"
        grid.add_column(name.replace("_", " ").lstrip(), justify=justify, overflow="fold", width=widths.get(name))
    for row in zip(*cells.values(), strict=True):
        grid.add_row(*(escape(text.lstrip()) for text in row))
    OUT.print(grid)


def _cells(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str], decimals: Mapping[str, int], sparse: Collection[str]
) -> dict[str, list[str]]:
    """Return what stands in each column that is shown."""
    kept = [name for name in columns if name not in sparse or any(row.get(name) for row in rows)]
    return {name: [_cell(name, row.get(name), decimals) for row in rows] for name in kept}


def _cell(name: str, value: object, decimals: Mapping[str, int]) -> str:
    """Return a value as it stands in a table: numbers that identify have no commas."""
    identifies = name in IDENTIFIERS and value is not None
    return str(value) if identifies else shown(value, decimals=decimals.get(name, _DECIMALS))


def _widths(cells: Mapping[str, Sequence[str]], room: int) -> dict[str, int]:
    """Return how many characters each column gets, so that words stay whole; none where there is too little room."""
    told = {name: [text.lstrip() for text in (*values, name.replace("_", " "))] for name, values in cells.items()}
    words = {name: {word for text in texts for word in text.split()} for name, texts in told.items()}
    for longest in _WORDS:
        widths = {name: max(_unbroken(word, longest) for word in said) for name, said in words.items()}
        spare = room - sum(widths.values())
        if spare >= 0:
            break
    else:
        return {}
    more = {name: max(map(len, texts)) - widths[name] for name, texts in told.items()}
    # The smallest wishes first, so that one long text does not take the room of all others.
    for place, name in enumerate(sorted(more, key=lambda name: more[name])):
        given = min(more[name], spare // (len(more) - place))
        widths[name] += given
        spare -= given
    return widths


def _unbroken(word: str, longest: int) -> int:
    """Return how many characters of a word stay together: all of a number, a day or an accession number."""
    return min(len(word), longest) if any(map(str.isalpha, word)) else len(word)


def shown(value: object, *, decimals: int = _DECIMALS) -> str:
    """Return a value as a person reads it; null is a dash, and what is tiny is never shown as zero."""
    match value:
        case None | "":
            return "-"
        case float():
            tiny = 0 < abs(value) < 10.0 ** (1 - decimals) and round(value, decimals) != value
            return f"{value:.3g}" if tiny else f"{value:,.{decimals}f}"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return str(value)


def known_then(at: datetime, newest: object = None) -> str:
    """Return the words of a table's title that say as of when it is, and when its newest row became known."""
    told = f"as known at {shown(at)} UTC"
    return f"{told}; newest known_at {shown(newest)}" if newest else told


def doubts_of(row: Mapping[str, Any]) -> str | None:
    """Return what is odd about a row with `status` and `reasons`: its reasons, or else its status; None if ok."""
    if row.get("status") in {None, "ok"}:
        return None
    return str(row["reasons"] or row["status"]).replace(",", ", ")


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
            # Not asdict, which copies a Counter into one of pairs; JSON asks for what lies within by itself.
            return {field.name: getattr(value, field.name) for field in fields(value)}
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
