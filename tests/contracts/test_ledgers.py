"""What every filing ledger and every run ledger does, whatever keeps it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from edgewise.adapters.sql import SqlFilingLedger, SqlRunLedger
from edgewise.adapters.sql.models import filing_work
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork, Run

DISCOVERED, FETCHED, PARSED, SCORED, FAILED = FilingState
ROAD = [DISCOVERED, FETCHED, PARSED, SCORED]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
A, B, C = (Accession(f"0000320193-24-{number:06d}") for number in (1, 2, 3))


@pytest.fixture
def ledger(database):
    return SqlFilingLedger(database)


@pytest.fixture
def runs(database):
    return SqlRunLedger(database)


def filing(accession, **fields):
    return FilingWork(accession, f"https://example.test/{accession}.txt", Cik(320193), **fields)


def failure(accession, reason="truncated", *, retry=True):
    return Failure(accession, reason, "it ended early", retry)


def state(ledger, accession):
    return ledger.get(accession).state


class TestDiscover:
    def test_a_new_filing_is_recorded_whole(self, ledger):
        told = filing(A, form="10-K", filed_date=date(2024, 5, 1))
        assert ledger.discover([told], seen_at=NOON) == 1
        assert ledger.get(A) == replace(told, first_seen_at=NOON, updated_at=NOON)

    def test_a_filing_never_seen_is_none(self, ledger):
        assert ledger.get(A) is None

    def test_nothing_to_discover_is_nothing_new(self, ledger):
        assert ledger.discover([], seen_at=NOON) == 0

    def test_repeating_it_finds_nothing_new_and_changes_nothing(self, ledger):
        ledger.discover([filing(A), filing(B)], seen_at=NOON)
        before = [ledger.get(A), ledger.get(B)]
        assert ledger.discover([filing(B), filing(A)], seen_at=LATER) == 0
        assert [ledger.get(A), ledger.get(B)] == before

    def test_known_filings_keep_their_progress_when_seen_again(self, ledger):
        ledger.discover([filing(A), filing(B)], seen_at=NOON)
        ledger.advance([A], PARSED, at=NOON)
        ledger.fail([failure(B)], at=NOON)
        before = [ledger.get(A), ledger.get(B)]
        assert ledger.discover([filing(A), filing(B), filing(C)], seen_at=LATER) == 1
        assert [ledger.get(A), ledger.get(B)] == before

    def test_an_empty_form_and_a_missing_filed_date_are_filled_in(self, ledger):
        ledger.discover([filing(A)], seen_at=NOON)
        ledger.discover([filing(A, form="8-K", filed_date=date(2024, 5, 1))], seen_at=LATER)
        known = ledger.get(A)
        assert (known.form, known.filed_date) == ("8-K", date(2024, 5, 1))
        assert (known.first_seen_at, known.updated_at) == (NOON, LATER)

    def test_one_of_the_two_is_filled_in_without_touching_the_other(self, ledger):
        ledger.discover([filing(A, form="8-K"), filing(B, filed_date=date(2024, 5, 1))], seen_at=NOON)
        more = {"form": "10-K", "filed_date": date(2024, 6, 1)}
        ledger.discover([filing(A, **more), filing(B, **more)], seen_at=LATER)
        assert (ledger.get(A).form, ledger.get(A).filed_date) == ("8-K", date(2024, 6, 1))
        assert (ledger.get(B).form, ledger.get(B).filed_date) == ("10-K", date(2024, 5, 1))

    def test_failure_case_44_a_filing_listed_twice_in_one_page_counts_once(self, ledger):
        twice = [filing(A, form="4"), replace(filing(A, form="4/A"), cik=Cik(1))]
        assert ledger.discover(twice, seen_at=NOON) == 1
        assert (ledger.get(A).form, ledger.get(A).cik) == ("4", 320193)

    def test_a_later_mention_in_the_same_call_fills_in_what_the_first_left_open(self, ledger):
        assert ledger.discover([filing(A), filing(A, form="4")], seen_at=NOON) == 1
        assert ledger.get(A).form == "4"

    def test_a_new_filing_starts_as_discovered_whatever_it_claims(self, ledger):
        ledger.discover([filing(A, state=FAILED, attempts=9, reason="x", failed_at_state=PARSED)], seen_at=NOON)
        assert ledger.get(A) == filing(A, first_seen_at=NOON, updated_at=NOON)

    def test_ten_thousand_at_once_are_no_trouble(self, ledger):
        many = [filing(Accession(f"0000320193-24-{number:06d}")) for number in range(10_000)]
        assert ledger.discover(many, seen_at=NOON) == 10_000
        ledger.advance([work.accession for work in many], FETCHED, at=NOON)
        assert ledger.counts() == {(FETCHED, ""): 10_000}

    def test_an_instant_in_another_zone_comes_back_in_utc(self, ledger):
        eastern = timezone(timedelta(hours=-4))
        ledger.discover([filing(A)], seen_at=NOON.astimezone(eastern))
        assert ledger.get(A).first_seen_at == NOON
        assert ledger.get(A).first_seen_at.tzinfo is UTC

    def test_an_instant_keeps_its_microseconds(self, ledger):
        ledger.discover([filing(A)], seen_at=NOON.replace(microsecond=123457))
        assert ledger.get(A).first_seen_at.microsecond == 123457

    def test_an_instant_without_a_zone_is_refused_and_nothing_is_recorded(self, ledger):
        with pytest.raises(InvalidInput, match="has no zone"):
            ledger.discover([filing(A)], seen_at=NOON.replace(tzinfo=None))
        assert ledger.get(A) is None

    def test_the_largest_cik_fits(self, ledger):
        ledger.discover([replace(filing(A), cik=Cik(9_999_999_999))], seen_at=NOON)
        assert ledger.get(A).cik == 9_999_999_999

    def test_an_error_while_listing_records_nothing(self, ledger):
        def listing():
            yield filing(A)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            ledger.discover(listing(), seen_at=NOON)
        assert ledger.get(A) is None


class TestAdvance:
    @pytest.fixture(autouse=True)
    def known(self, ledger):
        ledger.discover([filing(A), filing(B)], seen_at=NOON)

    def test_the_named_filings_move_and_no_others(self, ledger):
        ledger.advance([A], FETCHED, at=LATER)
        assert ledger.get(A) == filing(A, state=FETCHED, first_seen_at=NOON, fetched_at=LATER, updated_at=LATER)
        assert state(ledger, B) is DISCOVERED

    def test_steps_may_be_skipped(self, ledger):
        ledger.advance([A, B], SCORED, at=LATER)
        assert [state(ledger, A), state(ledger, B)] == [SCORED, SCORED]

    @pytest.mark.parametrize("late", ROAD)
    def test_a_late_or_repeated_acknowledgement_undoes_nothing(self, ledger, late):
        ledger.advance([A], SCORED, at=NOON)
        before = ledger.get(A)
        ledger.advance([A], late, at=LATER)
        assert ledger.get(A) == before

    def test_success_clears_the_failure_and_counts_attempts_anew(self, ledger):
        ledger.fail([failure(A)], at=NOON)
        ledger.advance([A], FETCHED, at=LATER)
        assert ledger.get(A) == filing(A, state=FETCHED, first_seen_at=NOON, fetched_at=LATER, updated_at=LATER)
        ledger.fail([failure(A)], at=LATER)
        assert ledger.get(A).attempts == 1

    def test_a_failed_filing_goes_on_from_where_it_failed(self, ledger):
        ledger.advance([A], FETCHED, at=NOON)
        ledger.fail([failure(A)], at=NOON)
        ledger.advance([A], FETCHED, at=LATER)
        assert (state(ledger, A), ledger.get(A).reason) == (FETCHED, "")

    def test_a_late_acknowledgement_of_an_earlier_state_does_not_revive_a_failed_filing(self, ledger):
        ledger.advance([A], PARSED, at=NOON)
        ledger.fail([failure(A)], at=NOON)
        before = ledger.get(A)
        ledger.advance([A], FETCHED, at=LATER)
        assert ledger.get(A) == before

    def test_naming_one_twice_is_naming_it_once(self, ledger):
        ledger.advance([A, A], FETCHED, at=LATER)
        assert ledger.counts() == {(FETCHED, ""): 1, (DISCOVERED, ""): 1}

    def test_nobody_to_advance_is_no_error_and_no_change(self, ledger):
        before = ledger.select()
        ledger.advance([], FETCHED, at=LATER)
        assert ledger.select() == before

    def test_an_unknown_filing_is_named_and_none_is_changed(self, ledger):
        with pytest.raises(NotFound, match=r"nobody discovered: 0000320193-24-000003\. Discover them first"):
            ledger.advance([A, C], FETCHED, at=LATER)
        assert state(ledger, A) is DISCOVERED

    def test_of_many_unknown_filings_the_first_are_named(self, ledger):
        strangers = [Accession(f"0000000001-24-{number:06d}") for number in range(2_500)]
        with pytest.raises(NotFound, match=r"(0000000001-24-00000\d,? ){5}and 2495 more\."):
            ledger.advance([A, *strangers], FETCHED, at=LATER)

    def test_failing_is_not_advancing(self, ledger):
        with pytest.raises(InvalidInput, match=r"fail\(\)"):
            ledger.advance([A], FAILED, at=LATER)

    def test_an_instant_without_a_zone_is_refused(self, ledger):
        with pytest.raises(InvalidInput, match="has no zone"):
            ledger.advance([A], FETCHED, at=LATER.replace(tzinfo=None))


class TestFail:
    @pytest.fixture(autouse=True)
    def known(self, ledger):
        ledger.discover([filing(A), filing(B)], seen_at=NOON)
        ledger.advance([A], FETCHED, at=NOON)

    def test_a_failure_is_recorded_with_the_state_it_happened_in(self, ledger):
        ledger.fail([failure(A)], at=LATER)
        assert ledger.get(A) == filing(
            A,
            state=FAILED,
            attempts=1,
            reason="truncated",
            detail="it ended early",
            retry=True,
            failed_at_state=FETCHED,
            fetched_at=NOON,
            first_seen_at=NOON,
            updated_at=LATER,
        )
        assert state(ledger, B) is DISCOVERED

    def test_failing_again_counts_and_keeps_where_it_failed_first(self, ledger):
        ledger.fail([failure(A, "throttled")], at=NOON)
        ledger.fail([failure(A, "truncated")], at=LATER)
        known = ledger.get(A)
        assert (known.attempts, known.reason, known.failed_at_state) == (2, "truncated", FETCHED)

    def test_two_failures_of_one_filing_in_one_call_are_two_attempts(self, ledger):
        ledger.fail([failure(A, "throttled"), failure(A, "truncated")], at=LATER)
        assert (ledger.get(A).attempts, ledger.get(A).reason) == (2, "truncated")

    def test_no_failures_are_no_error_and_no_change(self, ledger):
        before = ledger.select()
        ledger.fail([], at=LATER)
        assert ledger.select() == before

    def test_an_unknown_filing_is_named_and_no_failure_is_recorded(self, ledger):
        with pytest.raises(NotFound, match="0000320193-24-000003"):
            ledger.fail([failure(A), failure(C)], at=LATER)
        assert state(ledger, A) is FETCHED

    def test_a_failure_needs_a_reason_that_can_be_counted(self, ledger):
        with pytest.raises(InvalidInput, match="no reason code"):
            ledger.fail([failure(B), failure(A, "")], at=LATER)
        assert state(ledger, B) is DISCOVERED

    def test_hostile_text_in_a_detail_is_stored_harmless_and_bounded(self, ledger):
        ledger.fail([Failure(A, "unparsable", "bad \x00 and \ud800 byte" + "s" * 10_000, retry=False)], at=LATER)
        detail = ledger.get(A).detail
        assert detail.startswith("bad � and � bytes")
        assert len(detail) == 4_000

    def test_quotes_in_a_detail_are_only_text(self, ledger):
        ledger.fail([Failure(A, "x", "'); DROP TABLE filing_work; --", retry=True)], at=LATER)
        assert ledger.get(A).detail == "'); DROP TABLE filing_work; --"


class TestPending:
    @pytest.fixture(autouse=True)
    def known(self, ledger):
        ledger.discover([filing(C, form="4"), filing(A, form="10-K"), filing(B, form="8-K")], seen_at=NOON)

    def names(self, works):
        return [work.accession for work in works]

    def test_they_come_in_accession_order_a_page_at_a_time(self, ledger):
        first = self.names(ledger.pending(DISCOVERED, limit=2))
        assert first == [A, B]
        assert self.names(ledger.pending(DISCOVERED, limit=2, after=first[-1])) == [C]
        assert ledger.pending(DISCOVERED, limit=2, after=C) == []

    def test_only_the_asked_state_and_forms(self, ledger):
        ledger.advance([B], FETCHED, at=NOON)
        assert self.names(ledger.pending(DISCOVERED, limit=9)) == [A, C]
        assert self.names(ledger.pending(DISCOVERED, limit=9, forms=["4", "8-K"])) == [C]

    def test_a_failure_that_allows_no_retry_is_not_pending(self, ledger):
        ledger.fail([failure(A, retry=True), failure(B, retry=False)], at=NOON)
        assert self.names(ledger.pending(FAILED, limit=9)) == [A]

    def test_the_last_failure_decides_whether_to_retry(self, ledger):
        ledger.fail([failure(A, retry=False), failure(B, retry=True)], at=NOON)
        ledger.fail([failure(A, retry=True), failure(B, retry=False)], at=LATER)
        assert self.names(ledger.pending(FAILED, limit=9)) == [A]

    def test_a_filing_that_failed_often_enough_rests(self, ledger):
        for _ in range(3):
            ledger.fail([failure(A)], at=NOON)
        assert ledger.pending(FAILED, limit=9) == []
        assert self.names(ledger.pending(FAILED, limit=9, max_attempts=4)) == [A]

    def test_no_room_gives_nothing_and_less_than_none_is_refused(self, ledger):
        assert ledger.pending(DISCOVERED, limit=0) == []
        with pytest.raises(InvalidInput, match="limit of -1"):
            ledger.pending(DISCOVERED, limit=-1)


class TestSelect:
    @pytest.fixture(autouse=True)
    def known(self, ledger):
        ledger.discover(
            [
                filing(A, form="10-K", filed_date=date(2024, 2, 1)),
                replace(filing(B, form="10-K/A", filed_date=date(2024, 3, 1)), cik=Cik(1)),
                filing(C, form="8-K"),
            ],
            seen_at=NOON,
        )
        ledger.fail([failure(B, "hostile")], at=NOON)

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, [A, B, C]),
            ({"limit": 2}, [A, B]),
            ({"limit": 2, "after": A}, [B, C]),
            ({"state": DISCOVERED}, [A, C]),
            ({"cik": Cik(1)}, [B]),
            ({"forms": ["10-K", "8-K"]}, [A, C]),
            ({"reason": "hostile"}, [B]),
            ({"reason": "truncated"}, []),
            ({"reason": "hostile", "state": DISCOVERED}, []),
            ({"since": date(2024, 2, 1)}, [A, B]),
            ({"since": date(2024, 2, 2)}, [B]),
            ({"until": date(2024, 2, 1)}, [A]),
            ({"since": date(2024, 2, 1), "until": date(2024, 3, 1), "cik": Cik(320193)}, [A]),
        ],
    )
    def test_all_filters_hold_at_once(self, ledger, filters, expected):
        assert [work.accession for work in ledger.select(**filters)] == expected


def test_counts_are_by_state_and_reason(ledger):
    assert ledger.counts() == {}
    ledger.discover([filing(A), filing(B), filing(C)], seen_at=NOON)
    ledger.fail([failure(A, "hostile"), failure(B, "truncated")], at=NOON)
    assert ledger.counts() == {(DISCOVERED, ""): 1, (FAILED, "hostile"): 1, (FAILED, "truncated"): 1}


class TestRuns:
    def test_a_run_is_on_record_while_it_runs_and_after(self, runs):
        run = Run("r1", "filings ingest", NOON)
        runs.begin(run)
        assert runs.recent() == [run]
        runs.finish("r1", at=LATER, outcome="ok", counts={"new": 3})
        assert runs.recent() == [replace(run, finished_at=LATER, outcome="ok", counts={"new": 3})]
        assert runs.get(run.run_id) == replace(run, finished_at=LATER, outcome="ok", counts={"new": 3})

    def test_a_run_that_never_began_is_none(self, runs):
        assert runs.get("nobody") is None

    def test_the_newest_come_first(self, runs):
        for number in range(5):
            runs.begin(Run(f"r{number}", "x", NOON + timedelta(seconds=number)))
        assert [run.run_id for run in runs.recent(limit=3)] == ["r4", "r3", "r2"]

    def test_beginning_twice_is_beginning_once(self, runs):
        runs.begin(Run("r1", "x", NOON))
        runs.finish("r1", at=LATER, outcome="ok", counts={})
        runs.begin(Run("r1", "x", NOON))
        assert [run.outcome for run in runs.recent()] == ["ok"]

    def test_an_id_names_one_run_only(self, runs):
        runs.begin(Run("r1", "x", NOON))
        with pytest.raises(InvalidInput, match="r1 is already on record"):
            runs.begin(Run("r1", "y", LATER))
        assert [run.command for run in runs.recent()] == ["x"]

    def test_the_last_word_on_the_outcome_counts(self, runs):
        runs.begin(Run("r1", "x", NOON))
        runs.finish("r1", at=NOON, outcome="abandoned", counts={})
        runs.finish("r1", at=LATER, outcome="ok", counts={"n": 1})
        assert (runs.recent()[0].outcome, runs.recent()[0].counts) == ("ok", {"n": 1})

    def test_a_run_that_never_began_cannot_finish(self, runs):
        with pytest.raises(NotFound, match="no run r9"):
            runs.finish("r9", at=NOON, outcome="ok", counts={})

    def test_instants_need_a_zone(self, runs):
        with pytest.raises(InvalidInput, match="has no zone"):
            runs.begin(Run("r1", "x", NOON.replace(tzinfo=None)))
        assert runs.recent() == []

    def test_a_negative_limit_is_refused(self, runs):
        with pytest.raises(InvalidInput, match="limit of -1"):
            runs.recent(limit=-1)


ACCESSIONS = st.sampled_from([Accession(f"0000000007-20-{number:06d}") for number in range(6)])
REPORTS = st.builds(
    FilingWork,
    ACCESSIONS,
    st.just("https://example.test/"),
    st.sampled_from([Cik(1), Cik(2)]),
    st.sampled_from(["", "10-K", "8-K"]),
    st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 5)),
    accepted_at=st.sampled_from([None, NOON]),
)
FAILURES = st.builds(Failure, ACCESSIONS, st.sampled_from(["hostile", "truncated"]), st.just("why"), st.booleans())


class LedgerBesideDictionary(RuleBasedStateMachine):
    """Any history of calls leaves the ledger as it leaves a plain dictionary that follows the port's docstrings."""

    database = None  # with the tables, emptied for each history

    @initialize()
    def open(self):
        with self.database.write() as connection:
            connection.execute(filing_work.delete())
        self.ledger = SqlFilingLedger(self.database)
        self.model = {}
        self.now = NOON

    def tick(self):
        self.now += timedelta(seconds=1)
        return self.now

    @rule(reports=st.lists(REPORTS, max_size=4))
    def discover(self, reports):
        at = self.tick()
        new = {report.accession for report in reports} - self.model.keys()
        for report in reports:
            known = self.model.setdefault(report.accession, replace(report, first_seen_at=at, updated_at=at))
            filled = replace(
                known,
                form=known.form or report.form,
                filed_date=known.filed_date or report.filed_date,
                accepted_at=known.accepted_at or report.accepted_at,
            )
            self.model[report.accession] = known if filled == known else replace(filled, updated_at=at)
        assert self.ledger.discover(reports, seen_at=at) == len(new)

    @rule(accessions=st.lists(ACCESSIONS, max_size=4), onward=st.sampled_from(ROAD))
    def advance(self, accessions, onward):
        at = self.tick()
        if not self.model.keys() >= set(accessions):
            with pytest.raises(NotFound):
                self.ledger.advance(accessions, onward, at=at)
            return
        self.ledger.advance(accessions, onward, at=at)
        for accession in accessions:
            known = self.model[accession]
            come_from = known.failed_at_state or known.state
            ahead = ROAD.index(onward) - ROAD.index(come_from)
            if ahead > 0 or (ahead == 0 and known.state is FAILED):
                cleared = {"attempts": 0, "reason": "", "detail": "", "retry": False, "failed_at_state": None}
                reached = {
                    "fetched_at": known.fetched_at or (at if onward is FETCHED else None),
                    "scored_at": known.scored_at or (at if onward is SCORED else None),
                }
                self.model[accession] = replace(known, state=onward, updated_at=at, **cleared, **reached)

    @rule(failures=st.lists(FAILURES, max_size=4))
    def fail(self, failures):
        at = self.tick()
        if not self.model.keys() >= {failed.accession for failed in failures}:
            with pytest.raises(NotFound):
                self.ledger.fail(failures, at=at)
            return
        self.ledger.fail(failures, at=at)
        for failed in failures:
            known = self.model[failed.accession]
            self.model[failed.accession] = replace(
                known,
                state=FAILED,
                failed_at_state=known.failed_at_state or known.state,
                attempts=known.attempts + 1,
                reason=failed.reason,
                detail=failed.detail,
                retry=failed.retry,
                updated_at=at,
            )

    @rule(max_attempts=st.integers(1, 4))
    def pending_failures_are_the_same(self, max_attempts):
        expected = [
            known
            for _, known in sorted(self.model.items())
            if known.state is FAILED and known.retry and known.attempts < max_attempts
        ]
        assert self.ledger.pending(FAILED, limit=99, max_attempts=max_attempts) == expected

    @invariant()
    def all_filings_are_the_same(self):
        assert self.ledger.select() == [known for _, known in sorted(self.model.items())]


def test_any_history_leaves_the_ledger_as_a_dictionary_would_be(database):
    LedgerBesideDictionary.database = database
    few = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
    run_state_machine_as_test(LedgerBesideDictionary, settings=few)
