"""Forms 3, 4 and 5: milliseconds from bytes to rows of insider_trades, and edgartools on the same forms.

The forms are those of the archive. The peer parses the same XML in the same run, in an environment of its own; without
a package index the peer is left out, and said so. Both are processor seconds, the best of some rounds.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `benchmarks` is a package of this checkout, not an installed one

from benchmarks.edgartools import PEER, answers, is_here  # noqa: E402 - after the path
from benchmarks.harness import real_data, record  # noqa: E402 - as above

from edgewise.core.errors import EdgewiseError  # noqa: E402 - as above
from edgewise.core.identifiers import Accession  # noqa: E402 - as above
from edgewise.sources.edgar.ownership_form import parse_ownership_form  # noqa: E402 - as above
from edgewise.sources.edgar.ownership_rows import FiledForm, trade_rows  # noqa: E402 - as above

ROUNDS = 3
BAR_MS = 1.0
KNOWN = datetime(2026, 1, 1, tzinfo=UTC)


def forms() -> dict[str, bytes]:
    """Return the ownership forms of the archive by path."""
    folder = real_data()
    with (folder / "sec.MANIFEST.tsv").open(newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file, delimiter="\t") if row["form"] in {"3", "4", "5"}]
    with zipfile.ZipFile(folder / "sec.zip") as archive:
        return {path: archive.read(path) for path in paths}


def by_us(bodies: dict[str, bytes]) -> tuple[float, dict[str, str]]:
    """Return processor seconds from bytes to checked rows, all forms together, and why forms failed."""
    began = time.process_time()
    read, failed = [], {}
    for number, (path, body) in enumerate(bodies.items()):
        try:
            form = parse_ownership_form(body)
        except EdgewiseError as error:
            failed[path] = error.code
            continue
        accession = Accession(f"0000000001-26-{number:06d}")
        read.append(FiledForm(accession, form, date(2026, 1, 1), KNOWN, "header", "", path))
    trade_rows(read)
    return time.process_time() - began, failed


def by_edgartools(bodies: dict[str, bytes]) -> dict[str, float]:
    """Return seconds by path of what the peer could parse; empty where its environment cannot be made."""
    if not is_here():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        questions = []
        for number, (source, body) in enumerate(bodies.items()):
            begin, end = body.find(b"<ownershipDocument"), body.rfind(b"</ownershipDocument>")
            path = Path(folder) / str(number)
            path.write_bytes(body[begin : end + len(b"</ownershipDocument>")] if begin >= 0 else body)
            questions.append({"path": str(path), "source": source})
        told = answers("edgartools_ownership.py", questions, folder=folder)
    return {answer["source"]: answer["seconds"] for answer in told if answer["seconds"] is not None}


def main() -> None:
    """Measure and record."""
    bodies = forms()
    rounds = [by_us(bodies) for _ in range(ROUNDS)]
    theirs = by_edgartools(bodies)
    if not theirs:
        print(f"without the peer: {PEER} parsed none of the forms", flush=True)
    record(
        "ownership",
        "form_ms",
        value=1000 * min(seconds for seconds, _ in rounds) / len(bodies),
        unit="ms a form from bytes to rows",
        bar=BAR_MS,
        higher_is_better=False,
        peer=f"{PEER} parse",
        peer_value=1000 * sum(theirs.values()) / len(theirs) if theirs else None,
        details={"forms": len(bodies), "failed": rounds[0][1], "peer_parsed": len(theirs)},
    )


if __name__ == "__main__":
    main()
