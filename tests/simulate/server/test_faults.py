"""Each fault, and the typed error that our own reader makes of it. Failure cases 41 to 43."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from edgewise.core.errors import (
    EdgewiseError,
    InvalidInput,
    ServiceUnavailable,
    Throttled,
    TooLarge,
    Truncated,
    Unparsable,
)
from edgewise.core.identifiers import Cik
from edgewise.simulate.server import Fault, Faults, Odds
from edgewise.simulate.server.faults import Asking
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.feed import parse_feed
from edgewise.sources.edgar.sgml import split_submission
from edgewise.sources.edgar.submissions import parse_submissions
from edgewise.sources.http import PoliteClient, Retry
from edgewise.sources.http.mirror import MirrorTransport

if TYPE_CHECKING:
    import httpx2

NOW = "2024-06-29T02:00"
AT = datetime(2024, 6, 28, 20, 5, tzinfo=UTC)
TICKERS = "https://www.sec.gov/files/company_tickers.json"
ON_THE_WAY = {
    Fault.UNAVAILABLE: ServiceUnavailable,
    Fault.UNAVAILABLE_FOR_A_WHILE: Throttled,
    Fault.ERROR: ServiceUnavailable,
    Fault.BLOCKED: Throttled,
    Fault.BLOCKED_WITH_200: Throttled,
    Fault.TRUNCATED: ServiceUnavailable,
    Fault.CHUNKED_CUT: ServiceUnavailable,
    Fault.RESET: ServiceUnavailable,
    Fault.RESET_LATE: ServiceUnavailable,
    Fault.GZIP_BOMB: TooLarge,
}


class Impatient(MirrorTransport):
    """Waits a fifth of a second for an answer, where the real client waits for thirty."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), 0.2)
        return super().handle_request(request)


def always(fault: Fault, **options) -> Faults:
    return Faults((Odds(fault, 1.0),), **options)


class TestWhatBecomesOfEach:
    @pytest.mark.parametrize("fault", ON_THE_WAY)
    def test_a_fault_on_the_way_becomes_the_error_of_our_tree(self, simulated, fault):
        with simulated(NOW, faults=always(fault)) as (served, client):
            with pytest.raises(EdgewiseError) as caught:
                client.get(TICKERS)
            [arrival] = served.log.since()
        assert type(caught.value) is ON_THE_WAY[fault]
        assert arrival.fault == fault

    def test_a_wish_to_wait_is_carried(self, simulated):
        faults = always(Fault.UNAVAILABLE_FOR_A_WHILE, retry_after_s=7)
        with simulated(NOW, faults=faults) as (_, client), pytest.raises(Throttled) as caught:
            client.get(TICKERS)
        assert caught.value.retry_after_s == 7

    def test_a_half_open_connection_runs_into_the_timeout(self, simulated):
        with simulated(NOW, faults=always(Fault.HALF_OPEN)) as (served, _):
            impatient = PoliteClient("A b a@b.cd", transport=Impatient(served.url), retry=Retry(attempts=1))
            with impatient as client, pytest.raises(ServiceUnavailable):
                client.get(TICKERS)
            assert [arrival.status for arrival in served.log.since()] == [0]

    def test_a_half_open_connection_is_dropped_in_the_end(self, simulated):
        faults = always(Fault.HALF_OPEN, hold_s=0.2)
        with simulated(NOW, faults=faults) as (_, client), pytest.raises(ServiceUnavailable):
            client.get(TICKERS)

    def test_a_slow_body_arrives_whole_or_runs_into_the_deadline(self, simulated, small):
        body = (small / "www.sec.gov" / "files" / "company_tickers.json").read_bytes()
        with simulated(NOW, faults=always(Fault.SLOW, slow_s=0.4)) as (_, client):
            assert client.get(TICKERS).body == body
        hasty = Retry(attempts=1, deadline_s=2.0)
        faults = always(Fault.SLOW, slow_s=8.0)
        with (
            simulated(NOW, faults=faults, retry=hasty) as (_, client),
            pytest.raises(ServiceUnavailable, match="slowly"),
        ):
            client.get(TICKERS)

    @pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SHORTENED])
    def test_a_body_that_is_wrong_or_half_is_refused_by_every_reader(self, simulated, truth, fault):
        path, cik = truth.row(0, named=True)["path"], Cik(truth["cik"][0])
        readers = {
            urls.feed_page(): parse_feed,
            urls.submissions(cik): parse_submissions,
            f"https://{path}": split_submission,
        }
        with simulated(NOW, faults=always(fault)) as (_, client):
            for url, read in readers.items():
                body = client.get(url).body
                with pytest.raises((Unparsable, Truncated)):
                    read(body)

    def test_a_fault_is_survived_by_asking_again(self, simulated, small):
        """Each with a chance of one in ten, and five tries: every one of fifty documents comes whole."""
        faults = Faults.parsed("503=0.1,500=0.1,reset=0.1,truncated=0.1,chunked-cut=0.1", seed=3)
        patient = Retry(attempts=12, first_s=0.001, longest_s=0.001)
        body = (small / "www.sec.gov" / "files" / "company_tickers.json").read_bytes()
        with simulated(NOW, faults=faults, retry=patient) as (served, client):
            assert {client.get(TICKERS).body for _ in range(50)} == {body}
            struck = {arrival.fault for arrival in served.log.since()}
        assert struck == {"", "503", "500", "reset", "truncated", "chunked-cut"}

    def test_a_server_that_is_stopped_lets_go_of_those_that_wait(self, simulated):
        import threading  # noqa: PLC0415 - beside its only use

        ended = threading.Event()

        def ask(client: PoliteClient) -> None:
            with contextlib.suppress(ServiceUnavailable):
                client.get(TICKERS)
            ended.set()

        with simulated(NOW, faults=always(Fault.HALF_OPEN)) as (served, _):
            client = PoliteClient("A b a@b.cd", transport=MirrorTransport(served.url), retry=Retry(attempts=1))
            waiting = threading.Thread(target=ask, args=(client,))
            waiting.start()
            while not len(served.log):
                pass
        assert ended.wait(10)
        waiting.join()
        client.close()


