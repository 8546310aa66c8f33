"""Which symbol names which security: EDGAR's lists of tickers, folded one vintage after another into `instruments`.

1. A list is a snapshot: today's symbols by registrant. It says neither since when nor what was before, so the history
   is what successive vintages show. `fold` adds to what is known only what a vintage changes.
2. An instrument is minted once, when a symbol of its registrant is first seen, and keeps its id for good. Ordinals go
   by the symbols' own order (shortest first, then alphabetical), never by the file's order, which is market value.
3. A registrant's symbol that vanished and one that appeared are the same instrument if it had one and has one class, or
   if both stand in the same relation to its base symbol (ABC, ABC-PA become XYZ, XYZ-PA). Otherwise it is a new class.
4. A symbol that moves to another registrant is a reuse: the old span ends the day before, a new instrument begins.
5. A symbol that a vintage no longer lists ended, as far as known, the day before. Coming back, it opens a new span of
   the same instrument, unless another symbol has it by then.
6. Rows are never changed: a span that ends, or whose issuer's name or exchange is told anew, is written again, known
   from that vintage on. A span that proves to be none is written again, void: it ends before it begins.

Who left before the first vintage is on none of these lists: `sources.listings` brings those in.

Source: https://www.sec.gov/files/company_tickers.json and company_tickers_exchange.json.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound, Truncated, Unparsable
from edgewise.core.identifiers import Cik, InstrumentId, Ticker
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.discovered import Rejected
from edgewise.sources.edgar.json_body import json_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

UNKNOWN_START = date(1990, 1, 2)
"""`valid_from` of symbols in the first vintage: since when they named their security is not known."""

_ENTRIES = {"ticker": pl.String, "cik": pl.Int64, "company": pl.String, "exchange": pl.String}
_SPAN = ["instrument_id", "ticker", "valid_from"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TickerPage:
    """One vintage. `entries` has a row per ticker: ticker, cik, company, exchange (null where the list gives none)."""

    entries: pl.DataFrame
    rejected: tuple[Rejected, ...]

    def __len__(self) -> int:
        return self.entries.height


def parse_tickers(body: bytes) -> TickerPage:
    """Return one vintage of either list. An entry that cannot be read, or claims a taken ticker, is rejected.

    Raises Truncated and Unparsable, if the body is no such list, and if not one entry of it can be read.
    """
    said = json_object(body, "the list of tickers")
    taken: dict[str, tuple[str, int, str, str | None]] = {}
    rejected: list[Rejected] = []
    for one in _records(said):
        row = _entry(one)
        if row is None:
            rejected.append(Rejected.of("bad_entry", repr(one)))
        elif taken.setdefault(row[0], row)[1] != row[1]:
            rejected.append(Rejected.of("ticker_of_two", repr(one)))
    if not taken:
        raise Unparsable("the list of tickers names none", advice="Keep the body and report it.")
    return TickerPage(pl.DataFrame(list(taken.values()), schema=_ENTRIES, orient="row"), tuple(rejected))


def instruments_from_tickers(vintages: Sequence[tuple[datetime, bytes]]) -> pl.DataFrame:
    """Return the instruments that these vintages show, as rows of `INSTRUMENTS`, whatever order they are given in.

    vintages: (UTC instant at which the list was fetched, body).
    """
    folded = INSTRUMENTS.empty()
    for observed_at, body in sorted(vintages):
        folded = fold(folded, parse_tickers(body).entries, observed_at)
    return folded


def fold(
    existing: pl.DataFrame,
    entries: pl.DataFrame,
    observed_at: datetime,
    *,
    source_url: str | None = None,
    max_loss: float = 0.5,
) -> pl.DataFrame:
    """Return `existing` and below it the rows that a vintage adds; folding the same vintage again adds none.

    existing:    rows of `INSTRUMENTS`, all versions; not changed.
    entries:     as `parse_tickers` gives them.
    observed_at: UTC instant at which the vintage was fetched, the `known_at` of the new rows.
    source_url:  where the vintage was read; the list without exchanges if not said.
    max_loss:    refuse a vintage that lacks more than this fraction of the registrants with symbols in use.
    Raises:      InvalidInput, if `observed_at` has no zone or lies before what is known; Truncated, past `max_loss`.
    """
    observed = checked_instant(existing, observed_at)
    known = current(existing)
    in_use = known.filter(pl.col("valid_to").is_null())
    _check_loss(in_use, entries, max_loss)
    day = observed.astimezone(NEW_YORK).date()
    added = [
        {**row, "source_url": source_url or urls.company_tickers(), "known_at": observed}
        for row in _changes(known, in_use, entries, UNKNOWN_START if known.is_empty() else day, day)
    ]
    return pl.concat([existing, INSTRUMENTS.frame(added)]) if added else existing


def current(instruments: pl.DataFrame) -> pl.DataFrame:
    """Return the latest known version of each span of `INSTRUMENTS` rows, in key order, without those that are void."""
    latest = instruments.sort("known_at", maintain_order=True).group_by(_SPAN).last()
    real = pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("valid_from"))
    return latest.filter(real).sort(_SPAN).select(INSTRUMENTS.schema.keys())


def resolve(instruments: pl.DataFrame, ticker: str, on: date) -> InstrumentId:
    """Return the instrument that `ticker` named on the New York day `on`.

    Raises NotFound, with when the ticker was in use, or with the nearest tickers there are; InvalidInput for no ticker.
    """
    symbol = Ticker(ticker)
    spans = current(instruments).filter(pl.col("ticker") == symbol).sort("valid_from")
    covering = spans.filter(pl.col("valid_from") <= on, pl.col("valid_to").is_null() | (pl.col("valid_to") >= on))
    if covering.height:
        return InstrumentId(covering["instrument_id"][-1])
    if spans.height:
        told = ", ".join(f"{row['valid_from']} to {row['valid_to'] or 'today'}" for row in spans.iter_rows(named=True))
        raise NotFound(f"{symbol} named nothing on {on}", advice=f"It was in use from {told}.")
    near = difflib.get_close_matches(symbol, instruments["ticker"].unique().sort().to_list(), n=3)
    advice = f"Near it are {', '.join(near)}." if near else "Refresh the list of tickers with instruments ingest."
    raise NotFound(f"no instrument has the ticker {symbol}", advice=advice)


def resolve_last(instruments: pl.DataFrame, ticker: str, on: date) -> InstrumentId:
    """Return the instrument that `ticker` named on the New York day `on`; the last one before, if it named none then.

    It is what somebody means who asks today for a company that has left the market. Raises as `resolve` does.
    """
    symbol = Ticker(ticker)
    before = (pl.col("ticker") == symbol) & (pl.col("valid_from") <= on)
    ends = current(instruments).filter(before)["valid_to"]
    return resolve(instruments, ticker, min([on, *ends.fill_null(on).sort()[-1:]]))


def identify(frame: pl.DataFrame, instruments: pl.DataFrame, *, on: str = "session") -> pl.DataFrame:
    """Return `frame` with `instrument_id`: what its `ticker` named on the day in column `on`, null where nothing.

    The rows keep their order; a ticker may be spelt with '.', '/' or '-' before the class.
    """
    spans = current(instruments).select("ticker", "instrument_id", "valid_from", "valid_to").sort("valid_from")
    asked = frame.select(
        pl.col("ticker").cast(pl.String).str.strip_chars().str.to_uppercase().str.replace_all(r"[./]", "-"),
        pl.col(on).alias("day"),
    ).with_row_index("place")
    joined = asked.sort("day").join_asof(
        spans, left_on="day", right_on="valid_from", by="ticker", strategy="backward", check_sortedness=False
    )
    valid = pl.col("valid_to").is_null() | (pl.col("day") <= pl.col("valid_to"))
    named = joined.select("place", instrument_id=pl.when(valid).then(pl.col("instrument_id"))).sort("place")
    return frame.with_columns(named["instrument_id"])


def _records(said: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of either list as mappings of ticker, cik, name and exchange."""
    if "fields" in said:
        fields, rows = said["fields"], said.get("data")
        if not isinstance(fields, list) or not {"cik", "name", "ticker"} <= set(map(str, fields)):
            raise Unparsable(f"the list of tickers has the fields {fields!r:.80}", advice="It should name cik, ticker.")
        if not isinstance(rows, list):
            raise Unparsable("the list of tickers has no data", advice="Keep the body and report it.")
        for row in rows:
            yield dict(zip(fields, row, strict=False)) if isinstance(row, list) else {"row": row}
        return
    for one in said.values():
        if isinstance(one, dict):
            yield {"ticker": one.get("ticker"), "cik": one.get("cik_str"), "name": one.get("title")}
        else:
            yield {"row": one}


