"""Fields of many securities at many instants, each cell as it was known then: statements, prices, indicators."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.core.tables_market import INDICATORS
from edgewise.fundamentals import declaration
from edgewise.lake.panel import fill
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from edgewise.core.table import Table
    from edgewise.lake import Lake
    from edgewise.lake.panel import Floats

BASES = ("annual", "quarter", "ttm")
MARKET: dict[str, Table] = {"prices": PRICES, "indicators": INDICATORS}
MARKET_DAYS, STATEMENT_DAYS = 30, 500
"""For how long a value is carried on: then the security may have gone, or the company fallen silent."""
_DOUBTFUL = "suspect"
_THREADS, _AT_ONCE = 2, 500
"""So many securities are read at a time by each thread, so that the same memory serves again and again."""


@dataclass(frozen=True, slots=True)
class KnownPanel:
    """Arrays (instant, instrument) by name of the field; NaN where nothing was known."""

    instants: tuple[datetime, ...]
    instruments: tuple[str, ...]
    values: dict[str, Floats]


def known_panel(
    lake: Lake,
    fields: Sequence[str],
    instants: Sequence[datetime],
    *,
    instruments: Sequence[str] | None = None,
    suspect: bool = False,
    currency: str = "USD",
) -> KnownPanel:
    """Return fields of securities at each of ascending instants: the newest that `Lake.read` as of it gives.

    fields:      `ttm.revenue`, `annual.total_assets`, `quarter.eps_diluted` (lines of FUNDAMENTALS, of the newest
                 period, whole units, per share on the split basis of the instant); `prices.close` as traded and other
                 numbers of PRICES and of `indicators.*`, of the newest session.
    instruments: their ids, in this order; all by default. A security has the statements of who was its issuer on the
                 New York day; who that was is taken from INSTRUMENTS as it stands today.
    suspect:     whether to give values that are in doubt. Otherwise they are NaN: an older one does not step in.
    currency:    of lines in money; those in another are left out.
    Time:        a cell rests on rows known at its instant. A value is carried on for MARKET_DAYS or STATEMENT_DAYS.
    Raises:      InvalidInput for an unknown field, and for instants without zone or out of order.
    """
    at = _checked(instants)
    asked = {name: _asked(name) for name in fields}
    spans = current(lake.history(INSTRUMENTS))
    given = list(spans["instrument_id"].unique().sort() if instruments is None else instruments)
    names = sorted(set(given))
    found = {pair: np.empty((len(names), len(at))) for pair in asked.values()}
    known = _Known(
        lake, at, suspect, currency, {table.name: lake.version(table) for table in (*MARKET.values(), FUNDAMENTALS)}
    )

    def fill_some(first: int) -> None:
        part = slice(first, first + _AT_ONCE)
        _fill_some(known, {pair: array[part] for pair, array in found.items()}, names[part], spans)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(fill_some, range(0, len(names), _AT_ONCE)))
    order = slice(None) if given == names else np.searchsorted(names, given)
    return KnownPanel(tuple(instants), tuple(given), {name: found[pair][order].T for name, pair in asked.items()})


@dataclass(frozen=True, slots=True)
class _Known:
    """What a panel may know: rows up to the last instant, of one version of each table however often it is read."""

    lake: Lake
    at: pl.Series
    suspect: bool
    currency: str
    versions: Mapping[str, int | None]

    def rows(self, table: Table, columns: Sequence[str], values: Sequence[str], where: pl.Expr) -> pl.DataFrame:
        """Return these columns of every version that fits; values in doubt are null unless they are asked for."""
        judged = [] if self.suspect or "status" not in table.schema else ["status"]
        version = self.versions[table.name]
        rows = self.lake.history(
            table, as_of=self.at[-1], columns=[*columns, *judged, *values], where=where, version=version
        )
        if not judged or not rows["status"].eq(_DOUBTFUL).any():
            return rows
        return rows.with_columns(pl.when(pl.col("status").fill_null("") != _DOUBTFUL).then(pl.col(values)))


def _checked(instants: Sequence[datetime]) -> pl.Series:
    if any(instant.tzinfo is None for instant in instants):
        raise InvalidInput("an instant has no zone", advice="Pass aware UTC datetimes.")
    at = pl.Series("at", instants, dtype=Instant)
    if at.is_empty() or not (at.diff().drop_nulls().dt.total_microseconds() > 0).all():
        raise InvalidInput("the instants do not ascend", advice="Sort them, each once; at least one.")
    return at


def _asked(name: str) -> tuple[str, str]:
    """Return where a field is from and what it is called there. Raises InvalidInput for one that is nowhere."""
    source, _, line = name.partition(".")
    known = declaration().shown if source in BASES else _numbers(MARKET[source]) if source in MARKET else []
    if line not in known:
        told = ", ".join(known) or ", ".join(f"{one}.*" for one in (*BASES, *MARKET))
        raise InvalidInput(f"{name!r} is no field of a panel", advice=f"Choose from {told}.")
    return source, line


def _numbers(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.dtype.is_numeric() and column.nullable]


def _fill_some(
    known: _Known, found: Mapping[tuple[str, str], Floats], names: Sequence[str], spans: pl.DataFrame
) -> None:
    """Fill arrays (security, instant) by field."""
    for source, table in MARKET.items():
        if own := {line: array for (of, line), array in found.items() if of == source}:
            _fill_market(known, table, own, names)
    if told := {pair: array for pair, array in found.items() if pair[0] in BASES}:
        _fill_companies(known, told, names, spans.filter(pl.col("instrument_id").is_in(names)).sort("valid_from"))


def _fill_market(known: _Known, table: Table, found: Mapping[str, Floats], names: Sequence[str]) -> None:
    here = pl.col("instrument_id").is_between(pl.lit(names[0]), pl.lit(names[-1]))
    recent = pl.col("session") >= known.at[0].date() - timedelta(days=MARKET_DAYS + 1)
    rows = known.rows(table, ["instrument_id", "session", "known_at"], list(found), here & recent)
    numbered = _numbered(rows.rename({"session": "period_end"}), names)
    fill(found, numbered, instants=known.at, good_for=MARKET_DAYS)


def _numbered(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the rows of these securities, each with the number of its own; they come sorted by security."""
    runs = rows.select(pl.col("instrument_id").rle()).unnest("instrument_id")
    number = runs["value"].replace_strict(names, range(len(names)), default=-1, return_dtype=pl.Int64)
    numbered = rows.with_columns(column=pl.Series(np.repeat(number.to_numpy(), runs["len"].to_numpy())))
    return numbered if (number >= 0).all() else numbered.filter(pl.col("column") >= 0)


