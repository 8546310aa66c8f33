"""Discovery on the real archive. Counts come from its manifest, its feed index and from counting lines with grep."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.errors import NoKnownAt, NotFound, Truncated, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.acceptance import CONFIDENTIAL_FORMS
from edgewise.sources.edgar.feed import merge_entries, parse_feed
from edgewise.sources.edgar.hints import parse_catalogue
from edgewise.sources.edgar.index import discovered, parse_index
from edgewise.sources.edgar.records import KnownAt, KnownAtSource, Role
from edgewise.sources.edgar.selection import Selection
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.edgar.submissions import parse_filings, parse_older_page, parse_submissions
from edgewise.sources.edgar.tickers import current, fold, instruments_from_tickers, parse_tickers, resolve
from edgewise.sources.http import Archive

FEEDS = "www.sec.gov/cgi-bin/browse-edgar/"
INDEXES = "www.sec.gov/Archives/edgar/daily-index/"
LISTS = "data.sec.gov/submissions/"
# The vintages carry no date; their order shows in symbols known to have changed (SQ to XYZ in 2025, X gone in 2025).
VINTAGES = {
    datetime(2024, 9, 1, tzinfo=UTC): "_vintages/1_company_tickers.json",
    datetime(2025, 7, 1, tzinfo=UTC): "_vintages/3_company_tickers.json",
    datetime(2026, 4, 1, tzinfo=UTC): "company_tickers.json",
    datetime(2026, 4, 20, tzinfo=UTC): "_vintages/2_company_tickers.json",
}


@pytest.fixture(scope="module")
def edgar(real_data, sec_archive) -> Edgar:
    return Edgar(Archive(f"archive://{real_data / 'sec.zip'}"), catalogue=sec_archive.read("MANIFEST.tsv"))


@pytest.fixture(scope="module")
def crawls(sec_archive) -> dict[str, list[bytes]]:
    """The bodies of each crawl's pages, by its first letter."""
    rows = csv.DictReader(io.StringIO(sec_archive.read(f"{FEEDS}INDEX.tsv").decode()), delimiter="\t")
    paths = sorted((row["session"][0], row["path"]) for row in rows)
    return {
        crawl: [sec_archive.read(path) for _, path in group]
        for crawl, group in itertools.groupby(paths, key=lambda pair: pair[0])
    }


@pytest.fixture(scope="module")
def vintages(sec_archive) -> list[tuple[datetime, bytes]]:
    return [(at, sec_archive.read(f"www.sec.gov/files/{name}")) for at, name in VINTAGES.items()]


class TestFeeds:
    # crawl: pages, entries, submissions, (submission, registrant, role) triples
    COUNTS = {  # noqa: RUF012 - never changed
        "A": (51, 5100, 3315, 5057),
        "B": (51, 5100, 2805, 5023),
        "C": (12, 1200, 808, 1096),
        "D": (8, 620, 312, 499),
    }

    @pytest.mark.parametrize("crawl", "ABCD")
    def test_every_entry_is_read_and_every_submission_stands_once(self, crawls, crawl):
        pages = [parse_feed(body) for body in crawls[crawl]]
        found = merge_entries(pages)
        numbers = Counter(re.findall(rb"accession-number=([\d-]+)", b"".join(crawls[crawl])))
        assert {one.accession for one in found} == {number.decode() for number in numbers}
        counts = (len(pages), sum(len(page.entries) for page in pages), len(found), sum(len(x.parties) for x in found))
        assert counts == self.COUNTS[crawl]
        assert not [one for page in pages for one in page.rejected]

    def test_failure_case_44_three_overlapping_crawls_give_each_submission_once_in_any_order(self, crawls):
        pages = [parse_feed(body) for crawl in "ABD" for body in crawls[crawl]]
        found = merge_entries(pages)
        numbers = {
            number for crawl in "ABD" for body in crawls[crawl] for number in re.findall(rb"number=([\d-]+)", body)
        }
        assert len(found) == len({one.accession for one in found}) == len(numbers) == 4447
        assert merge_entries(pages[::-1]) == found
        assert merge_entries(pages[1::2] + pages[::2]) == found

    def test_the_issuer_of_an_ownership_report_comes_before_its_owners(self, crawls):
        found = merge_entries(parse_feed(body) for body in crawls["B"])
        with_issuer = [one for one in found if any(party.role is Role.ISSUER for party in one.parties)]
        assert len(with_issuer) > 2500
        assert all(one.parties[0].role is Role.ISSUER and one.cik == one.parties[0].cik for one in with_issuer)

    def test_the_service_reads_the_recorded_crawl_to_its_end(self, real_data):
        crawl = Edgar(Archive(f"archive://{real_data / 'sec.zip'}", session="A_all_types"))
        assert len(list(crawl.discover(Selection()))) == 3315

    def test_answers_that_are_no_feed_are_typed_errors(self, sec_archive):
        pages = [name for name in sec_archive.namelist() if "_html_pages/" in name or "/_errors/" in name]
        assert len(pages) > 10
        for name in pages:
            with pytest.raises(Unparsable):
                parse_feed(sec_archive.read(name))


