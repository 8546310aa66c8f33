"""Kill -9, again and again: of whole process groups and of single processes, at random moments and at exact steps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

from edgewise.app.house import House
from edgewise.core.errors import EdgewiseError
from edgewise.core.tables import FILING_TONE, FILINGS, TEXTS
from faults.entry import STEPS
from faults.equal import differences
from faults.scenario import Trial, scenario
from faults.streams import rests
from faults.world import ENTRY, INGEST, WATCH, Home, kill_group
from faults.world import FILINGS as MARKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

AT_ONCE = 2
MOST_KILLS = 3  # one fewer than a message survives
ONE_PROCESS = 0.3
_JOURNEY = Path(__file__).with_name("journey.sh")
QUICK_STEPS = [("keep", 1, "before"), ("commit", 2, "after")]  # claimed, not kept; stored, not acknowledged
_BRIEF = ("filings", "watch", "--once", "--lease", "3")
_PLANTED = (sys.executable, str(ENTRY))
DATABASES = ("sqlite", "postgresql")
WORKERS = (1, 3)


@scenario(
    fault="kill -9 of a live watch",
    cause="1 to 3 times a run, at random moments, the whole process group or one random process of it",
    sees="nothing lost; the killed runs stay `running` in `runs list`",
    survives="everything: the next watch ends as if undisturbed",
    long=True,
)
def killed_watch(trial: Trial) -> None:
    """Kill watches on both databases, with one worker and with three."""
    _campaign(trial, "watch")


@scenario(
    fault="kill -9 of ingest, parse and score",
    cause="as above, over the three commands in a row, in this process and with three processes",
    sees="nothing lost; the killed runs stay `running` in `runs list`",
    survives="everything: the same three commands end as if undisturbed",
    long=True,
)
def killed_ingest(trial: Trial) -> None:
    """Kill journeys by command on both databases."""
    _campaign(trial, "ingest")


@scenario(
    fault="kill -9 at an exact step",
    cause="the process kills itself before or after each kind of write: claim, put, store, commit, advance, ...",
    sees="as above",
    survives="everything: the next watch ends as if undisturbed",
)
def killed_at_a_step(trial: Trial) -> None:
    """Die once at every step of the stream, before and after it."""
    steps = [(name, number, when) for name in STEPS for number in (1, 2) for when in ("before", "after")]
    steps = [step for step in steps if step[0] not in ("claim", "put", "keep") or step[1] == 1]
    reached = 0
    for name, number, when in QUICK_STEPS if trial.quick else steps:
        home = trial.world.home(f"step-{name}-{number}-{when}")
        died = home.run(*_BRIEF, program=_PLANTED, PLANT=f"die:{name}:{number}:{when}")
        reached += died.status == -signal.SIGKILL
        done = home.run(*_BRIEF)
        trial.expect(done.status == 0, f"the watch after {name} {number} {when} ended with {done.status}: {done.err}")
        trial.expect_same(differences(trial.world.reference, home.state()), f"{when} {name} {number}")
        trial.done += 1
    trial.expect(reached > trial.done / 2, f"only {reached} of {trial.done} steps were reached")
    trial.details["died at the step"] = reached


@scenario(
    fault="(a planted violation: acknowledged before it is stored)",
    cause="the same campaign on a program that advances the ledger first",
    sees="the campaign turns red",
    survives="nothing; this row is green when the campaign catches it",
)
def hasty_is_caught(trial: Trial) -> None:
    """Show that the campaign can fail."""
    chance = trial.chance("hasty")
    for number in range(12):
        home = trial.world.home(f"hasty-{number}")
        process = home.start(*WATCH, program=_PLANTED, PLANT="hasty")
        _wait_for_a_state(home, process)
        time.sleep(chance.uniform(0.0, 0.25))
        kill_group(process)
        home.run(*WATCH)
        trial.done += 1
        if wrong := differences(trial.world.reference, home.state()):
            trial.details["caught after"] = number + 1
            trial.details["as"] = wrong[0]
            return
    trial.expect(False, "twelve hasty watches, each killed, all looked undisturbed")  # noqa: FBT003 - it does not hold


def _wait_for_a_state(home: Home, process: subprocess.Popen[str]) -> None:
    """Return when some filing has left its first state."""
    while process.poll() is None:
        with suppress(EdgewiseError), House(home.settings) as house:
            if any(state != "discovered" for state, _ in house.filings.counts()):
                return
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Course:
    """What is started and killed: watch or ingest, on which database, with how many workers."""

    command: str
    database: str
    workers: int

    def __str__(self) -> str:
        return f"{self.command}-{self.database}-{self.workers}"

    def begin(self, home: Home) -> subprocess.Popen[str]:
        """Start it, as the leader of a process group."""
        if self.command == "watch":
            return home.start(*WATCH, "--workers", str(self.workers))
        executor = "this" if self.workers == 1 else f"processes://{self.workers}"
        return home.with_(executor=executor).start(*INGEST, program=("sh", str(_JOURNEY), sys.executable))


def _campaign(trial: Trial, command: str) -> None:
    phases: Counter[str] = Counter()
    kills: Counter[str] = Counter()
    courses = [Course(command, database, workers) for database in DATABASES for workers in WORKERS]
    if trial.quick:
        courses = courses[:1]
    for course in courses:
        length_s = _undisturbed(trial, course)
        numbers = range(max(1, trial.runs // len(courses)))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for struck in threads.map(partial(_killed_and_recovered, trial, course, length_s), numbers):
                phases.update(phase for _, phase in struck)
                kills.update(kind for kind, _ in struck)
        trial.details[f"{course} undisturbed, s"] = round(length_s, 1)
        print(f"  {course}: {trial.done} runs so far, kills {dict(kills)}", flush=True)
    trial.details |= {"kills": dict(kills), "phases": dict(phases.most_common())}
    print(f"  phases {dict(phases.most_common())}", flush=True)


def _undisturbed(trial: Trial, course: Course) -> float:
    """Return the seconds of an undisturbed run; what it leaves behind is the same whatever it runs on."""
    home = trial.world.home(f"calm-{course}", database=course.database)
    wanted = trial.world.reference
    began = time.monotonic()
    done = home.finish(course.begin(home), began=began)
    trial.expect(done.status == 0, f"undisturbed {course}: {done.status} {done.err[-500:]}")
    trial.expect_same(differences(wanted, home.state()), f"undisturbed {course}")
    return done.seconds


def _killed_and_recovered(trial: Trial, course: Course, length_s: float, number: int) -> list[tuple[str, str]]:
    """Kill a run of its own a few times, then let it end; return for each kill what was killed and in which phase."""
    home = trial.world.home(f"{course}-{number}", database=course.database)
    struck = _killed(home, course, length_s, trial.chance(course, number))
    where = f"{course} run {number}"
    done = home.finish(course.begin(home))
    trial.expect(done.status == 0, f"{where} did not recover: {done.status} {done.err[-800:]}")
    state = home.state()
    trial.expect_same(differences(trial.world.reference, state), where)
    interrupted = state.runs.get("running", 0)
    trial.expect(state.runs.get("ok"), f"{where}: no run ended well: {state.runs}")
    trial.expect(struck or not interrupted, f"{where}: runs {state.runs} though nothing was killed")
    trial.details["runs left running"] = trial.details.get("runs left running", 0) + interrupted
    trial.done += 1
    shutil.rmtree(home.folder, ignore_errors=True)
    return struck


def _killed(home: Home, course: Course, length_s: float, chance: Random) -> list[tuple[str, str]]:
    struck = []
    for _ in range(chance.randint(1, MOST_KILLS)):
        began = time.monotonic()
        process = course.begin(home)
        # The first half of a run is the program's start: the later of two draws hits it less often.
        moment, alone = length_s * max(chance.random(), chance.random()), chance.random() < ONE_PROCESS
        while process.poll() is None and time.monotonic() - began < moment:
            time.sleep(0.005)
        if process.poll() is not None:
            break
        if alone:
            _kill_one(process, chance)
        else:
            kill_group(process)
        struck.append(("one process" if alone else "the group", phase(home)))
        if alone:
            with suppress(subprocess.TimeoutExpired):  # the others go on, or end without their leader
                process.wait(4 * length_s + 30)
            kill_group(process)
    return struck


def _kill_one(process: subprocess.Popen[str], chance: Random) -> None:
    group = sorted(_group(process.pid))
    with suppress(ProcessLookupError):
        os.kill(chance.choice(group), signal.SIGKILL)


def _group(leader: int) -> Iterator[int]:
    for one in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(one.pid) == leader:
                yield one.pid


def phase(home: Home) -> str:
    """Return how far the filings had come, in words, from what a killed process left behind."""
    settings = home.settings
    if settings.database_url.startswith("sqlite") and not (settings.home / "state.db").is_file():
        return "before anything was written"
    try:
        with House(settings) as house:
            return _phase(house)
    except EdgewiseError as error:
        return f"unreadable: {error.code}"


def _phase(house: House) -> str:
    works = house.filings.select(limit=10_000)
    depth = house.queue.depth()
    left = depth.waiting + depth.leased + depth.delayed
    if not works:
        return "queued, none begun" if left else "before the first filing was known"
    states = {str(work.accession): str(work.state) for work in works}
    if _ahead_of_ledger(house, states):
        return "stored, not yet acknowledged"
    if len(states) == MARKET and all(map(rests, works)):
        return "at the goal, messages left" if left else "after the last one"
    return "none stored yet" if set(states.values()) == {"discovered"} else "some stored"


def _ahead_of_ledger(house: House, states: dict[str, str]) -> bool:
    """Return whether the lake holds an effect that the ledger does not know of yet."""
    for table, before in ((FILINGS, "discovered"), (TEXTS, "fetched"), (FILING_TONE, "parsed")):
        stored = house.lake.read(table, columns=["accession"])["accession"].to_list()
        if any(states.get(one) == before for one in stored):
            return True
    return False