def _fill_companies(
    known: _Known, found: Mapping[tuple[str, str], Floats], names: Sequence[str], spans: pl.DataFrame
) -> None:
    """Fill arrays (security, instant) by basis and line: what a company told, on the days it was the issuer."""
    ciks = spans["cik"].unique().sort()
    rows = _told(known, found, ciks)
    parts = rows.partition_by("basis", "field", as_dict=True)
    told = np.empty((len(ciks), len(known.at)))
    issuers = list(_issuers(known.at, names, ciks, spans))
    for pair, array in found.items():
        fill({"value": told}, parts.get(pair, rows.clear()), instants=known.at, good_for=STATEMENT_DAYS)
        array[:] = np.nan
        for security, company, first, last in issuers:
            array[security, first:last] = told[company, first:last]


def _told(known: _Known, pairs: Collection[tuple[str, str]], ciks: pl.Series) -> pl.DataFrame:
    """Return the lines of these companies on these bases, each row with the number of its company."""
    lines = {basis: sorted(line for of, line in pairs if of == basis) for basis, _ in pairs}
    asked = [(pl.col("basis") == basis) & pl.col("field").is_in(lines[basis]) for basis in lines]
    units = [known.currency, "shares", f"{known.currency}/shares"]
    where = pl.col("cik").is_between(ciks.min(), ciks.max()) & pl.any_horizontal(asked) & pl.col("unit").is_in(units)
    rows = known.rows(FUNDAMENTALS, ["cik", "basis", "field", "period_end", "known_at"], ["value"], where)
    own = rows.filter(pl.col("cik").is_in(ciks.implode()))
    return own.with_columns(column=ciks.search_sorted(own["cik"]))


def _issuers(
    at: pl.Series, names: Sequence[str], ciks: pl.Series, spans: pl.DataFrame
) -> Iterator[tuple[int, int, int, int]]:
    """Yield which security had which company as its issuer, from one instant to before another, all by number."""
    days = at.dt.convert_time_zone("America/New_York").dt.date().to_numpy()
    yield from zip(
        np.searchsorted(names, spans["instrument_id"]),
        ciks.search_sorted(spans["cik"]),
        np.searchsorted(days, spans["valid_from"].to_numpy()),
        np.searchsorted(days, spans["valid_to"].fill_null(date.max).to_numpy(), side="right"),
        strict=True,
    )
