"""A program that puts blobs until it is killed: `killed.py FOLDER`."""

from __future__ import annotations

import sys

from edgewise.adapters.disk import DiskBlobStore


def put_for_ever(store: DiskBlobStore) -> None:
    """Put blob after blob, telling each key."""
    number = 0
    while True:
        store.put(f"k{number}", b"%09d" % number * 200_000)
        sys.stdout.write(f"k{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    put_for_ever(DiskBlobStore(sys.argv[1]))
