"""Simulated markets that all workers of a run share."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from edgewise.simulate import Plan, Simulated, simulate, simulated_before

if TYPE_CHECKING:
    import pytest


def written_once(plan: Plan, name: str, temporary: pytest.TempPathFactory, worker: str) -> Simulated:
    """Return the market of `plan`, called `name` in this run: the first worker writes it, the others wait.

    Read it, never write it. A worker that did not write it knows it as `simulated_before` does, which is the same.
    """
    if worker == "master":
        return simulate(temporary.mktemp(name) / "market", plan)
    folder = temporary.getbasetemp().parent / name
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return simulated_before(folder, plan) or simulate(folder, plan)
