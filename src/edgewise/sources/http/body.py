"""From bytes on the wire to the whole body: decoded step by step, so that no bomb unfolds, and never cut short."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from edgewise.core.errors import ServiceUnavailable, TooLarge, Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"
_STEP_BYTES = 64 * 1024
_GZIP_OR_ZLIB = 47
_RAW = -zlib.MAX_WBITS


def whole_body(chunks: Iterable[bytes], encoding: str, *, max_bytes: int, url: str) -> bytes:
    """Return the decoded body.

    chunks:    the body as it came over the wire.
    encoding:  the Content-Encoding header, '' for none.
    max_bytes: most decoded bytes; inflating stops as soon as there are more.
    Raises TooLarge beyond `max_bytes`; ServiceUnavailable where the encoding is damaged or ends early, for another try
    may bring it whole; Unparsable for an encoding we did not ask for.
    """
    body = bytearray()
    for piece in decoded(chunks, encoding, url=url):
        body += piece
        if len(body) > max_bytes:
            raise TooLarge(
                f"{url} decodes to more than {max_bytes} bytes", advice="Raise max_bytes if it should be that large."
            )
    return bytes(body)


def beginning(pieces: Iterator[bytes], size: int) -> bytes:
    """Take pieces until they have `size` bytes, or all; the others stay where they are."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= size:
            break
    return start


def decoded(chunks: Iterable[bytes], encoding: str, *, url: str) -> Iterator[bytes]:
    """Yield the decoded body in pieces of at most 64 KiB where it is compressed. Errors as `whole_body`."""
    match encoding.strip().lower():
        case "" | "identity":
            yield from chunks
        case "gzip" | "x-gzip":
            yield from _inflated(chunks, url, raw_allowed=False)
        case "deflate":
            yield from _inflated(chunks, url, raw_allowed=True)
        case other:
            raise Unparsable(f"{url} came encoded as {other!r}", advice=f"We ask for {ACCEPTED} only.")


def _inflated(chunks: Iterable[bytes], url: str, *, raw_allowed: bool) -> Iterator[bytes]:
    inflater = None
    try:
        for chunk in _with_header(chunks):
            inflater = inflater or zlib.decompressobj(_window(chunk, raw_allowed=raw_allowed))
            pending, full = chunk, False
            # A full piece may leave more inside the inflater; at the end of a member it cannot.
            while pending or (full and not inflater.eof):
                if inflater.eof:  # gzip files may be written one after the other (RFC 1952, 2.2)
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                piece = inflater.decompress(pending, _STEP_BYTES)
                yield piece
                pending, full = inflater.unconsumed_tail or inflater.unused_data, len(piece) == _STEP_BYTES
    except zlib.error as error:
        raise ServiceUnavailable(f"the compressed body of {url} is damaged: {error}", advice="Try again.") from error
    if inflater is not None and not inflater.eof:
        raise ServiceUnavailable(f"the compressed body of {url} ends early", advice="Try again.")


def _with_header(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield non-empty chunks, the first of at least the two bytes that tell which wrapper is used."""
    start, begun = b"", False
    for chunk in filter(None, chunks):
        if begun:
            yield chunk
        elif len(start := start + chunk) > 1:
            begun = True
            yield start
    if start and not begun:
        yield start


def _window(start: bytes, *, raw_allowed: bool) -> int:
    """Return zlib's window argument: "deflate" should be zlib-wrapped, but some servers send it bare."""
    if not raw_allowed:
        return _GZIP_OR_ZLIB
    try:
        zlib.decompressobj(_GZIP_OR_ZLIB).decompress(start, 1)
    except zlib.error:
        return _RAW
    return _GZIP_OR_ZLIB
