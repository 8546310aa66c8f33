"""The journey: its stages in order, each with its count, its time and what failed; twice is once."""

from __future__ import annotations

from edgewise.core.errors import ServiceUnavailable, Truncated
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FILING_TONE, FILINGS, ITEMS, TEXTS
from edgewise.pipelines.journey import Leg, leg_of, stages, travel
from edgewise.pipelines.stages import StageReport
from tests.pipelines.conftest import accession, fetched

STORED = (FILINGS, DOCUMENTS, TEXTS, ITEMS, FILING_TONE)


def test_each_stage_takes_what_the_one_before_gives(rooms):
    chain = list(stages(rooms))
    assert [stage.name for stage in chain] == ["fetch", "parse", "score"]
    assert chain[0].takes is FilingState.DISCOVERED
    assert [stage.gives for stage in chain[:-1]] == [stage.takes for stage in chain[1:]]
    assert chain[-1].gives is FilingState.SCORED


def test_every_leg_tells_what_was_done_and_what_failed(rooms, arrive):
    arrive(fetched(1), Truncated("it ends early"), fetched(3, form="4"), fetched(4))
    legs = list(travel(rooms))
    assert [(leg.name, leg.done, leg.failed, leg.reasons) for leg in legs] == [
        ("fetch", 3, 1, (("truncated", 1),)),
        ("parse", 2, 0, ()),
        ("score", 2, 0, ()),
    ]
    assert all(leg.seconds >= 0 for leg in legs)


def test_progress_names_the_stage_and_counts_filings(rooms, arrive):
    arrive(fetched(1), fetched(2))
    seen = []
    list(travel(rooms, on_progress=lambda stage, done: seen.append((stage, done))))
    assert seen == [("fetch", 2), ("parse", 2), ("score", 2)]


def test_a_second_journey_changes_nothing(rooms, arrive):
    arrive(fetched(1), fetched(2))
    list(travel(rooms))
    versions = [rooms.lake.version(table) for table in STORED]
    assert [leg.done for leg in travel(rooms)] == [0, 0, 0]
    assert [rooms.lake.version(table) for table in STORED] == versions


def test_done_again_every_stage_stores_the_same_rows(rooms, arrive):
    """As after a kill between commit and acknowledgement."""
    arrive(fetched(1), fetched(2))
    list(travel(rooms))
    works = rooms.filings.select()
    before = [(rooms.lake.version(table), rooms.lake.history(table).rows()) for table in STORED]
    for stage in stages(rooms):
        stage.commit(list(stage.prepare(works)))
    assert [(rooms.lake.version(table), rooms.lake.history(table).rows()) for table in STORED] == before


def test_what_failed_for_a_passing_reason_arrives_with_the_next_journey(rooms, arrive):
    arrive(fetched(1), ServiceUnavailable("no answer"))
    assert [leg.done for leg in travel(rooms)] == [1, 1, 1]
    rooms.edgar.filings[accession(2)] = fetched(2)
    assert [leg.done for leg in travel(rooms)] == [1, 1, 1]
    assert rooms.filings.counts() == {(FilingState.SCORED, ""): 2}


def test_a_report_becomes_a_leg_with_its_reasons_in_order():
    report = StageReport("fetch", done=2, failed=3, reasons={"truncated": 1, "no_known_at": 2})
    assert leg_of(report, 1.5) == Leg("fetch", 2, 1.5, 3, (("no_known_at", 2), ("truncated", 1)))