def _entry(one: Mapping[str, Any]) -> tuple[str, int, str, str | None] | None:
    """Return the entry as a row, None where it is none."""
    ticker, cik, name, exchange = (one.get(key) for key in ("ticker", "cik", "name", "exchange"))
    if not isinstance(ticker, str) or not isinstance(cik, int | str) or not isinstance(name, str):
        return None
    try:
        return str(Ticker(ticker)), int(Cik(cik)), name, exchange if isinstance(exchange, str) else None
    except InvalidInput:
        return None


def checked_instant(existing: pl.DataFrame, observed_at: datetime) -> datetime:
    """Return the UTC instant of a vintage. Raises InvalidInput without a zone, and before what is known already."""
    if observed_at.tzinfo is None:
        raise InvalidInput(f"{observed_at} has no zone", advice="Pass the UTC instant at which the list was fetched.")
    newest = existing["known_at"].max()
    if isinstance(newest, datetime) and observed_at < newest:
        raise InvalidInput(
            f"the vintage of {observed_at} is older than what is known since {newest}",
            advice="Fold vintages oldest first, or all at once with instruments_from_tickers.",
        )
    return observed_at.astimezone(UTC)


def _check_loss(in_use: pl.DataFrame, entries: pl.DataFrame, max_loss: float) -> None:
    known = in_use.select("cik").unique()
    lost = known.join(entries, on="cik", how="anti").height
    if lost > max_loss * known.height:
        raise Truncated(
            f"the list of tickers lacks {lost} of {known.height} registrants known to have one",
            advice="It is probably cut short: fetch it again, or raise max_loss if it is right.",
        )


