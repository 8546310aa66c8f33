"""Raw documents and their texts, stored once each under the digest of their bytes.

Level 9 was chosen on the archive of real filings (`benchmarks/lake_documents.py`): within a tenth of what level 19
reaches, more than thirty times as fast. Long-distance matching in a window of 8 MB made the same level's files larger,
not smaller: what repeats in a filing repeats nearby.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import zstandard

from edgewise.core.errors import InvalidInput, TooLarge, Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgewise.core.ports import BlobStore

LEVEL = 9
LARGEST_DOCUMENT = 1 << 30
_DIGEST = re.compile(r"[0-9a-f]{64}")


class DocumentStore:
    """Documents by the SHA-256 of their raw bytes, compressed, in any blob store.

    Threads may share a store if they may share its blobs: nothing is kept between calls (a zstandard compressor is not
    thread-safe, so each document gets its own).
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def put(self, data: bytes) -> str:
        """Store `data` unless it is stored already; return its SHA-256 in hex, lower case."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = _key(sha256)
        if not self._blobs.exists(key):
            self._blobs.put(key, zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(data))
        return sha256

    def put_many(self, documents: Iterable[bytes]) -> list[str]:
        """Store each document; return their digests in order."""
        return [self.put(data) for data in documents]

    def get(self, sha256: str, *, max_bytes: int = LARGEST_DOCUMENT) -> bytes:
        """Return the raw bytes of a document.

        max_bytes: refuse a document that says it is larger than this, before any memory is taken for it.
        Raises NotFound, TooLarge, and Unparsable where the stored bytes are not what was put.
        """
        blob = self._blobs.get(_key(sha256))
        try:
            size = zstandard.frame_content_size(blob)
            if size > max_bytes:
                raise TooLarge(f"document {sha256} has {size} bytes, more than {max_bytes}", advice="Raise max_bytes.")
            data = zstandard.ZstdDecompressor().decompress(blob, max_output_size=max_bytes)
        except zstandard.ZstdError as error:
            raise _corrupt(sha256, str(error)) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _corrupt(sha256, "the digest differs")
        return data

    def exists(self, sha256: str) -> bool:
        """Return whether the document is stored."""
        return self._blobs.exists(_key(sha256))

    def stored_size(self, sha256: str) -> int:
        """Return the compressed size in bytes. Raises NotFound."""
        return self._blobs.size(_key(sha256))


def _key(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise InvalidInput(f"{sha256!r} is not a SHA-256 digest", advice="It has 64 lower-case hex digits.")
    return f"{sha256[:2]}/{sha256}.zst"


def _corrupt(sha256: str, detail: str) -> Unparsable:
    return Unparsable(
        f"the stored bytes of document {sha256} are damaged: {detail}",
        advice=f"Delete the blob {_key(sha256)} and fetch its filing again.",
        reason="corrupt_document",
    )