class TestIndexes:
    @pytest.mark.parametrize(
        ("name", "rows", "submissions"),
        [
            ("2018/QTR4/master.20181231.idx", 2619, 1915),
            ("2020/QTR1/company.20200102.idx", 4441, 2650),
            ("2020/QTR1/master.20200103.idx", 7989, 4655),
            ("2020/QTR1/form.20200318.idx", 4084, 2666),
            ("2022/QTR4/company.20221003.idx", 4925, 3195),
        ],
    )
    def test_every_line_of_the_real_indexes_is_read(self, sec_archive, name, rows, submissions):
        body = sec_archive.read(INDEXES + name)
        page = parse_index(body)
        assert body.count(b"edgar/data/") == page.entries.height == rows
        assert page.rejected == ()
        assert page.entries.null_count().sum_horizontal().item() == 0
        assert len(list(discovered(page.entries))) == submissions
        assert f"{page.complete_to:%Y%m%d}" in name

    def test_an_index_lists_letters_on_the_day_they_became_public_under_a_filing_date_of_old(self, sec_archive):
        entries = parse_index(sec_archive.read(f"{INDEXES}2020/QTR1/master.20200103.idx")).entries
        private = entries.filter(pl.col("form").str.strip_suffix("/A").is_in(CONFIDENTIAL_FORMS))
        assert private.height == 80
        assert (private["filed_date"] < date(2020, 1, 3)).all()

    @pytest.mark.parametrize(
        ("name", "rows"), [("badform.idx.txt", 10), ("empty-form.idx", 0), ("master_abridged.idx", 20)]
    )
    def test_the_odd_ones_are_read_too(self, sec_archive, name, rows):
        page = parse_index(sec_archive.read(f"www.sec.gov/Archives/edgar/_odd/{name}"))
        assert (page.entries.height, page.rejected) == (rows, ())

    def test_fixed_columns_hold_only_known_shapes(self, sec_archive):
        entries = parse_index(sec_archive.read(f"{INDEXES}2020/QTR1/company.20200102.idx")).entries
        assert entries["form"].str.len_chars().max() <= 16
        assert not entries["company"].str.contains(r"^\s|\s$").any()

    def test_a_folder_page_is_no_index(self, sec_archive):
        with pytest.raises(Unparsable):
            parse_index(sec_archive.read(f"{INDEXES}2018/QTR4/index.html"))

    def test_the_service_reads_the_days_the_archive_holds(self, edgar):
        day = date(2020, 3, 18)
        assert sum(1 for _ in edgar.discover(Selection(origin="index", since=day, until=day))) == 2666
        assert sum(1 for _ in edgar.discover(Selection(origin="index", since=date(2018, 1, 1)))) == 15081
        with pytest.raises(NotFound):
            list(edgar.discover(Selection(origin="index", since=date(2018, 12, 28), until=date(2018, 12, 31))))


