"""The financial statements as a filing shows them, with tagged figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.documents.inline import Facts, Number
from edgewise.simulate.documents.page import long_date, table
from edgewise.simulate.reported import PER_SHARE, income_lines, quarter_columns, report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from edgewise.simulate.accounts import Accounts
    from edgewise.simulate.documents.page import Layout
    from edgewise.simulate.reported import Column, Line, Report, Statement
    from edgewise.simulate.schedule import Filing

_POWERS = {1: 0, 1_000: 3, 1_000_000: 6}
_SCALE_WORDS = {1: "In dollars", 1_000: "In thousands", 1_000_000: "In millions"}
_MONTHS = {1: "Three", 2: "Six", 3: "Nine", 4: "Twelve"}


def report_start(filing: Filing, accounts: Accounts) -> date:
    """Return the first day of the longest period that ends with a periodic report."""
    return report(filing, accounts).start


def financial_statements(filing: Filing, accounts: Accounts, facts: Facts) -> str:
    """Return the three statements of a periodic report, each under its title, and the count of shares; HTML."""
    found = report(filing, accounts)
    facts.describe(found.quarter.fiscal_year, found.quarter.focus, amendment=filing.form.endswith("/A"))
    statements = (_statement(found, statement, facts) for statement in found.statements)
    return "\n".join((*statements, _shares_outstanding(found, facts)))


def _shares_outstanding(found: Report, facts: Facts) -> str:
    context = facts.context(None, found.counted_on)
    number = facts.number("dei:EntityCommonStockSharesOutstanding", found.shares_outstanding, context, Number("shares"))
    return f"<p>As of {long_date(found.counted_on)}, {number} shares of common stock were outstanding.</p>"


def highlights(filing: Filing, accounts: Accounts, quarter_end: date, layout: Layout) -> str:
    """Return the untagged table of a press release about the quarter that ended on `quarter_end`."""
    columns = quarter_columns(filing, accounts, quarter_end)
    lines = [line for line in income_lines(accounts, quarter_end) if line.unit != PER_SHARE]
    words = _SCALE_WORDS[accounts.habits.scale]
    rows = [(f"{words} of dollars" if words != "In dollars" else words, *(long_date(column.end) for column in columns))]
    rows += [(line.label, *(_plain(getattr(column.figures, line.name)) for column in columns)) for line in lines]
    return layout.subhead("Summary of operating results") + "\n" + table(rows)


def _plain(value: int) -> str:
    return f"({-value:,})" if value < 0 else f"{value:,}"


def _statement(found: Report, statement: Statement, facts: Facts) -> str:
    words, shares = _SCALE_WORDS[found.scale], _SCALE_WORDS[found.share_scale].lower()
    rows = [*_headings(statement), *_rows(found, statement, facts)]
    return f"<p><b>{statement.title}</b></p>\n<p>({words}, except per share data; shares {shares})</p>\n{table(rows)}"


def _headings(statement: Statement) -> Iterator[tuple[str, ...]]:
    """Yield the rows above the figures: how long each period is, unless these are balances, and when it ended."""
    if any(column.start is not None for column in statement.columns):
        yield ("", *(_length(column) for column in statement.columns))
    yield ("", *(long_date(column.end) for column in statement.columns))


def _length(column: Column) -> str:
    """Return the length of a period in words; a quarter of 14 weeks is called by its months, too."""
    return "Year ended" if column.basis == "annual" else f"{_MONTHS[column.quarters]} months ended"


def _rows(found: Report, statement: Statement, facts: Facts) -> Iterator[tuple[str, ...]]:
    contexts = [facts.context(column.start, column.end) for column in statement.columns]
    for line in statement.lines:
        yield (line.label, *_cells(found, line, statement.columns, contexts, facts))


def _cells(
    found: Report, line: Line, columns: Sequence[Column], contexts: Sequence[str], facts: Facts
) -> Iterator[str]:
    power = _POWERS[found.unit_scale(line)]
    for column, context in zip(columns, contexts, strict=True):
        number = Number(line.unit, power, line.outflow, found.sign_is_lost(line, column))
        yield facts.number(f"us-gaap:{line.concept}", found.displayed(line, column), context, number)
