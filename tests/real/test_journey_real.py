"""The whole real archive, from what stands in it to scores, by the same code that the commands use.

Which filings cannot be fetched was settled outside this code, by looking for each accession number, with and without
dashes, in every file of the archive and in the manifest.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.clock import latest_known_at, parse_acceptance, sessions
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FACTORS, FILING_TONE, FILINGS, ITEM_CHANGES, ITEMS, RISK_CHANGES, TEXTS
from edgewise.factors.registry import factor_named
from edgewise.pipelines.factors import build_factor
from edgewise.pipelines.ingest import record_discoveries
from edgewise.pipelines.journey import travel
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.trace import untraceable
from edgewise.sources.edgar.feed import merge_entries
from edgewise.sources.edgar.selection import Origin, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.pipelines.journey import Leg

pytestmark = [pytest.mark.xdist_group("real-journey"), pytest.mark.timeout(240)]
EASTERN = ZoneInfo("America/New_York")
# Of the first 21 the archive holds no header, and no list of submissions, feed, index, index page or table of headers
# names them; `filing_date` is empty in their lines of the manifest. The dates that there are mean something else: the
# manifest's notes repeat the day of signature for 15 and the derived facts for 13 of these (one of them half a year
# before its own period ends), ownership and holdings forms bear days of events and signatures, and for one a folder
# listing says when its files were last modified.
FAILURES = {
    "0000063908-24-000072": "no_known_at",
    "0000091419-23-000113": "no_known_at",
    "0000091419-24-000054": "no_known_at",
    "0000097476-23-000035": "no_known_at",
    "0000097476-24-000007": "no_known_at",
    "0000104169-24-000056": "no_known_at",
    "0000320187-24-000044": "no_known_at",
    "0001032210-01-501099": "no_known_at",
    "0001140361-26-025622": "no_known_at",
    "0001193125-18-236766": "no_known_at",
    "0001193125-26-207021": "no_known_at",
    "0001193125-26-226661": "no_known_at",
    "0001213900-26-023065": "no_known_at",
    "0001326801-19-000037": "no_known_at",
    "0001326801-23-000093": "no_known_at",
    "0001326801-24-000012": "no_known_at",
    "0001493152-23-027174": "no_known_at",
    "0001558370-24-001550": "no_known_at",
    "0001628280-24-007680": "no_known_at",
    "0001805284-23-000066": "no_known_at",
    "0002100119-26-000139": "no_known_at",
    "0000320193-97-000011": "truncated",  # a privacy-enhanced message whose last line is missing
    "0001213900-18-011671": "unparsable",  # its folder holds a header and no document
    "0001493152-25-029712": "unparsable",  # as above
}


@pytest.fixture(scope="module")
def journey(real_data, tmp_path_factory) -> Iterator[tuple[House, tuple[int, int], list[Leg]]]:
    """A house in which every filing of the archive went as far as it can: the house, (found, new), the legs."""
    settings = Settings(
        home=tmp_path_factory.mktemp("real") / "home",
        edgar=f"archive://{real_data / 'sec.zip'}",
        edgar_catalogue=real_data / "sec.MANIFEST.tsv",
        executor="processes://2",
    )
    with House(settings) as house:
        found = record_discoveries(house.edgar.discover(Selection(origin=Origin.WALK)), house.filings, house.clock)
        yield house, found, list(travel(house.rooms))


@pytest.fixture(scope="module")
def house(journey) -> House:
    return journey[0]


@dataclass(frozen=True)
class Header:
    """What others read in a filing's header: when it was accepted, and the date printed on it."""

    accepted: datetime
    filed: date

    @property
    def public(self) -> datetime:
        """Accepted after 17:30, it bears the next business day's date and is published on that day at 6:00."""
        morning = datetime.combine(self.filed, time(6), EASTERN)
        return self.accepted if self.filed == self.accepted.date() else morning


@pytest.fixture(scope="module")
def headers(sec_archive) -> dict[str, Header]:
    """The headers of a table in the archive, by accession; its stamps are Eastern time, as in every header."""
    text = sec_archive.read("derived/sp500_10k_10q_headers_2023_2025.tsv").decode()
    return {
        row["accession"]: Header(
            datetime.strptime(row["accepted"], "%Y%m%d%H%M%S").replace(tzinfo=EASTERN),
            date.fromisoformat(row["filed"]),
        )
        for row in csv.DictReader(io.StringIO(text), delimiter="\t")
    }