class TestSubmissions:
    def test_all_sixty_three_files_are_read_to_the_last_row(self, sec_archive):
        names = [name for name in sec_archive.namelist() if name.startswith(LISTS) and not name.endswith("/")]
        bodies = {name: sec_archive.read(name) for name in names}
        older = {name for name, body in bodies.items() if b'"filings"' not in body}
        assert (len(names), len(older)) == (63, 5)
        rows = 0
        for name, body in bodies.items():
            page = parse_older_page(body) if name in older else parse_submissions(body)
            assert not page.rejected, name
            assert page.filings.height == len(re.findall(rb'"\d{10}-\d\d-\d{6}"', body)), name
            assert page.filings.equals(parse_filings(body).filings)
            rows += page.filings.height
        assert rows == 41261

    def test_an_older_page_is_no_list_of_a_company(self, sec_archive):
        with pytest.raises(Unparsable):
            parse_submissions(sec_archive.read(f"{LISTS}CIK0001318605-submissions-001.json"))

    def test_companies_and_persons_say_who_they_are(self, sec_archive):
        def said(cik: int):
            return parse_submissions(sec_archive.read(f"{LISTS}CIK{cik:010d}.json"))

        assert said(1067983).tickers == ("BRK-B", "BRK-A")
        assert [(name.name, name.valid_to) for name in said(1652044).former_names] == []
        assert (said(1494730).name, said(1494730).sic) == ("Musk Elon", None)
        assert said(320193).older_pages == ("CIK0000320193-submissions-001.json",)

    @pytest.mark.parametrize("name", ["403_07.html", "404_00.html", "503_01.html"])
    def test_failure_case_41_error_pages_in_place_of_json_are_unparsable(self, sec_archive, name):
        body = sec_archive.read(f"www.sec.gov/_errors/{name}")
        for parse in (parse_submissions, parse_older_page, parse_tickers):
            with pytest.raises(Unparsable, match="HTML"):
                parse(body)


class TestTickers:
    def test_four_vintages_give_the_same_in_any_order(self, vintages):
        folded = instruments_from_tickers(vintages)
        assert INSTRUMENTS.check(folded).height == folded.height
        assert instruments_from_tickers(vintages[::-1]).equals(folded)
        newest = parse_tickers(vintages[-1][1]).entries
        in_use = current(folded).filter(pl.col("valid_to").is_null())
        assert newest.height == in_use.height == 10368
        assert in_use["instrument_id"].n_unique() == in_use.height

    def test_later_vintages_never_change_what_earlier_ones_gave(self, vintages):
        folded = INSTRUMENTS.empty()
        for at, body in vintages:
            before, entries = folded, parse_tickers(body).entries
            folded = fold(before, entries, at)
            assert folded.head(before.height).equals(before)
            assert fold(folded, entries, at) is folded

    def test_failure_case_31_renames_reuses_and_classes_of_the_real_lists(self, vintages):
        folded = instruments_from_tickers(vintages)
        early, late = date(2024, 10, 1), date(2026, 4, 21)
        assert resolve(folded, "SQ", early) == resolve(folded, "XYZ", late) == "0001512673-01"  # Block
        assert resolve(folded, "MMC", early) == resolve(folded, "MRSH", late)  # Marsh & McLennan
        assert resolve(folded, "GOOG", late) != resolve(folded, "GOOGL", late)
        assert resolve(folded, "brk.b", late) == "0001067983-02"
        assert resolve(folded, "KMI", late).startswith("0001506307")  # Kinder Morgan, not El Paso
        for gone in ("X", "PARA"):  # U.S. Steel was bought in 2025, Paramount merged
            with pytest.raises(NotFound, match="It was in use"):
                resolve(folded, gone, late)
        with pytest.raises(NotFound, match="no instrument"):
            resolve(folded, "ATVI", late)

    def test_failure_case_31_symbols_of_two_registrants_never_name_both_on_one_day(self, vintages):
        spans = current(instruments_from_tickers(vintages))
        pairs = spans.join(spans, on="ticker", suffix="_other").filter(
            pl.col("instrument_id") < pl.col("instrument_id_other"),
            pl.col("valid_from") <= pl.col("valid_to_other").fill_null(date.max),
            pl.col("valid_from_other") <= pl.col("valid_to").fill_null(date.max),
        )
        assert pairs.is_empty()
        assert spans.group_by("ticker").agg(pl.col("cik").n_unique()).filter(pl.col("cik") > 1).height == 59

    def test_both_lists_of_one_day_agree(self, sec_archive, vintages):
        plain = parse_tickers(vintages[1][1]).entries.drop("exchange")
        told = parse_tickers(sec_archive.read("www.sec.gov/files/company_tickers_exchange.json")).entries
        assert plain.select("ticker", "cik").sort("ticker").equals(told.select("ticker", "cik").sort("ticker"))
        assert told["exchange"].value_counts(sort=True).rows() == [
            ("Nasdaq", 4075),
            ("NYSE", 3266),
            ("OTC", 2546),
            (None, 176),
            ("CBOE", 26),
        ]


