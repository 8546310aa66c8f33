"""Tables of the SEC's quarterly data sets: tab-separated members of a zip file that nobody trusts."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from edgewise.core.errors import Hostile, TooLarge, Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

MOST_TIMES = 200  # a table of text shrinks tenfold; what shrinks more than this is a bomb
_SMALL = 1 << 16


def zipped_tables(file: BinaryIO, names: Iterable[str], *, largest: int) -> dict[str, bytes]:
    """Return the bytes of those of these tables that the zip has, by name: NAME.tsv in whichever folder and case.

    Raises Unparsable for what is no zip file that can be read; TooLarge for a table beyond `largest` bytes; Hostile
    for one that shrinks beyond belief.
    """
    try:
        with zipfile.ZipFile(file) as bundle:
            members = {info.filename.rpartition("/")[2].upper(): info for info in bundle.infolist()}
            found = {name: members.get(f"{name}.TSV") for name in names}
            return {name: _body(bundle, info, largest) for name, info in found.items() if info is not None}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unparsable(f"not a zip file that can be read: {error}", advice="Fetch the data set again.") from error


def _body(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, largest: int) -> bytes:
    if info.file_size > largest:
        raise TooLarge(
            f"{info.filename} has {info.file_size:,} bytes, more than {largest:,}", advice="Raise the limit."
        )
    if info.file_size > MOST_TIMES * max(info.compress_size, _SMALL):
        raise Hostile(f"{info.filename} unpacks to {info.file_size:,} bytes from {info.compress_size:,}")
    with bundle.open(info) as member:
        return member.read(info.file_size)
