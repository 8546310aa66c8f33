"""Statements from company facts by edgartools, run in its own environment by benchmarks/fundamentals_statements.py.

Reads from standard input lines of JSON: {"path": file, "source": name}; answers one JSON line a file. Seconds are
processor seconds from the bytes to quarterly, annual and trailing statements of the last four periods.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from edgar.entity.parser import EntityFactsParser

ASKED = (
    ("income_statement", ("annual", "quarterly", "ttm")),
    ("balance_sheet", ("annual", "quarterly")),
    ("cash_flow_statement", ("annual", "quarterly", "ttm")),
)


def main() -> None:
    """Answer line by line, so that what was done survives a crash."""
    for line in sys.stdin:
        asked = json.loads(line)
        body = Path(asked["path"]).read_bytes()
        began = time.process_time()
        try:
            facts = EntityFactsParser.parse_company_facts(json.loads(body))
            for name, periods in ASKED:
                for period in periods:
                    getattr(facts, name)(period=period)
        except Exception as error:  # noqa: BLE001 - a failure is an answer
            print(json.dumps({"source": asked["source"], "seconds": None, "error": repr(error)}), flush=True)
            continue
        print(json.dumps({"source": asked["source"], "seconds": time.process_time() - began}), flush=True)


if __name__ == "__main__":
    main()
