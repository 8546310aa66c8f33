"""Fetching: the rows of a filing, its bytes stored once, failures with their reason, and what the ledger learns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.core.errors import NoKnownAt, Throttled, Truncated, WriteConflict
from edgewise.core.identifiers import Cik
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FILINGS
from edgewise.pipelines.ingest import fetch_stage, record_discoveries, store_filing
from edgewise.pipelines.stages import run_stage
from edgewise.sources.edgar.records import Party, Role
from tests.pipelines.conftest import ACCEPTED, GRAPHIC, NOON, WORDS, accession, document, fetched, work


def stage(rooms):
    return fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)


def fetch(rooms):
    return run_stage(stage(rooms), rooms.filings, rooms.clock)


class TestDiscoveries:
    def test_the_same_filing_found_twice_is_entered_once(self, rooms):
        found = [work(1), work(2), work(1)]
        assert record_discoveries(found, rooms.filings, rooms.clock) == (3, 2)
        assert record_discoveries(found, rooms.filings, rooms.clock) == (3, 0)

    def test_a_limit_ends_the_search_itself(self, rooms):
        def endless():
            number = 0
            while True:
                number += 1
                yield work(number)

        assert record_discoveries(endless(), rooms.filings, rooms.clock, limit=5) == (5, 5)

    def test_a_source_that_breaks_off_keeps_nothing_half_and_raises(self, rooms):
        def broken():
            yield work(1)
            raise Throttled("slow down")

        with pytest.raises(Throttled):
            record_discoveries(broken(), rooms.filings, rooms.clock)


class TestRows:
    def test_a_filing_has_a_row_for_each_registrant_and_role(self, rooms, arrive):
        parties = (
            Party(Cik(7), Role.ISSUER, "SEVEN INC", 2911),
            Party(Cik(8), Role.CO_REGISTRANT, "EIGHT LP", None),
            Party(Cik(1193125), Role.AGENT),
        )
        arrive(fetched(1, parties=parties, period_end=date(2025, 3, 1), items=("2.02", "9.01")))
        fetch(rooms)
        rows = rooms.lake.read(FILINGS).sort("cik").to_dicts()
        assert [(row["cik"], row["role"], row["company"], row["sic"]) for row in rows] == [
            (7, "issuer", "SEVEN INC", 2911),
            (8, "co_registrant", "EIGHT LP", None),
            (1193125, "agent", None, None),
        ]
        assert {(row["form"], row["items"], row["period_end"], row["filed_date"]) for row in rows} == {
            ("8-K", "2.02 | 9.01", date(2025, 3, 1), date(2025, 3, 4))
        }
        assert {(row["known_at"], row["known_at_source"], row["documents"]) for row in rows} == {
            (ACCEPTED, "header", 1)
        }
        assert {row["first_seen_at"] for row in rows} == {NOON}

    def test_failure_case_30_a_registrant_named_twice_in_one_role_has_one_row(self, rooms, arrive):
        arrive(fetched(1, parties=(Party(Cik(7), Role.ISSUER, "FIRST"), Party(Cik(7), Role.ISSUER, "SECOND"))))
        fetch(rooms)
        assert rooms.lake.read(FILINGS)["company"].to_list() == ["FIRST"]

    def test_an_amendment_keeps_its_form(self, rooms, arrive):
        arrive(fetched(1, form="10-K/A"))
        fetch(rooms)
        assert rooms.lake.read(FILINGS)["form"].to_list() == ["10-K/A"]

    def test_every_document_has_a_row_and_its_bytes_come_back(self, rooms, arrive):
        documents = (document(), document(GRAPHIC, kind="GRAPHIC", sequence=2, name="logo.gif"))
        arrive(fetched(1, *documents))
        fetch(rooms)
        rows = rooms.lake.read(DOCUMENTS).sort("sequence").to_dicts()
        assert [(row["document_type"], row["file_name"], row["size"]) for row in rows] == [
            ("8-K", "a.htm", len(WORDS)),
            ("GRAPHIC", "logo.gif", len(GRAPHIC)),
        ]
        assert [rooms.documents.get(row["sha256"]) for row in rows] == [WORDS, GRAPHIC]
        assert {row["known_at"] for row in rows} == {ACCEPTED}

    def test_the_same_bytes_in_two_filings_are_stored_once(self, rooms, arrive, tmp_path):
        arrive(fetched(1), fetched(2), fetched(3, document(), document(kind="EX-99", sequence=2, name="b.htm")))
        fetch(rooms)
        assert rooms.lake.read(DOCUMENTS)["sha256"].n_unique() == 1
        assert len([path for path in (tmp_path / "documents").rglob("*") if path.is_file()]) == 1

    def test_when_it_was_first_seen_stays_when_it_is_stored_again(self, rooms, arrive):
        arrive(fetched(1))
        fetch(rooms)
        later = store_filing(work(1), fetched(1), rooms.documents, first_seen_at=NOON + timedelta(days=9))
        stage(rooms).commit([later])
        assert rooms.lake.history(FILINGS)["first_seen_at"].to_list() == [NOON]


class TestLedger:
    def test_it_learns_the_form_and_date_that_discovery_could_not_know(self, rooms, arrive):
        arrive(fetched(1, form="10-Q"))
        fetch(rooms)
        known = rooms.filings.get(accession(1))
        assert (known.form, known.filed_date, known.state) == ("10-Q", date(2025, 3, 4), FilingState.FETCHED)

    def test_one_bad_filing_keeps_its_reason_and_the_others_go_on(self, rooms, arrive):
        bad = [Truncated("it ends early"), NoKnownAt("nothing dates it"), WriteConflict("busy"), KeyError("a defect")]
        arrive(fetched(1), *bad, fetched(6))
        report = fetch(rooms)
        assert report.done == 2
        assert report.reasons == {"truncated": 1, "no_known_at": 1, "write_conflict": 2, "unexpected_error": 1}
        assert rooms.lake.read(FILINGS)["accession"].to_list() == [accession(1), accession(6)]
        assert "KeyError: 'a defect' at fetch:" in rooms.filings.get(accession(5)).detail

    def test_a_submission_whose_documents_share_a_number_is_refused_whole(self, rooms, arrive):
        arrive(fetched(1, document(), document(b"other", kind="EX-99")))
        assert fetch(rooms).reasons == {"schema_mismatch": 1}
        assert rooms.lake.read(DOCUMENTS).is_empty()

    def test_a_filing_without_a_time_of_first_sight_gets_the_present_one(self, rooms):
        rooms.edgar.filings[accession(1)] = fetched(1)
        (stored,) = stage(rooms).prepare([work(1)])
        assert stored.filings["first_seen_at"].to_list() == [NOON]

    def test_known_at_is_never_when_we_saw_it(self, rooms, arrive):
        arrive(fetched(1))
        fetch(rooms)
        assert rooms.lake.read(FILINGS, as_of=datetime(2025, 3, 4, 21, 4, 59, tzinfo=UTC)).is_empty()
        assert rooms.lake.read(FILINGS, as_of=ACCEPTED).height == 1


def test_a_limit_counts_new_filings_so_that_asking_again_goes_on(rooms):
    works = [work(number) for number in range(10)]
    found = [record_discoveries(iter(works), rooms.filings, rooms.clock, limit=4) for _ in range(3)]
    assert [new for _, new in found] == [4, 4, 2]
    assert sum(rooms.filings.counts().values()) == 10


def test_what_was_found_before_a_source_failed_is_kept(rooms):
    def failing():
        yield work(1)
        yield work(2)
        raise Throttled("blocked")

    with pytest.raises(Throttled):
        record_discoveries(failing(), rooms.filings, rooms.clock)
    assert sum(rooms.filings.counts().values()) == 2
