"""From an archive of real filings to stored and scored: filings a second, and whether memory stays flat.

The real archive is read in place. For memory it is unpacked and multiplied: each copy's accession numbers get another
first digit, in file names and in the bytes, so that every copy is a filing of its own.
COPIES=10 sets how many (10 takes some minutes and some GB of disk under the temporary folder), 0 leaves that out.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
from harness import real_archive, record
from lxml import html

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.pipelines.ingest import record_discoveries
from edgewise.pipelines.journey import travel
from edgewise.sources.edgar.selection import Selection

FILINGS = "www.sec.gov/Archives/edgar/data/"
CATALOGUE = "MANIFEST.tsv"
ACCESSION = re.compile(rb"\b0(\d{9})-?(\d{2})-?(\d{6})\b")
BAR_FILINGS_PER_S = 30.0
BAR_MEMORY_GROWTH = 1.25
MIB = 1024**2


@dataclass(frozen=True)
class Journey:
    """What one run took: filings, failures among them, wall seconds, peak memory of all processes together."""

    filings: int
    failed: int
    seconds: float
    peak_mib: float


def run_journey(archive: str, catalogue: Path) -> Journey:
    """Take every filing of an archive from discovery to its score, in a house of its own."""
    with tempfile.TemporaryDirectory() as home, PeakMemory() as memory:
        settings = Settings(home=Path(home), edgar=archive, edgar_catalogue=catalogue)
        began = time.perf_counter()
        with House(settings) as house:
            record_discoveries(house.edgar.discover(Selection(origin="walk")), house.filings, house.clock)
            for _ in travel(house.rooms):
                pass
            counts = house.filings.counts()
        seconds = time.perf_counter() - began
    failed = sum(count for (state, _), count in counts.items() if state == "failed")
    return Journey(sum(counts.values()), failed, seconds, memory.peak_mib)


class PeakMemory:
    """Watches the resident memory of this process and its children, ten times a second."""

    def __enter__(self) -> Self:
        self.peak_mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak_mib = max(self.peak_mib, total / MIB)


def plain_script(archive: Path) -> tuple[int, float]:
    """Return the peer's filings and seconds: read every document, text through lxml, count words; nothing is stored."""
    began, folders = time.perf_counter(), set()
    with zipfile.ZipFile(archive) as bundle:
        for name in bundle.namelist():
            if not name.startswith(FILINGS) or name.endswith("/"):
                continue
            folders.add("/".join(name.split("/")[:6]))
            body = bundle.read(name)
            if b"<" in body[:4096] and name.endswith((".htm", ".txt")):
                len(html.fromstring(body).text_content().split())
    return len(folders), time.perf_counter() - began


def multiply(archive: Path, folder: Path, copies: int) -> None:
    """Unpack the filings of `archive` into `folder`, `copies` times under different accession numbers."""
    with zipfile.ZipFile(archive) as bundle:
        for name in (each for each in bundle.namelist() if each.startswith(FILINGS) and not each.endswith("/")):
            body = bundle.read(name)
            for copy in range(copies):
                target = folder / renumbered(name.encode(), copy).decode()
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(renumbered(body, copy))
        heading, *lines = bundle.read(CATALOGUE).splitlines(keepends=True)
        many = [renumbered(line, copy) for copy in range(copies) for line in lines]
        (folder / CATALOGUE).write_bytes(b"".join([heading, *many]))


def renumbered(text: bytes, copy: int) -> bytes:
    """Return `text` with another first digit in every accession number; copy 0 is the original."""
    if copy == 0:
        return text
    return ACCESSION.sub(lambda match: str(copy).encode() + match[0][1:], text)


def main() -> None:
    """Measure one archive and `COPIES` of it."""
    archive = real_archive()
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Path(folder) / CATALOGUE
        with zipfile.ZipFile(archive) as bundle:
            catalogue.write_bytes(bundle.read(CATALOGUE))
        once = run_journey(f"archive://{archive}", catalogue)
    peer_filings, peer_seconds = plain_script(archive)
    record(
        "stream",
        "archive_to_scored",
        value=once.filings / once.seconds,
        unit="filings/s",
        bar=BAR_FILINGS_PER_S,
        higher_is_better=True,
        peer="one process: zipfile, lxml text, word count, nothing stored",
        peer_value=peer_filings / peer_seconds,
        details={"filings": once.filings, "failed": once.failed, "seconds": once.seconds, "peak_mib": once.peak_mib},
    )
    copies = int(os.environ.get("COPIES", "10"))
    if copies == 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        multiply(archive, Path(folder), copies)
        many = run_journey(f"archive://{folder}", Path(folder) / CATALOGUE)
    record(
        "stream",
        "memory_over_archive_size",
        value=many.peak_mib / once.peak_mib,
        unit=f"peak memory of {copies} archives over peak memory of one",
        bar=BAR_MEMORY_GROWTH,
        higher_is_better=False,
        details={"filings": many.filings, "failed": many.failed, "seconds": many.seconds, "peak_mib": many.peak_mib},
    )


if __name__ == "__main__":
    sys.exit(main())
