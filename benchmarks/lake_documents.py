"""Real documents in the document store: how far they shrink, how far their text does, and how fast they are stored.

All on one core. Shrinking is raw bytes over stored bytes, each document compressed alone. Speed counts submissions: an
average one is taken as 300 kB, all its documents together. The peer is gzip at its default level.
"""

from __future__ import annotations

import gzip
import time
import zipfile
from typing import TYPE_CHECKING

from harness import real_archive, record

from edgewise.lake import DocumentStore
from edgewise.text.visible_text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FILINGS = "www.sec.gov/Archives/edgar/data/"
FILING_BYTES = 300_000
BAR_RAW = 8.0
BAR_TEXT = 15.0
BAR_FILINGS_PER_S = 60.0


class SizesOnly:
    """A blob store that keeps only sizes, so that compression is measured and not the disk."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}

    def put(self, key: str, data: bytes) -> bool:
        """Note the size."""
        return self.sizes.setdefault(key, len(data)) == len(data)

    def get(self, key: str) -> bytes:
        """Refuse: nothing is kept."""
        raise NotImplementedError(key)

    def exists(self, key: str) -> bool:
        """Return whether the key was put."""
        return key in self.sizes

    def size(self, key: str) -> int:
        """Return the size that was put."""
        return self.sizes[key]

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that were put."""
        return iter(sorted(key for key in self.sizes if key.startswith(prefix)))


def documents() -> dict[str, bytes]:
    """Return all files of filings in the archive by name."""
    with zipfile.ZipFile(real_archive()) as archive:
        names = [name for name in archive.namelist() if name.startswith(FILINGS) and not name.endswith("/")]
        return {name: archive.read(name) for name in names}


def store(bodies: list[bytes]) -> tuple[int, float]:
    """Return the stored bytes and the seconds it took, each body counted once."""
    blobs = SizesOnly()
    began = time.perf_counter()
    DocumentStore(blobs).put_many(bodies)
    return sum(blobs.sizes.values()), time.perf_counter() - began


def main() -> None:
    """Measure raw documents, their texts, and the speed of storing."""
    bodies = documents()
    unique = list(dict.fromkeys(bodies.values()))
    raw = sum(map(len, unique))
    stored, took = store(unique)
    began = time.perf_counter()
    gzipped = sum(len(gzip.compress(body, compresslevel=6)) for body in unique)
    gzip_took = time.perf_counter() - began
    texts = [read_text(body, file_name=name.rpartition("/")[2]).text.encode() for name, body in bodies.items()]
    text_stored, _ = store(texts)
    sizes = {"documents": len(unique), "raw_bytes": raw, "stored_bytes": stored, "text_stored_bytes": text_stored}
    record(
        "lake",
        "documents_shrink",
        value=raw / stored,
        unit="raw bytes / stored bytes",
        bar=BAR_RAW,
        higher_is_better=True,
        peer="gzip -6",
        peer_value=raw / gzipped,
        details=sizes,
    )
    record(
        "lake",
        "documents_text_shrinks",
        value=raw / text_stored,
        unit="raw bytes / stored bytes of text",
        bar=BAR_TEXT,
        higher_is_better=True,
        details=sizes,
    )
    record(
        "lake",
        "documents_speed",
        value=raw / FILING_BYTES / took,
        unit="filings of 300 kB/s on one core",
        bar=BAR_FILINGS_PER_S,
        higher_is_better=True,
        peer="gzip -6",
        peer_value=raw / FILING_BYTES / gzip_took,
        details=sizes,
    )


if __name__ == "__main__":
    main()
