"""EDGAR as a service, live and from an archive, over a fetcher that answers from a table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from edgewise.core.errors import (
    Hostile,
    InvalidInput,
    NoKnownAt,
    NotFound,
    NotYetAvailable,
    Throttled,
    Truncated,
    Unparsable,
)
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.records import KnownAtSource, Role
from edgewise.sources.edgar.selection import Selection
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.http import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCESSION = Accession("0001193125-25-000001")
OTHER = Accession("0001193125-25-000002")
CIK = Cik(7)
ACCEPTED = datetime(2025, 3, 4, 21, 5, tzinfo=UTC)


@dataclass
class Table:
    """A fetcher that answers from `bodies`, in which a body may be an error to raise; it lists only as an archive."""

    bodies: dict[str, bytes | Exception]
    archive: bool = False
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, max_bytes: int = 1 << 27) -> Answer:
        self.asked.append(url)
        body = self.bodies.get(url, NotFound(f"there is no {url}"))
        if isinstance(body, Exception):
            raise body
        assert len(body) <= max_bytes
        return Answer(url=url, body=body)

    def listing(self, prefix_url: str) -> Iterator[str]:
        if not self.archive:
            raise InvalidInput("the live service cannot be listed")
        return iter(sorted(url for url in self.bodies if url.startswith(prefix_url)))

    def close(self) -> None: ...


def text(accession: str = ACCESSION, *, form: str = "8-K", accepted: str = "20250304160500") -> bytes:
    stamp = f"<ACCEPTANCE-DATETIME>{accepted}\n" if accepted else ""
    return f"""<SEC-DOCUMENT>{accession}.txt : 20250304
<SEC-HEADER>{accession}.hdr.sgml : 20250304
{stamp}ACCESSION NUMBER:\t\t{accession}
CONFORMED SUBMISSION TYPE:\t{form}
PUBLIC DOCUMENT COUNT:\t\t1
FILED AS OF DATE:\t\t20250304
FILER:
\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tSEVEN INC
\t\tCENTRAL INDEX KEY:\t\t\t0000000007
</SEC-HEADER>
<DOCUMENT>
<TYPE>{form}
<SEQUENCE>1
<FILENAME>a.htm
<TEXT>
<html><body>words</body></html>
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
""".encode()


def private(raw: bytes, disseminated: str) -> bytes:
    """A submission as it looks when it was made public on a later day than it was filed."""
    later = raw.replace(b" : 20250304", f" : {disseminated}".encode())
    return later.replace(b"ACCESSION NUMBER", b"<PRIVATE-TO-PUBLIC>\nACCESSION NUMBER")


INDEX_PAGE = f"""<html><body>
<div id="formName"><strong>Form 8-K</strong></div><div id="secNum"><strong>SEC Accession No.</strong> {ACCESSION}</div>
<div class="infoHead">Filing Date</div><div class="info">2025-03-04</div>
<div class="infoHead">Accepted</div><div class="info">2025-03-04 16:05:00</div>
<table class="tableFile"><tr><td>1</td><td>8-K</td><td><a href="/x/a.htm">a.htm</a></td><td>8-K</td><td>9</td></tr>
</table>
<div class="companyInfo"><span class="companyName">SEVEN INC (Filer) CIK: 0000000007</span></div>
</body></html>""".encode()
COVER = (
    b"<html><body><p>FORM 8-K</p><p>CURRENT REPORT</p><p>Pursuant to Section 13 or 15(d)</p>"
    b"<p>Date of Report (Date of earliest event reported): March 1, 2025</p></body></html>"
)


def work(location: str | None = None, *, accession: Accession = ACCESSION, filed: date | None = None) -> FilingWork:
    return FilingWork(accession=accession, location=location or urls.folder(CIK, accession), cik=CIK, filed_date=filed)


def submissions(*rows: tuple[str, str, str], older: tuple[str, ...] = (), stamps: str = "") -> bytes:
    """A list of submissions; rows are (accession, form, filing date)."""
    columns = {
        "accessionNumber": [row[0] for row in rows],
        "form": [row[1] for row in rows],
        "filingDate": [row[2] for row in rows],
        "acceptanceDateTime": [stamps for _ in rows],
    }
    files = [{"name": name} for name in older]
    said = {"cik": "7", "name": "SEVEN", "tickers": [], "exchanges": []}
    return json.dumps(said | {"filings": {"recent": columns, "files": files}}).encode()


def feed(*entries: tuple[str, int, str], made: str = "2025-03-04T17:00:00-05:00") -> bytes:
    """A feed page; entries are (accession, cik, filing date)."""
    shown = "".join(
        f"""<entry><title>8-K - SEVEN ({cik:010d}) (Filer)</title>
