"""Running the server: beside a test in its own thread, or as a program until it is interrupted."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from edgewise.core.errors import NotConfigured
from edgewise.simulate.server.app import Simulation
from edgewise.simulate.server.wire import protocol_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edgewise.simulate.server.clock import SimulatedClock
    from edgewise.simulate.server.faults import Faults
    from edgewise.simulate.server.log import ArrivalLog
    from edgewise.simulate.server.rules import Rules

LOOPBACK = "127.0.0.1"
_STARTS_WITHIN_S = 30.0
_STOPS_WITHIN_S = 2
# Longer than a client keeps an idle connection: if the server ended it, a request that was just being sent would look
# like a fault that nobody asked for.
_KEPT_ALIVE_S = 90
_QUEUE = 512


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where it is, and what a test may look at and change."""

    url: str
    simulation: Simulation

    @property
    def clock(self) -> SimulatedClock:
        """Its time."""
        return self.simulation.clock

    @property
    def log(self) -> ArrivalLog:
        """What arrived."""
        return self.simulation.log

    def strike(self, faults: Faults) -> None:
        """Put these faults in force in place of those before."""
        self.simulation.faults = faults


@contextmanager
def serve(
    folder: Path, clock: SimulatedClock, *, rules: Rules | None = None, faults: Faults | None = None, port: int = 0
) -> Iterator[Served]:
    """Serve the market in `folder` on this machine, from a thread, for as long as the block lasts.

    Raises InvalidInput, if the folder holds no market; NotConfigured, if the port is taken.
    """
    simulation = Simulation(folder, clock, rules=rules, faults=faults)
    listening = _listening(LOOPBACK, port)
    server = _server(simulation)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="simulated-service", daemon=True)
    thread.start()
    try:
        _wait_until(lambda: server.started or not thread.is_alive())
        if not server.started:
            raise NotConfigured("the simulated server did not start", advice="See what it wrote.")
        yield Served(f"http://{LOOPBACK}:{listening.getsockname()[1]}", simulation)
    finally:
        simulation.stopping = server.should_exit = True
        thread.join()


def serve_until_stopped(
    folder: Path,
    clock: SimulatedClock,
    *,
    rules: Rules | None = None,
    faults: Faults | None = None,
    host: str = LOOPBACK,
    port: int = 0,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until the process is interrupted or terminated; `on_ready` is told the URL once it can be asked.

    Errors as `serve`.
    """
    simulation = Simulation(folder, clock, rules=rules, faults=faults)
    listening = _listening(host, port)
    bound = listening.getsockname()[1]
    server = _server(simulation, on_ready=lambda: on_ready(f"http://{_in_url(host)}:{bound}"))
    server.run(sockets=[listening])


def write_ready_file(path: Path, url: str) -> None:
    """Write where the server is and its process, whole or not at all, for whoever waits for it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n", encoding="ascii")
    draft.replace(path)


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it can be asked, and the application when it is to stop."""

    def __init__(self, config: uvicorn.Config, simulation: Simulation, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._simulation, self._on_ready = simulation, on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._simulation.stopping = True
        await super().shutdown(sockets)


def _server(simulation: Simulation, *, on_ready: Callable[[], None] = lambda: None) -> _Server:
    config = uvicorn.Config(
        simulation,
        http=protocol_with(simulation.wires),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEPT_ALIVE_S,
        timeout_graceful_shutdown=_STOPS_WITHIN_S,
    )
    return _Server(config, simulation, on_ready)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_QUEUE)
    except OSError as error:
        raise NotConfigured(
            f"nothing can listen on {host} port {port}: {error.strerror}",
            advice="Choose another port; 0 takes a free one.",
        ) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _wait_until(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while not ready() and time.monotonic() < until:
        time.sleep(0.005)
