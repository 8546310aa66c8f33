"""Resolve the pinned versions anew: hashed, for every platform, and free of addresses.

Needs uv (`pip install uv`); run it as `make constraints` and read the difference before committing it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPTIONS = (
    "--universal", "--python-version=3.11", "--generate-hashes",
    "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet",
)  # fmt: skip


def resolve(target: str, *more: str) -> None:
    """Write one constraints file; raises CalledProcessError with uv's own message."""
    sources = ("pyproject.toml", "constraints/build.in")
    command = ["uv", "pip", "compile", *OPTIONS, *sources, *more, "-o", f"constraints/{target}"]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - fixed arguments
    if "://" in (ROOT / "constraints" / target).read_text():
        sys.exit(f"{target} holds an address; take it out")


if __name__ == "__main__":
    # Everything first: an adapter's package may hold back one that the core alone would take newer.
    resolve("dev.txt", "--extra=dev")
    resolve("core.txt", "--constraint=constraints/dev.txt")
