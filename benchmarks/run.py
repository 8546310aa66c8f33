"""Run the benchmarks: all of them, or the one named. Each prints one line and writes build/results/<room>.<name>.json.

Usage: python benchmarks/run.py [NAME]; NAME is a file name here without .py, or part of it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_BENCHMARKS = {"run", "harness", "evaluate"}


def main() -> int:
    """Run what is asked for, each in a process of its own; return how many failed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    scripts = [path for path in sorted(HERE.glob("*.py")) if path.stem not in NOT_BENCHMARKS and wanted in path.stem]
    if not scripts:
        names = ", ".join(path.stem for path in sorted(HERE.glob("*.py")) if path.stem not in NOT_BENCHMARKS)
        print(f"no benchmark is called {wanted!r}; there are {names}", file=sys.stderr)
        return 2
    failed = [path.stem for path in scripts if subprocess.run([sys.executable, str(path)], check=False).returncode]
    if failed:
        print(f"did not finish: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
