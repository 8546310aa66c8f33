"""Tables of figures as evaluations print them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDTH = 120


def show(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: the first column to the left, figures to the right; shares as percentages, NaN as a dash."""
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        table.add_row(*(written(cell) for cell in row))
    console().print(table)


def written(cell: object) -> str:
    """Return a figure as a table shows it.

    >>> written(0.98765), written(float("nan")), written(1234), written("10-K")
    ('98.77', '-', '1,234', '10-K')
    """
    if isinstance(cell, float):
        return "-" if math.isnan(cell) else f"{100 * cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def console() -> Console:
    """Return where tables go: as wide as the terminal, of a fixed width into a file."""
    here = Console(highlight=False)
    return here if here.is_terminal else Console(highlight=False, width=_WIDTH)
