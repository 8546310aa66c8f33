"""What is asked of the server and what it answers, before and after the wire."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from edgewise.simulate.server.parts import part_asked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

OK, PARTIAL, NOT_MODIFIED, BEYOND_THE_END = 200, 206, 304, 416
_WORTH_COMPRESSING = 512
_GZIP = 31
_QUICKLY = 1
_TYPES = {
    "htm": "text/html",
    "html": "text/html",
    "xml": "text/xml",
    "xsd": "text/xml",
    "json": "application/json",
    "txt": "text/plain",
    "idx": "text/plain",
    "csv": "text/csv",
    "zip": "application/zip",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one of the simulated hosts.

    path:    below the host, percent-decoded, beginning with a slash.
    query:   the first value of each parameter.
    headers: names in lower case.
    """

    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `modified_at` (UTC) makes it an answer that can be asked for conditionally; None forbids keeping it.

    tag:      what its ETag is made of, where that is cheaper than the body.
    in_parts: whether parts can be asked for: then its ETag is a strong one, and it is never compressed.
    """

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    modified_at: datetime | None = None
    tag: str = ""
    in_parts: bool = False


def content_type_of(name: str) -> str:
    """Return the media type of a file by its name."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def prepared(reply: Reply, asked: Asked) -> Reply:
    """Return the reply as it goes out: validators added, 304 where the asker holds it, compressed where welcome."""
    modified_at = reply.modified_at
    if reply.status == OK and modified_at is not None:
        etag = f'"{reply.tag or blake2b(reply.body, digest_size=12).hexdigest()}"'
        etag = etag if reply.in_parts else f"W/{etag}"
        validators = (("ETag", etag), ("Last-Modified", format_datetime(modified_at, usegmt=True)))
        reply = replace(reply, headers=(*reply.headers, *validators))
        if _is_held(modified_at, etag, asked.headers):
            return replace(reply, status=NOT_MODIFIED, body=b"")
        if reply.in_parts:
            return _in_part(reply, asked.headers, {etag, validators[1][1]})
    return _compressed(reply, asked.headers.get("accept-encoding", ""))


def _in_part(reply: Reply, headers: Mapping[str, str], validators: Collection[str]) -> Reply:
    """Return the part that is asked for; all of it, if none is, or one of another version (RFC 9110, 13.1.5, 14.2)."""
    reply, size = replace(reply, headers=(*reply.headers, ("Accept-Ranges", "bytes"))), len(reply.body)
    part = part_asked(headers.get("range", ""), size) if headers.get("if-range", "") in {"", *validators} else None
    if part is None:
        return reply
    told = f"bytes {part[0]}-{part[-1]}/{size}" if part else f"bytes */{size}"
    return replace(
        reply,
        status=PARTIAL if part else BEYOND_THE_END,
        body=reply.body[part.start : part.stop],
        headers=(*reply.headers, ("Content-Range", told)),
    )


def _is_held(modified_at: datetime, etag: str, headers: Mapping[str, str]) -> bool:
    """Return whether the asker's copy is the present one; an ETag wins over a date (RFC 9110, 13.2.2)."""
    if tags := headers.get("if-none-match"):
        return etag in [tag.strip() for tag in tags.split(",")] or tags.strip() == "*"
    try:
        held = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return held.tzinfo is not None and modified_at.replace(microsecond=0) <= held


def _compressed(reply: Reply, accepted: str) -> Reply:
    encoded = any(name == "Content-Encoding" for name, _ in reply.headers)
    if encoded or "gzip" not in accepted.lower() or len(reply.body) < _WORTH_COMPRESSING:
        return reply
    packer = zlib.compressobj(_QUICKLY, zlib.DEFLATED, _GZIP)
    body = packer.compress(reply.body) + packer.flush()
    return replace(
        reply, body=body, headers=(*reply.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    )
