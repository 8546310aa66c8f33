"""A stage commits before it acknowledges, survives bad filings, and goes on where it was killed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.errors import ServiceUnavailable, Truncated
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork
from edgewise.pipelines.stages import Stage, run_stage

NOON = datetime(2024, 7, 1, 16, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOON


CLOCK = StoppedClock()


def accession(number: int) -> Accession:
    return Accession(f"0009000001-24-{number:06d}")


@pytest.fixture
def ledger(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    ledger = SqlFilingLedger(database)
    ledger.discover(
        [FilingWork(accession(n), "https://example.test/", Cik(1), form="8-K") for n in range(10)], seen_at=NOON
    )
    yield ledger
    database.close()


def stage_of(prepare, commit=lambda _values: None, forms=()):
    return Stage("fetch", FilingState.DISCOVERED, FilingState.FETCHED, prepare, commit, forms)


def states(ledger):
    return {work.accession: work.state for work in ledger.select(limit=100)}


def test_every_filing_is_prepared_once_in_order_and_its_state_advances(ledger):
    prepared, committed = [], []
    stage = stage_of(lambda works: (prepared.append(w.accession) or w.accession for w in works), committed.extend)
    report = run_stage(stage, ledger, CLOCK, batch=3)
    assert prepared == committed == [accession(n) for n in range(10)]
    assert (report.done, report.failed) == (10, 0)
    assert set(states(ledger).values()) == {FilingState.FETCHED}


def test_one_bad_filing_fails_with_its_reason_and_the_others_go_on(ledger):
    def prepare(works):
        return (Truncated("it ends early") if w.accession == accession(4) else 1 for w in works)

    report = run_stage(stage_of(prepare), ledger, CLOCK, batch=4)
    assert (report.done, report.failed, report.reasons) == (9, 1, {"truncated": 1})
    failed = ledger.get(accession(4))
    assert (failed.state, failed.reason, failed.attempts) == (FilingState.FAILED, "truncated", 1)


def test_a_defect_of_ours_is_a_failure_that_names_its_line(ledger):
    def prepare(works):
        for work in works:
            try:
                yield {}["absent"] if work.accession == accession(0) else 1
            except KeyError as error:
                yield error

    run_stage(stage_of(prepare), ledger, CLOCK)
    assert ledger.get(accession(0)).reason == "unexpected_error"
    assert "KeyError: 'absent' at prepare:" in ledger.get(accession(0)).detail


def test_what_failed_for_a_passing_reason_gets_another_turn_in_the_same_run(ledger):
    asked: list[Accession] = []

    def prepare(works):
        for work in works:
            asked.append(work.accession)
            flaky = work.accession == accession(7) and asked.count(work.accession) == 1
            yield ServiceUnavailable("no answer") if flaky else 1

    run_stage(stage_of(prepare), ledger, CLOCK)
    assert set(states(ledger).values()) == {FilingState.FETCHED}
    assert asked.count(accession(7)) == 2


def test_what_fails_for_good_is_not_asked_for_again(ledger):
    asked = []

    def prepare(works):
        return (asked.append(w.accession) or Truncated("it ends early") for w in works)

    run_stage(stage_of(prepare), ledger, CLOCK)
    run_stage(stage_of(prepare), ledger, CLOCK)
    assert len(asked) == 10


def test_an_outage_ends_after_three_attempts(ledger):
    asked = []

    def prepare(works):
        return (asked.append(w.accession) or ServiceUnavailable("no answer") for w in works)

    for _ in range(5):
        run_stage(stage_of(prepare), ledger, CLOCK)
    assert asked.count(accession(0)) == 3


def test_a_lake_that_cannot_be_written_stops_the_run_and_acknowledges_nothing(ledger):
    def commit(_values):
        raise ServiceUnavailable("the lake is gone")

    with pytest.raises(ServiceUnavailable):
        run_stage(stage_of(lambda works: iter([1] * len(works)), commit), ledger, CLOCK)
    assert set(states(ledger).values()) == {FilingState.DISCOVERED}


def test_killed_between_commit_and_acknowledgement_the_batch_is_committed_again(ledger):
    committed = []

    class Killed(BaseException):
        pass

    class DyingClock:
        def now(self):
            raise Killed

    stage = stage_of(lambda works: (w.accession for w in works), committed.extend)
    with pytest.raises(Killed):
        run_stage(stage, ledger, DyingClock(), batch=4)
    run_stage(stage, ledger, CLOCK, batch=4)
    assert committed[:4] == committed[4:8] == [accession(n) for n in range(4)]
    assert set(states(ledger).values()) == {FilingState.FETCHED}


def test_a_limit_is_a_limit(ledger):
    assert run_stage(stage_of(lambda works: iter([1] * len(works))), ledger, CLOCK, batch=3, limit=5).done == 5
    assert list(states(ledger).values()).count(FilingState.FETCHED) == 5


def test_filings_of_other_forms_stay_where_they_are(ledger):
    assert run_stage(stage_of(lambda works: iter([1] * len(works)), forms=("10-K",)), ledger, CLOCK).done == 0
