"""The peer edgartools, in an environment of its own that is made at the first run (build/peers/edgartools, pinned)."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHECKOUT = Path(__file__).resolve().parents[1]
PEER = "edgartools==5.62.0"
PEERS = CHECKOUT / "build" / "peers"
SCRIPTS = CHECKOUT / "benchmarks" / "peers"
_PYTHON = PEERS / "edgartools" / "bin" / "python"


def is_here() -> bool:
    """Make the peer's environment where it is missing; return whether it is there: it needs a package index."""
    if not _PYTHON.exists():
        venv.create(_PYTHON.parents[1], with_pip=True)
    pip = [str(_PYTHON), "-m", "pip", "install", "--quiet", PEER]
    if subprocess.run(pip, check=False, capture_output=True).returncode:
        print(f"without the peer: {PEER} could not be installed", flush=True)
        return False
    return True


def answers(script: str, questions: Iterable[Mapping[str, str]], *, folder: str) -> list[dict[str, Any]]:
    """Return what a script of `benchmarks/peers` answers to these questions, a line of JSON each.

    folder: where the peer may keep its own data.
    """
    done = subprocess.run(
        [str(_PYTHON), str(SCRIPTS / script)],
        input="\n".join(json.dumps(question) for question in questions),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "EDGAR_LOCAL_DATA_DIR": folder},
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
