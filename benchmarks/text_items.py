"""From bytes to items: seconds a megabyte on one core, linear up to 25 MB, memory, and edgartools on the same files.

The documents are those that the truth speaks of (10-K, 10-Q, 20-F, 8-K). The peer parses the same bytes and detects its
sections in the same run, in an environment of its own that is made at the first run (build/peers/edgartools, pinned);
without a package index the peer is left out, and said so. Both are counted in processor seconds of one process. What
the peer found is left in build/peers/edgartools.predictions.json, for `benchmarks/evaluate.py --predictions`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `benchmarks` is a package of this checkout, not an installed one

from benchmarks.edgartools import PEER, PEERS, answers, is_here  # noqa: E402 - after the path
from benchmarks.evaluations.folder import open_folder  # noqa: E402 - as above
from benchmarks.harness import real_data, record  # noqa: E402 - as above

from edgewise.text.reading import read_filing  # noqa: E402 - as above

MB = 1_000_000
ROUNDS = 3
BAR_SECONDS_PER_MB = 0.04
BAR_TIMES_FASTER = 20.0
BAR_GROWTH = 1.5
BAR_MEMORY = 8.0
SMALL_MB, LARGE_MB = 2.5, 25.0
PREDICTIONS = PEERS / "edgartools.predictions.json"


@dataclass(frozen=True, slots=True)
class Filing:
    """A document to read."""

    source: str
    form: str
    filed: date
    body: bytes


def filings() -> list[Filing]:
    """Return the documents of the truth about items."""
    folder = open_folder(real_data())
    found = []
    for rows in folder.truths("items").values():
        source, form, accession = (str(rows[0][name]) for name in ("source", "form", "accession"))
        if folder.has(source):
            body = folder.read(source)
            found.append(Filing(source, form, folder.dated(source, form, accession, body).filed, body))
    return found


def by_us(filing: Filing) -> float:
    """Return processor seconds from bytes to items, the best of some rounds."""
    return min(_seconds(filing) for _ in range(ROUNDS))


def _seconds(filing: Filing) -> float:
    began = time.process_time()
    read_filing(filing.body, form=filing.form, filed=filing.filed, file_name=Path(filing.source).name)
    return time.process_time() - began


def by_edgartools(documents: list[Filing]) -> dict[str, dict[str, Any]]:
    """Return what the peer answered by source; empty where its environment cannot be made."""
    if not is_here():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        questions = []
        for number, filing in enumerate(documents):
            path = Path(folder) / str(number)
            path.write_bytes(filing.body)
            questions.append({"path": str(path), "form": filing.form, "source": filing.source})
        told = answers("edgartools_sections.py", questions, folder=folder)
    PREDICTIONS.write_text(
        json.dumps({"tool": PEER, "documents": {answer["source"]: answer["items"] for answer in told}})
    )
    return {answer["source"]: answer for answer in told}


def of_length(documents: list[Filing], megabytes: float) -> Filing:
    """Return the 10-Ks one after the other in one document of this length."""
    reports = [filing for filing in documents if filing.form == "10-K" and filing.source.endswith(".htm")]
    whole = b"".join(filing.body for filing in reports)
    while len(whole) < megabytes * MB:
        whole += whole
    return Filing("long.htm", "10-K", max(filing.filed for filing in reports), whole[: int(megabytes * MB)])


def memory_of(filing: Filing) -> float:
    """Return the peak memory of reading a document in a fresh process, the bytes themselves included, per byte."""
    with tempfile.NamedTemporaryFile(suffix=".htm") as file:
        file.write(filing.body)
        file.flush()
        command = [sys.executable, __file__, "--memory", file.name, filing.form, filing.filed.isoformat()]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout) / len(filing.body)


def _print_memory(path: str, form: str, filed: str) -> None:
    """Print by how many bytes reading a file raises the peak, in a process that has read a small one before.

    Linux only: its mark of the highest use outlives the start of a program, so that it is set back first.
    """
    day = date.fromisoformat(filed)
    read_filing(b"<p>Item 1. Business</p>" * 100, form=form, filed=day)
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak()
    read_filing(Path(path).read_bytes(), form=form, filed=day)
    print(_peak() - before)


def _peak() -> int:
    """Return the most memory that this process ever held, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024  # type: ignore[index]


def main() -> None:
    """Measure and record."""
    documents = filings()
    megabytes = {filing.source: len(filing.body) / MB for filing in documents}
    ours = {filing.source: by_us(filing) for filing in documents}
    theirs = by_edgartools(documents)
    both = [source for source in ours if source in theirs and theirs[source]["items"] is not None]
    peer_speed = (
        sum(theirs[source]["seconds"] for source in both) / sum(megabytes[source] for source in both) if both else None
    )
    record(
        "text",
        "items_seconds_per_mb",
        value=sum(ours.values()) / sum(megabytes.values()),
        unit="s/MB from bytes to items",
        bar=BAR_SECONDS_PER_MB,
        higher_is_better=False,
        peer=f"{PEER} parse and sections",
        peer_value=peer_speed,
        details={
            "documents": len(documents),
            "megabytes": sum(megabytes.values()),
            "by_form": _by_form(documents, ours, theirs),
            "slowest": sorted(((ours[s] / megabytes[s], s) for s in ours if megabytes[s] > 1), reverse=True)[:5],
            "peer_failed_on": len(theirs) - len(both),
        },
    )
    if both:
        record(
            "text",
            "items_times_faster",
            value=sum(theirs[source]["seconds"] for source in both) / sum(ours[source] for source in both),
            unit=f"times as fast as {PEER} on the {len(both)} documents it can read",
            bar=BAR_TIMES_FASTER,
            higher_is_better=True,
        )
    small, large = of_length(documents, SMALL_MB), of_length(documents, LARGE_MB)
    growth = (by_us(large) / len(large.body)) / (by_us(small) / len(small.body))
    record(
        "text",
        "items_growth",
        value=growth,
        unit=f"times the seconds a MB, of {LARGE_MB:g} MB against {SMALL_MB:g} MB",
        bar=BAR_GROWTH,
        higher_is_better=False,
    )
    record(
        "text",
        "items_memory",
        value=memory_of(large),
        unit=f"bytes of memory a byte of a document of {LARGE_MB:g} MB",
        bar=BAR_MEMORY,
        higher_is_better=False,
    )


def _by_form(
    documents: list[Filing], ours: dict[str, float], theirs: dict[str, dict[str, Any]]
) -> dict[str, dict[str, float]]:
    """Return seconds a megabyte by form, ours and the peer's."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for filing in documents:
        theirs_too = theirs.get(filing.source, {"items": None})
        length = len(filing.body) / MB
        of_form = sums[filing.form]
        of_form[0] += length
        of_form[1] += ours[filing.source]
        if theirs_too["items"] is not None:
            of_form[2] += length
            of_form[3] += theirs_too["seconds"]
    return {
        form: {"megabytes": length, "ours": seconds / length, "peer": theirs_s / their_length if their_length else 0.0}
        for form, (length, seconds, their_length, theirs_s) in sums.items()
    }


if __name__ == "__main__":
    if "--memory" in sys.argv:
        _print_memory(*sys.argv[2:])
    else:
        main()
