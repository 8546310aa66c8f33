"""Company facts as data.sec.gov serves them: every tagged value of every report, with the filing it came from.

One row per fact and filing, also where later filings repeat it. `fy` and `fp` are those of the filing, not of the fact.
The last filed row of a period carries a `frame` where the period is about a calendar quarter or year; of two periods
that fall into one frame only the later one does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from edgewise.simulate.concepts import concept_words
from edgewise.simulate.reported import report, reporting, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from edgewise.simulate.accounts import Accounts, Splits
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.reported import Fact
    from edgewise.simulate.schedule import Filing

# Large filers had to tag their reports from periods after this day on; all simulated companies are large.
_FIRST_TAGGED = date(2009, 6, 15)
_QUARTER_DAYS, _YEAR_DAYS = range(60, 123), range(335, 396)


class Row(NamedTuple):
    """One fact of one filing."""

    fact: Fact
    filing: Filing
    fiscal_year: int
    fiscal_period: str


def company_facts_files(plan: Plan, filings: Iterable[Filing], splits: Splits) -> Iterator[tuple[str, str]]:
    """Yield path and text of all facts files: one per CIK, so that a successor begins with its own filings."""
    for accounts, own in reporting(plan, filings, splits):
        for cik in dict.fromkeys(filing.companies[0].cik for filing in own):
            filed = [filing for filing in own if filing.companies[0].cik == cik]
            file = company_facts_file(filed[-1].companies[0], filed, accounts)
            if file is not None:
                yield file


def company_facts_file(
    company: Company, filings: Iterable[Filing], accounts: Accounts, *, as_of: datetime | None = None
) -> tuple[str, str] | None:
    """Return path and text of a company's facts file, or None where nothing has been tagged yet (EDGAR answers 404).

    company: as it is to be named.
    filings: those of the company under one CIK, in order of acceptance; forms without statements are passed over.
    as_of:   UTC instant; later filings are not in the file. None: all are.
    """
    rows = [
        row for filing in filings if as_of is None or filing.accepted_at <= as_of for row in _rows(filing, accounts)
    ]
    if not rows:
        return None
    content = {"cik": int(company.cik), "entityName": company.name, "facts": _by_taxonomy(rows)}
    text = json.dumps(content, separators=(",", ":"))
    return f"data.sec.gov/api/xbrl/companyfacts/CIK{company.cik.padded}.json", text


def _rows(filing: Filing, accounts: Accounts) -> Iterator[Row]:
    """Yield the facts of one filing, each once however often it is tagged."""
    if not reports(filing, accounts) or filing.period_end < _FIRST_TAGGED:
        return
    found = report(filing, accounts)
    for fact in dict.fromkeys(found.facts()):
        yield Row(fact, filing, found.quarter.fiscal_year, found.quarter.focus)


def _by_taxonomy(rows: Iterable[Row]) -> dict[str, dict[str, dict[str, object]]]:
    by_concept: defaultdict[tuple[str, str], defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_concept[row.fact.taxonomy, row.fact.concept][row.fact.unit].append(row)
    facts: dict[str, dict[str, dict[str, object]]] = {}
    for (taxonomy, concept), by_unit in sorted(by_concept.items()):
        label, description = concept_words(concept)
        units = {unit: list(_json_rows(of_unit)) for unit, of_unit in by_unit.items()}
        facts.setdefault(taxonomy, {})[concept] = {"label": label, "description": description, "units": units}
    return facts


def _json_rows(rows: list[Row]) -> Iterator[dict[str, object]]:
    """Yield the rows of one concept and unit, by the end and the start of their periods and then as they were filed."""
    rows = sorted(rows, key=lambda row: (row.fact.end, row.fact.start or date.min, row.filing.accepted_at))
    framed = {frame: number for number, row in enumerate(rows) if (frame := frame_of(row.fact.start, row.fact.end))}
    for number, row in enumerate(rows):
        frame = frame_of(row.fact.start, row.fact.end)
        yield _json_row(row) | ({"frame": frame} if frame and framed[frame] == number else {})


def _json_row(row: Row) -> dict[str, object]:
    fact, filing = row.fact, row.filing
    start = {} if fact.start is None else {"start": fact.start.isoformat()}
    return start | {
        "end": fact.end.isoformat(),
        "val": fact.value,
        "accn": str(filing.accession),
        "fy": row.fiscal_year,
        "fp": row.fiscal_period,
        "form": filing.form,
        "filed": filing.filed_date.isoformat(),
    }


def frame_of(start: date | None, end: date) -> str | None:
    """Return the frame of a period, CY2023, CY2023Q2 or for an instant CY2023Q2I; None for other lengths.

    The frame is that of the calendar period around the middle, and for an instant that of the nearest quarter end.
    """
    if start is None:
        middle = end - timedelta(days=45)
        return f"{_calendar_quarter(middle)}I"
    days = (end - start).days + 1
    middle = start + timedelta(days=days // 2)
    if days in _QUARTER_DAYS:
        return _calendar_quarter(middle)
    return f"CY{middle.year}" if days in _YEAR_DAYS else None


def _calendar_quarter(day: date) -> str:
    return f"CY{day.year}Q{(day.month + 2) // 3}"
