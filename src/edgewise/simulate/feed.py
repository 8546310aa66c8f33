"""The "latest filings" feed as three crawls would have found it over the last two business days.

C: the whole day before last, after EDGAR shut. D: the last day, in the burst before 17:30. A: the whole last day,
so A and D overlap. A crawl asks for one page a minute; what arrives meanwhile pushes entries onto the next page, so
that pages of one crawl can overlap, too. Every crawl goes on to the first page that is not full.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.documents.current import ITEM_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.directory import Filed
    from edgewise.simulate.parties import Party
    from edgewise.simulate.plan import Plan

PAGE = 100
_FOLDER = "www.sec.gov/cgi-bin/browse-edgar"
_SHUT, _BURST = time(22, 5), time(17, 25, 5)


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer of the feed; `updated` is the Eastern wall time at which it was given."""

    session: str
    start: int
    updated: datetime
    entries: list[str]

    @property
    def query(self) -> str:
        return f"action=getcurrent&count={PAGE}&start={self.start}&type=&owner=include&output=atom"

    @property
    def url(self) -> str:
        return f"https://www.sec.gov/cgi-bin/browse-edgar?{self.query}"

    @property
    def path(self) -> str:
        return f"{_FOLDER}/{self.session}/{self.query.replace('=', '-').replace('&', '__')}.atom"


def feed_days(plan: Plan) -> tuple[date, date]:
    """Return the last two business days of the plan, the earlier one first."""
    day, days = plan.end, list[date]()
    while len(days) < 2:  # noqa: PLR2004 - two days
        if clock.is_business_day(day):
            days.append(day)
        day -= timedelta(days=1)
    return days[1], days[0]


def feed_files(plan: Plan, filed: list[Filed]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the feed's pages and of the table that says which URL each one answers."""
    before, last = feed_days(plan)
    crawls = (("A_last_day", last, _SHUT), ("C_day_before", before, _SHUT), ("D_last_day_in_the_burst", last, _BURST))
    pages = [page for session, day, begins in crawls for page in _crawl(session, datetime.combine(day, begins), filed)]
    rows = [(page.session, page.path, page.url, _stamped(page.updated), str(len(page.entries))) for page in pages]
    lines = [("session", "path", "url", "feed_updated", "entries"), *rows]
    yield f"{_FOLDER}/INDEX.tsv", "".join("\t".join(line) + "\n" for line in lines)
    for page in pages:
        yield page.path, _feed(page)


def _crawl(session: str, begins: datetime, filed: list[Filed]) -> Iterator[_Page]:
    of_the_day = _accepted_on_the_day(filed, begins.date())
    start, full = 0, True
    while full:
        updated = begins + timedelta(minutes=start // PAGE)
        now = clock.utc_from_eastern(updated)
        listed = [(party, one) for one in of_the_day if one.filing.accepted_at <= now for party in one.filing.parties]
        shown = [_entry(party, one) for party, one in listed[start : start + PAGE]]
        yield _Page(session, start, updated, shown)
        start, full = start + PAGE, len(shown) == PAGE


def _accepted_on_the_day(filed: list[Filed], day: date) -> list[Filed]:
    """Return what was accepted on this Eastern day, newest first; `filed` is in order of acceptance."""
    midnights = (datetime.combine(at, time(0)) for at in (day, day + timedelta(days=1)))
    first, after = (
        bisect_left(filed, clock.utc_from_eastern(midnight), key=lambda one: one.filing.accepted_at)
        for midnight in midnights
    )
    return filed[first:after][::-1]


def _feed(page: _Page) -> str:
    zone = page.updated.replace(tzinfo=clock.NEW_YORK).tzname()
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Latest Filings - {page.updated:%a, %d %b %Y %H:%M:%S} {zone}</title>\n"
        '<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        '<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        "<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>\n"
        "<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>\n"
        f"<updated>{_stamped(page.updated)}</updated>\n{''.join(page.entries)}</feed>\n"
    )


def _entry(party: Party, filed: Filed) -> str:
    filing, one = filed.filing, party.registrant
    number, cik = filing.accession, int(one.cik)
    link = f"https://www.sec.gov/Archives/edgar/data/{cik}/{number.dashless}/{number}-index.htm"
    items = "".join(f"&lt;br&gt;Item {item}: {ITEM_TITLES[item]}\n" for item in filing.items)
    accepted = filing.accepted_at.astimezone(clock.NEW_YORK)
    return (
        f"<entry>\n<title>{filing.form} - {escape(one.name)} ({one.cik.padded}) ({party.role.in_feed})</title>\n"
        f'<link rel="alternate" type="text/html" href="{link}"/>\n<summary type="html">\n'
        f" &lt;b&gt;Filed:&lt;/b&gt; {filing.filed_date} &lt;b&gt;AccNo:&lt;/b&gt; {number} "
        f"&lt;b&gt;Size:&lt;/b&gt; {max(1, filed.size // 1024)} KB\n{items}</summary>\n"
        f"<updated>{accepted.isoformat(timespec='seconds')}</updated>\n"
        f'<category scheme="https://www.sec.gov/" label="form type" term="{filing.form}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={number}</id>\n</entry>\n"
    )


def _stamped(wall: datetime) -> str:
    return wall.replace(tzinfo=clock.NEW_YORK).isoformat(timespec="seconds")
