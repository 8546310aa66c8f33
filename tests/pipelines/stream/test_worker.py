"""Filings go from the queue to their score; whatever goes wrong on the way, none is lost and none is done twice."""

from __future__ import annotations

import threading
import time

import pytest

from edgewise.core.errors import (
    NotConfigured,
    NotYetAvailable,
    SchemaMismatch,
    ServiceUnavailable,
    Throttled,
    Truncated,
)
from edgewise.core.ports import FilingState, Message
from edgewise.core.tables import DOCUMENTS, FILING_TONE, FILINGS, TEXTS
from edgewise.core.tables_holdings import HOLDING_REPORTS, HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.stages import run_stage
from edgewise.pipelines.stream.events import Arrived, Deferred, Failed, SourceFailed, StageRan
from edgewise.pipelines.stream.message import message_of
from edgewise.pipelines.stream.sweep import ATTEMPTS_IN_THE_QUEUE
from edgewise.pipelines.stream.worker import Worker
from tests.ownership.trades import form, transaction
from tests.pipelines.conftest import ACCEPTED, NOON, accession, document, fetched
from tests.pipelines.stream.conftest import a_work, name, told, work_all
from tests.sources.edgar.holdings import test_form as form_13f


@pytest.fixture
def send(stream):
    """Put filings on the service's shelf and messages about them into the queue; an error stands for a bad filing."""

    def put(*held, form="8-K"):
        for number, filing in enumerate(held, start=1):
            stream.rooms.edgar.filings[accession(number)] = filing
        works = [a_work(number, form=form) for number in range(1, len(held) + 1)]
        stream.queue.put([message_of(work, seen_at=NOON) for work in works])

    return put


def states(stream):
    return {work.accession: work.state for work in stream.rooms.filings.select()}


class TestTheGoodDay:
    def test_a_filing_goes_all_the_way_and_its_message_is_gone(self, stream, send):
        send(fetched(1), fetched(2))
        work_all(stream)
        assert set(states(stream).values()) == {FilingState.SCORED}
        for table in (FILINGS, DOCUMENTS, TEXTS, FILING_TONE):
            assert stream.rooms.lake.read(table)["accession"].unique().sort().to_list() == [name(1), name(2)]

    def test_a_form_without_words_rests_at_fetched_and_its_message_is_gone(self, stream, send):
        send(fetched(1, document(b"<p>Registered.</p>", kind="S-1"), form="S-1"), form="")
        work_all(stream)
        assert states(stream) == {accession(1): FilingState.FETCHED}

    def test_forms_of_insiders_and_institutions_become_rows_and_a_bad_one_a_reason(self, stream, send):
        """The feed lists a form 4 without saying which table it is for; a page that EDGAR renders is no form."""
        trade = fetched(1, document(form(transaction()), kind="4", name="form4.xml"), form="4")
        rendered = fetched(2, document(b"<html>FORM 4</html>", kind="4"), form="4")
        documents = (document(form_13f.cover(1, 500), kind="13F-HR", name="primary_doc.xml"),)
        documents += (
            document(form_13f.table(form_13f.line()), kind="INFORMATION TABLE", sequence=2, name="table.xml"),
        )
        send(trade, rendered, fetched(3, *documents, form="13F-HR"), form="")
        work_all(stream)
        parsed, failed = FilingState.PARSED, FilingState.FAILED
        assert states(stream) == {accession(1): parsed, accession(2): failed, accession(3): parsed}
        assert [event.reason for event in told(stream, Failed)] == ["rendered_html"]
        lake = stream.rooms.lake
        trades = lake.read(INSIDER_TRADES).select("accession", "issuer_cik", "known_at")
        assert trades.rows() == [(name(1), 7, ACCEPTED)]
        assert lake.read(HOLDINGS).select("accession", "value_filed").rows() == [(name(3), 500)]
        versions = [lake.version(each) for each in (INSIDER_TRADES, HOLDINGS, HOLDING_REPORTS)]
        stream.queue.put([message_of(a_work(number), seen_at=NOON) for number in (1, 3)])
        work_all(stream)
        assert [lake.version(each) for each in (INSIDER_TRADES, HOLDINGS, HOLDING_REPORTS)] == versions

    def test_its_arrival_tells_the_lags_from_when_it_was_public(self, stream, send):
        send(fetched(1))  # accepted and public 21:05 UTC the day before; seen, stored and scored at noon, 17:00 UTC
        work_all(stream)
        (arrived,) = told(stream, Arrived)
        hours = 3600 * (24 - 4) - 300
        assert (arrived.seen_s, arrived.stored_s, arrived.scored_s) == (hours, hours, hours)
        assert 0 <= arrived.fetch_s < 5

    def test_a_filing_that_is_scored_already_is_acknowledged_without_being_fetched_again(self, stream, send):
        send(fetched(1))
        work_all(stream)
        stream.rooms.edgar.filings.clear()
        stream.queue.put([message_of(a_work(1, form="8-K"), seen_at=NOON)])
        work_all(stream)
        assert states(stream) == {accession(1): FilingState.SCORED}
        assert len(told(stream, Arrived)) == 1

    def test_a_filing_that_was_fetched_before_goes_on_from_there(self, stream, send):
        send(fetched(1))
        rooms = stream.rooms
        rooms.filings.discover([a_work(1)], seen_at=NOON)
        run_stage(
            fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock),
            rooms.filings,
            rooms.clock,
        )
        rooms.edgar.filings.clear()  # nothing can be fetched any more
        work_all(stream)
        assert states(stream) == {accession(1): FilingState.SCORED}

    def test_more_than_a_batch_is_no_trouble(self, stream, send):
        send(*(fetched(number) for number in range(1, 31)))
        work_all(stream, batch=7)
        assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 30}