<link href="{urls.index_page(Cik(cik), Accession(number))}"/>
<summary type="html">&lt;b&gt;Filed:&lt;/b&gt; {filed} &lt;b&gt;Size:&lt;/b&gt; 1 KB</summary>
<updated>{filed}T16:05:00-05:00</updated><category term="8-K"/><id>urn:accession-number={number}</id></entry>"""
        for number, cik, filed in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><updated>{made}</updated>{shown}</feed>'.encode()


def master(*lines: str, received: str = "March 4, 2025") -> bytes:
    header = "CIK|Company Name|Form Type|Date Filed|Filename\n" + "-" * 80 + "\n"
    return (f"Last Data Received:    {received}\n\n{header}" + "".join(f"{line}\n" for line in lines)).encode()


def line(number: int, day: str, cik: int = 7) -> str:
    return f"{cik}|SEVEN|8-K|{day}|edgar/data/{cik}/0001193125-25-{number:06d}.txt"


def accessions(edgar: Edgar, **filters) -> list[int]:
    return [int(found.accession[-6:]) for found in edgar.discover(Selection(**filters))]


class TestFetchingLive:
    def test_the_whole_text_is_asked_for_first(self):
        table = Table({urls.full_submission(CIK, ACCESSION): text()})
        fetched = Edgar(table).fetch(work())
        assert (fetched.known_at.instant, fetched.known_at.source) == (ACCEPTED, KnownAtSource.HEADER)
        assert fetched.source_url == urls.full_submission(CIK, ACCESSION)
        assert [document.file_name for document in fetched.submission.documents] == ["a.htm"]
        assert table.asked == [fetched.source_url]

    def test_without_it_the_documents_of_the_index_page_are_put_together(self):
        page, document = urls.index_page(CIK, ACCESSION), urls.document(CIK, ACCESSION, "a.htm")
        fetched = Edgar(Table({page: INDEX_PAGE, document: COVER})).fetch(work())
        assert (fetched.known_at.instant, fetched.known_at.source) == (ACCEPTED, KnownAtSource.INDEX_PAGE)
        assert fetched.source_url == page
        assert fetched.submission.header.form == "8-K"
        assert [document.body for document in fetched.submission.documents] == [COVER]

    def test_failure_case_42_a_filing_that_is_listed_but_not_served_yet_is_worth_another_try(self):
        with pytest.raises(NotYetAvailable):
            Edgar(Table({})).fetch(work())

    def test_failure_case_42_an_index_page_that_lists_a_document_not_yet_there_is_too(self):
        with pytest.raises(NotYetAvailable, match=r"a\.htm"):
            Edgar(Table({urls.index_page(CIK, ACCESSION): INDEX_PAGE})).fetch(work())

    def test_failure_case_42_a_text_cut_short_is_truncated_never_half_a_filing(self):
        with pytest.raises(Truncated):
            Edgar(Table({urls.full_submission(CIK, ACCESSION): text()[:-40]})).fetch(work())

    def test_failure_case_43_an_index_page_that_leads_elsewhere_is_hostile(self):
        page = INDEX_PAGE.replace(b">a.htm<", b">../../etc/passwd<")
        with pytest.raises(Hostile):
            Edgar(Table({urls.index_page(CIK, ACCESSION): page})).fetch(work())

    def test_a_block_is_passed_on(self):
        with pytest.raises(Throttled):
            Edgar(Table({urls.full_submission(CIK, ACCESSION): Throttled("slow down")})).fetch(work())

    def test_another_submission_under_the_address_is_refused(self):
        with pytest.raises(Unparsable, match=OTHER):
            Edgar(Table({urls.full_submission(CIK, ACCESSION): text(OTHER)})).fetch(work())

    def test_a_filing_without_acceptance_time_was_known_by_ten_at_night_of_its_date(self):
        fetched = Edgar(Table({urls.full_submission(CIK, ACCESSION): text(accepted="")})).fetch(work())
        assert fetched.known_at.instant == datetime(2025, 3, 5, 3, tzinfo=UTC)
        assert fetched.known_at.source is KnownAtSource.FILING_DATE

    def test_a_letter_made_public_later_is_not_known_from_its_acceptance(self):
        published = private(text(form="CORRESP"), "20250516")
        fetched = Edgar(Table({urls.full_submission(CIK, ACCESSION): published})).fetch(work(filed=date(2025, 3, 4)))
        assert fetched.submission.header.accepted_at == ACCEPTED
        assert fetched.known_at.instant == datetime(2025, 5, 17, 2, tzinfo=UTC)
        assert fetched.known_at.source is KnownAtSource.DISSEMINATION_DATE

    def test_the_notice_counts_on_any_form_and_in_the_privacy_enhanced_envelope(self):
        body = private(text(form="S-1"), "20250516")
        envelope = b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\n\n"
        whole = envelope + body + b"-----END PRIVACY-ENHANCED MESSAGE-----\n"
        fetched = Edgar(Table({urls.full_submission(CIK, ACCESSION): whole})).fetch(work())
        assert fetched.known_at.source is KnownAtSource.DISSEMINATION_DATE

    def test_a_private_filing_whose_day_of_dissemination_is_lost_is_refused_though_an_index_dates_it(self):
        silent = private(text(form="S-1"), "").replace(b" : \n", b"\n")
        with pytest.raises(NoKnownAt, match="full submission text"):
            Edgar(Table({urls.full_submission(CIK, ACCESSION): silent})).fetch(work(filed=date(2025, 3, 4)))

    def test_an_index_page_does_not_tell_when_a_letter_was_made_public(self):
        page, document = urls.index_page(CIK, ACCESSION), urls.document(CIK, ACCESSION, "a.htm")
        shown = INDEX_PAGE.replace(b"Form 8-K<", b"Form CORRESP<")
        with pytest.raises(NoKnownAt):
            Edgar(Table({page: shown, document: COVER})).fetch(work())

    @pytest.mark.parametrize("location", ["https://www.sec.gov/", urls.folder(CIK, OTHER), "a file"])
    def test_a_place_that_is_not_the_filings_is_refused(self, location):
        with pytest.raises(InvalidInput):
            Edgar(Table({})).fetch(work(location))

    def test_the_live_service_cannot_be_walked(self):
        with pytest.raises(InvalidInput):
            list(Edgar(Table({})).walk())


class TestFetchingFromAnArchive:
    FOLDER = urls.folder(CIK, ACCESSION)

    def test_what_stands_in_the_folder_is_put_together(self):
        table = Table({f"{self.FOLDER}{ACCESSION}.txt": text(), f"{self.FOLDER}a.htm": b""}, archive=True)
        fetched = Edgar(table).fetch(work())
        assert (fetched.known_at.instant, fetched.known_at.source) == (ACCEPTED, KnownAtSource.HEADER)
        assert fetched.source_url == f"{self.FOLDER}{ACCESSION}.txt"

    def test_a_text_beside_the_folders_is_read(self):
        address = f"{urls.FILINGS}7/{ACCESSION}.txt"
        fetched = Edgar(Table({address: text()}, archive=True)).fetch(work(address))
        assert fetched.source_url == address
        assert fetched.submission.header.form == "8-K"

    def test_loose_documents_take_form_date_and_items_from_the_list_of_submissions(self):
        listed = submissions((ACCESSION, "8-K/A", "2025-03-04"), stamps="2025-03-04T21:05:00.000Z")
        table = Table({f"{self.FOLDER}a.htm": COVER, urls.submissions(CIK): listed}, archive=True)
        fetched = Edgar(table).fetch(work())
        assert fetched.submission.header.form == "8-K/A"
        assert fetched.submission.header.filed_date == date(2025, 3, 4)
        # 21:05 Eastern would have been dated the next day, so the stamp can only be UTC.
        assert (fetched.known_at.instant, fetched.known_at.source) == (ACCEPTED, KnownAtSource.SUBMISSIONS)
        assert fetched.source_url == self.FOLDER

    def test_a_letter_in_the_list_of_submissions_is_not_known_from_the_stamp_there(self):
        listed = submissions((ACCESSION, "UPLOAD", "2025-03-04"), stamps="2025-03-04T21:05:00.000Z")
        table = Table({f"{self.FOLDER}a.htm": COVER, urls.submissions(CIK): listed}, archive=True)
        with pytest.raises(NoKnownAt):
            Edgar(table).fetch(work())

    def test_a_private_filing_of_the_feed_does_not_tell_when_it_was_made_public(self):
        raw = f"""<SUBMISSION>
