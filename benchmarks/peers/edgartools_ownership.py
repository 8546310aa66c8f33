"""Ownership forms by edgartools, run in its own environment by benchmarks/ownership_forms.py; one JSON line a form.

Reads from standard input lines of JSON: {"path": file, "source": name}. Seconds are processor seconds of parsing, the
best of some rounds.

The peer asks the SEC whether each owner is a company, to turn the names of people round. That is no parsing and needs a
network; here it is told at once that none is, which is in its favour.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import edgar.ownership.owners
from edgar.ownership.forms import Ownership

ROUNDS = 3


class _Person:
    """An owner of whom nothing is known but that it is no company."""

    is_company = False

    def __init__(self, cik: int) -> None:
        self.cik = cik
        self.data = self


edgar.ownership.owners.Entity = _Person


def _seconds(text: str) -> float:
    began = time.process_time()
    Ownership.parse_xml(text)
    return time.process_time() - began


def main() -> None:
    """Answer line by line, so that what was done survives a crash."""
    for line in sys.stdin:
        asked = json.loads(line)
        text = Path(asked["path"]).read_text(errors="replace")
        try:
            seconds = min(_seconds(text) for _ in range(ROUNDS))
        except Exception as error:  # noqa: BLE001 - a failure is an answer
            print(json.dumps({"source": asked["source"], "seconds": None, "error": repr(error)}), flush=True)
            continue
        print(json.dumps({"source": asked["source"], "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
