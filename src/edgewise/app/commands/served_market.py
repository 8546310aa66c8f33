"""A simulated market, served over HTTP by a process of its own for as long as a command needs it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from edgewise.core.clock import is_business_day, utc_from_eastern
from edgewise.core.errors import ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from edgewise.simulate import Plan

_STARTS_WITHIN_S = 60.0
_STOPS_WITHIN_S = 10.0
_LOOK_S = 0.05
# The index of a day is there after 22:00 Eastern; the service rests from then until 6:00.
_INDEX_IS_OUT = day_time(22, 30)


@dataclass(frozen=True, slots=True)
class ServedMarket:
    """A server that runs: its URL, and the UTC instant at which its time stands still until `run`."""

    url: str
    begins: datetime

    def run(self, *, speed: float) -> None:
        """Let its time run from now on, so many simulated seconds in one real second."""
        httpx2.post(f"{self.url}/_/clock", json={"speed": speed}).raise_for_status()


def last_day(plan: Plan) -> tuple[datetime, datetime]:
    """Return the evenings, in UTC, that begin and end the last business day of a plan, each after its day's index."""
    last = _business_day_until(plan.end)
    return _evening(_business_day_until(last - timedelta(days=1))), _evening(last)


@contextmanager
def served(folder: Path, *, begins: datetime, delay: str = "2-20") -> Iterator[ServedMarket]:
    """Serve the market in `folder`, time standing still at `begins`, without a limit of requests.

    delay: simulated seconds, least-most, from the feed to a filing's documents.
    Raises ServiceUnavailable if the server does not start.
    """
    with tempfile.TemporaryDirectory() as place:
        ready = Path(place) / "ready.json"
        command = [sys.executable, "-m", "edgewise", "simulate", "serve", "--folder", str(folder)]
        command += ["--from", begins.isoformat(), "--speed", "0", "--rate", "0"]
        command += ["--delay", delay, "--ready-file", str(ready)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - ourselves
        try:
            yield ServedMarket(_url_from(ready, server), begins)
        finally:
            server.terminate()
            try:
                server.communicate(timeout=_STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.communicate()


def _url_from(ready: Path, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + _STARTS_WITHIN_S
    while not ready.is_file():
        if server.poll() is not None or time.monotonic() > until:
            server.kill()
            said = server.communicate()[1].decode(errors="replace").strip()
            raise ServiceUnavailable(f"the simulated server did not start: {said[-300:]}", advice="Try again.")
        time.sleep(_LOOK_S)
    return str(json.loads(ready.read_text())["url"])


def _business_day_until(day: date) -> date:
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def _evening(day: date) -> datetime:
    return utc_from_eastern(datetime.combine(day, _INDEX_IS_OUT))
