"""EDGAR's own lists of filings: master index files by business day and by quarter."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from edgewise.core.clock import is_business_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

_ROOT = "www.sec.gov/Archives/edgar"
_COLUMNS = f"CIK|Company Name|Form Type|Date Filed|File Name\n{'-' * 80}\n"


def index_files(plan: Plan, filings: list[Filing]) -> Iterator[tuple[str, str]]:
    """Yield path and text of every index file: one for each business day and quarter up to the last filing date."""
    ordered = sorted(filings, key=lambda filing: filing.filed_date)
    by_day = {day: list(group) for day, group in groupby(ordered, key=lambda filing: filing.filed_date)}
    last = max(plan.end, *by_day)
    days = [plan.start + timedelta(days=number) for number in range((last - plan.start).days + 1)]
    for day in filter(is_business_day, days):
        yield f"{_ROOT}/daily-index/{_quarter(day)}/master.{day:%Y%m%d}.idx", _daily(day, by_day.get(day, []))
    for quarter, members in groupby(days, key=_quarter):
        dated = list(members)
        within = [filing for day in dated for filing in by_day.get(day, [])]
        yield f"{_ROOT}/full-index/{quarter}/master.idx", _full(dated[-1], within)


def _quarter(day: date) -> str:
    return f"{day.year}/QTR{(day.month + 2) // 3}"


def _daily(day: date, filings: Iterable[Filing]) -> str:
    return (
        "Description:           Daily Index of EDGAR Dissemination Feed\n"
        f"Last Data Received:    {day:%b} {day.day:2d}, {day.year}\n"
        "Comments:              webmaster@sec.gov\n"
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/\n \n"
    ) + _table(filings, "%Y%m%d")


def _full(last: date, filings: Iterable[Filing]) -> str:
    return (
        "Description:           Master Index of EDGAR Dissemination Feed\n"
        f"Last Data Received:    {last:%B} {last.day}, {last.year}\n"
        "Comments:              webmaster@sec.gov\n"
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/\n"
        "Cloud HTTP:            https://www.sec.gov/Archives/\n\n \n \n \n"
    ) + _table(filings, "%Y-%m-%d")


def _table(filings: Iterable[Filing], date_format: str) -> str:
    """Return the columns and one line for each filing and registrant, by CIK, form and date, as at the SEC."""
    rows = sorted(
        (str(int(one.cik)), filing.form, filing.filed_date.strftime(date_format), filing.accession, one.name)
        for filing in filings
        for one in dict.fromkeys(party.registrant for party in filing.parties)
    )
    return _COLUMNS + "".join(
        f"{cik}|{name}|{form}|{filed}|edgar/data/{cik}/{accession}.txt\n" for cik, form, filed, accession, name in rows
    )
