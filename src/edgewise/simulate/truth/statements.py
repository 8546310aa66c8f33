"""The truth about financial statements: every figure that a periodic filing displays, as a careful reader types it.

    truth/statements/part-00000.parquet, ...   one row per figure

Values are those displayed, never those tagged: where a tag lost its minus sign, the row has it. Expenses, taxes,
capital expenditure, dividends and repurchases are positive, benefits and losses negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.simulate.reported import PER_SHARE, report, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from polars._typing import PolarsDataType

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.reported import Column, Line, Report
    from edgewise.simulate.schedule import Filing

# Columns as in truth files about real filings.
STATEMENT_SCHEMA: dict[str, PolarsDataType] = {
    "source": pl.String,
    "form": pl.String,
    "cik": pl.Int64,
    "accession": pl.String,
    "statement": pl.String,
    "basis": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "field": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "label": pl.String,
    "scale": pl.Float64,
    "computed": pl.Boolean,
    "note": pl.String,
}
_LOST_SIGN = "the tag has no minus sign"


def statement_rows(filing: Filing, accounts: Accounts) -> Iterator[tuple[object, ...]]:
    """Yield the truth about one filing, columns as in STATEMENT_SCHEMA; nothing where it has no statements.

    value: whole USD or shares, or USD per share; `scale` is one unit as displayed, so allow half of it.
    """
    if not reports(filing, accounts):
        return
    found = report(filing, accounts)
    registrant = filing.companies[0]
    head = (filing.path(registrant), filing.form, int(registrant.cik), str(filing.accession))
    for statement in found.statements:
        for line in statement.lines:
            if line.field:
                for column in statement.columns:
                    yield (*head, statement.kind, *_figure(found, line, column))


def _figure(found: Report, line: Line, column: Column) -> tuple[object, ...]:
    scale = 0.01 if line.unit == PER_SHARE else float(found.unit_scale(line))
    value = found.displayed(line, column) * found.unit_scale(line)
    note = _LOST_SIGN if found.sign_is_lost(line, column) and value < 0 else ""
    return (
        *(column.basis, column.start, column.end, line.field, float(value), line.unit),
        *(line.label, scale, False, note),
    )


class StatementTruth:
    """Writes the rows in parts of bounded size; close it with `finish`."""

    def __init__(self, folder: Path, *, rows_per_part: int = 500_000) -> None:
        self._folder = folder
        self._limit = rows_per_part
        self._rows: list[tuple[object, ...]] = []
        self._parts = 0

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Take the rows of one filing."""
        self._rows += rows
        if len(self._rows) >= self._limit:
            self._write()

    def finish(self) -> None:
        """Write what is left; without a single row, one empty part, so that readers find the schema."""
        if self._rows or not self._parts:
            self._write()

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        frame = pl.DataFrame(self._rows, schema=STATEMENT_SCHEMA, orient="row")
        frame.write_parquet(self._folder / f"part-{self._parts:05d}.parquet")
        self._parts += 1
        self._rows = []
