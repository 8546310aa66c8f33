"""What the answers of providers become, whatever they list: rows of one table, and a way through an archive of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from edgewise.sources.http import Archive
from edgewise.sources.items import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime, tzinfo

    from edgewise.core.table import Table
    from edgewise.sources.http import Fetcher


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said something, at which address (never with a key), and when we saw it (UTC)."""

    provider: str
    source_url: str
    seen_at: datetime

    @property
    def columns(self) -> dict[str, object]:
        """What every row that was said there has."""
        return {"provider": self.provider, "source_url": self.source_url, "first_seen_at": self.seen_at}

    def unreadable(self, reason: str) -> dict[str, object]:
        """Return what the row of an item has of which nothing can be said: absent, known when it was seen."""
        told = {"status": "absent", "reasons": reason, "known_at_source": "seen", "known_at": self.seen_at}
        return self.columns | told


@dataclass(frozen=True, slots=True)
class ProvidedRows:
    """One answer or file.

    rows:      the columns of its table without `instrument_id`, each identity once.
    items:     items that the answer had, which tells whether a page was full.
    following: what leads to the next page, '' if this is the last one or pages are numbered.
    """

    rows: pl.DataFrame
    items: int
    following: str = ""


def provided_rows(
    table: Table, rows: Iterable[dict[str, object]], *, items: int | None = None, following: str = ""
) -> ProvidedRows:
    """Return the rows of an answer; of several of one identity the last counts, for that is the one it ends with.

    items: how many it had; None if each is one row.
    """
    schema = {name: dtype for name, dtype in table.schema.items() if name != "instrument_id"}
    frame = pl.DataFrame(list(rows), schema=schema)
    once = frame.unique(table.identity, keep="last", maintain_order=True)
    return ProvidedRows(once, frame.height if items is None else items, following)


class DailyList:
    """A provider's list. `archived` says whether it is an archive, which has a file for each day and no questions.

    url:   of the list; an archive has its days below it.
    zone:  whose days an archive counts.
    parse: reads a body, given its `source_url` and `seen_at`.
    """

    url: ClassVar[str]
    zone: ClassVar[tzinfo]
    parse: ClassVar[Callable[..., ProvidedRows]]

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.archived = isinstance(fetcher, Archive)

    def days(self) -> list[date]:
        """Return the days that an archive holds, in order."""
        found = (day_of(url.rpartition("/")[2].removesuffix(".json")) for url in self._fetcher.listing(f"{self.url}/"))
        return sorted(day for day in found if day is not None)

    def day(self, day: date, *, seen_at: datetime) -> ProvidedRows:
        """Return a day of an archive: every state of every item, as a poller would have seen them."""
        return self._ask(f"{self.url}/{day.isoformat()}.json", seen_at)

    def _ask(self, url: str, seen_at: datetime) -> ProvidedRows:
        return type(self).parse(self._fetcher.get(url).body, source_url=url, seen_at=seen_at)