def test_every_filing_is_found_once_and_comes_as_far_as_it_can(journey):
    house, found, legs = journey
    assert found == (963, 963)
    assert [(leg.name, leg.done, leg.failed) for leg in legs] == [
        ("fetch", 939, 24),
        ("parse", 493, 0),
        ("score", 493, 0),
    ]
    assert Counter(house.filings.counts()) == {
        (FilingState.FAILED, "no_known_at"): 21,
        (FilingState.FAILED, "truncated"): 1,
        (FilingState.FAILED, "unparsable"): 2,
        (FilingState.FETCHED, ""): 446,
        (FilingState.SCORED, ""): 493,
    }


def test_exactly_these_filings_fail_and_each_tells_why(house):
    failed = house.filings.select(state=FilingState.FAILED, limit=1_000)
    assert {str(work.accession): work.reason for work in failed} == FAILURES
    assert all(work.detail and work.failed_at_state is FilingState.DISCOVERED for work in failed)


def test_nothing_of_a_failed_filing_is_in_the_lake(house):
    for table in (FILINGS, DOCUMENTS, TEXTS, FILING_TONE):
        assert set(house.lake.history(table)["accession"]).isdisjoint(FAILURES)


def _of_whole_filings(house):
    return house.lake.read(FILING_TONE, where=pl.col("item") == "all")


def test_every_filing_with_words_is_scored_and_the_others_rest_at_fetched(house):
    tone, filings = _of_whole_filings(house), house.lake.read(FILINGS).unique("accession")
    with_words = filings.filter(pl.col("form").is_in(FORMS_WITH_WORDS))
    assert tone.height == 493
    assert set(tone["accession"]) == set(with_words["accession"])
    assert {work.form for work in house.filings.select(state=FilingState.FETCHED, limit=1_000)}.isdisjoint(
        FORMS_WITH_WORDS
    )


def test_most_scores_are_ok_and_every_doubt_has_a_reason(house):
    tone = _of_whole_filings(house)
    assert dict(tone["status"].value_counts().iter_rows()) == {"ok": 484, "suspect": 3, "absent": 6}
    # Five are XBRL without the report they belong to; one 8-K of 1994 is a cover, a list of exhibits and a signature.
    assert dict(tone["reasons"].drop_nulls().value_counts().iter_rows()) == {
        "no_words": 5,
        "only_boilerplate": 1,
        "few_words": 3,
    }
    assert tone.filter((pl.col("status") == "ok") != pl.col("reasons").is_null()).is_empty()
    assert tone.filter((pl.col("status") == "absent") != pl.col("net").is_null()).is_empty()
    assert tone.drop_nulls("net")["net"].is_between(-1, 1, closed="none").all()


def test_nothing_is_known_before_its_header_says_it_was_accepted(house, headers):
    filings = house.lake.history(FILINGS).unique(["accession", "known_at"])
    sources = dict(filings["known_at_source"].value_counts().iter_rows())
    assert sum(sources.values()) == 939
    assert (sources["submissions"], sources["submissions_eastern"], sources["index_page"]) == (130, 40, 1)
    shared = filings.filter(pl.col("accession").is_in(list(headers)))
    assert shared.height > 20
    for accession, known_at, source in shared.select("accession", "known_at", "known_at_source").iter_rows():
        assert known_at >= headers[accession].accepted, (accession, source)
        if source == "header" or source.startswith("submissions"):
            assert known_at == headers[accession].public, (accession, source)


def test_no_row_of_the_lake_is_known_before_the_acceptance_in_the_filings_own_header(house):
    """Read from the raw submissions, in place: the stamp of a whole text is Eastern time, 14 digits."""
    filings = house.lake.read(FILINGS).unique("accession")
    whole = filings.filter(pl.col("source_url").str.ends_with(".txt"))
    stamps = {
        accession: body.partition(b"<ACCEPTANCE-DATETIME>")[2][:14].decode()
        for accession, body in (
            (row["accession"], house.fetcher.get(row["source_url"]).body) for row in whole.iter_rows(named=True)
        )
        if b"<ACCEPTANCE-DATETIME>" in body
    }
    assert len(stamps) > 15
    accepted = {accession: parse_acceptance(stamp) for accession, stamp in stamps.items()}
    for table in (FILINGS, DOCUMENTS, TEXTS, FILING_TONE):
        rows = house.lake.history(table).filter(pl.col("accession").is_in(list(accepted)))
        early = [row for row in rows.iter_rows(named=True) if row["known_at"] < accepted[row["accession"]]]
        assert early == []


