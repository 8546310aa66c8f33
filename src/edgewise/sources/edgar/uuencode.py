"""Decoding of uuencoded documents: EDGAR carries PDFs, images and archives as `begin 644 name` ... `end`."""

from __future__ import annotations

import binascii
import re

from edgewise.core.errors import Truncated, Unparsable

_BEGIN = re.compile(rb"begin [0-7]{3,4} [^\r\n]{1,255}[\r\n]")
_BYTES_A_GROUP, _CHARACTERS_A_GROUP = 3, 4
_ZERO = 32


def is_uuencoded(data: bytes, start: int = 0) -> bool:
    """Return whether a uuencoded file begins at `start`."""
    return _BEGIN.match(data, start) is not None


def decode_uuencoded(data: bytes) -> bytes:
    """Return the decoded bytes of one uuencoded file.

    Trailing spaces may have been lost on the way; they stand for zero bits and are put back.
    Raises Truncated where no `end` line comes, Unparsable where `data` does not begin as one or a line is garbled.
    """
    if not is_uuencoded(data):
        raise Unparsable("no 'begin' line where uuencoded bytes should start", advice="Keep the document as it is.")
    lines = iter(data.splitlines())
    next(lines)
    chunks: list[bytes] = []
    for line in lines:
        if line.rstrip() == b"end":
            return b"".join(chunks)
        chunks.append(_decode_line(line))
    raise Truncated("uuencoded bytes without an 'end' line", advice="Fetch the submission again.")


def _decode_line(line: bytes) -> bytes:
    """Return one line's bytes.

    EDGAR pads the last group with a bit that is not zero, which strict decoders refuse: whole groups are decoded and
    cut to the announced length. Characters beyond them, a checksum of old encoders, are dropped.
    """
    if not line:
        return b""
    announced = (line[0] - _ZERO) & 63
    groups = -(-announced // _BYTES_A_GROUP)
    whole = bytes([_ZERO + groups * _BYTES_A_GROUP]) + line[1 : 1 + groups * _CHARACTERS_A_GROUP]
    try:
        return binascii.a2b_uu(whole)[:announced]
    except binascii.Error as error:
        raise Unparsable("a garbled uuencoded line", advice="Fetch the submission again.") from error
