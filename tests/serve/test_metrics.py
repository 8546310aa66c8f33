import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edgewise.core.errors import ServiceUnavailable
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork, QueueDepth

NOW = datetime(2024, 5, 3, 12, tzinfo=UTC)


def samples(client, name):
    """Return the metric's samples as {labels: value}, labels in the order of their names."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value for sample in found}


@pytest.fixture
def asked(shared_rooms, asking):
    return asking(shared_rooms)


def test_requests_count_by_pattern_method_and_status(asked):
    for path in ("/api/filings/0000320193-24-000123", "/api/filings/x", "/api/filings/y", "/health"):
        asked.get(path)
    asked.head("/health")
    assert samples(asked, "edgewise_request_seconds_count") == {
        ("GET", "/api/filings/{accession}", "200"): 1,
        ("GET", "/api/filings/{accession}", "422"): 2,
        ("GET", "/health", "200"): 1,
        ("HEAD", "/health", "200"): 1,
    }


def test_strangers_make_no_labels(asked):
    for number in range(20):
        asked.get(f"/no/such/{number}")
        asked.request(f"METHOD{number}", "/health")
        asked.get(f"/api/factors/nothing{number}", params={"as_of": f"{number}"})
    routes = {route for _, route, _ in samples(asked, "edgewise_request_seconds_count")}
    methods = {method for method, _, _ in samples(asked, "edgewise_request_seconds_count")}
    assert routes == {"unknown", "/health", "/api/factors/{name}"}
    assert methods == {"GET", "other"}


class BrokenOnce:
    broken = True

    def now(self):
        if self.broken:
            self.broken = False
            raise RuntimeError("no battery")
        return NOW


def test_failed_requests_count_too(rooms, asking):
    client = asking(rooms, clock=BrokenOnce())
    assert client.get("/health").status_code == 500
    assert samples(client, "edgewise_request_seconds_count") == {("GET", "/health", "500"): 1}


def test_filings_are_told_by_state_and_reason(client):
    assert samples(client, "edgewise_filings") == {
        ("", "discovered"): 21,
        ("", "scored"): 1,
        ("truncated", "failed"): 1,
    }


def test_tables_are_told_with_size_and_freshness(client):
    assert samples(client, "edgewise_table_rows")["factors",] == 22
    assert samples(client, "edgewise_table_newest_known_at_seconds")["factors",] == 1714651200  # 2024-05-02 12:00 UTC


def test_two_applications_do_not_mix(shared_rooms, asking):
    one, other = asking(shared_rooms), asking(shared_rooms)
    one.get("/health")
    assert samples(other, "edgewise_request_seconds_count") == {}


def test_the_format_is_prometheus_own(client):
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert re.search(r"^# TYPE edgewise_request_seconds histogram$", answer.text, re.MULTILINE)


def work(number, *, lag_s, stored_s=None):
    accepted = NOW - timedelta(minutes=30)
    return FilingWork(
        Accession(f"0000320193-24-{number:06d}"),
        "https://example.test/",
        Cik(320193),
        form="8-K",
        filed_date=accepted.date(),
        accepted_at=accepted,
        first_seen_at=accepted + timedelta(seconds=lag_s),
        fetched_at=None if stored_s is None else accepted + timedelta(seconds=stored_s),
    )


class Timed:
    def __init__(self, works):
        self.works = works

    def timed(self, *, since, limit):
        assert (since, limit) == (NOW - timedelta(hours=1), 10_000)
        return self.works


class Depth:
    def depth(self):
        return QueueDepth(waiting=3, leased=2, delayed=1, dead=4, oldest_s=None)


class OutOfReach:
    def depth(self):
        raise ServiceUnavailable("no queue")


def test_one_scrape_shows_the_lags_of_all_workers(shared_rooms, asking):
    works = [work(number, lag_s=number, stored_s=10 * number if number > 1 else None) for number in range(1, 101)]
    client = asking(shared_rooms, stream_ledger=Timed(works), simulated=True, clock=SimpleNamespace(now=lambda: NOW))
    found = samples(client, "edgewise_ledger_lag_seconds")
    assert {labels[0]: lag for labels, lag in found.items() if labels[2] == "seen"} == {
        "0.5": 50,
        "0.95": 95,
        "0.99": 99,
    }
    assert found["0.95", "true", "stored"] == 960
    assert samples(client, "edgewise_ledger_seen_filings") == {(): 100}
    assert samples(client, "edgewise_ledger_lag_filings")["not_yet", "stored"] == 1


def test_without_filings_there_is_no_lag_rather_than_zero(shared_rooms, asking):
    client = asking(shared_rooms, stream_ledger=Timed([]))
    assert samples(client, "edgewise_ledger_lag_seconds") == {}
    assert samples(client, "edgewise_ledger_seen_filings") == {(): 0}


def test_the_queue_is_told_by_state(shared_rooms, asking):
    client = asking(shared_rooms, queue=Depth())
    assert samples(client, "edgewise_queue_messages") == {
        ("waiting",): 3,
        ("leased",): 2,
        ("delayed",): 1,
        ("dead",): 4,
    }
    assert samples(client, "edgewise_queue_oldest_seconds") == {}


def test_a_queue_out_of_reach_fails_the_scrape(shared_rooms, asking):
    assert asking(shared_rooms, queue=OutOfReach()).get("/metrics").status_code == 503


def test_reasons_beyond_the_bound_count_as_other(shared_rooms, asking):
    counts = {(FilingState.FAILED, f"reason_{number}"): 100 - number for number in range(60)}
    client = asking(shared_rooms, filings=SimpleNamespace(counts=lambda: counts))
    found = samples(client, "edgewise_filings")
    assert len(found) == 40
    assert found["reason_0", "failed"] == 100
    assert sum(found.values()) == sum(counts.values())
