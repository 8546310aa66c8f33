"""Leave out what nothing has changed of since it was built: remembered by content, never by time.

A mark names all that a company's rows are made of and all rows that are stored of it. As long as both are what they
were when it was last built, building again would store nothing. A build that is killed is begun again and goes on; rows
that somebody else changed, a restored lake and another version of the code are other marks, and are built.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgewise.core.clock import Clock
    from edgewise.core.ports import Seen

_REMEMBERED = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What a builder remembers. builder: its name; version: of what it computes; seen: where marks are kept."""

    builder: str
    version: str
    seen: Seen
    clock: Clock

    def marks(self, ciks: Sequence[int], frames: Iterable[pl.DataFrame]) -> dict[int, str]:
        """Return a mark per company of the frames' rows about it, in whatever order they are; each has `cik`."""
        sums: dict[int, tuple[str, ...]] = dict.fromkeys(ciks, ())
        for frame in frames:
            hashed = frame.select("cik", of=frame.hash_rows(seed=1)).group_by("cik").agg(pl.col("of").sum(), pl.len())
            told = {cik: f"{rows}.{total:x}" for cik, total, rows in hashed.iter_rows()}
            sums = {cik: (*parts, told.get(cik, "")) for cik, parts in sums.items()}
        return {cik: f"{self.builder}/{self.version}/{cik}/{'/'.join(parts)}" for cik, parts in sums.items()}

    def to_build(self, marks: dict[int, str]) -> list[int]:
        """Return the companies whose marks are not remembered."""
        at = self.clock.now()
        # To ask is to claim: what nobody holds is claimed for no time at all.
        fresh = self.seen.claim(list(marks.values()), at=at, until=at)
        return [cik for cik, mark in marks.items() if mark in fresh]

    def remember(self, marks: dict[int, str]) -> None:
        """Keep the marks of companies that were built."""
        self.seen.keep(list(marks.values()), until=self.clock.now() + _REMEMBERED)
