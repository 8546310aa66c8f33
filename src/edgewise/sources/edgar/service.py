"""EDGAR as a service: which filings exist, and one filing with its instant. Live, or from an archive of it.

Everything is asked of one `Fetcher`; nothing here knows the network. Where an archive is replayed, its files can be
listed, and what stands there is found whether or not an index names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl

from edgewise.core.clock import is_business_day
from edgewise.core.errors import InvalidInput, NotFound, NotYetAvailable, Unparsable, Unusable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar import index, urls
from edgewise.sources.edgar.acceptance import true_known_at
from edgewise.sources.edgar.discovered import Discovered
from edgewise.sources.edgar.feed import merge_entries, parse_feed
from edgewise.sources.edgar.hints import Hearsay, Hints, parse_catalogue
from edgewise.sources.edgar.index_page import parse_folder_listing, parse_index_page
from edgewise.sources.edgar.loose import assemble
from edgewise.sources.edgar.records import SubmissionHeader
from edgewise.sources.edgar.selection import EDGAR_BEGINS, Origin
from edgewise.sources.edgar.sgml import split_submission
from edgewise.sources.edgar.submissions import parse_older_page, parse_submissions
from edgewise.sources.edgar.tickers import parse_tickers
from edgewise.sources.edgar.walk import walked
from edgewise.sources.http import get_listed
from edgewise.sources.http.recorded import INDEX_NAME, parse_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from edgewise.core.ports import FilingWork
    from edgewise.sources.edgar.discovered import Rejected
    from edgewise.sources.edgar.fails import HalfMonth
    from edgewise.sources.edgar.feed import FeedEntry, FeedPage
    from edgewise.sources.edgar.records import KnownAt, Submission
    from edgewise.sources.edgar.selection import Selection
    from edgewise.sources.edgar.submissions import CompanySubmissions, FilingRows
    from edgewise.sources.edgar.tickers import TickerPage
    from edgewise.sources.http import Fetcher, Saved

    Tell = Callable[[Rejected], None]

MOST_FEED_PAGES = 51
"""Pages of a hundred entries that EDGAR shows: in the recorded crawls it answers the page after them with a 503."""

LARGEST_DATA_SET = 512 * 1024 * 1024
"""Bytes of a zip; those of Form 13F have some hundred million."""

LARGEST_FAILS = 64 * 1024 * 1024
"""Bytes of a zip of fails to deliver; those of 2026 have one or two million."""

LARGEST_BUNDLE = 4 * 1024 * 1024 * 1024
"""Bytes of the zip of all company facts, which has more than a thousand million."""

# A quarter's file weighs as much as its sixty daily ones together, but is one request.
_DAYS_WORTH_A_QUARTER = 10
_INDEX_KINDS = ("master", "company", "form")
_INDEX_DAY = re.compile(r"(?:master|company|form)\.(\d{8})\.idx")
# Sources of a header whose acceptance time counts as the header's own.
_HEADERS = ("_header.json", "-index-headers.html")
_QUARTERS = 4
_RECORDED_FEEDS = f"{urls.feed_page().partition('?')[0]}/{INDEX_NAME}"


@dataclass(frozen=True, slots=True)
class FetchedFiling:
    """One filing, whole: its documents, from when the public could know it, and where it was read."""

    submission: Submission
    known_at: KnownAt
    source_url: str


@dataclass(frozen=True, slots=True)
class FetchedDataSet:
    """A data set of the SEC's: its zip, and where it was read."""

    body: bytes
    source_url: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A submission, where it was read, and whether its acceptance time is an index page's."""

    submission: Submission
    source_url: str
    told_by_page: bool = False