class TestEffectFirst:
    def test_law_4_a_message_is_acknowledged_only_after_its_rows_are_in_the_lake(self, stream, send, monkeypatch):
        seen_at_acknowledgement = []
        acknowledge = stream.queue.acknowledge

        def look(deliveries):
            if deliveries:
                seen_at_acknowledgement.append(stream.rooms.lake.read(FILING_TONE).height)
            acknowledge(deliveries)

        monkeypatch.setattr(stream.queue, "acknowledge", look)
        send(fetched(1))
        work_all(stream)
        assert seen_at_acknowledgement == [1]

    def test_a_lake_that_is_away_for_a_moment_acknowledges_nothing_until_it_is_back(self, stream, send, monkeypatch):
        upsert, failures = stream.rooms.lake.upsert, [ServiceUnavailable("disk full"), ServiceUnavailable("disk full")]

        def sometimes(table, frame, **options):
            if failures:
                raise failures.pop()
            return upsert(table, frame, **options)

        monkeypatch.setattr(stream.rooms.lake, "upsert", sometimes)
        monkeypatch.setattr("edgewise.pipelines.stream.worker.wait_after", lambda _attempts: 0.05)
        send(fetched(1))
        work_all(stream)
        assert states(stream) == {accession(1): FilingState.SCORED}
        assert [event.what for event in told(stream, SourceFailed)] == ["store", "store"]

    def test_a_row_that_the_lake_refuses_for_good_costs_one_filing_and_not_its_batch(self, stream, send, monkeypatch):
        upsert = stream.rooms.lake.upsert

        def picky(table, frame, **options):
            if name(2) in frame["accession"].to_list():
                raise SchemaMismatch("a column of another kind")
            return upsert(table, frame, **options)

        monkeypatch.setattr(stream.rooms.lake, "upsert", picky)
        send(fetched(1), fetched(2), fetched(3))
        work_all(stream)
        assert states(stream) == {
            accession(1): FilingState.SCORED,
            accession(2): FilingState.FAILED,
            accession(3): FilingState.SCORED,
        }
        assert stream.rooms.filings.get(accession(2)).reason == "schema_mismatch"


