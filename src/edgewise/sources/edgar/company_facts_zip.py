"""The SEC's nightly zip of all files of company facts, read member by member: 18,000 of them, and nobody trusts it.

Nothing is unpacked to a folder, so names that lead elsewhere lead nowhere: what is not called CIK##########.json is
never looked at. One damaged member fails alone.

Source: sec.gov, "EDGAR Application Programming Interfaces", companyfacts.zip.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable
from edgewise.sources.edgar.data_set_zip import MOST_TIMES

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from edgewise.core.identifiers import Cik

MOST_MEMBERS = 200_000
MOST_MEMBER_BYTES = 128 * 1024 * 1024
_SMALL = 1 << 16
_NAME = re.compile(r"CIK(\d{10})\.json", re.ASCII)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class CompanyFactsZip:
    """The files of company facts in a zip file, each read when it is asked for. Use it as a context manager.

    source_url: where it was read from, for the rows of its facts.
    Raises NotFound where there is no such file; Unparsable for what is no zip file; Hostile for one with more members
    than there are companies, with two files of one company, or whose members claim more bytes than it has.
    """

    def __init__(self, path: Path, *, source_url: str = "") -> None:
        self.source_url = source_url or f"file:{path.name}"
        try:
            self._bundle = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise NotFound(f"there is no file {path}", advice="Give the companyfacts.zip that you fetched.") from error
        except _DAMAGED as error:
            raise Unparsable(f"{path} is no zip file that can be read: {error}", advice="Fetch it again.") from error
        try:
            self._members = _members(self._bundle.infolist(), path.stat().st_size)
        except Hostile:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._members)

    def file(self, cik: Cik) -> bytes:
        """Return the file of a company, for `parse_files`.

        Raises NotFound where there is none, TooLarge beyond `MOST_MEMBER_BYTES`, Hostile for one that shrinks beyond
        belief, Unparsable for one that is damaged.
        """
        info = self._members.get(int(cik))
        if info is None:
            raise NotFound(f"{self.source_url} has no facts of CIK {int(cik)}", advice="It may never have tagged any.")
        if info.file_size > MOST_MEMBER_BYTES:
            raise TooLarge(f"{info.filename} has {info.file_size:,} bytes, more than {MOST_MEMBER_BYTES:,}")
        if info.file_size > MOST_TIMES * max(info.compress_size, _SMALL):
            raise Hostile(f"{info.filename} unpacks to {info.file_size:,} bytes from {info.compress_size:,}")
        try:
            return self._bundle.read(info)
        except _DAMAGED as error:
            raise Unparsable(f"{info.filename} is damaged: {error}", advice="Fetch the zip file again.") from error

    def close(self) -> None:
        """Let the file go."""
        self._bundle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _members(listed: list[zipfile.ZipInfo], size: int) -> dict[int, zipfile.ZipInfo]:
    """Return the files by company."""
    if len(listed) > MOST_MEMBERS:
        raise Hostile(f"the zip file lists {len(listed):,} members", advice="Fetch it again, from the SEC.")
    if sum(info.compress_size for info in listed) > size:
        raise Hostile("the members of the zip file overlap", advice="Fetch it again, from the SEC.")
    found: dict[int, zipfile.ZipInfo] = {}
    for info in listed:
        named = _NAME.fullmatch(info.filename)
        if named is None or not int(named[1]):
            continue
        if int(named[1]) in found:
            raise Hostile(f"the zip file has two members {info.filename}", advice="Fetch it again, from the SEC.")
        found[int(named[1])] = info
    return found
