"""Which ended symbols are one security, and which of them are a security that is known already. See `fold`, rule 2."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from edgewise.sources.edgar.tickers import UNKNOWN_START, renames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import polars as pl

    Span = dict[str, Any]
    Group = list["Ended"]

_AT_ONCE = timedelta(days=31)
"""A symbol that the SEC's lists first showed longer than this after another had ended did not take its place."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A registrant's symbol and the last day on which it named a security; columns of LISTED."""

    ticker: str
    cik: int
    company: str
    exchange: str | None
    kind: str | None
    share_class: str | None
    ended: date

    @property
    def key(self) -> tuple[str, int]:
        """What names the claim: symbol and registrant."""
        return self.ticker, self.cik


def same_security(
    fresh: Sequence[Ended], every: Sequence[Ended], spans: Iterable[Span], in_use: pl.DataFrame
) -> Iterator[tuple[str | None, Group]]:
    """Yield the claims of `fresh` in groups that are one security, each with its instrument; None for a new one.

    every:  all claims of the list, those of known symbols too, in order of their last days, as `fresh` is.
    spans:  what is known, rows of INSTRUMENTS. in_use: symbols in use, columns LISTED.
    """
    known = _Securities(spans, every, in_use)
    groups: dict[object, Group] = defaultdict(list)
    for claim in sorted(fresh, key=lambda claim: not known.had(claim)):
        instrument = known.of(claim)
        if instrument is not None:
            yield instrument, [claim]
        else:
            groups[claim.share_class if claim.share_class in known.believed else claim.key].append(claim)
    yield from known.with_renamed(list(groups.values()))


class _Securities:
    """The securities that are known, by symbol and by share class."""

    def __init__(self, spans: Iterable[Span], every: Sequence[Ended], in_use: pl.DataFrame) -> None:
        self._symbols: dict[tuple[str, int], str] = {}
        self._in_use: dict[int, dict[str, Span]] = defaultdict(dict)
        self._had: dict[str, set[str]] = defaultdict(set)
        self._ends: dict[str, set[date]] = defaultdict(set)
        for span in spans:
            self._symbols[span["ticker"], span["cik"]] = span["instrument_id"]
            self._had[span["instrument_id"]].add(span["ticker"])
            self._ends[span["instrument_id"]].add(span["valid_to"])
            if span["valid_to"] is None:
                self._in_use[span["cik"]][span["ticker"]] = span
        told = in_use.select("ticker", "cik", "kind", "share_class").iter_rows()
        self._told = {
            (ticker, cik): (kind, share_class)
            for ticker, cik, kind, share_class in told
            if ticker in self._in_use.get(cik, ())
        }
        listed = [(share_class, self._symbols[key]) for key, (_, share_class) in self._told.items()]
        ended = [(one.share_class, self._symbols[one.key]) for one in every if one.key in self._symbols]
        self._classes = _only_ones(ended) | _only_ones(listed)
        twice = Counter((one.share_class, one.ended) for one in every)
        doubtful = {share_class for (share_class, _), count in twice.items() if count > 1}
        doubtful |= _of_several(listed) | (_of_several(ended) - self._classes.keys())
        self.believed = {one.share_class for one in every if one.share_class} - doubtful

    def had(self, claim: Ended) -> bool:
        """Return whether the claim's registrant is known to have had its symbol at another time."""
        return claim.key in self._symbols

    def of(self, claim: Ended) -> str | None:
        """Return the known security that the registrant's symbol or its share class is; it had that symbol, too.

        Where another of its symbols ended on the same day, the share class is told wrong.
        """
        found = self._symbols.get(claim.key)
        if found is None and claim.share_class in self.believed:
            found = self._classes.get(claim.share_class)
            found = None if found is not None and claim.ended in self._ends[found] else found
        if found is not None:
            self._had[found].add(claim.ticker)
            self._ends[found].add(claim.ended)
        return found

    def with_renamed(self, groups: Sequence[Group]) -> Iterator[tuple[str | None, Group]]:
        """Yield the groups, those with their instrument whose place another symbol of their registrant has taken."""
        latest: dict[int, list[Group]] = defaultdict(list)
        for group in groups:
            latest[group[-1].cik].append(group)
        for cik, own in latest.items():
            day = max(group[-1].ended for group in own)
            taken = dict(self._renamed(cik, {group[-1].ticker: group for group in own if group[-1].ended == day}))
            for group in own:
                yield taken.get(group[-1].ticker), group

    def _renamed(self, cik: int, last: Mapping[str, Group]) -> Iterator[tuple[str, str]]:
        """Yield symbol and instrument of those that ended last and became a symbol in use."""
        in_use = self._in_use.get(cik, {})
        for old, new in renames(list(last), list(in_use), list(in_use)):
            if old in last and self._took_its_place(in_use[new], last[old]):
                yield old, in_use[new]["instrument_id"]

    def _took_its_place(self, span: Span, group: Group) -> bool:
        """Return whether a symbol in use may be what the group's last became: same type, no other class, at once."""
        claim = group[-1]
        kind, share_class = self._told.get((span["ticker"], span["cik"]), (None, None))
        known_apart = share_class is not None and claim.share_class is not None
        alike = kind is not None and kind == claim.kind and not known_apart
        alone = self._had[span["instrument_id"]] == {span["ticker"]}
        alone = alone and not self._ends[span["instrument_id"]] & {one.ended for one in group}
        begins = span["valid_from"]
        at_once = begins == UNKNOWN_START or begins <= claim.ended + _AT_ONCE
        return alike and alone and at_once and not _built_on(span["ticker"], claim.ticker)


def _only_ones(named: Iterable[tuple[str | None, str]]) -> dict[str | None, str]:
    """Return the share classes that are one instrument, and which."""
    found = _instruments(named)
    return {share_class: next(iter(names)) for share_class, names in found.items() if len(names) == 1}


def _of_several(named: Iterable[tuple[str | None, str]]) -> set[str | None]:
    return {share_class for share_class, names in _instruments(named).items() if len(names) > 1}


def _instruments(named: Iterable[tuple[str | None, str]]) -> Mapping[str | None, set[str]]:
    found: dict[str | None, set[str]] = defaultdict(set)
    for share_class, instrument in named:
        if share_class is not None:
            found[share_class].add(instrument)
    return found


def _built_on(one: str, other: str) -> bool:
    """Return whether one symbol continues the other's base, as ABC-PA and ABCW do ABC: another class beside it."""
    return one.startswith(other.partition("-")[0]) or other.startswith(one.partition("-")[0])
