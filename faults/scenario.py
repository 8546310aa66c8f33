"""What a fault's trial is: a function that strikes, looks and expects; and what is kept of it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.world import World

SCENARIOS: dict[str, Scenario] = {}


class Skipped(Exception):
    """This machine cannot cause the fault; the reason is the message."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the matrix: what goes wrong, how it is caused, what a user sees of it and what survives."""

    name: str
    fault: str
    cause: str
    sees: str
    survives: str
    strike: Callable[[Trial], None]
    long: bool


@dataclass
class Trial:
    """One scenario under way: where it runs, how often, and what came of it.

    complaints: expectations that did not hold; none of them is green.
    seen:       how often a user met each typed code.
    """

    world: World
    folder: Path
    seed: int
    runs: int
    quick: bool
    done: int = 0
    complaints: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    details: dict[str, Any] = field(default_factory=dict)

    def chance(self, *names: object) -> Random:
        """Return the draws of one part of the scenario, the same ones for the same seed."""
        return Random("/".join(map(str, (self.seed, *names))))  # noqa: S311 - repeatable on purpose

    def expect(self, holds: object, complaint: str) -> None:
        """Note a complaint unless it holds."""
        if not holds:
            self.complaints.append(complaint)
            print(f"  ! {complaint}", flush=True)

    def skip(self, reason: str) -> None:
        """Say that this cannot be tried here."""
        raise Skipped(reason)

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def expect_same(self, wrong: list[str], where: str) -> None:
        """Note every difference from the undisturbed end state."""
        for difference in wrong[:5]:
            self.expect(False, f"{where}: {difference}")  # noqa: FBT003 - it does not hold

    def expect_seen(self, *codes: str) -> None:
        """Note a complaint for each code that no user met."""
        for code in codes:
            self.expect(self.seen[code], f"nobody was told {code}; seen were {dict(self.seen)}")


def scenario(*, fault: str, cause: str, sees: str, survives: str, long: bool = False) -> Callable[..., Any]:
    """Enter a function into the matrix, under its own name."""

    def enter(strike: Callable[[Trial], None]) -> Callable[[Trial], None]:
        name = strike.__name__
        SCENARIOS[name] = Scenario(name, fault, cause, sees, survives, strike, long)
        return strike

    return enter


def undergo(one: Scenario, trial: Trial) -> dict[str, Any]:
    """Run a scenario and return its evidence; what it raises is a complaint, too."""
    began, skipped = time.monotonic(), ""
    trial.folder.mkdir(parents=True, exist_ok=True)
    try:
        one.strike(trial)
    except Skipped as reason:
        skipped = str(reason)
    except Exception as error:  # noqa: BLE001 - one broken scenario does not hide the others
        trial.expect(False, f"{type(error).__name__}: {error}")  # noqa: FBT003 - as above
    trial.expect(skipped or trial.done, "nothing was run")
    return {
        "name": one.name,
        "fault": one.fault,
        "cause": one.cause,
        "sees": one.sees,
        "survives": one.survives,
        "green": not trial.complaints and not skipped,
        "skipped": skipped,
        "runs": trial.done,
        "seen": dict(trial.seen),
        "complaints": trial.complaints,
        "details": trial.details,
        "seed": trial.seed,
        "seconds": round(time.monotonic() - began, 1),
    }
