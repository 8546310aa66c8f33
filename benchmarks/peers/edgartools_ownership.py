"""Ownership forms by edgartools, run in its own environment by benchmarks/ownership_forms.py; one JSON line a form.

Reads from standard input lines of JSON: {"path": file, "source": name}. Seconds are processor seconds of parsing.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from edgar.ownership.forms import Ownership


def main() -> None:
    """Answer line by line, so that what was done survives a crash."""
    for line in sys.stdin:
        asked = json.loads(line)
        text = Path(asked["path"]).read_text(errors="replace")
        began = time.process_time()
        try:
            Ownership.parse_xml(text)
        except Exception as error:  # noqa: BLE001 - a failure is an answer
            print(json.dumps({"source": asked["source"], "seconds": None, "error": repr(error)}), flush=True)
            continue
        print(json.dumps({"source": asked["source"], "seconds": time.process_time() - began}), flush=True)


if __name__ == "__main__":
    main()
