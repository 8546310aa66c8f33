"""Run the fault matrix: all of it, or the scenarios named.

Prints one table and writes the evidence to build/results/faults.<name>.json.

Usage: python faults/run.py [NAME ...] [--quick] [--runs N] [--seed N] [--list]
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

CHECKOUT = Path(__file__).resolve().parents[1]
RESULTS = CHECKOUT / "build" / "results"
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `faults` is a package of this checkout, not an installed one

from faults.scenario import SCENARIOS, Scenario, Trial, undergo  # noqa: E402 - after the path
from faults.world import World  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = "| fault | how it is caused | what a user sees | what survives |"
_RULE = "| --- | --- | --- | --- |"
ROOMS = ("kill", "disks", "databases", "network", "stores", "queues", "clocks", "poison", "busiest_day")


def load() -> dict[str, Scenario]:
    """Return every scenario by name, in the order of the matrix."""
    for room in ROOMS:
        importlib.import_module(f"faults.{room}")
    ordered = sorted(SCENARIOS.values(), key=lambda one: ROOMS.index(one.strike.__module__.rpartition(".")[2]))
    return {one.name: one for one in ordered}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; return how many scenarios were not green."""
    asked = _parsed(arguments)
    known = load()
    wanted = [one for one in known.values() if not asked.names or any(part in one.name for part in asked.names)]
    if asked.list or not wanted:
        print(documented())
        return 0 if asked.list else 2
    with tempfile.TemporaryDirectory(prefix="edgewise-faults-") as folder, World(Path(folder)) as world:
        evidence = [_run(one, world, asked) for one in wanted]
    print(table(evidence))
    return sum(not (row["green"] or row["skipped"]) for row in evidence)


def table(evidence: Sequence[dict[str, Any]]) -> str:
    """Return what came of the trials as a table in Markdown."""
    lines = ["", f"{_HEAD} runs | green |", f"{_RULE} ---: | --- |"]
    for row in evidence:
        verdict = f"skipped: {row['skipped']}" if row["skipped"] else "yes" if row["green"] else "NO"
        cells = (row["fault"], row["cause"], row["sees"], row["survives"], row["runs"], verdict)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def documented() -> str:
    """Return the matrix without evidence, as docs/faults.md shows it."""
    rows = (f"| `{one.name}`: {one.fault} | {one.cause} | {one.sees} | {one.survives} |" for one in load().values())
    return "\n".join([_HEAD, _RULE, *rows])


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The fault matrix.")
    parser.add_argument("names", nargs="*", help="scenarios, or parts of their names; all if left out")
    parser.add_argument("--quick", action="store_true", help="a small sample of each")
    parser.add_argument("--runs", type=int, default=0, help="runs of each campaign of kills; 104 if left out")
    parser.add_argument("--seed", type=int, default=7, help="of all that is drawn")
    parser.add_argument("--list", action="store_true", help="print the matrix and run nothing")
    return parser.parse_args(arguments)


def _run(one: Scenario, world: World, asked: argparse.Namespace) -> dict[str, Any]:
    print(f"{one.name} (seed {asked.seed}): {one.fault}", flush=True)
    runs = asked.runs or (2 if asked.quick else 104)
    trial = Trial(world, world.folder / one.name, asked.seed, runs, asked.quick)
    evidence = undergo(one, trial) | {
        "quick": asked.quick,
        "machine": {"system": f"{platform.system()} {platform.machine()}", "python": platform.python_version()},
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"faults.{one.name}.json").write_text(json.dumps(evidence, indent=2, default=str) + "\n")
    verdict = evidence["skipped"] or ("green" if evidence["green"] else "NOT GREEN")
    print(f"  {verdict}, {evidence['runs']} runs in {evidence['seconds']} s, seen {evidence['seen']}", flush=True)
    return evidence


if __name__ == "__main__":
    sys.exit(main())
