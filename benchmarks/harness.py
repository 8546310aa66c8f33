"""What all benchmarks share: where the real data is, and how a figure is timed and recorded with its machine.

A benchmark is a script with `main()`; `python benchmarks/lake_append.py` prints one line per figure and leaves
`build/results/<room>.<name>.json`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKOUT = Path(__file__).resolve().parents[1]
RESULTS = CHECKOUT / "build" / "results"
PACKAGES = ("edgewise", "polars", "deltalake")


def record(
    room: str,
    name: str,
    *,
    value: float,
    unit: str,
    bar: float,
    higher_is_better: bool,
    peer: str | None = None,
    peer_value: float | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one figure to build/results/<room>.<name>.json and print it in one line.

    bar:   what the figure has to reach (or stay below, where lower is better).
    ratio: how many times better than the peer we are, whichever direction is better; above 1 is ours.
    """
    ratio = None if not value or not peer_value else (value / peer_value if higher_is_better else peer_value / value)
    holds = value >= bar if higher_is_better else value <= bar
    result = {
        "room": room,
        "name": name,
        "value": value,
        "unit": unit,
        "bar": bar,
        "higher_is_better": higher_is_better,
        "holds": holds,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": ratio,
        "details": details or {},
        "machine": _machine(),
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{room}.{name}.json").write_text(json.dumps(result, indent=2, default=str) + "\n")
    against = f"; {ratio:.1f} times as good as {peer} ({peer_value:.4g})" if ratio is not None else ""
    limit = "at least" if higher_is_better else "at most"
    print(f"{room}.{name}: {value:.4g} {unit}, {limit} {bar:.4g} {'holds' if holds else 'MISSED'}{against}", flush=True)


def seconds(work: Callable[[], object], *, repeat: int, warm_up: int = 1) -> float:
    """Return the median wall seconds of `repeat` calls, after some that are not counted."""
    for _ in range(warm_up):
        work()
    return statistics.median(_timed(work) for _ in range(repeat))


def real_data() -> Path:
    """Return the folder of real data, beside the checkout or named by EDGEWISE_REAL_DATA; else end with a reason."""
    folder = Path(os.environ.get("EDGEWISE_REAL_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "sec.zip").is_file():
        print("skipped: no real data here; put sec.zip in a folder and name it in EDGEWISE_REAL_DATA", flush=True)
        sys.exit(0)
    return folder


def real_archive() -> Path:
    """Return the archive of real SEC files, sec.zip; end with a reason if absent."""
    return real_data() / "sec.zip"


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _machine() -> dict[str, Any]:
    return {
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "commit": _commit(),
    }


def _commit() -> str | None:
    """Return the commit of the checkout, None where there is no git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
