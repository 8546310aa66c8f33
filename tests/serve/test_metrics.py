import re
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

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
