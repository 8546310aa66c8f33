"""Where the faults happen: a tiny market served over HTTP, fresh homes, and the real commands as processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self
from unittest.mock import patch

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.simulate.load import BUSIEST, write_busy_day
from edgewise.simulate.server import Faults, Rules, Served, SimulatedClock, serve
from faults.equal import State, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.servers import Postgres

FILINGS = 40
IDENTITY = "Edgewise Faults faults@example.com"
# All filings of the day are out, and so is its index.
EVENING = datetime(BUSIEST.year, BUSIEST.month, BUSIEST.day + 1, 3, tzinfo=UTC)
PATIENCE_S = 240.0
LEASE_S = 6.0
CALM = Rules(document_delay_s=(0.0, 0.0), rate_per_s=0)
WATCH = ("filings", "watch", "--once", "--lease", str(LEASE_S))
INGEST = ("filings", "ingest", "--source", "index", "--since", BUSIEST.isoformat())
ENTRY = Path(__file__).with_name("entry.py")
_CODE = re.compile(r"Error \((?P<code>\w+)\)")
_PROGRAM = (sys.executable, "-m", "edgewise")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended: its exit status (negative: the signal), what it wrote, and how long it took."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def code(self) -> str:
        """The code of the error it ended with, '' for none."""
        found = _CODE.search(self.err)
        return found["code"] if found else ""

    @property
    def codes(self) -> Counter[str]:
        """Every code a user could read: the error it ended with and the reasons in the log."""
        return _codes(self.err)


@dataclass(frozen=True)
class Home:
    """A fresh installation: its folder and the settings its commands run under."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    log: str = ""

    @property
    def settings(self) -> Settings:
        """The same settings for this process."""
        known = {
            name.removeprefix("EDGEWISE_").lower(): value
            for name, value in self.environment.items()
            if name.startswith("EDGEWISE_")
        }
        return Settings(_env_file=None, **known)  # type: ignore[call-arg, arg-type]

    def with_(self, **settings: str) -> Home:
        """Return this home with further settings, as `database="..."`."""
        more = {f"EDGEWISE_{name.upper()}": value for name, value in settings.items()}
        return replace(self, environment={**self.environment, **more})

    def beside(self, environment: Mapping[str, str]) -> Home:
        """Return this home with further variables, of other programs, for its commands."""
        return replace(self, environment={**self.environment, **environment})

    def start(self, *arguments: str, program: Sequence[str] = _PROGRAM, **plants: str) -> subprocess.Popen[str]:
        """Start a command as the leader of a new process group. `plants` are further variables of its environment."""
        with self._written(".out").open("w") as out, self._written(".err").open("w") as err:
            return subprocess.Popen(
                [*program, *arguments],
                cwd=self._written("").parent,
                env={**_environment(), **self.environment, **plants},
                stdout=out,
                stderr=err,
                text=True,
                start_new_session=True,
            )

    def finish(
        self, process: subprocess.Popen[str], *, began: float | None = None, within_s: float = PATIENCE_S
    ) -> Done:
        """Wait for a command and return what came of it; one that does not end is killed and told as status -9."""
        try:
            process.wait(within_s)
        except subprocess.TimeoutExpired:
            kill_group(process)
        seconds = time.monotonic() - (began or time.monotonic())
        return Done(process.returncode, self._written(".out").read_text(), self._written(".err").read_text(), seconds)

    def run(
        self, *arguments: str, program: Sequence[str] = _PROGRAM, within_s: float = PATIENCE_S, **plants: str
    ) -> Done:
        """Run a command to its end."""
        began = time.monotonic()
        return self.finish(self.start(*arguments, program=program, **plants), began=began, within_s=within_s)

    def apart(self, name: str) -> Home:
        """Return this home for a command beside a running one: what it writes goes elsewhere."""
        return replace(self, log=f"{self.log or self.folder.name}-{name}")

    def apart_in(self, folder: Path) -> Home:
        """Return this home with what its commands write kept in another folder, and run from there."""
        return replace(self, log=str(folder / (self.log or self.folder.name)))

    def _written(self, end: str) -> Path:
        return self.folder.parent / f"{self.log or self.folder.name}{end}"

    def state(self) -> State:
        """Return everything visible of this home."""
        with House(self.settings) as house:
            return state_of(house)


def logged_codes(home: Home) -> Counter[str]:
    """Return how often each code stands in what the home's latest command has written so far."""
    written = home._written(".err")  # noqa: SLF001 - its own module
    return _codes(written.read_text() if written.is_file() else "")


def _codes(written: str) -> Counter[str]:
    lines = (line for line in written.splitlines() if line.startswith("{") and line.endswith("}"))
    reasons = [json.loads(line).get("reason") for line in lines]
    return Counter([*filter(None, reasons), *_CODE.findall(written)])


class World:
    """The market, its server and what an undisturbed run makes of it. Each part is made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open = ExitStack()
        self._numbers = count(1)

    def __enter__(self) -> Self:
        # Nothing of whoever starts the trials shall reach the homes.
        self._open.enter_context(patch.dict(os.environ, _environment(), clear=True))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def market(self) -> Path:
        """The folder of a market whose last day has `FILINGS` filings."""
        folder = self.folder / "market"
        if not folder.is_dir():
            write_busy_day(folder, FILINGS)
        return folder

    @cached_property
    def served(self) -> Served:
        """The server without faults, limits or delays; its time stands still in the evening of the day."""
        return self._open.enter_context(serve(self.market, SimulatedClock(EVENING, 0.0), rules=CALM))

    @cached_property
    def postgres(self) -> Postgres:
        """A PostgreSQL server."""
        from tests import servers  # noqa: PLC0415 - only where it is needed

        return self._open.enter_context(servers.postgres())

    @cached_property
    def reference(self) -> State:
        """What an undisturbed watch leaves behind."""
        home = self.home("undisturbed")
        done = home.run(*WATCH)
        if done.status:
            raise RuntimeError(f"the undisturbed watch failed: {done.err[-2000:]}")
        state = home.state()
        if len(state.ledger) != FILINGS or state.queue or state.dead:
            raise RuntimeError(f"the undisturbed watch brought {len(state.ledger)} filings, queue {state.queue}")
        return state

    def home(self, name: str, *, edgar: str = "", database: str = "sqlite", within: Path | None = None) -> Home:
        """Return a fresh home. `database`: sqlite, or postgresql for a database of its own."""
        number = next(self._numbers)
        folder = (within or self.folder / "homes") / f"{name}-{number}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        home = Home(folder).with_(
            home=str(folder),
            edgar=edgar or self.served.url,
            identity=IDENTITY,
            rate_per_s="0",
            executor="this",
            log="json",
        )
        if database == "sqlite":
            return home
        name = f"faults_{number}"
        self.postgres.run(f"CREATE DATABASE {name}")
        return home.with_(database=self.postgres.url_of(name))

    def serve(
        self, *, rules: Rules = CALM, faults: str = "", speed: float = 0.0, start: datetime = EVENING
    ) -> AbstractContextManager[Served]:
        """Serve the market once more, with faults of its own."""
        return serve(self.market, SimulatedClock(start, speed), rules=rules, faults=Faults.parsed(faults))


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill -9 a command with all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