def test_a_filing_that_only_has_a_date_was_known_when_edgar_shut_that_day(house):
    dated = house.lake.read(FILINGS).filter(pl.col("known_at_source") == "filing_date")
    assert dated.height > 100
    assert all(
        known_at == latest_known_at(filed) for known_at, filed in dated.select("known_at", "filed_date").iter_rows()
    )


def test_no_score_is_known_before_its_filing(house):
    filings = house.lake.read(FILINGS).group_by("accession").agg(filed=pl.col("known_at").min())
    assert (
        house.lake.read(FILING_TONE)
        .join(filings, on="accession")
        .filter(pl.col("known_at") < pl.col("filed"))
        .is_empty()
    )


def test_items_and_changes_of_the_whole_archive_have_a_status_and_doubts_have_reasons(house):
    items, changes = house.lake.read(ITEMS), house.lake.read(ITEM_CHANGES)
    assert set(items["accession"]) == set(house.lake.read(TEXTS)["accession"])
    assert set(items["status"]) <= {"ok", "suspect", "by_reference", "absent"}
    assert items.filter((pl.col("status") == "suspect") & pl.col("reasons").is_null()).is_empty()
    assert items.filter((pl.col("status") == "ok") & pl.col("text").is_null()).is_empty()
    assert changes["accession"].n_unique() == 26
    assert changes.filter(pl.col("status") == "ok")["cosine"].is_between(0, 1).all()


def test_teslas_risk_factors_of_2024_go_on_from_those_of_2023(house):
    """Read by a person: all forty stand in both reports; the text of fourteen was edited."""
    rows = house.lake.read(RISK_CHANGES, where=pl.col("accession") == "0001628280-25-003063")
    assert set(rows["previous_accession"]) == {"0001628280-24-002390"}
    assert dict(rows["change"].value_counts().iter_rows()) == {"kept": 26, "reworded": 14}


def test_every_score_can_be_traced_to_bytes(house):
    assert list(untraceable(house.lake, house.documents)) == []


def test_the_factor_has_values_where_real_companies_filed_enough_and_no_z_score_among_so_few(house):
    days = sessions(date(2023, 1, 3), date(2024, 12, 31))
    build_factor(house.lake, factor_named("filing_tone"), days, model_version=house.tone_model.version)
    values = house.lake.read(FACTORS)
    assert values.drop_nulls("raw").height > 100
    assert values["z"].null_count() == values.height  # a z-score needs five names in a sector
    newest = values.drop_nulls("newest_input").join(
        house.lake.read(FILINGS).unique("accession").select("accession", filed="known_at"),
        left_on="newest_input",
        right_on="accession",
    )
    assert newest.filter(pl.col("filed") >= pl.col("known_at")).is_empty()


def test_failure_case_44_crawls_recorded_one_after_another_enter_each_filing_once(real_data, tmp_path):
    """Crawl B asked for form 4 only; the archive answers no other question in its name."""
    shared = {"home": tmp_path, "edgar": f"archive://{real_data / 'sec.zip'}", "executor": "this"}
    counts = {}
    for crawl, form in (("A_all_types", ""), ("B_type4", "4"), ("D_all_types_a_minute_before_A", "")):
        with House(Settings(**shared, edgar_session=crawl)) as house:
            works = [found.work() for found in merge_entries(house.edgar.feed_pages(form))]
            counts[crawl[0]] = record_discoveries(works, house.filings, house.clock)
            again = record_discoveries(works, house.filings, house.clock)
            total = sum(house.filings.counts().values())
        assert again == (len(works), 0)
    assert [found for found, _ in counts.values()] == [3315, 2805, 312]
    assert sum(new for _, new in counts.values()) == total == 4447
