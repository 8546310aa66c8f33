"""Errors have one shape on every path; the caller's are told in full, the server's go into its log."""

import logging
from datetime import date

import pytest
from polars.exceptions import PanicException

from edgewise.core.errors import (
    InvalidInput,
    NotConfigured,
    NotFound,
    SchemaMismatch,
    ServiceUnavailable,
    Unparsable,
    WriteConflict,
)
from edgewise.core.tables import FACTORS

SECRET = "/srv/secret/lake"
READS = ["/health", "/metrics", "/api/filings/0000320193-24-000123", "/api/factors/filing_tone"]


class Broken:
    """A lake and a ledger that fail with `error` whatever they are asked."""

    def __init__(self, error):
        self.error = error

    def __getattr__(self, name):
        def fail(*_args, **_options):
            raise self.error

        return fail


def error_of(answer):
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "advice"]
    assert all(isinstance(text, str) and text for text in body["error"].values())
    return body["error"]


@pytest.mark.parametrize("path", ["/nope", "/api", "/api/", "/api/nope", "/health/", "/api/filings/a/b", "/%00"])
def test_an_unknown_path_is_not_found(client, path):
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 404
    assert error_of(answer)["advice"] == "The routes are in /openapi.json."


def test_a_long_path_is_not_repeated_in_full(client):
    assert len(client.get("/" + "x" * 50_000).content) < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/health", "/api/filings", "/api/factors/filing_tone", "/openapi.json"])
def test_only_reading_is_possible(client, method, path):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert error_of(answer)["message"] == f"{method} is not possible at {path}"


def test_a_host_that_is_no_host_does_not_matter(client):
    assert client.get("/nope", headers={"host": "["}).status_code == 404


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "failure",
    [
        (ServiceUnavailable(f"the lake at {SECRET} did not answer"), 503, "service_unavailable"),
        (WriteConflict(f"{SECRET} is in use", reason="database_busy"), 503, "database_busy"),
        (NotFound(f"version 7 has lost {SECRET}/a.parquet"), 503, "service_unavailable"),
        (InvalidInput(f"'{SECRET}' is not an accession number"), 500, "unusable"),
        (Unparsable(f"{SECRET}/a.parquet is damaged"), 500, "unparsable"),
        (SchemaMismatch(f"{SECRET} does not fit"), 500, "schema_mismatch"),
        (NotConfigured(f"{SECRET} cannot be opened"), 500, "not_configured"),
        (ZeroDivisionError(SECRET), 500, "unexpected_error"),
        (PanicException(SECRET), 500, "unexpected_error"),
    ],
    ids=lambda failure: type(failure[0]).__name__,
)
def test_a_failing_store_is_logged_and_its_words_stay_here(shared_rooms, asking, caplog, path, failure):
    error, status, code = failure
    client = asking(shared_rooms, lake=Broken(error), filings=Broken(error), simulated=True)
    with caplog.at_level(logging.ERROR, logger="edgewise"):
        answer = client.get(path)
    assert answer.status_code == status
    assert error_of(answer)["code"] == code
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-edgewise-data"] == "simulated"
    (logged,) = caplog.records
    assert path in logged.getMessage()
    assert SECRET in str(logged.exc_info[1])


def test_callers_errors_fill_no_log(client, caplog):
    with caplog.at_level(logging.WARNING, logger="edgewise"):
        client.get("/nope")
        client.get("/api/filings/x")
    assert caplog.records == []


class TestDamage:
    @pytest.fixture
    def damaged(self, rooms, asking, factor_rows, tmp_path):
        """Return a function that does something to each file of the lake's rows and gives a client."""
        rooms.lake.append(FACTORS, factor_rows((1, date(2024, 5, 1), {})))

        def damage(spoil):
            for file in tmp_path.rglob("*.parquet"):
                spoil(file)
            return asking(rooms)

        return damage

    def test_a_file_of_the_lake_that_is_gone_is_an_outage(self, damaged):
        answer = damaged(lambda file: file.unlink()).get("/api/factors/filing_tone")
        assert (answer.status_code, error_of(answer)["code"]) == (503, "service_unavailable")
        assert ".parquet" not in answer.text

    def test_a_file_of_the_lake_that_is_damaged_is_a_defect(self, damaged):
        answer = damaged(lambda file: file.write_bytes(b"PAR1" * 9)).get("/api/factors/filing_tone")
        assert (answer.status_code, error_of(answer)["code"]) == (500, "unparsable")
        assert ".parquet" not in answer.text

    def test_health_and_metrics_read_no_rows(self, damaged):
        client = damaged(lambda file: file.unlink())
        assert client.get("/health").json()["tables"]["factors"]["rows"] == 1
        assert 'edgewise_table_rows{table="factors"} 1.0' in client.get("/metrics").text

    def test_a_ledger_that_is_gone_is_never_an_empty_list(self, rooms, asking, tmp_path):
        client = asking(rooms)
        for file in tmp_path.glob("state.db*"):
            file.write_bytes(b"no database" * 1000)
        answer = client.get("/api/filings")
        assert answer.status_code in (500, 503)
        assert str(tmp_path) not in answer.text