<PRIVATE-TO-PUBLIC>
<ACCESSION-NUMBER>{ACCESSION}
<TYPE>S-1
<FILING-DATE>20250304
<FILER>
<CIK>0000000007
</FILER>
<DOCUMENT>
<TYPE>S-1
<SEQUENCE>1
<FILENAME>a.htm
<TEXT>
words
</TEXT>
</DOCUMENT>
</SUBMISSION>
""".encode()
        with pytest.raises(NoKnownAt):
            Edgar(Table({f"{self.FOLDER}{ACCESSION}.nc": raw}, archive=True)).fetch(work())

    def test_a_catalogue_gives_date_and_name_where_nothing_else_does(self):
        catalogue = f"path\tform\tcompany\tfiling_date\n{self.FOLDER[8:]}a.htm\t8-K\tSEVEN INC\t2025-03-04\n".encode()
        table = Table({f"{self.FOLDER}a.htm": COVER}, archive=True)
        fetched = Edgar(table, catalogue=catalogue).fetch(work())
        assert fetched.known_at.source is KnownAtSource.FILING_DATE
        assert next((party.cik, party.role, party.name) for party in fetched.submission.header.parties) == (
            CIK,
            Role.ISSUER,
            "SEVEN INC",
        )

    def test_hints_are_never_set_against_a_header(self):
        listed = submissions((ACCESSION, "10-K", "2024-01-01"), stamps="2024-01-01T21:05:00.000Z")
        table = Table({f"{self.FOLDER}{ACCESSION}.txt": text(), urls.submissions(CIK): listed}, archive=True)
        fetched = Edgar(table).fetch(work())
        assert (fetched.submission.header.form, fetched.known_at.instant) == ("8-K", ACCEPTED)

    def test_a_filing_that_nothing_dates_has_no_known_at(self):
        table = Table({f"{self.FOLDER}a.htm": COVER}, archive=True)
        with pytest.raises(NoKnownAt):
            Edgar(table).fetch(work())
        assert Edgar(table).fetch(work(filed=date(2025, 3, 4))).known_at.source is KnownAtSource.FILING_DATE

    def test_an_index_page_in_the_folder_is_named_as_the_source_of_the_instant(self):
        bodies = {f"{self.FOLDER}a.htm": COVER, f"{urls.FILINGS}7/{ACCESSION}-index.html": INDEX_PAGE}
        fetched = Edgar(Table(bodies, archive=True)).fetch(work())
        assert (fetched.known_at.instant, fetched.known_at.source) == (ACCEPTED, KnownAtSource.INDEX_PAGE)

    def test_failure_case_30_it_is_found_below_another_registrant(self):
        table = Table({urls.full_submission(Cik(9), ACCESSION): text()}, archive=True)
        assert Edgar(table).fetch(work()).source_url == urls.full_submission(Cik(9), ACCESSION)

    def test_what_the_archive_does_not_hold_is_not_found_for_good(self):
        with pytest.raises(NotFound):
            Edgar(Table({}, archive=True)).fetch(work())


class TestFeed:
    def table(self, *pages: bytes, archive: bool = False) -> Table:
        return Table({urls.feed_page(start=100 * n): page for n, page in enumerate(pages)}, archive=archive)

    def test_failure_case_44_overlapping_pages_are_read_until_one_holds_nothing_new(self):
        third = (str(Accession("0001193125-25-000003")), 7, "2025-03-04")
        first, second = (ACCESSION, 7, "2025-03-04"), (OTHER, 7, "2025-03-04")
        table = self.table(feed(first, second), feed(second, third), feed(second, third), feed())
        assert accessions(Edgar(table), origin="feed") == [1, 2, 3]
        assert len(table.asked) == 3

    def test_failure_case_44_a_filing_stands_once_though_each_registrant_has_an_entry(self):
        table = self.table(feed((ACCESSION, 9, "2025-03-04"), (ACCESSION, 7, "2025-03-04")), feed())
        (found,) = Edgar(table).discover(Selection())
        assert (found.cik, found.location) == (7, urls.folder(CIK, ACCESSION))

    def test_it_pages_no_further_back_than_wanted(self):
        pages = [feed((f"0001193125-25-{n:06d}", 7, f"2025-03-{10 - n:02d}")) for n in range(6)]
        table = self.table(*pages)
        assert accessions(Edgar(table), since=date(2025, 3, 9)) == [1, 0]
        assert len(table.asked) == 3

    def test_one_form_is_asked_for_by_name_live(self):
        table = Table({urls.feed_page(form="8-K"): feed((ACCESSION, 7, "2025-03-04"))})
        edgar = Edgar(table)
        pages = list(edgar.feed_pages("8-K", pages=1))
        assert len(pages) == 1
        with pytest.raises(NotFound):
            list(edgar.feed_pages("10-K"))

    def test_an_archive_ends_where_its_recording_ends(self):
        table = self.table(feed((ACCESSION, 7, "2025-03-04")), archive=True)
        assert accessions(Edgar(table), forms=("8-K",)) == [1]
        assert accessions(Edgar(table), forms=("10-K",)) == []

    def test_an_archive_of_one_forms_feed_is_asked_for_that(self):
        table = Table({urls.feed_page(form="8-K"): feed((ACCESSION, 7, "2025-03-04"))}, archive=True)
        assert accessions(Edgar(table), forms=("8-K",)) == [1]

    def test_of_both_feeds_in_an_archive_the_forms_own_is_read(self):
        bodies = {urls.feed_page(): feed((OTHER, 7, "2025-03-04"))}
        bodies[urls.feed_page(form="8-K")] = feed((ACCESSION, 7, "2025-03-04"))
        edgar = Edgar(Table(bodies, archive=True))
        assert accessions(edgar, forms=("8-K",)) == [1]
        assert accessions(edgar, forms=("8-K", "10-K")) == [2]

    @pytest.mark.parametrize("forms", [(), ("10-K",), ("8-K", "10-K")])
    def test_an_archive_without_the_feed_says_which_it_has(self, forms):
        rows = [
            ("B", urls.feed_page(form="8-K")),
            ("B", urls.feed_page(form="8-K", start=100)),
            ("", urls.feed_page(form="4")),
            ("A", urls.feed_page()),
            ("G", f"{urls.SITE}/cgi-bin/browse-edgar?action=getcompany&type=10-Q"),
        ]
        index = "session\tpath\turl\n" + "".join(f"{session}\tx\t{url}\n" for session, url in rows)
        bodies = {f"{urls.SITE}/cgi-bin/browse-edgar/INDEX.tsv": index.encode()}
        bodies[urls.feed_page(form="8-K")] = feed((ACCESSION, 7, "2025-03-04"))
        with pytest.raises(NotFound, match=r"recorded: 4, 8-K \(session B\), all forms \(session A\)\.$"):
            list(Edgar(Table(bodies, archive=True)).discover(Selection(forms=forms)))

    def test_an_archive_without_any_feed_says_so(self):
        with pytest.raises(NotFound, match="recorded no feed; walk it"):
            list(Edgar(Table({}, archive=True)).discover(Selection()))

    def test_bad_entries_are_told(self):
        table = self.table(feed((ACCESSION, 7, "2025-03-04"), (OTHER, 7, "2025-02-30")), feed())
        told = []
        assert len(list(Edgar(table).discover(Selection(), on_rejected=told.append))) == 1
        assert [one.reason for one in told] == ["bad_acceptance"]


class TestIndexes:
    def test_a_few_days_are_read_day_by_day_over_a_weekend(self):
        friday, monday = date(2025, 2, 28), date(2025, 3, 3)
        table = Table(
            {
                urls.daily_index(friday): master(line(1, "20250228")),
                urls.daily_index(monday): master(line(2, "20250303")),
            }
        )
        assert accessions(Edgar(table), origin="index", since=friday, until=monday) == [1, 2]

    def test_many_days_are_read_by_quarter_and_by_day_where_that_ends(self):
        table = Table(
            {
                urls.full_index(2025, 1): master(
                    line(1, "2025-02-03"), line(2, "2025-03-03"), received="March 3, 2025"
                ),
                urls.daily_index(date(2025, 3, 4)): master(line(3, "20250304")),
            }
        )
        found = accessions(Edgar(table), origin="index", since=date(2025, 2, 4), until=date(2025, 3, 4))
        assert found == [2, 3]

    def test_the_other_layouts_of_a_day_serve_as_well(self):
        header = f"{'Form Type':12}{'Company Name':62}CIK         Date Filed  File Name\n" + "-" * 140 + "\n"
        row = f"{'8-K':12}{'SEVEN':62}{'7':12}{'20250304':12}edgar/data/7/{ACCESSION}.txt\n"
        table = Table({urls.daily_index(date(2025, 3, 4), kind="form"): (header + row).encode()})
        day = date(2025, 3, 4)
        assert accessions(Edgar(table), origin="index", since=day, until=day) == [1]

    def test_failure_case_42_a_day_without_index_is_an_error_never_an_empty_day(self):
        days = {"origin": "index", "since": date(2025, 3, 4), "until": date(2025, 3, 4)}
        with pytest.raises(NotYetAvailable):
            accessions(Edgar(Table({})), **days)
        with pytest.raises(NotFound):
            accessions(Edgar(Table({}, archive=True)), **days)

    def test_without_a_last_day_it_goes_as_far_as_indexes_are_published(self):
        listing = {"directory": {"item": [{"name": "master.20250303.idx"}, {"name": "company.20250303.idx"}]}}
        folder = urls.daily_index_folder(2025, 1)
        bodies = {urls.daily_index(date(2025, 3, 3)): master(line(1, "20250303"))}
        live = Table({**bodies, f"{folder}index.json": json.dumps(listing).encode()})
        assert accessions(Edgar(live), origin="index", since=date(2025, 3, 1)) == [1]
        assert accessions(Edgar(Table(bodies, archive=True)), origin="index", since=date(2025, 3, 1)) == [1]
        assert accessions(Edgar(Table(bodies, archive=True)), origin="index", since=date(2025, 3, 4)) == []

    def test_failure_case_30_a_submission_of_two_registrants_is_found_once(self):
        day = date(2025, 3, 4)
        table = Table({urls.daily_index(day): master(line(1, "20250304"), line(1, "20250304", cik=9))})
        assert accessions(Edgar(table), origin="index", since=day, until=day, ciks=(9,)) == [1]

    def test_bad_lines_are_told(self):
        day, told = date(2025, 3, 4), []
        table = Table({urls.daily_index(day): master(line(1, "20250304"), "what is this")})
        found = list(Edgar(table).discover(Selection(origin="index", since=day, until=day), on_rejected=told.append))
        assert (len(found), [one.reason for one in told]) == (1, ["bad_line"])


class TestSubmissions:
    OLDER = "CIK0000000007-submissions-001.json"
    RECENT = submissions((OTHER, "8-K", "2025-03-04"), ("0001193125-25-000003", "10-K", "2025-02-03"), older=(OLDER,))
    PAGE = json.dumps(json.loads(submissions((ACCESSION, "10-K", "2024-02-05")))["filings"]["recent"]).encode()

    def table(self, *, archive: bool = False) -> Table:
        return Table(
            {urls.submissions(CIK): self.RECENT, urls.older_submissions(self.OLDER): self.PAGE}, archive=archive
        )

    def test_a_registrants_list_is_read_with_its_older_pages(self):
        assert accessions(Edgar(self.table()), origin="submissions", ciks=(7,)) == [2, 3, 1]
        assert accessions(Edgar(self.table()), origin="submissions", ciks=(7,), forms=("10-K",)) == [3, 1]

    def test_older_pages_are_left_alone_where_the_days_do_not_reach_back(self):
        table = self.table()
        found = accessions(Edgar(table), origin="submissions", ciks=(7,), since=date(2025, 3, 1))
        assert found == [2]
        assert table.asked == [urls.submissions(CIK)]

    def test_failure_case_42_an_older_page_that_is_listed_and_missing_is_not_yet_available(self):
        with pytest.raises(NotYetAvailable):
            accessions(Edgar(Table({urls.submissions(CIK): self.RECENT})), origin="submissions", ciks=(7,))

    def test_an_archive_may_lack_older_pages(self):
        table = Table({urls.submissions(CIK): self.RECENT}, archive=True)
        assert accessions(Edgar(table), origin="submissions", ciks=(7,)) == [2, 3]
        assert accessions(Edgar(self.table(archive=True)), origin="submissions", ciks=(7,)) == [2, 3, 1]

    def test_failure_case_41_a_block_page_is_an_error_never_an_empty_list(self):
        table = Table({urls.submissions(CIK): b"<html>Request Rate Threshold Exceeded</html>"})
        with pytest.raises(Unparsable):
            accessions(Edgar(table), origin="submissions", ciks=(7,))


class TestWalking:
    def test_hints_tell_form_and_date(self):
        listed = submissions((ACCESSION, "8-K", "2025-03-04"))
        table = Table({f"{urls.folder(CIK, ACCESSION)}a.htm": COVER, urls.submissions(CIK): listed}, archive=True)
        (found,) = Edgar(table).walk()
        assert (found.form, found.filed_date) == ("8-K", date(2025, 3, 4))
        assert f"{urls.folder(CIK, ACCESSION)}a.htm" not in table.asked

    def test_without_hints_the_filing_itself_is_looked_into_if_a_filter_asks(self):
        table = Table(
            {urls.full_submission(CIK, ACCESSION): text(), urls.full_submission(CIK, OTHER): text(OTHER, form="10-K")},
            archive=True,
        )
        assert accessions(Edgar(table), origin="walk", forms=("10-K",)) == [2]
        assert accessions(Edgar(table), origin="walk", since=date(2025, 3, 5)) == []

    def test_one_that_cannot_be_read_is_yielded_so_that_fetching_tells_why(self):
        table = Table({urls.full_submission(CIK, ACCESSION): text()[:200]}, archive=True)
        assert accessions(Edgar(table), origin="walk", forms=("10-K",)) == [1]

    def test_registrants_are_filtered_without_looking_into_anything(self):
        table = Table({urls.full_submission(CIK, ACCESSION): text()}, archive=True)
        assert accessions(Edgar(table), origin="walk", ciks=(9,), forms=("8-K",)) == []
        assert table.asked == []


class TestTickers:
    def test_the_list_with_exchanges_is_read(self):
        said = {"fields": ["cik", "name", "ticker", "exchange"], "data": [[7, "SEVEN", "SVN", "NYSE"]]}
        edgar = Edgar(Table({urls.company_tickers_exchange(): json.dumps(said).encode()}))
        assert edgar.company_tickers().entries.rows() == [("SVN", 7, "SEVEN", "NYSE")]
        assert edgar.company_tickers_url == urls.company_tickers_exchange()
