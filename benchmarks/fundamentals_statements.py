"""Company facts to statements and ratios: processor seconds from JSON bytes, and edgartools on the same files.

The files are those of the archive as the SEC serves them. We give every quarter, year and twelve months that the file
allows, with checks, and all ratios but those of a price; the peer parses and gives its statements of the last four
periods, income, balance sheet and cash flow, annual, quarterly and of twelve months where it has them. Both take
file by file and have one thread, as a worker of `fundamentals ingest` has. The files together, as it takes a batch of
companies, are measured beside it, and the history that table `fundamentals` keeps of the same files, without a bar. The
best of some rounds counts.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["POLARS_MAX_THREADS"] = "1"  # before the import: as in every worker of `fundamentals ingest`
import polars as pl

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `benchmarks` is a package of this checkout, not an installed one

from benchmarks.edgartools import PEER, answers, is_here  # noqa: E402 - after the path
from benchmarks.harness import real_archive, record  # noqa: E402 - as above

from edgewise.core.clock import latest_known_at  # noqa: E402 - as above
from edgewise.core.table import Instant  # noqa: E402 - as above
from edgewise.fundamentals import ratios, statements, versions  # noqa: E402 - as above
from edgewise.sources.edgar.company_facts import parse_company_facts  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
BAR = 5.0
FOLDER = "data.sec.gov/api/xbrl/companyfacts/CIK"


def files() -> dict[str, bytes]:
    """Return the official files of company facts of the archive by path, the newest vintage of each company."""
    with zipfile.ZipFile(real_archive()) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith(FOLDER)}


def facts_of(body: bytes) -> pl.DataFrame:
    """Return the facts of a file as rows of table `facts`, each known at the end of the day it was filed."""
    read = parse_company_facts(body)
    days = read.facts["filed_date"].unique()
    known = pl.DataFrame(
        {"filed_date": days, "known_at": [latest_known_at(day) for day in days]},
        schema={"filed_date": pl.Date, "known_at": Instant},
    )
    return read.facts.join(known, on="filed_date").with_columns(cik=pl.lit(int(read.cik), pl.Int64))


def by_us(bodies: dict[str, bytes]) -> tuple[float, int]:
    """Return processor seconds from bytes to statements and ratios, all files at once, and how many values."""
    began = time.process_time()
    told = statements(pl.concat([facts_of(body) for body in bodies.values()]))
    values = told.height + ratios(told).height
    return time.process_time() - began, values


def file_by_file(bodies: dict[str, bytes]) -> tuple[float, int]:
    """Return the same, one file after another."""
    began = time.process_time()
    values = 0
    for body in bodies.values():
        told = statements(facts_of(body))
        values += told.height + ratios(told).height
    return time.process_time() - began, values


def history(bodies: dict[str, bytes]) -> tuple[float, int]:
    """Return processor seconds from bytes to every version of every value, and how many there are."""
    began = time.process_time()
    rows = sum(versions(facts_of(body)).height for body in bodies.values())
    return time.process_time() - began, rows


def by_edgartools(bodies: dict[str, bytes]) -> dict[str, float]:
    """Return the peer's processor seconds by path; empty where its environment cannot be made."""
    if not is_here():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        questions = []
        for number, (source, body) in enumerate(bodies.items()):
            path = Path(folder) / f"{number}.json"
            path.write_bytes(body)
            questions.append({"path": str(path), "source": source})
        told = answers("edgartools_statements.py", questions * ROUNDS, folder=folder)
    best: dict[str, float] = {}
    for answer in told:
        if answer["seconds"] is not None:
            best[answer["source"]] = min(answer["seconds"], best.get(answer["source"], answer["seconds"]))
    return best


def best_of(measure: Callable[[dict[str, bytes]], tuple[float, int]], bodies: dict[str, bytes]) -> tuple[float, int]:
    """Return the quickest of some rounds."""
    return min(measure(bodies) for _ in range(ROUNDS))


def main() -> None:
    """Measure and record."""
    bodies = files()
    theirs = by_edgartools(bodies)
    if not theirs:
        print(f"without the peer: {PEER} gave no statements", flush=True)
        return
    both = {source: body for source, body in bodies.items() if source in theirs}
    ours, values = best_of(by_us, both)
    alone_s, values_alone = best_of(file_by_file, both)
    assert values == values_alone, "companies are no strangers to each other"
    history_s, rows = best_of(history, both)
    record(
        "fundamentals",
        "statements_ratio",
        value=sum(theirs.values()) / alone_s,
        unit=f"times as fast as {PEER}, from JSON to statements, on the {len(both)} files it can read",
        bar=BAR,
        higher_is_better=True,
        details={
            "ours_s": alone_s,
            "ours_together_s": ours,
            "ratio_together": sum(theirs.values()) / ours,
            "peer_s": sum(theirs.values()),
            "megabytes": sum(map(len, both.values())) / 1e6,
            "our_values": values,
            "history_s": history_s,
            "history_rows": rows,
            "files_of_the_archive": len(bodies),
        },
    )


if __name__ == "__main__":
    main()