class TestWalking:
    def test_every_folder_is_found_once_with_what_the_manifest_says(self, edgar, sec_archive):
        found = {one.accession: one for one in edgar.walk()}
        folders = set(re.findall(r"edgar/data/(\d+)/(\d{18})/", "\n".join(sec_archive.namelist())))
        assert len(found) == len(folders) == 963
        assert {(str(int(one.cik)), one.accession.dashless) for one in found.values()} == folders
        told = parse_catalogue(sec_archive.read("MANIFEST.tsv"))
        assert sum(one.filed_date is not None for one in found.values()) == 942
        assert all(told[number].form in (None, one.form) for number, one in found.items())

    def test_everything_the_archive_holds_is_fetched_or_told_why_not(self, edgar):
        fetched, errors = {}, Counter()
        for work in edgar.discover(Selection(origin="walk")):
            try:
                fetched[work.accession] = edgar.fetch(work)
            except (NoKnownAt, Truncated, Unparsable) as error:
                errors[type(error)] += 1
        # 21 have no date anywhere; two folders hold a header only; one text is cut short.
        assert errors == {NoKnownAt: 21, Unparsable: 2, Truncated: 1}
        assert len(fetched) == 963 - 24
        forms = Counter(one.submission.header.form for one in fetched.values())
        assert (forms["8-K"], forms["4"], forms["10-K"]) == (414, 391, 52)
        sources = Counter(one.known_at.source for one in fetched.values())
        assert sources[KnownAtSource.HEADER] == 55
        # Six letters made public later, and 46 texts from before acceptance times were recorded.
        assert sources[KnownAtSource.DISSEMINATION_DATE] == 6 + 46
        assert sources[KnownAtSource.SUBMISSIONS] + sources[KnownAtSource.SUBMISSIONS_EASTERN] == 170
        assert all(one.submission.documents for one in fetched.values())

    @pytest.mark.parametrize(
        ("cik", "number", "made_public_by"),
        [
            (320193, "0000000000-24-003505", datetime(2024, 6, 15, 2, tzinfo=UTC)),
            (320193, "0000320193-24-000061", datetime(2024, 6, 15, 2, tzinfo=UTC)),
            (320193, "0000000000-24-005673", datetime(2024, 6, 15, 2, tzinfo=UTC)),
            (1875558, "0000000000-26-001655", datetime(2026, 3, 21, 2, tzinfo=UTC)),
            (1875558, "0001104659-26-017097", datetime(2026, 3, 21, 2, tzinfo=UTC)),
            (65873, "0000065873-05-000060", datetime(2006, 5, 2, 2, tzinfo=UTC)),
        ],
    )
    def test_letters_are_known_from_the_day_they_were_made_public(self, edgar, cik, number, made_public_by):
        accession = Accession(number)
        work = FilingWork(accession=accession, location=urls.folder(Cik(cik), accession), cik=Cik(cik))
        fetched = edgar.fetch(work)
        assert fetched.known_at == KnownAt(made_public_by, KnownAtSource.DISSEMINATION_DATE)
        # Between 28 and 312 days of look-ahead if the acceptance were believed.
        assert fetched.known_at.instant - fetched.submission.header.accepted_at > timedelta(days=28)

    def test_filters_hold_on_what_is_found(self, edgar):
        apple = list(edgar.discover(Selection(origin="walk", ciks=(Cik(320193),))))
        assert len(apple) == 36
        recent = Selection(origin="walk", forms=("10-K",), since=date(2023, 1, 1))
        assert {work.form for work in edgar.discover(recent)} == {"10-K"}

    def test_a_filing_of_another_folder_is_found_below_its_registrant(self, edgar):
        found = next(iter(edgar.walk()))
        elsewhere = Selection(origin="walk", ciks=(found.cik,))
        work = next(iter(edgar.discover(elsewhere)))
        assert work.location == urls.folder(found.cik, Accession(found.accession))