def _changes(
    known: pl.DataFrame, in_use: pl.DataFrame, entries: pl.DataFrame, begins: date, day: date
) -> Iterator[dict[str, Any]]:
    """Yield the spans that end, change and begin with this vintage, without source and instant."""
    ended = in_use.join(entries, on=["ticker", "cik"], how="anti").filter(pl.col("valid_from") < day)
    for row in ended.iter_rows(named=True):
        yield {**row, "valid_to": day - _DAY}
    yield from _restated(in_use, entries).iter_rows(named=True)
    begun = entries.join(in_use, on=["ticker", "cik"], how="anti").sort("cik", "ticker")
    ids = _ids(known, entries.filter(pl.col("cik").is_in(begun["cik"].unique().implode())))
    for row in begun.iter_rows(named=True):
        yield {**row, "instrument_id": ids[row["ticker"]], "valid_from": begins}


def _restated(in_use: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return the spans in use whose name or exchange the vintage gives anew; an exchange it does not give stays."""
    told = in_use.join(entries, on=["ticker", "cik"], suffix="_told")
    changed = (pl.col("company") != pl.col("company_told")) | ~pl.col("exchange").eq_missing(pl.col("exchange_now"))
    return (
        told.with_columns(pl.coalesce("exchange_told", "exchange").alias("exchange_now"))
        .filter(changed)
        .with_columns(company=pl.col("company_told"), exchange=pl.col("exchange_now"))
        .select(INSTRUMENTS.schema.keys())
    )


def _ids(known: pl.DataFrame, listed: pl.DataFrame) -> dict[str, str]:
    """Return the instrument of each listed symbol: kept, renamed or minted, registrant by registrant."""
    ever: dict[int, dict[str, str]] = {}
    in_use: dict[int, list[str]] = {}
    spans = known.sort("valid_from").select("cik", "ticker", "instrument_id", "valid_to")
    for cik, ticker, instrument_id, valid_to in spans.iter_rows():
        ever.setdefault(cik, {})[ticker] = instrument_id
        if valid_to is None:
            in_use.setdefault(cik, []).append(ticker)
    ids: dict[str, str] = {}
    for cik, tickers in listed.group_by("cik").agg(pl.col("ticker").sort()).iter_rows():
        ids |= _ids_of_one(Cik(cik), ever.get(cik, {}), in_use.get(cik, []), tickers)
    return ids


def _ids_of_one(cik: Cik, ever: Mapping[str, str], in_use: Sequence[str], listed: Sequence[str]) -> dict[str, str]:
    """Return the instrument of each symbol that one registrant has in a vintage; no two symbols share one.

    ever:   every symbol it was seen with, and its instrument.
    in_use: those it had until this vintage; `listed` those it has now.
    """
    ids = {ticker: ever[ticker] for ticker in listed if ticker in in_use}
    others = sorted(set(listed) - ids.keys(), key=by_length)
    returned = [(ticker, ticker) for ticker in others if ticker in ever]
    for old, new in (*returned, *renames(in_use, listed, others)):
        if new not in ids and ever[old] not in ids.values():
            ids[new] = ever[old]
    ordinal = max((int(one[-2:]) for one in ever.values()), default=0)
    for number, ticker in enumerate((ticker for ticker in others if ticker not in ids), start=ordinal + 1):
        ids[ticker] = InstrumentId.mint(cik, number)
    return ids


def renames(before: Sequence[str], after: Sequence[str], taken_up: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (old, new) of symbols that a registrant gave up and took up for the same class."""
    if len(before) == len(after) == len(taken_up) == 1:
        yield before[0], after[0]
        return
    new_by_class = {share_class: ticker for ticker, share_class in _classes(after).items() if ticker in taken_up}
    for old, share_class in _classes(before).items():
        if old not in after and share_class in new_by_class:
            yield old, new_by_class[share_class]


def _classes(tickers: Iterable[str]) -> dict[str, str]:
    """Return what each symbol of one registrant adds to the base symbol; one that does not build on it stands whole.

    >>> _classes(["BRK-B", "BRK-A"]), _classes(["GOOG", "GOOGL"])
    ({'BRK-B': '-B', 'BRK-A': '-A'}, {'GOOG': '', 'GOOGL': 'L'})
    """
    symbols = list(tickers)
    base = min((symbol.partition("-")[0] for symbol in symbols), key=by_length, default="")
    return {symbol: symbol.removeprefix(base) for symbol in symbols}


def by_length(ticker: str) -> tuple[int, str]:
    """Return what symbols are sorted by to be given ordinals: the base symbol comes before those built on it."""
    return len(ticker), ticker