class Edgar:
    """The SEC's filing system, seen through `fetcher`.

    catalogue: bytes of a table that says what an archive's files are (see `hints.parse_catalogue`), if there is one.
    """

    def __init__(self, fetcher: Fetcher, *, catalogue: bytes | None = None) -> None:
        self._fetcher = fetcher
        self._catalogue = parse_catalogue(catalogue) if catalogue else {}
        self.company_tickers_url = urls.company_tickers_exchange()

    def feed_pages(self, form: str = "", *, pages: int = MOST_FEED_PAGES) -> Iterator[FeedPage]:
        """Yield up to `pages` pages of latest filings, newest first, until one holds nothing new.

        form: prefix of form types, '' for all. A page may be asked for while filings arrive, so pages overlap.
        """
        seen: set[FeedEntry] = set()
        for number in range(pages):
            url = urls.feed_page(form=form, start=number * urls.FEED_PAGE_SIZE)
            try:
                page = parse_feed(self._fetcher.get(url).body)
            except NotFound:
                if number == 0:
                    raise
                return  # where an archive's recording ends
            fresh = set(page.entries) - seen
            if not fresh:
                return
            seen |= fresh
            yield page

    def daily_index(self, day: date) -> index.IndexPage:
        """Return the filings of one day. Raises NotYetAvailable live, NotFound in an archive, if there is no index."""
        for kind in _INDEX_KINDS:
            try:
                return index.parse_index(self._fetcher.get(urls.daily_index(day, kind=kind)).body)
            except NotFound:
                continue
        if self._can_list:
            raise NotFound(f"the archive holds no index of {day}", advice="Ask for other days, or walk the archive.")
        raise NotYetAvailable(
            f"there is no index of {day} yet", advice="EDGAR publishes it after 22:00 Eastern of business days."
        )

    def full_index(self, year: int, quarter: int) -> index.IndexPage:
        """Return the filings of one calendar quarter, to `complete_to` if it is the present one."""
        return index.parse_index(self._fetcher.get(urls.full_index(year, quarter)).body)

    def submissions(self, cik: Cik) -> CompanySubmissions:
        """Return a registrant and its newest filings; `older_filings` has the others."""
        return parse_submissions(self._fetcher.get(urls.submissions(cik)).body)

    def older_filings(self, listed: CompanySubmissions) -> Iterator[FilingRows]:
        """Yield the filings of each older page: live, a missing one is NotYetAvailable; archives may lack some."""
        for page in listed.older_pages:
            url = urls.older_submissions(page)
            if not self._can_list or url in self._fetcher.listing(url):
                yield parse_older_page(get_listed(self._fetcher, url).body)

    def company_facts_file(self, cik: Cik) -> bytes:
        """Return the file of all values a company ever tagged, for `parse_files`. Raises NotFound if there are none."""
        return self._fetcher.get(urls.company_facts(cik)).body

    def company_facts_bundle(self, url: str, path: Path, *, on_bytes: Callable[[int], None] | None = None) -> Saved:
        """Write the zip of all companies' files to `path`, for `CompanyFactsZip`; see `Fetcher.save`.

        Raises TooLarge beyond LARGEST_BUNDLE.
        """
        return self._fetcher.save(url, path, max_bytes=LARGEST_BUNDLE, on_bytes=on_bytes)

    def company_tickers(self) -> TickerPage:
        """Return today's tickers with their exchanges, read at `company_tickers_url`."""
        return parse_tickers(self._fetcher.get(self.company_tickers_url).body)

    def data_set(self, addresses: Sequence[str]) -> FetchedDataSet:
        """Return the data set that lies at the first of these addresses at which there is one. Raises NotFound."""
        found = self._first(addresses, LARGEST_DATA_SET)
        if found is None:
            raise NotFound(
                f"there is no data set at {' or '.join(addresses)}",
                advice="It comes some weeks after its last day. Until then bring in single filings: --quarter.",
            )
        return found

    def fails(self, half: HalfMonth) -> FetchedDataSet:
        """Return the zip of fails to deliver of half a month, for `read_fails`. Raises NotFound if it is nowhere."""
        addresses = urls.fails(half.year, half.month, half.half)
        found = self._first(addresses, LARGEST_FAILS)
        if found is None:
            raise NotFound(
                f"there is no file of fails of {half} at {addresses[0]} or the {len(addresses) - 1} other places",
                advice=f"The SEC publishes it about {half.due}. Where it has moved it, fetch it yourself and name the "
                "file: --fails FILE.",
            )
        return found

    def _first(self, addresses: Sequence[str], max_bytes: int) -> FetchedDataSet | None:
        """Return what lies at the first of these addresses at which there is something."""
        for url in addresses:
            try:
                return FetchedDataSet(self._fetcher.get(url, max_bytes=max_bytes).body, url)
            except NotFound:
                continue
        return None

    def walk(self) -> Iterator[Discovered]:
        """Yield every submission that stands in the archive, once, with what hints tell of form and filing date.

        Raises InvalidInput from the live service, which cannot be listed.
        """
        for found in walked(self._fetcher.listing(urls.FILINGS)):
            hints = self.hints_for(found.accession)
            yield Discovered(
                accession=found.accession,
                cik=found.cik,
                ciks=found.ciks,
                location=found.location,
                forms=(hints.form,) if hints.form else (),
                filed_date=hints.filed_date,
            )

    def hints_for(self, accession: Accession) -> Hints:
        """Return what other files of the archive say of a submission; empty hints from the live service."""
        return self._hearsay.about(accession)

    def discover(
        self, selection: Selection, *, on_rejected: Callable[[Rejected], None] = lambda _rejected: None
    ) -> Iterator[FilingWork]:
        """Yield the filings that exist and are wanted, each once; see `Selection` for where that is learnt.

        on_rejected: told of each entry, line or row that could not be read, so that it can be counted.
        In an archive without hints a filing's form and date are read from the filing itself; one that cannot be read
        is yielded, so that fetching it tells what is wrong.
        """
        sources = {
            Origin.FEED: self._from_feed,
            Origin.INDEX: self._from_indexes,
            Origin.SUBMISSIONS: self._from_submissions,
            Origin.WALK: self._from_walk,
        }
        seen: set[Accession] = set()
        for found in sources[selection.origin](selection, on_rejected):
            if found.accession not in seen and selection.takes(found):
                seen.add(found.accession)
                yield found.work()

    def submission(self, work: FilingWork) -> Submission:
        """Return a filing's header and documents; see `fetch` for errors."""
        return self._read(work).submission

    def fetch(self, work: FilingWork) -> FetchedFiling:
        """Return a filing with its documents and its instant.

        Live, that is the full submission text, or else what its index page lists; from an archive, whatever stands in
        its folder. The acceptance time comes from the header; where that is silent, from the feed or from hints. A
        filing that was accepted in confidence counts from the day of its dissemination, which only the full submission
        text tells: the date that an index or a feed prints beside it is its filing date of old.
        Raises NotYetAvailable, if the live service does not serve it yet; NotFound, if the archive does not hold it;
        NoKnownAt, if nothing tells when it was public; the errors of `split_submission` and `assemble` for what cannot
        be read.
        """
        read = self._read(work)
        header = read.submission.header
        hints = Hints() if header.accepted_at else self.hints_for(work.accession)
        known_at = true_known_at(
            form=header.form,
            header_accepted=None if read.told_by_page else header.accepted_at,
            index_page_accepted=header.accepted_at if read.told_by_page else None,
            feed_accepted=work.accepted_at,
            json_stamp=hints.json_stamp,
            filer_habit=hints.habit,
            filed_date=header.filed_date or hints.filed_date or work.filed_date,
            disseminated_date=header.disseminated_date,
            was_private=header.was_private,
        )
        return FetchedFiling(read.submission, known_at, read.source_url)

    @cached_property
    def _can_list(self) -> bool:
        """Whether the fetcher is an archive."""
        try:
            next(iter(self._fetcher.listing(urls.FILINGS)), None)
        except InvalidInput:
            return False
        return True

    @cached_property
    def _hearsay(self) -> Hearsay:
        """All hints of the archive, read at first need: a few dozen files of submissions take half a second."""
        listed = self._fetcher.listing(urls.SUBMISSIONS) if self._can_list else ()
        return Hearsay(((url, self._fetcher.get(url).body) for url in listed), self._catalogue)

    @cached_property
    def _standing(self) -> dict[Accession, Cik]:
        """In whose folder each submission of the archive stands."""
        return {found.accession: found.cik for found in walked(self._fetcher.listing(urls.FILINGS))}

    def _from_feed(self, selection: Selection, tell: Tell) -> Iterator[Discovered]:
        """Yield what the feed holds, from the oldest to the newest, paging no further back than wanted."""
        pages: list[FeedPage] = []
        for page in self._narrowest_feed(selection.forms):
            pages.append(page)
            _tell_all(page.rejected, tell)
            if selection.since and all(entry.filed_date < selection.since for entry in page.entries):
                break
        yield from merge_entries(pages)

    def _narrowest_feed(self, forms: tuple[str, ...]) -> Iterator[FeedPage]:
        """Yield the pages of one form's own feed, which reaches further back than the feed of all forms.

        Of several forms, and where an archive has not recorded the form's own, that of all forms.
        """
        own = forms[0] if len(forms) == 1 else ""
        if not self._can_list:
            yield from self.feed_pages(own)
            return
        for form in dict.fromkeys((own, "")):
            try:
                yield from self.feed_pages(form)
            except NotFound:  # which comes before the first page or not at all
                continue
            else:
                return
        wanted = f"form {own}, nor that of all forms" if own else "all forms"
        raise NotFound(f"the archive does not hold the feed of {wanted}", advice=self._recorded_feeds())

    def _recorded_feeds(self) -> str:
        """Return which feeds the archive has recorded, in any session, as advice."""
        try:
            body = self._fetcher.get(_RECORDED_FEEDS).body
        except NotFound:
            return "It has recorded no feed; walk it instead."
        feeds = {
            (dict(asked).get("type") or "all forms", one.session)
            for (_, _, asked), recordings in parse_index(body.decode(errors="replace"), origin=_RECORDED_FEEDS).items()
            if ("action", "getcurrent") in asked
            for one in recordings
        }
        named = (f"{form} (session {session})" if session else form for form, session in sorted(feeds))
        return f"Feeds that it has recorded: {', '.join(named) or 'none'}."

    def _from_indexes(self, selection: Selection, tell: Tell) -> Iterator[Discovered]:
        """Yield what the indexes of the wanted days list: by quarter where that is many days, else day by day."""
        for days in self._index_days(selection.since or EDGAR_BEGINS, selection.until):
            single = days
            if len(days) > _DAYS_WORTH_A_QUARTER:
                page = self.full_index(days[0].year, urls.quarter(days[0]))
                _tell_all(page.rejected, tell)
                yield from index.discovered(page.entries.filter(pl.col("filed_date").is_between(days[0], days[-1])))
                single = [day for day in days if page.complete_to is None or day > page.complete_to]
            for day in single:
                page = self.daily_index(day)
                _tell_all(page.rejected, tell)
                yield from index.discovered(page.entries)

    def _index_days(self, first: date, last: date | None) -> Iterator[list[date]]:
        """Yield the days whose indexes are wanted, quarter by quarter: without a last day, those that are published."""
        if last is not None:
            for year, quarter in _quarters(first, last):
                yield _business_days(max(first, _first_day(year, quarter)), min(last, _last_day(year, quarter)))
        elif self._can_list:
            published = _days_of(url.rpartition("/")[2] for url in self._fetcher.listing(urls.DAILY_INDEXES))
            for _, days in groupby(published, key=lambda day: (day.year, urls.quarter(day))):
                yield [day for day in days if day >= first]
        else:
            yield from self._published_days(first)

    def _published_days(self, first: date) -> Iterator[list[date]]:
        """Yield the days that the live service lists an index for, up to the quarter it has not begun."""
        for year, quarter in _quarters(first, date.max):
            try:
                listing = self._fetcher.get(f"{urls.daily_index_folder(year, quarter)}index.json").body
            except NotFound:
                return
            yield [day for day in _days_of(file.name for file in parse_folder_listing(listing)) if day >= first]

    def _from_submissions(self, selection: Selection, tell: Tell) -> Iterator[Discovered]:
        """Yield what each registrant's list holds, with its older pages where the wanted days reach back to them."""
        for cik in selection.ciks:
            listed = self.submissions(cik)
            _tell_all(listed.rejected, tell)
            yield from _listed(cik, listed.filings)
            oldest = listed.filings["filed_date"].min()
            if isinstance(oldest, date) and selection.since and oldest < selection.since:
                continue
            for page in self.older_filings(listed):
                _tell_all(page.rejected, tell)
                yield from _listed(cik, page.filings)

    def _from_walk(self, selection: Selection, tell: Tell) -> Iterator[Discovered]:
        """Yield what stands in the archive; what could not be read are files of hints."""
        _tell_all(self._hearsay.rejected, tell)
        for found in self.walk():
            if selection.takes(found):
                yield self._looked_into(found) if selection.needs_more_of(found) else found

    def _looked_into(self, found: Discovered) -> Discovered:
        """Return `found` with the form and date that its own header gives; as it was, if that cannot be read."""
        try:
            header = self.submission(found.work()).header
        except Unusable:
            return found
        return replace(found, forms=(header.form, *header.also_forms), filed_date=header.filed_date or found.filed_date)

    def _read(self, work: FilingWork) -> _Read:
        place = urls.filing_at(work.location)
        if place is None or place[1] != work.accession:
            raise InvalidInput(
                f"{work.location} is not where {work.accession} stands", advice="Give the folder or text of the filing."
            )
        read = self._read_archived(work, place[0]) if self._can_list else self._read_live(work, place[0])
        if read.submission.header.accession != work.accession:
            raise Unparsable(
                f"{read.source_url} is the submission {read.submission.header.accession}", advice="Fetch it again."
            )
        return read

    def _read_live(self, work: FilingWork, cik: Cik) -> _Read:
        """Return the full submission text, or else the documents that the index page lists."""
        try:
            answer = self._fetcher.get(urls.full_submission(cik, work.accession))
        except NotFound:
            page = get_listed(self._fetcher, urls.index_page(cik, work.accession))
        else:
            return _Read(split_submission(answer.body), answer.url)
        names = [entry.file_name for entry in parse_index_page(page.body).documents if entry.file_name]
        addresses = {name: urls.document(cik, work.accession, name) for name in names}
        files = {name: get_listed(self._fetcher, url).body for name, url in addresses.items()}
        files[f"{work.accession}-index.htm"] = page.body
        return _Read(assemble(files, accession=work.accession, cik=cik), page.url, told_by_page=True)

    def _read_archived(self, work: FilingWork, cik: Cik) -> _Read:
        """Return what stands in the registrant's folder of the archive, or in another party's if that has none."""
        addresses = self._addresses(cik, work.accession)
        if not addresses and work.accession in self._standing:
            cik = self._standing[work.accession]
            addresses = self._addresses(cik, work.accession)
        if not addresses:
            raise NotFound(f"the archive holds nothing of {work.accession}", advice="Fetch it from the live service.")
        files = {unquote(url.rpartition("/")[2]): self._fetcher.get(url).body for url in addresses}
        whole = next(
            (url for url in addresses if url.endswith((f"/{work.accession}.txt", f"/{work.accession}.nc"))), ""
        )
        hints = Hints() if whole else self.hints_for(work.accession)
        submission = assemble(files, accession=work.accession, cik=cik, known=_told(work, hints))
        return _Read(
            submission=_with_name(submission, cik, hints.company),
            source_url=whole or urls.folder(cik, work.accession),
            told_by_page=not whole and not any(name.endswith(_HEADERS) for name in files),
        )

    def _addresses(self, cik: Cik, accession: Accession) -> list[str]:
        """Return the files of a submission in an archive: those in its folder and those beside it."""
        beside = urls.folder(cik, accession).replace(accession.dashless + "/", accession)
        return [*self._fetcher.listing(urls.folder(cik, accession)), *self._fetcher.listing(beside)]