class TestTrouble:
    def test_failure_case_42_a_document_that_is_not_there_yet_is_fetched_when_it_is(self, stream, send, monkeypatch):
        monkeypatch.setattr("edgewise.pipelines.stream.worker.wait_after", lambda _attempts: 0.1)
        send(NotYetAvailable("listed, but not served yet"))

        def served_by_now():
            if told(stream, Deferred):
                stream.rooms.edgar.filings[accession(1)] = fetched(1)
            return bool(told(stream, Arrived))

        work_all(stream, until=served_by_now)
        assert states(stream) == {accession(1): FilingState.SCORED}
        deferred = told(stream, Deferred)[0]
        assert (deferred.accession, deferred.reason, deferred.attempts) == (name(1), "not_yet_available", 1)

    def test_a_filing_that_fails_for_good_is_a_row_with_its_reason_and_the_others_go_on(self, stream, send):
        send(fetched(1), Truncated("it ends early"), fetched(3))
        work_all(stream)
        failed = stream.rooms.filings.get(accession(2))
        assert (failed.state, failed.reason, failed.retry) == (FilingState.FAILED, "truncated", False)
        assert states(stream)[accession(3)] is FilingState.SCORED
        (lost,) = told(stream, Failed)
        assert (lost.accession, lost.reason) == (name(2), "truncated")
        assert sum(event.failed for event in told(stream, StageRan)) == 1

    def test_a_disk_that_may_not_be_written_ends_the_work_and_no_filing_is_blamed(self, stream, send):
        send(NotConfigured("the folder does not let us do this", reason="disk_forbidden"), fetched(2))
        with pytest.raises(NotConfigured):
            work_all(stream, until=lambda: False)
        assert FilingState.FAILED not in states(stream).values()
        assert stream.queue.depth().waiting + stream.queue.depth().leased >= 1

    def test_trouble_with_the_ledger_gives_the_messages_back_at_once(self, stream, send, monkeypatch):
        send(fetched(1))
        discover, troubles = stream.rooms.filings.discover, iter([ServiceUnavailable("away", reason="database_gone")])

        def discovers(*arguments, **options):
            for trouble in troubles:
                raise trouble
            return discover(*arguments, **options)

        monkeypatch.setattr(stream.rooms.filings, "discover", discovers)
        work_all(stream)  # with leases of a quarter of an hour
        assert states(stream) == {accession(1): FilingState.SCORED}

    def test_an_error_that_nobody_thought_of_ends_the_work_instead_of_stalling_it(self, stream, monkeypatch):
        monkeypatch.setattr(stream.queue, "take", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Worker(stream).run(threading.Event())

    def test_messages_whose_workers_died_are_held_one_at_a_time_so_that_none_dies_with_its_neighbour(
        self, stream, send, monkeypatch
    ):
        send(*(fetched(number) for number in range(1, 6)))
        for _ in range(2):
            assert len(stream.queue.take(limit=10, lease_s=0.001)) == 5
            time.sleep(0.01)
        fetch, held = stream.rooms.edgar.fetch, []

        def fetches(work):
            held.append(stream.queue.depth().leased)
            return fetch(work)

        monkeypatch.setattr(stream.rooms.edgar, "fetch", fetches)
        work_all(stream)
        assert held == [1] * 5
        assert set(states(stream).values()) == {FilingState.SCORED}

    def test_a_source_that_stays_away_leaves_the_filing_to_the_sweep_after_a_few_turns(self, stream, send, monkeypatch):
        monkeypatch.setattr("edgewise.pipelines.stream.worker.wait_after", lambda _attempts: 0.01)
        send(ServiceUnavailable("no answer"))
        work_all(stream)
        failed = stream.rooms.filings.get(accession(1))
        assert (failed.state, failed.retry, failed.attempts) == (FilingState.FAILED, True, ATTEMPTS_IN_THE_QUEUE + 1)

    def test_failure_case_41_a_block_is_no_failure_of_the_filing_and_ends_the_asking(self, stream, send):
        send(Throttled("blocked", retry_after_s=600.0), *(fetched(number) for number in range(2, 40)))
        work_all(stream, until=lambda: bool(told(stream, SourceFailed)), batch=2, fetchers=1)
        time.sleep(0.5)
        assert stream.rooms.filings.get(accession(1)).state is FilingState.DISCOVERED
        depth = stream.queue.depth()
        assert depth.delayed >= 1
        assert depth.waiting > 30
        blocked = told(stream, SourceFailed)[0]
        assert (blocked.what, blocked.reason, blocked.wait_s) == ("edgar", "throttled", 600.0)

    def test_a_message_that_is_not_about_a_filing_becomes_a_dead_letter_and_harms_nobody(self, stream, send):
        send(fetched(1))
        stream.queue.put([Message("nonsense", "{")])
        work_all(stream, until=lambda: bool(told(stream, Arrived)), lease_s=0.05)
        work_all(stream, until=lambda: stream.queue.depth().dead == 1, lease_s=0.05)
        assert [letter.message.key for letter in stream.queue.dead()] == ["nonsense"]
        assert told(stream, SourceFailed)[0].reason == "bad_message"

    def test_a_message_whose_workers_died_travels_alone(self, stream, send, monkeypatch):
        send(*(fetched(number) for number in range(1, 5)))
        for _ in range(2):  # two workers took all four, and were not heard of again
            stream.queue.take(limit=2, lease_s=0.01)
            time.sleep(0.02)
        batches = []
        travel = Worker._travel
        monkeypatch.setattr(
            Worker, "_travel", lambda self, parcels: (batches.append(len(parcels)), travel(self, parcels))[1]
        )
        work_all(stream)
        assert batches.count(1) >= 2
        assert stream.rooms.filings.counts() == {(FilingState.SCORED, ""): 4}

    def test_a_queue_that_is_away_is_waited_for(self, stream, send, monkeypatch):
        take, failures = stream.queue.take, [ServiceUnavailable("no queue")]

        def sometimes(**options):
            if failures:
                raise failures.pop()
            return take(**options)

        monkeypatch.setattr(stream.queue, "take", sometimes)
        monkeypatch.setattr("edgewise.pipelines.stream.worker.wait_after", lambda _attempts: 0.05)
        send(fetched(1))
        work_all(stream)
        assert told(stream, SourceFailed)[0].what == "queue"
        assert states(stream) == {accession(1): FilingState.SCORED}

    def test_a_setting_that_a_person_must_mend_ends_the_work_with_its_error(self, stream, monkeypatch):
        def refuses(**_options):
            raise NotConfigured("there is no such queue")

        monkeypatch.setattr(stream.queue, "take", refuses)
        with pytest.raises(NotConfigured, match="no such queue"):
            Worker(stream).run(threading.Event())


class TestStopping:
    def test_what_was_not_begun_goes_back_into_the_queue_at_once(self, stream, send):
        gate = threading.Event()
        fetch = type(stream.rooms.edgar).fetch

        def slow(wanted):
            gate.wait(5)
            return fetch(stream.rooms.edgar, wanted)

        stream.rooms.edgar.fetch = slow
        send(*(fetched(number) for number in range(1, 9)))
        stop = threading.Event()
        worker = Worker(stream, fetchers=1)
        running = threading.Thread(target=worker.run, args=(stop,))
        running.start()
        while worker.idle:
            time.sleep(0.01)
        stop.set()
        gate.set()
        running.join(20)
        assert not running.is_alive()
        depth = stream.queue.depth()
        assert (depth.leased, depth.dead) == (0, 0)
        assert depth.waiting + stream.rooms.filings.counts().get((FilingState.SCORED, ""), 0) == 8
