"""What is on file in a simulated market, and since when: an index in arrays, never the filings' texts.

Two numbers for each filing stay in memory. What a page of the feed shows is read from the market's own
table for a few days at a time, and read again as time goes on, so memory does not grow with the market's length.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from edgewise.simulate.server.rules import Rules

SHOWN = ("accession", "cik", "role", "form", "name", "accepted_at", "published_at", "filed_date", "items", "size")
_READ_AHEAD = timedelta(days=1)
_DATA = "www.sec.gov/Archives/edgar/data"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASHED_TO = 2.0**64


class Filings:
    """The filings of the market in `folder`, seen in time. Not shared by threads: the server asks from one.

    Raises InvalidInput, if there is no market, or one of an older simulator without the columns that a server needs.
    """

    def __init__(self, folder: Path, rules: Rules) -> None:
        self._folder, self._rules = folder, rules
        self._table = folder / "truth" / "filings.parquet"
        _check(self._table)
        index = (
            pl.scan_parquet(self._table)
            .select(_code(pl.col("accession")).alias("code"), pl.col("published_at").dt.epoch("us"))
            .unique("code")
            .sort("code")
            .collect()
        )
        self._codes: NDArray[np.int64] = index["code"].to_numpy()
        self._published: NDArray[np.int64] = index["published_at"].to_numpy()
        self._window: pl.DataFrame | None = None
        self._window_from = self._window_until = _EPOCH

    def __len__(self) -> int:
        """How many filings there are, each counted once."""
        return len(self._codes)

    def published_at(self, accession: str) -> datetime | None:
        """Return when a filing became public, UTC; None if there is none of that number."""
        place = self._place(accession)
        return None if place is None else _instant(self._published[place])

    def served_at(self, accession: str, speed: float) -> datetime | None:
        """Return from when a filing's documents are served, UTC: some seconds after it became public.

        speed: of the clock, for delays in real seconds.
        """
        published = self.published_at(accession)
        if published is None:
            return None
        least, greatest = self._rules.document_delay_s
        delay_s = least + (greatest - least) * drawn(self._rules.seed, "delay", accession)
        return published + timedelta(seconds=delay_s * (speed if self._rules.real_seconds else 1.0))

    def text_of(self, cik: int, accession: str) -> Path | None:
        """Return the file of a filing's text in a registrant's folder; None if it does not stand there."""
        file = self._folder / _DATA / str(cik) / accession.replace("-", "") / f"{accession}.txt"
        return file if file.is_file() else None

    def are_public(self, accessions: Iterable[str], now: datetime) -> NDArray[np.bool_]:
        """Return for each accession whether it was public by `now`; a number that is not known never is."""
        wanted = pl.Series(list(accessions), dtype=pl.String).to_frame("a").select(_code(pl.col("a"))).to_series()
        codes: NDArray[np.int64] = wanted.fill_null(-1).to_numpy()
        places = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        public: NDArray[np.bool_] = (self._codes[places] == codes) & (self._published[places] <= _microseconds(now))
        return public

    def public_between(self, first: datetime, now: datetime) -> pl.DataFrame:
        """Return what became public from `first` to `now`, one row per filing and registrant, columns `SHOWN`."""
        if self._window is None or first < self._window_from or now >= self._window_until:
            self._window_from, self._window_until = first, now + _READ_AHEAD
            within = pl.col("published_at").is_between(self._window_from, self._window_until, closed="left")
            self._window = pl.scan_parquet(self._table).filter(within).select(SHOWN).collect()
        return self._window.filter(pl.col("published_at").is_between(first, now))

    def _place(self, accession: str) -> int | None:
        """Return a filing's place in the index."""
        code = int(accession.replace("-", ""))
        place = int(np.searchsorted(self._codes, code))
        return place if place < len(self._codes) and self._codes[place] == code else None


def drawn(seed: int, purpose: str, key: str) -> float:
    """Return a number from [0, 1) that depends on nothing but the arguments."""
    digest = blake2b(f"{seed}:{purpose}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _HASHED_TO


def _check(table: Path) -> None:
    if not table.is_file():
        raise InvalidInput(
            f"{table.parent.parent} holds no simulated market",
            advice="Write one: edgewise simulate market --folder ...",
        )
    if missing := sorted(set(SHOWN) - set(pl.read_parquet_schema(table))):
        raise InvalidInput(
            f"{table} has no column {', '.join(missing)}",
            advice="It is of an older simulator: simulate it anew.",
        )


def _code(accession: pl.Expr) -> pl.Expr:
    """Return accession numbers as whole numbers: their eighteen digits."""
    return accession.str.replace_all("-", "", literal=True).cast(pl.Int64, strict=False)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))
