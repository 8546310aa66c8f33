"""What every ledger tells the live stream, whatever keeps it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.adapters.sql import SqlFilingLedger, SqlStreamLedger
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
A, B, C, D = (Accession(f"0000320193-24-{number:06d}") for number in (1, 2, 3, 4))
WORDS = ("10-K", "8-K")
READ = (*WORDS, "4")


@pytest.fixture
def filings(database):
    return SqlFilingLedger(database)


@pytest.fixture
def stream(database):
    return SqlStreamLedger(database)


def filing(accession, **fields):
    return FilingWork(accession, f"https://example.test/{accession}.txt", Cik(320193), **fields)


def minutes(count):
    return NOON + timedelta(minutes=count)


def failed(accession, *, retry=True):
    return Failure(accession, "service_unavailable", "no answer", retry)


def resting(stream, **options):
    asked = {"before": minutes(60), "limit": 10, "max_attempts": 3} | options
    asked |= {"forms_to_read": READ, "forms_with_words": WORDS}
    return [work.accession for work in stream.unfinished(**asked)]


class TestUnknown:
    def test_those_that_nobody_discovered_are_returned(self, filings, stream):
        filings.discover([filing(A), filing(C)], seen_at=NOON)
        assert stream.unknown([A, B, C, D]) == {B, D}

    def test_of_nothing_nothing_is_unknown(self, stream):
        assert stream.unknown([]) == set()

    def test_thousands_are_no_trouble(self, filings, stream):
        many = [Accession(f"0000320193-24-{number:06d}") for number in range(5_000)]
        filings.discover([filing(accession) for accession in many[::2]], seen_at=NOON)
        assert stream.unknown(many) == set(many[1::2])


class TestUnfinished:
    def test_a_discovered_and_a_parsed_filing_rest_short_of_their_goal_and_a_scored_one_does_not(self, filings, stream):
        filings.discover([filing(A), filing(B, form="8-K"), filing(C, form="8-K")], seen_at=NOON)
        filings.advance([B], FilingState.PARSED, at=minutes(1))
        filings.advance([C], FilingState.SCORED, at=minutes(1))
        assert resting(stream) == [A, B]

    def test_a_fetched_filing_goes_on_only_if_its_form_is_read_and_a_parsed_one_if_it_has_words(self, filings, stream):
        filings.discover([filing(A, form="S-1"), filing(B, form="8-K"), filing(C, form="4")], seen_at=NOON)
        filings.advance([A, B, C], FilingState.FETCHED, at=NOON)
        assert resting(stream) == [B, C]
        filings.advance([A, B, C], FilingState.PARSED, at=NOON)
        assert resting(stream) == [B]

    def test_what_was_touched_since_is_under_way(self, filings, stream):
        filings.discover([filing(A)], seen_at=NOON)
        assert resting(stream, before=NOON) == []
        assert resting(stream, before=NOON + timedelta(microseconds=1)) == [A]

    def test_failures_count_if_they_may_pass_and_have_attempts_left(self, filings, stream):
        filings.discover([filing(A), filing(B), filing(C)], seen_at=NOON)
        filings.fail([failed(A), failed(B, retry=False)], at=NOON)
        for _ in range(3):
            filings.fail([failed(C)], at=NOON)
        assert resting(stream) == [A]
        assert resting(stream, max_attempts=4) == [A, C]

    def test_the_longest_untouched_comes_first_and_a_limit_is_a_limit(self, filings, stream):
        filings.discover([filing(A)], seen_at=minutes(3))
        filings.discover([filing(B)], seen_at=minutes(1))
        filings.discover([filing(C)], seen_at=minutes(2))
        assert resting(stream) == [B, C, A]
        assert resting(stream, limit=2) == [B, C]

    def test_a_negative_limit_is_refused(self, stream):
        with pytest.raises(InvalidInput, match="0 or more"):
            resting(stream, limit=-1)


class TestRevive:
    def test_a_failed_filing_goes_on_from_where_it_failed_with_no_attempts_counted(self, filings, stream):
        filings.discover([filing(A, form="8-K")], seen_at=NOON)
        filings.advance([A], FilingState.FETCHED, at=NOON)
        filings.fail([failed(A, retry=False)], at=NOON)
        assert stream.revive([A], at=minutes(5)) == 1
        work = filings.get(A)
        assert (work.state, work.attempts, work.reason, work.retry) == (FilingState.FETCHED, 0, "", False)
        assert (work.failed_at_state, work.updated_at) == (None, minutes(5))

    def test_filings_that_did_not_fail_are_left_alone(self, filings, stream):
        filings.discover([filing(A)], seen_at=NOON)
        before = filings.get(A)
        assert stream.revive([A, B], at=minutes(5)) == 0
        assert filings.get(A) == before


class TestTimed:
    def test_the_instants_of_a_filing_are_kept_when_it_first_reaches_them(self, filings, stream):
        filings.discover([filing(A, accepted_at=minutes(-1))], seen_at=NOON)
        filings.advance([A], FilingState.FETCHED, at=minutes(1))
        filings.advance([A], FilingState.SCORED, at=minutes(2))
        filings.advance([A], FilingState.SCORED, at=minutes(9))
        (work,) = stream.timed(since=NOON)
        assert [work.accepted_at, work.first_seen_at] == [minutes(-1), NOON]
        assert [work.fetched_at, work.scored_at] == [minutes(1), minutes(2)]

    def test_an_acceptance_that_the_header_tells_is_filled_in_and_one_that_stands_is_kept(self, filings):
        filings.discover([filing(A, filed_date=date(2024, 5, 1))], seen_at=NOON)
        filings.discover([filing(A, accepted_at=minutes(-3))], seen_at=minutes(1))
        filings.discover([filing(A, accepted_at=minutes(-9))], seen_at=minutes(2))
        assert filings.get(A).accepted_at == minutes(-3)

    def test_only_what_was_first_seen_since_then_newest_first(self, filings, stream):
        for number, accession in enumerate((B, C, A)):
            filings.discover([filing(accession)], seen_at=minutes(number))
        assert [work.accession for work in stream.timed(since=minutes(1))] == [A, C]
        assert [work.accession for work in stream.timed(since=NOON, limit=1)] == [A]
