"""Clocks that jump: the filings' own, the machine's, and the queue's."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from edgewise.adapters.sql import SqlQueue
from edgewise.app.house import House
from edgewise.pipelines.stream.watch import Pace, watch
from faults.scenario import Trial, scenario
from faults.streams import at_rest, finish, live, wait_for_rest
from faults.world import EVENING, PATIENCE_S

if TYPE_CHECKING:
    from random import Random

    from faults.world import Home


@dataclass
class Jumping:
    """A clock that jumps by up to six hours, forwards or back, every few looks."""

    chance: Random
    off: timedelta = timedelta()
    jumps: int = 0
    changing: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """Return some instant."""
        with self.changing:
            if self.chance.random() < 0.2:
                self.off = timedelta(hours=self.chance.uniform(-6.0, 6.0))
                self.jumps += 1
            return datetime.now(UTC) + self.off


@scenario(
    fault="the filings' clock jumps by hours",
    cause="the simulated server is set to noon, back to the morning, and on to the evening while a watch runs",
    sees="nothing; lags of that time mean nothing",
    survives="everything; nothing to do",
)
def server_clock_jumps(trial: Trial) -> None:
    """Set the server's clock."""
    with trial.world.serve(start=EVENING - timedelta(hours=9), speed=1.0) as served:
        home = trial.world.home("server-clock", edgar=served.url)
        with live(home):
            for hours in (9, 5, 12, 8, 10):
                served.clock.set(now=EVENING - timedelta(hours=hours))
                trial.pause(2.0)
            served.clock.set(now=EVENING)
            trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, "after the jumps")


@scenario(
    fault="the machine's clock jumps by hours",
    cause="claims, turns and leases live by a clock that jumps by up to six hours at every fifth look",
    sees="nothing",
    survives="everything; nothing to do",
)
def machine_clock_jumps(trial: Trial) -> None:
    """Jump in this process, the clock injected."""
    home, stop, told = trial.world.home("machine-clock"), threading.Event(), list[object]()
    with House(home.settings) as house:
        clock = Jumping(trial.chance("machine"))
        house.machine_clock = clock  # type: ignore[assignment]
        # Too many deliveries mean a deadly message; here they only mean that a lease seemed to end.
        house.__dict__["queue"] = SqlQueue(house.database, clock=clock.now, max_deliveries=1_000)
        stopper = threading.Thread(target=_stop_at_rest, args=(home, stop))
        stopper.start()
        watch(house.stream(told.append), pace=Pace(poll_s=0.5, index_s=2.0, lease_s=60.0), stop=stop)
        stopper.join()
    trial.details["jumps"] = clock.jumps
    trial.expect(clock.jumps > 10, f"the clock jumped only {clock.jumps} times")
    finish(trial, home, "after the jumps")


def _stop_at_rest(home: Home, stop: threading.Event) -> None:
    waited = 0.0
    while not at_rest(home) and waited < PATIENCE_S:
        stop.wait(0.5)
        waited += 0.5
    stop.set()