class TestWhenTheyStrike:
    def test_the_same_questions_meet_the_same_faults_in_any_order(self):
        faults = Faults.parsed("503=0.3,reset=0.3", seed=5)
        urls_asked = [f"https://www.sec.gov/{number}" for number in range(50)]
        forwards = {(url, time): faults.striking(url, time, AT) for url in urls_asked for time in (1, 2)}
        backwards = {(url, time): faults.striking(url, time, AT) for time in (2, 1) for url in reversed(urls_asked)}
        assert forwards == backwards
        assert set(forwards.values()) == {None, Fault.UNAVAILABLE, Fault.RESET}

    def test_they_strike_about_as_often_as_asked(self):
        faults = Faults.parsed("503=0.02,reset=0.01", seed=1)
        struck = [faults.striking(f"u{number}", 1, AT) for number in range(20_000)]
        assert struck.count(Fault.UNAVAILABLE) == pytest.approx(400, abs=80)
        assert struck.count(Fault.RESET) == pytest.approx(200, abs=60)

    def test_another_seed_strikes_elsewhere(self):
        asked = [f"u{number}" for number in range(200)]
        patterns = {
            tuple(Faults.parsed("503=0.5", seed=seed).striking(url, 1, AT) for url in asked) for seed in range(5)
        }
        assert len(patterns) == 5

    def test_a_block_from_an_instant_on_lasts_ten_minutes(self):
        faults = Faults.parsed("blocked=1@2024-06-28T20:05:00Z/600")
        at = {seconds: faults.striking("u", 1, AT + timedelta(seconds=seconds)) for seconds in (-1, 0, 599, 600)}
        assert at == {-1: None, 0: Fault.BLOCKED, 599: Fault.BLOCKED, 600: None}

    def test_only_some_urls_can_be_struck(self):
        faults = Faults.parsed("503=1", only="/Archives/edgar/data/")
        assert faults.striking("www.sec.gov/Archives/edgar/data/1/a.txt", 1, AT) is Fault.UNAVAILABLE
        assert faults.striking("www.sec.gov/files/company_tickers.json", 1, AT) is None

    def test_times_asked_are_counted_for_each_url(self):
        asking = Asking()
        assert [asking.again(url) for url in ("a", "a", "b", "a")] == [1, 2, 1, 3]


class TestWriting:
    @pytest.mark.parametrize("spec", ["", "503=0.02,reset=0.01", "blocked=1@2024-06-28T20:05:00Z/600,slow=0.5"])
    def test_what_is_written_is_read_and_written_again(self, spec):
        assert Faults.parsed(Faults.parsed(spec).spec) == Faults.parsed(spec)

    def test_an_instant_may_have_any_zone(self):
        [odds] = Faults.parsed("reset=1@2024-06-28T16:05:00-04:00").odds
        assert odds.begins == AT

    @pytest.mark.parametrize(
        "spec",
        ["503", "503=2", "504=0.1", "reset=1@yesterday", "reset=1@2024-06-28T20:05:00", "503=.1=.2"],
    )
    def test_what_cannot_be_meant_is_refused(self, spec):
        with pytest.raises(InvalidInput):
            Faults.parsed(spec)

    def test_where_odds_are_more_than_one_those_named_first_have_theirs(self):
        faults = Faults.parsed("blocked=1@2024-06-28T20:05:00Z/600,reset=0.5")
        assert {faults.striking(f"u{number}", 1, AT) for number in range(100)} == {Fault.BLOCKED}
        before = {faults.striking(f"u{number}", 1, AT - timedelta(seconds=1)) for number in range(100)}
        assert before == {None, Fault.RESET}
