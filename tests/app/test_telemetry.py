import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from edgewise.app import telemetry as module
from edgewise.app.telemetry import Telemetry
from edgewise.core.errors import InvalidInput
from edgewise.core.ports import QueueDepth
from edgewise.pipelines.stream.events import (
    Arrived,
    Deferred,
    Failed,
    GapFound,
    Polled,
    QueueSeen,
    SourceFailed,
    StageRan,
    Swept,
)
from tests.servers import free_port

NOW = datetime(2024, 5, 1, 15, tzinfo=UTC)
EVENTS = [
    Polled("feed", 100, 2, 0, 0.1),
    Polled("feed", 100, 0, 0, 0.1),
    GapFound("2024-04-30", 3),
    Swept(0),
    StageRan("fetch", 2, 0, 0.1),
    StageRan("parse", 1, 1, 0.1, {"truncated": 1}),
    Failed("0000320193-24-000122", "truncated", "it ends early"),
    Deferred("0000320193-24-000123", "not_yet_available", 1, 1.0),
    Arrived("0000320193-24-000124", "8-K", 1.0, 6.04, 7.26, 0.5, 0.256),
    Arrived("0000320193-24-000125", "4", 1.0, 3.0, None, 0.5, 0.1),
    SourceFailed("feed", "throttled", "blocked", 600.0),
    QueueSeen(QueueDepth(4, 2, 1, 0, 33.3)),
]


@pytest.fixture
def house():
    clock = SimpleNamespace(now=lambda: NOW)
    return SimpleNamespace(clock=clock, machine_clock=clock, simulated=False)


def scraped(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples
        }


def told(house, *events):
    with capture_logs() as lines, Telemetry(house, {}) as telemetry:
        for event in events:
            telemetry.tell(event)
    return [line for line in lines if line["log_level"] != "debug"]


def test_a_run_counts_what_happened(house):
    counts = {}
    with Telemetry(house, counts, quiet=True) as telemetry:
        for event in EVENTS:
            telemetry.tell(event)
    assert counts == {
        "queued": 2,
        "missed_by_feed": 3,
        "requeued": 0,
        "fetch": 2,
        "parse": 1,
        "failed": 1,
        "deferred": 1,
        "arrived": 2,
        "troubles": 1,
    }


def test_a_person_hears_of_arrivals_and_troubles_and_nothing_else(house):
    assert [line["event"] for line in told(house, *EVENTS)] == [
        "gap filled",
        "failed",
        "deferred",
        "arrived",
        "arrived",
        "trouble",
    ]


def test_an_arrival_tells_form_accession_and_lags(house):
    scored, stored = told(house, EVENTS[8], EVENTS[9])
    assert scored == {
        "event": "arrived",
        "log_level": "info",
        "form": "8-K",
        "accession": "0000320193-24-000124",
        "lag_s": 7.3,
        "added_s": 0.26,
    }
    assert stored["lag_s"] == 3.0


def test_lines_that_could_not_be_read_are_told(house):
    (line,) = told(house, Polled("feed", 100, 0, 2, 0.1))
    assert (line["log_level"], line["rejected"]) == ("warning", 2)


def test_the_summary_tells_the_last_minute_and_forgets_it(house):
    with Telemetry(house, {}) as telemetry, capture_logs() as lines:
        for event in EVENTS:
            telemetry.tell(event)
        lines.clear()
        telemetry.sum_up()
        telemetry.sum_up()
    first, second = lines
    assert (first["event"], first["arrived"], first["queued"], first["failed"], first["troubles"]) == (
        "last minute",
        2,
        2,
        1,
        1,
    )
    assert (first["lag_p95_s"], first["added_p95_s"]) == (7.26, 0.26)
    assert (first["waiting"], first["under_way"], first["dead"], first["oldest_s"]) == (5, 2, 0, 33)
    assert (second["arrived"], "lag_p95_s" in second, second["waiting"]) == (0, False, 5)


def test_a_summary_comes_by_itself(house, monkeypatch):
    monkeypatch.setattr(module, "SUMMARY_EVERY_S", 0.01)
    with capture_logs() as lines, Telemetry(house, {}) as telemetry:
        while not lines:
            telemetry._ended.wait(0.01)
    assert lines[0]["event"] == "last minute"


def test_quiet_writes_nothing(house, capfd):
    with Telemetry(house, {}, quiet=True) as telemetry:
        for event in EVENTS:
            telemetry.tell(event)
    assert capfd.readouterr() == ("", "")


def test_the_metrics_are_served_as_long_as_it_runs(house):
    port = free_port()
    with Telemetry(house, {}, port=port, quiet=True) as telemetry:
        telemetry.tell(EVENTS[0])
        assert scraped(port)["edgewise_stream_new_filings_total", "feed"] == 2
        telemetry.tell(EVENTS[8])
        assert scraped(port)["edgewise_stream_arrived_total", "8-K"] == 1
    with pytest.raises(urllib.error.URLError):
        scraped(port)


def test_a_scrape_does_not_open_the_source(house):
    port = free_port()
    with Telemetry(house, {}, port=port, quiet=True):
        assert ("edgewise_source_requests_total",) not in scraped(port)
        house.fetcher = SimpleNamespace(
            stats=SimpleNamespace(requests=7, retries=0, throttled=1, cache_hits=0, received_bytes=9, limit_wait_s=0.0)
        )
        house.limit = SimpleNamespace(rate_per_s=8.0)
        found = scraped(port)
    assert found["edgewise_source_requests_total",] == 7
    assert found["edgewise_source_limit_requests_per_second",] == 8


def test_a_taken_port_is_told(house):
    port = free_port()
    with (
        Telemetry(house, {}, port=port, quiet=True),
        pytest.raises(InvalidInput, match=f"127.0.0.1:{port}: Address already in use. Give another --metrics-port."),
        Telemetry(house, {}, port=port, quiet=True),
    ):
        pass


SCRIPT = """
import sys, time
from datetime import datetime, UTC
from types import SimpleNamespace
from edgewise.app.telemetry import Telemetry
clock = SimpleNamespace(now=lambda: datetime.now(UTC))
house = SimpleNamespace(clock=clock, machine_clock=clock, simulated=True)
with Telemetry(house, {}, port=int(sys.argv[1]), quiet=True):
    print("ready", flush=True)
    time.sleep(60)
"""


def test_the_metrics_end_with_a_killed_process():
    port = free_port()
    served = subprocess.Popen([sys.executable, "-c", SCRIPT, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout.readline() == "ready\n"
        assert any(name == "process_resident_memory_bytes" for name, *_ in scraped(port))
    finally:
        os.kill(served.pid, signal.SIGKILL)
        served.communicate(timeout=10)
    with pytest.raises(urllib.error.URLError):
        scraped(port)
