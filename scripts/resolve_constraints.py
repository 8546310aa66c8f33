"""Resolve the pinned versions anew: hashed, for every platform, and free of addresses.

Needs uv (`pip install uv`); run it as `make constraints` and read the difference before committing it.
"""

from __future__ import annotations

import re
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


def leave_out(target: str, *beginnings: str) -> None:
    """Take packages whose names begin so out of a constraints file."""
    file = ROOT / "constraints" / target
    blocks = re.split(r"\n(?=\S)", file.read_text().rstrip("\n"))
    file.write_text("\n".join(block for block in blocks if not block.startswith(beginnings)) + "\n")


if __name__ == "__main__":
    # Everything first: an adapter's package may hold back one that the core alone would take newer.
    resolve("dev.txt", "--extra=dev")
    resolve("core.txt", "--constraint=constraints/dev.txt")
    # torch has a wheel per kind of GPU and its own index for each: `make train` installs it by constraints/torch.in.
    resolve("train.txt", "constraints/torch.in", "--extra=train", "--constraint=constraints/core.txt")
    leave_out("train.txt", "torch==", "triton==", "nvidia-", "cuda-")
