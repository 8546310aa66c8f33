"""Which code made something: a fingerprint of the source of packages."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_SOURCES = (".py", ".pyx", ".pxi", ".toml")


@cache
def code_fingerprint(*packages: str) -> str:
    """Return a hash of the source files of these packages, 16 hexadecimal digits; the same wherever they lie."""
    hashed = hashlib.sha256()
    for package in sorted(packages):
        for path, content in _sources(files(package), package):
            hashed.update(f"{path}\n".encode())
            hashed.update(content)
    return hashed.hexdigest()[:16]


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _sources(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(_SOURCES):
            yield f"{name}/{entry.name}", entry.read_bytes()
