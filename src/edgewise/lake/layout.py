"""How rows lie in files, which is what makes as-of reading cheap.

Every file is sorted by identity. The files of one *run* follow each other without overlap, so a run read file by file
is sorted as a whole. An append is a run; compaction turns a table into a single one. Removing rows keeps a run sorted.
The name of a file says where it stands: `sorted-<run>-<ordinal>-<writing>.parquet`. A file with another name came from
another program: nothing is assumed of its order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROWS_PER_FILE = 1_048_576
SMALL_RUN_ROWS = 100_000  # runs below this are sorted together when read, and folded together when many
_NAME = re.compile(r"sorted-(?P<run>[0-9a-f]{16})-(?P<ordinal>\d{5})-[0-9a-f]{8}\.parquet")


def new_run() -> str:
    """Return a name for a run that nothing else has."""
    return uuid4().hex[:16]


@dataclass(frozen=True, slots=True)
class FileName:
    """A place in a run, and one writing of it: rewriting the same place gives another file."""

    run: str
    ordinal: int
    writing: str = field(default_factory=lambda: uuid4().hex[:8])

    def __str__(self) -> str:
        return f"sorted-{self.run}-{self.ordinal:05d}-{self.writing}.parquet"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a table version.

    path: relative to the table's folder, as the log gives it.
    low, high: smallest and greatest value of each identity column; a column without statistics is absent.
    """

    path: str
    size: int
    rows: int
    low: Mapping[str, object]
    high: Mapping[str, object]

    @classmethod
    def from_action(cls, action: Mapping[str, object], identity: Sequence[str]) -> Self:
        """Return the file that one flattened add action of the log describes."""
        low, high = (
            {name: action[f"{side}.{name}"] for name in identity if action.get(f"{side}.{name}") is not None}
            for side in ("min", "max")
        )
        rows = action["num_records"]
        return cls(str(action["path"]), int(str(action["size_bytes"])), int(str(rows or 0)), low, high)

    @property
    def name(self) -> FileName | None:
        """Where the file stands in a run, as a name for its next writing; None if another program wrote it."""
        parts = _NAME.fullmatch(self.path)
        return FileName(parts["run"], int(parts["ordinal"])) if parts else None

    @property
    def base(self) -> str:
        """The file's own name, unique in its table however a reader writes its path."""
        return unquote(self.path).rpartition("/")[2]

    def may_hold(self, low: Mapping[str, object], high: Mapping[str, object]) -> bool:
        """Return whether a row within these bounds of the identity columns can be in the file."""
        return not any(
            (name in self.high and self.high[name] < low[name])  # type: ignore[operator]
            or (name in self.low and self.low[name] > high[name])  # type: ignore[operator]
            for name in low
        )


@dataclass(frozen=True, slots=True)
class Run:
    """Files that are sorted by identity when read in this order; `ordered` is False where nobody vouches for it."""

    files: tuple[StoredFile, ...]
    ordered: bool = True

    @property
    def rows(self) -> int:
        """Rows of all its files."""
        return sum(file.rows for file in self.files)


def runs(files: Iterable[StoredFile]) -> list[Run]:
    """Return the runs that these files form, greatest first; the order is the same for the same files."""
    members: defaultdict[str, list[StoredFile]] = defaultdict(list)
    for file in files:
        members[file.name.run if file.name else file.path].append(file)
    found = [Run(tuple(sorted(run, key=_place)), ordered=run[0].name is not None) for run in members.values()]
    return sorted(found, key=lambda run: (-run.rows, run.files[0].path))


def chained(found: Iterable[Run], leading: str) -> list[Run]:
    """Return sorted runs with those joined into one that follow each other in `leading` without overlap.

    leading: the first column of the identity, so that what is joined is sorted as a whole. A run without statistics of
             it stays alone.
    """
    told: list[Run] = []
    untold: list[Run] = []
    for run in found:
        (told if leading in run.files[0].low and leading in run.files[-1].high else untold).append(run)
    chains: list[Run] = []
    for run in sorted(told, key=lambda run: run.files[0].low[leading]):  # type: ignore[arg-type, return-value]
        low = run.files[0].low[leading]
        ends = (place for place, chain in enumerate(chains) if chain.files[-1].high[leading] < low)  # type: ignore[operator]
        if (place := next(ends, None)) is None:
            chains.append(run)
        else:
            chains[place] = Run(chains[place].files + run.files)
    return chains + untold


def _place(file: StoredFile) -> tuple[int, str]:
    return file.name.ordinal if file.name else 0, file.path
