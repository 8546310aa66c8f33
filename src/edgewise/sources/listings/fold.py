"""Securities that have left the market, folded into the instruments that the SEC's lists of today show.

1. A symbol that ended and that nobody knew becomes a span up to its last day, from the day after the last other one who
   had it, or, where nobody is known to have had it before, from `UNKNOWN_START`.
2. It is a security that is known already if it was a symbol of it; if its share class (FIGI) is that of one; or if
   its registrant took up another symbol of the same type in its place, by the rules of `sources.edgar.tickers`, and no
   FIGI contradicts. Otherwise it is a new one, whose ordinal goes on after the registrant's others, shortest symbol
   first. No two symbols that ended on one day are one security: a FIGI that says so is not believed.
3. A span that began at `UNKNOWN_START` and covers the days of an older holder of its symbol is written void, and anew
   from the day after. What a vintage of the SEC's list showed stays: who contradicts it is left out.
4. Where the SEC's list only showed that a symbol was gone, the day that the provider tells is its last.
5. Nothing here depends on the order of rows. Rows are known from the fetch on; folding the same list again adds none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.identifiers import Cik, InstrumentId
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar.tickers import UNKNOWN_START, by_length, checked_instant, current
from edgewise.sources.listings.classes import Ended, same_security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Span = dict[str, Any]

_DAY = timedelta(days=1)
_MOST_CLASSES = 99
_VOID = UNKNOWN_START - _DAY


@dataclass(frozen=True, slots=True)
class FoldedListings:
    """What came of a list: all rows of INSTRUMENTS, how many were added, and how many securities are new.

    left_out: symbols that did not come in, by reason: not_over, too_early, ticker_of_two (another registrant's claim to
              the same symbol and day was told later), still_listed (the SEC lists it), overlaps (the SEC's lists showed
              somebody else with it), too_many_classes (an instrument's id has two digits for the class).
    """

    instruments: pl.DataFrame
    rows: int
    securities: int
    left_out: Counter[str] = field(default_factory=Counter)


def fold_listings(
    existing: pl.DataFrame, ended: pl.DataFrame, in_use: pl.DataFrame, observed_at: datetime, *, source_url: str
) -> FoldedListings:
    """Return `existing` and below it the rows that a list of ended symbols adds.

    existing:    rows of INSTRUMENTS, all versions, with the SEC's list of today folded in; not changed.
    ended:       symbols no longer in use, columns LISTED.
    in_use:      symbols in use, which tell the share classes of what `existing` has in use; may be empty.
    observed_at: UTC instant at which the lists were fetched, the `known_at` of the new rows.
    Raises InvalidInput, if `observed_at` has no zone or lies before what is known.
    """
    observed = checked_instant(existing, observed_at)
    day = observed.astimezone(NEW_YORK).date()
    left_out: Counter[str] = Counter()
    claims = _one_each(ended, day, left_out)
    known = _Known.of(current(existing).iter_rows(named=True))
    rows = {_key(span): span for span in _corrected(claims, known)}
    known = _Known.of(({_key(span): span for span in known.spans} | rows).values())
    placed = _placed(claims, known, day, left_out)
    ids, minted = _ids(same_security(placed, claims, known.spans, in_use), known, left_out)
    rows |= {_key(span): span for span in _spans([claim for claim in placed if claim.key in ids], known, ids)}
    told = {"source_url": source_url, "known_at": observed}
    added = INSTRUMENTS.frame([span | told for span in rows.values()])
    together = pl.concat([existing, added]) if rows else existing
    return FoldedListings(together, len(rows), minted, left_out)


@dataclass(frozen=True, slots=True)
class _Known:
    """The spans that are known, by symbol and by registrant, each in order of its first day."""

    by_ticker: Mapping[str, list[Span]]
    by_cik: Mapping[int, list[Span]]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> _Known:
        by_ticker: dict[str, list[Span]] = defaultdict(list)
        by_cik: dict[int, list[Span]] = defaultdict(list)
        for span in sorted(spans, key=itemgetter("valid_from", "instrument_id", "ticker")):
            by_ticker[span["ticker"]].append(span)
            by_cik[span["cik"]].append(span)
        return cls(by_ticker, by_cik)

    @property
    def spans(self) -> Iterator[Span]:
        """All spans."""
        return (span for own in self.by_ticker.values() for span in own)

    def own(self, claim: Ended) -> list[Span]:
        """Return the spans in which the claim's registrant had its symbol."""
        return [span for span in self.by_ticker.get(claim.ticker, ()) if span["cik"] == claim.cik]

    def others(self, claim: Ended) -> list[Span]:
        """Return the spans in which another registrant had its symbol."""
        return [span for span in self.by_ticker.get(claim.ticker, ()) if span["cik"] != claim.cik]

    def covering(self, claim: Ended) -> Span | None:
        """Return the newest span in which the claim's registrant had its symbol by that day."""
        return next((span for span in reversed(self.own(claim)) if span["valid_from"] <= claim.ended), None)


def _key(span: Span) -> tuple[str, str, date]:
    return span["instrument_id"], span["ticker"], span["valid_from"]


def _one_each(ended: pl.DataFrame, day: date, left_out: Counter[str]) -> list[Ended]:
    """Return the claims in one order: one for a symbol and day, told last; one for a registrant and symbol, the latest.

    Of two that were told at the same time the registrant with the smaller number counts.
    """
    columns = ["ticker", "cik", "company", "exchange", "kind", "share_class", "ended"]
    ordered = ended.sort(
        "ticker", "ended", "told_at", "cik", *columns[2:], descending=[*(False,) * 2, True, *(False,) * 6]
    )
    over = ordered.filter(pl.col("ended") <= day)
    timely = over.filter(pl.col("ended") >= UNKNOWN_START)
    rivals = timely.unique(["ticker", "ended", "cik"], keep="first", maintain_order=True)
    single = rivals.unique(["ticker", "ended"], keep="first", maintain_order=True)
    lost = {
        "not_over": ended.height - over.height,
        "too_early": over.height - timely.height,
        "ticker_of_two": rivals.height - single.height,
    }
    left_out.update({reason: count for reason, count in lost.items() if count})
    last = single.unique(["ticker", "cik"], keep="last", maintain_order=True).sort("ended", "ticker", "cik")
    return [Ended(*row) for row in last.select(columns).iter_rows()]


def _placed(claims: Sequence[Ended], known: _Known, day: date, left_out: Counter[str]) -> list[Ended]:
    """Return the claims that are spans of their own: unknown, and contradicting nothing that the SEC's lists showed.

    So are those of who is in use again, if another had the symbol since.
    """
    fresh = [claim for claim in claims if known.covering(claim) is None]
    placed = [claim for claim in fresh if not _overlaps(claim, known, day)]
    left_out.update({"overlaps": len(fresh) - len(placed)} if len(fresh) > len(placed) else {})
    by_ticker = _by_ticker(placed)
    for claim in claims:
        span = known.covering(claim)
        if span is None or span["valid_to"] is not None:
            continue
        begins = _begins(span, by_ticker.get(claim.ticker, ()))
        if begins > claim.ended and not _overlaps(claim, known, day):
            placed.append(claim)
        else:
            left_out["still_listed"] += 1
    return sorted(placed, key=lambda claim: (claim.ended, claim.ticker, claim.cik))


def _by_ticker(claims: Iterable[Ended]) -> dict[str, list[Ended]]:
    found: dict[str, list[Ended]] = defaultdict(list)
    for claim in claims:
        found[claim.ticker].append(claim)
    return found


def _overlaps(claim: Ended, known: _Known, day: date) -> bool:
    return any(_contradicts(span, claim, day) for span in known.others(claim))


def _contradicts(span: Span, claim: Ended, day: date) -> bool:
    """Return whether another's span covers the claim's last day and cannot begin later."""
    covers = span["valid_from"] <= claim.ended and (span["valid_to"] is None or claim.ended <= span["valid_to"])
    movable = span["valid_from"] == UNKNOWN_START and claim.ended < (span["valid_to"] or day)
    return covers and not movable


def _ids(
    groups: Iterable[tuple[str | None, list[Ended]]], known: _Known, left_out: Counter[str]
) -> tuple[dict[tuple[str, int], str], int]:
    """Return the instrument of each claim, and how many are new."""
    ids: dict[tuple[str, int], str] = {}
    new: dict[int, list[list[Ended]]] = defaultdict(list)
    for instrument, group in groups:
        if instrument is None:
            new[group[0].cik].append(group)
        else:
            ids |= dict.fromkeys((claim.key for claim in group), instrument)
    minted = 0
    for cik, own in new.items():
        ordinal = max((int(span["instrument_id"][-2:]) for span in known.by_cik.get(cik, ())), default=0)
        ordered = sorted(own, key=lambda group: min(by_length(claim.ticker) for claim in group))
        for number, group in enumerate(ordered, start=ordinal + 1):
            if number > _MOST_CLASSES:
                left_out["too_many_classes"] += len(group)
                continue
            ids |= dict.fromkeys((claim.key for claim in group), str(InstrumentId.mint(Cik(cik), number)))
            minted += 1
    return ids, minted


def _spans(claims: Sequence[Ended], known: _Known, ids: Mapping[tuple[str, int], str]) -> Iterator[Span]:
    """Yield known spans that begin later because of the claims, and then those of the claims."""
    for ticker, own in _by_ticker(claims).items():
        there = known.by_ticker.get(ticker, [])
        for span in there:
            begins = _begins(span, own)
            if begins != span["valid_from"]:
                yield {**span, "valid_to": _VOID}
                yield {**span, "valid_from": begins}
        yield from _begun(there, own, ids)


def _begins(span: Span, claims: Iterable[Ended]) -> date:
    """Return the first day of a known span: where it is unknown, the day after the last claim that ended within it."""
    if span["valid_from"] != UNKNOWN_START:
        return span["valid_from"]  # type: ignore[no-any-return]
    before = [
        claim.ended
        for claim in claims
        if claim.cik != span["cik"] and (span["valid_to"] is None or claim.ended < span["valid_to"])
    ]
    return max(before) + _DAY if before else UNKNOWN_START


def _begun(there: Sequence[Span], claims: Sequence[Ended], ids: Mapping[tuple[str, int], str]) -> Iterator[Span]:
    """Yield the spans of the claims to one symbol, each from the day after the last other that ended before it."""
    ends = [(span["valid_to"], span["cik"]) for span in there if span["valid_to"] is not None]
    ends += [(claim.ended, claim.cik) for claim in claims]
    for claim in claims:
        before = [end for end, cik in ends if cik != claim.cik and end < claim.ended]
        yield {
            "instrument_id": ids[claim.key],
            "ticker": claim.ticker,
            "valid_from": max(before) + _DAY if before else UNKNOWN_START,
            "valid_to": claim.ended,
            "cik": claim.cik,
            "company": claim.company,
            "exchange": claim.exchange,
        }


def _corrected(claims: Iterable[Ended], known: _Known) -> Iterator[Span]:
    """Yield known spans whose last day the claims tell otherwise, where nobody else has the symbol between the two."""
    for claim in claims:
        span = known.covering(claim)
        if span is None or span["valid_to"] in {None, claim.ended}:
            continue
        if not _taken(known.others(claim), span, claim.ended):
            yield {**span, "valid_to": claim.ended}


def _taken(others: Iterable[Span], span: Span, until: date) -> bool:
    """Return whether another span begins after `span` does and no later than `until`."""
    return any(span["valid_from"] <= other["valid_from"] <= until for other in others)
