from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from edgewise.core.errors import InvalidInput, ServiceUnavailable
from edgewise.simulate.server import SimulatedClock, serve, simulated_clock_of, simulated_note_of
from edgewise.simulate.server.clock import RESYNCHRONISED_AFTER_S, ServerClock

START = datetime(2024, 6, 28, 13, 0, tzinfo=UTC)


class Machine:
    """A monotonic clock that moves when it is told, and by sleeping."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class TestSimulatedClock:
    def test_a_real_second_is_as_many_simulated_ones_as_its_speed(self):
        machine = Machine()
        clock = SimulatedClock(START, 60.0, monotonic=machine)
        machine.at += 1.5
        assert clock.now() == START + timedelta(seconds=90)

    def test_it_stops_at_its_end_however_long_it_runs(self):
        machine = Machine()
        clock = SimulatedClock(START, 1e9, until=START + timedelta(hours=1), monotonic=machine)
        for passed in (1.0, 1e6, 1e300):
            machine.at += passed
            assert clock.now() == START + timedelta(hours=1)

    def test_it_sleeps_until_an_instant_and_no_longer(self):
        machine = Machine()
        clock = SimulatedClock(START, 60.0, monotonic=machine)
        clock.sleep_until(START + timedelta(minutes=5), sleep=machine.sleep)
        assert machine.at == pytest.approx(105.0)
        clock.sleep_until(START, sleep=machine.sleep)
        assert machine.at == pytest.approx(105.0)

    def test_a_clock_that_stands_still_is_not_waited_for(self):
        with pytest.raises(InvalidInput, match="stands still"):
            SimulatedClock(START, 0.0).sleep_until(START + timedelta(seconds=1))

    def test_it_can_jump_and_change_its_speed(self):
        machine = Machine()
        clock = SimulatedClock(START, 1.0, monotonic=machine)
        machine.at += 10
        clock.set(speed=2.0)
        machine.at += 10
        assert clock.now() == START + timedelta(seconds=30)
        clock.set(now=START)
        assert clock.now() == START

    @pytest.mark.parametrize(
        ("start", "options"),
        [
            (START.replace(tzinfo=None), {}),
            (START, {"speed": -1.0}),
            (START, {"speed": float("nan")}),
            (START, {"until": START - timedelta(seconds=1)}),
        ],
    )
    def test_what_is_no_time_is_refused(self, start, options):
        with pytest.raises(InvalidInput):
            SimulatedClock(start, **options)


class TestServerClock:
    def test_it_shows_the_servers_time(self, small):
        with serve(small, SimulatedClock(START, 0.0)) as served:
            assert simulated_clock_of(served.url).now() == START

    def test_it_runs_on_at_the_servers_speed_and_asks_again_after_a_while(self, small):
        machine = Machine()
        with serve(small, SimulatedClock(START, 100.0, monotonic=Machine())) as served:
            clock = ServerClock(served.url, monotonic=machine)
            machine.at += 2
            assert clock.now() == START + timedelta(seconds=200)
            served.clock.set(now=START + timedelta(days=1))
            machine.at += RESYNCHRONISED_AFTER_S
            assert clock.now() == START + timedelta(days=1)

    def test_it_never_runs_backwards(self, small):
        machine = Machine()
        with serve(small, SimulatedClock(START, 0.0)) as served:
            clock = ServerClock(served.url, monotonic=machine)
            served.clock.set(now=START - timedelta(hours=1))
            clock.synchronise()
            assert clock.now() == START

    def test_it_goes_on_while_the_server_is_away(self, small):
        machine = Machine()
        with serve(small, SimulatedClock(START, 10.0, monotonic=Machine())) as served:
            clock = ServerClock(served.url, monotonic=machine)
        machine.at += 60
        assert clock.now() == START + timedelta(minutes=10)

    def test_it_asks_anew_in_another_process(self, small):
        with serve(small, SimulatedClock(START, 0.0)) as served:
            clock = ServerClock(served.url)
            served.clock.set(now=START + timedelta(hours=1))
            assert pickle.loads(pickle.dumps(clock)).now() == START + timedelta(hours=1)

    def test_a_server_that_is_not_there_is_an_outage(self):
        with pytest.raises(ServiceUnavailable, match="Start the server"):
            simulated_clock_of("http://127.0.0.1:9")

    @pytest.mark.parametrize("url", [None, "", "https://www.sec.gov", "archive:///data"])
    def test_what_is_no_mirror_has_no_simulated_time(self, url):
        assert simulated_clock_of(url) is None
        assert simulated_note_of(url) is None

    def test_a_mirror_that_is_not_simulated_has_none_either(self, unrelated):
        assert simulated_clock_of(unrelated) is None
        assert simulated_note_of(unrelated) is None

    def test_the_note_of_the_market_can_be_read(self, small):
        with serve(small, SimulatedClock(START, 0.0)) as served:
            assert simulated_note_of(served.url) == (small / "SIMULATED.md").read_bytes()


@pytest.fixture
def unrelated():
    """A web server that knows nothing of simulations and says 200 to everything."""
    import threading  # noqa: PLC0415 - beside its only use
    from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415 - as above

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"now": "2024-06-28T13:00:00Z", "speed": 1, "until": "2024-06-28T13:00:00Z"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
