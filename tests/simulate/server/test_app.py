from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.simulate.server.log import ArrivalLog

NOW = "2024-06-28T20:00"
WHO = {"User-Agent": "A b a@b.cd"}
TICKERS = "/www.sec.gov/files/company_tickers.json"


class TestControl:
    def test_it_tells_its_health_and_its_time(self, simulated, truth):
        with simulated(NOW) as (served, _):
            health = httpx2.get(f"{served.url}/_/health").json()
        assert health["simulated"] is True
        assert health["now"] == "2024-06-28T20:00:00Z"
        assert health["filings"] == truth["accession"].n_unique()

    def test_its_time_can_be_set(self, simulated):
        with simulated(NOW) as (served, _):
            told = httpx2.post(f"{served.url}/_/clock", json={"now": "2024-06-28T21:00:00Z", "speed": 0}).json()
            assert told["now"] == "2024-06-28T21:00:00Z"
            assert served.clock.now() == datetime(2024, 6, 28, 21, tzinfo=UTC)

    def test_faults_can_be_changed_while_it_runs(self, simulated):
        with simulated(NOW) as (served, _):
            asked = f"{served.url}{TICKERS}"
            order = {"faults": "503=1", "seed": 4, "only": "/files/", "retry_after_s": 3}
            told = httpx2.post(f"{served.url}/_/faults", json=order).json()
            assert told == order | {"slow_s": 5.0, "hold_s": 120.0}
            assert httpx2.get(asked, headers=WHO).status_code == 503
            httpx2.post(f"{served.url}/_/faults", json={})
            assert httpx2.get(asked, headers=WHO).status_code == 200

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("faults", b"{"),
            ("faults", b"[]"),
            ("faults", b'{"fault": ""}'),
            ("faults", b'{"faults": "504=1"}'),
            ("faults", b'{"seed": "a"}'),
            ("faults", b'{"faults": 5}'),
            ("clock", b'{"now": "2024-06-28"}'),
            ("clock", b'{"now": 5}'),
            ("clock", b'{"speed": -1}'),
            ("clock", b'{"speed": "fast"}'),
            ("clock", b"\xff" * 200_000),
        ],
    )
    def test_an_order_that_cannot_be_meant_changes_nothing(self, simulated, path, body):
        with simulated(NOW) as (served, _):
            before = httpx2.get(f"{served.url}/_/health").json()
            assert httpx2.post(f"{served.url}/_/{path}", content=body).status_code == 400
            assert httpx2.get(f"{served.url}/_/health").json() == before

    @pytest.mark.parametrize(("method", "path"), [("GET", "x"), ("POST", "log"), ("DELETE", "clock")])
    def test_what_is_not_known_is_told_what_is(self, simulated, method, path):
        with simulated(NOW) as (served, _):
            answer = httpx2.request(method, f"{served.url}/_/{path}")
        assert answer.status_code == 404
        assert "GET /_/health" in answer.json()["known"]


class TestLog:
    def test_every_request_is_noted_in_order_with_who_asked(self, simulated):
        with simulated(NOW) as (served, _):
            for path in (TICKERS, "/www.sec.gov/gone?a=b"):
                httpx2.get(f"{served.url}{path}", headers=WHO)
            httpx2.post(f"{served.url}{TICKERS}", headers=WHO)
            lines = httpx2.get(f"{served.url}/_/log").text.splitlines()
            later = httpx2.get(f"{served.url}/_/log?since=2").text.splitlines()
        noted = [json.loads(line) for line in lines]
        assert [(one["number"], one["method"], one["url"], one["status"]) for one in noted] == [
            (0, "GET", TICKERS[1:], 200),
            (1, "GET", "www.sec.gov/gone?a=b", 404),
            (2, "POST", TICKERS[1:], 405),
        ]
        assert {one["identity"] for one in noted} == {"A b a@b.cd"}
        assert [one["at_s"] for one in noted] == sorted(one["at_s"] for one in noted)
        assert [json.loads(line)["number"] for line in later] == [2]

    def test_a_full_log_forgets_the_oldest_and_keeps_their_numbers(self):
        log = ArrivalLog(kept=3)
        for number in range(5):
            log.add(at_s=float(number), method="GET", url="", status=200, identity="", fault="")
        assert len(log) == 5
        assert [arrival.number for arrival in log.since()] == [2, 3, 4]
        assert [arrival.number for arrival in log.since(4)] == [4]


class TestServing:
    def test_a_head_has_the_length_and_no_body(self, simulated, small):
        size = (small / TICKERS[1:]).stat().st_size
        with simulated(NOW) as (served, _):
            answer = httpx2.head(f"{served.url}{TICKERS}", headers=WHO | {"Accept-Encoding": "identity"})
        assert (answer.headers["content-length"], answer.content) == (str(size), b"")

    def test_the_date_is_the_simulated_one(self, simulated):
        with simulated(NOW) as (served, _):
            answer = httpx2.get(f"{served.url}{TICKERS}", headers=WHO)
        assert answer.headers["date"] == "Fri, 28 Jun 2024 20:00:00 GMT"
        assert answer.headers["x-simulated"] == "true"

    def test_many_threads_are_answered_at_once(self, simulated, small):
        body = (small / TICKERS[1:]).read_bytes()
        with simulated(NOW) as (_, client):
            answers: list[bytes] = []

            def ask() -> None:
                answers.extend(client.get(f"https:/{TICKERS}").body for _ in range(20))

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert answers == [body] * 160

    def test_time_passes_while_it_serves(self, simulated):
        with simulated(NOW, speed=10_000.0) as (served, _):
            before = served.clock.now()
            httpx2.get(f"{served.url}{TICKERS}", headers=WHO)
            assert served.clock.now() - before > timedelta(seconds=1)

    def test_a_port_that_is_taken_is_told(self, simulated, small):
        with simulated(NOW) as (served, _):
            port = int(served.url.rpartition(":")[2])
            with (
                pytest.raises(NotConfigured, match="Choose another port"),
                serve(small, SimulatedClock(served.clock.now(), 0.0), port=port),
            ):
                pass

    def test_nothing_is_left_when_it_has_ended(self, small):
        before = threading.active_count()
        with serve(small, SimulatedClock(datetime(2024, 6, 28, tzinfo=UTC), 0.0)) as served:
            url = served.url
        assert threading.active_count() == before
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{url}/_/health")


@pytest.mark.parametrize("wrong", [{"document_delay_s": (5, 2)}, {"rate_per_s": -1}, {"block_s": -1}])
def test_rules_that_cannot_be_kept_are_refused(wrong):
    with pytest.raises(InvalidInput):
        Rules(**wrong)