def _tell_all(rejected: Iterable[Rejected], tell: Tell) -> None:
    for one in rejected:
        tell(one)


def _told(work: FilingWork, hints: Hints) -> SubmissionHeader:
    """Return what discovery and hints tell of a filing, as the header of documents that have none."""
    return SubmissionHeader(
        accession=work.accession,
        form=hints.form or work.form,
        filed_date=hints.filed_date or work.filed_date,
        period_end=hints.period_end,
        items=hints.items,
    )


def _with_name(submission: Submission, cik: Cik, company: str | None) -> Submission:
    """Return the submission with `company` as the name of the registrant it was found under, if it has none."""
    parties = tuple(
        replace(party, name=company) if party.cik == cik and not party.name else party
        for party in submission.header.parties
    )
    return replace(submission, header=replace(submission.header, parties=parties))


def _listed(cik: Cik, filings: pl.DataFrame) -> Iterator[Discovered]:
    """Yield the filings of a list of submissions."""
    for number, form, filed_date in filings.select("accession", "form", "filed_date").iter_rows():
        accession = Accession(number)
        yield Discovered(
            accession=accession,
            cik=cik,
            ciks=(cik,),
            location=urls.folder(cik, accession),
            forms=(form,),
            filed_date=filed_date,
        )


def _days_of(names: Iterable[str]) -> list[date]:
    """Return the days of daily index files, each once, in order."""
    stamps = {match[1] for name in names if (match := _INDEX_DAY.fullmatch(name))}
    return sorted(datetime.strptime(stamp, "%Y%m%d").date() for stamp in stamps)  # noqa: DTZ007 - dates have no zone


def _quarters(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Yield (year, quarter) from that of `first` to that of `last`."""
    year, quarter = first.year, urls.quarter(first)
    while (year, quarter) <= (last.year, urls.quarter(last)):
        yield year, quarter
        year, quarter = (year, quarter + 1) if quarter < _QUARTERS else (year + 1, 1)


def _first_day(year: int, quarter: int) -> date:
    return date(year, 3 * quarter - 2, 1)


def _last_day(year: int, quarter: int) -> date:
    return (_first_day(year, quarter) + timedelta(days=100)).replace(day=1) - timedelta(days=1)


def _business_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if is_business_day(day)]
