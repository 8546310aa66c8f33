"""A live watch through a storm: it runs while a fault strikes, and on after it, until everything is at its goal."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from edgewise.app.house import House
from edgewise.core.errors import EdgewiseError
from edgewise.core.ports import FilingState
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from faults.equal import differences
from faults.world import FILINGS, LEASE_S, PATIENCE_S, Home, kill_group, logged_codes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

    from edgewise.core.ports import FilingWork
    from faults.scenario import Trial

LIVE = ("filings", "watch", "--poll", "1", "--lease", str(LEASE_S))


@contextmanager
def live(home: Home, *options: str, program: Sequence[str] = (), **plants: str) -> Iterator[subprocess.Popen[str]]:
    """Run a watch while the block lasts, then end it with SIGTERM; whatever happens it does not outlive the block."""
    more = {"program": program} if program else {}
    process = home.start(*LIVE, *options, **more, **plants)  # type: ignore[arg-type]
    try:
        yield process
        process.terminate()
        process.wait(PATIENCE_S)
    finally:
        kill_group(process)


def at_rest(home: Home, filings: int = FILINGS, *, failed: bool = False) -> bool:
    """Return whether all filings are at their goal and the queue is empty; `failed` counts as a goal or does not."""
    with suppress(EdgewiseError), House(home.settings) as house:
        depth = house.queue.depth()
        if depth.waiting + depth.leased + depth.delayed:
            return False
        states = Counter(rests(work, failed=failed) for work in house.filings.select(limit=1_000_000))
        return states[True] >= filings and not states[False]
    return False


def wait_for_rest(trial: Trial, home: Home, filings: int = FILINGS, *, failed: bool = False) -> float:
    """Wait until the home is at rest; return the seconds it took. A complaint if that never comes."""
    began = time.monotonic()
    while not at_rest(home, filings, failed=failed):
        if time.monotonic() - began > PATIENCE_S:
            trial.expect(False, f"no rest within {PATIENCE_S:.0f} s: {ledger_counts(home)}")  # noqa: FBT003 - so it is
            break
        time.sleep(0.3)
    return time.monotonic() - began


def wait_for_codes(home: Home, *codes: str, least_s: float = 0.0, within_s: float = 90.0) -> None:
    """Wait until a user could have read one of these codes, in the log or in the ledger, and `least_s` have passed."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        seen = codes_of(home)
        if time.monotonic() - began >= least_s and any(seen[code] for code in codes):
            return
        time.sleep(0.3)


def codes_of(home: Home) -> Counter[str]:
    """Return how often each code stands in the log and, as a reason, in the ledger."""
    return logged_codes(home) + Counter({reason: count for (_, reason), count in ledger_counts(home).items() if reason})


def ledger_counts(home: Home) -> dict[tuple[str, str], int]:
    """Return the ledger's counts by state and reason; empty while it cannot be read."""
    with suppress(EdgewiseError), House(home.settings) as house:
        return {(str(state), reason): count for (state, reason), count in house.filings.counts().items()}
    return {}


def finish(trial: Trial, home: Home, where: str) -> None:
    """Compare the home with the undisturbed one, and keep what a user was told."""
    trial.seen.update(codes_of(home))
    trial.expect_same(differences(trial.world.reference, home.state()), where)
    trial.done += 1


def rests(work: FilingWork, *, failed: bool = False) -> bool:
    """Return whether a filing is at its goal; `failed` counts as one or does not."""
    if work.state is FilingState.FETCHED:
        return bool(work.form) and work.form not in FORMS_WITH_WORDS
    return work.state is FilingState.SCORED or (failed and work.state is FilingState.FAILED)
