"""How complete the stored data is, as of an instant: whose rows are there, from when to when, and what is null in them.

A table is measured by its latest rows known then, and against the companies known to have been listed on that day: a
company that was delisted since counts, one that came later does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.table import Instant
from edgewise.core.tables import FILINGS, INSTRUMENTS, PRICES
from edgewise.core.tables_companies import COMPANIES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.core.tables_members import INDEX_MEMBERS
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.fundamentals.versions import WITHDRAWN
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from edgewise.core.table import Table
    from edgewise.lake import Lake

Whose = Literal["company", "security", "manager"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is looked at in a table.

    whose, by: whether its rows are of companies, securities or managers, and the column that says of which one.
    day:       the column of the days it covers; an instant counts as its day in New York.
    main:      the columns without which a row says little.
    command:   brings its rows in.
    doubt:     whether its column `status` tells what is suspect.
    """

    table: Table
    whose: Whose
    by: str
    day: str
    main: tuple[str, ...]
    command: str
    doubt: bool = True


MEASURED: tuple[Measured, ...] = (
    Measured(INSTRUMENTS, "company", "cik", "valid_from", ("exchange",), "instruments ingest", doubt=False),
    Measured(COMPANIES, "company", "cik", "known_at", ("sic",), "fundamentals ingest --all", doubt=False),
    Measured(INDEX_MEMBERS, "company", "cik", "member_from", ("instrument_id", "cik"), "instruments members FILE"),
    Measured(FILINGS, "company", "cik", "filed_date", ("period_end",), "filings ingest", doubt=False),
    Measured(FACTS, "company", "cik", "period_end", ("value",), "fundamentals ingest --all", doubt=False),
    Measured(FUNDAMENTALS, "company", "cik", "period_end", ("value",), "fundamentals build"),
    Measured(
        RATIOS,
        "company",
        "cik",
        "period_end",
        ("net_margin", "return_on_equity", "eps_diluted", "ebitda"),
        "fundamentals build",
    ),
    Measured(SHARE_COUNTS, "company", "cik", "counted_on", ("shares",), "fundamentals build"),
    Measured(PRICES, "security", "instrument_id", "session", ("close", "volume"), "prices ingest --all"),
    Measured(
        CORPORATE_ACTIONS,
        "security",
        "instrument_id",
        "ex_session",
        ("declared_on",),
        "prices ingest --all",
        doubt=False,
    ),
    Measured(
        INDICATORS,
        "security",
        "instrument_id",
        "session",
        ("sma_200", "beta_252", "turnover_21"),
        "indicators build",
        doubt=False,
    ),
    Measured(
        INSIDER_TRADES,
        "company",
        "issuer_cik",
        "transaction_date",
        ("transaction_date", "shares", "price"),
        "insiders ingest",
    ),
    Measured(HOLDING_REPORTS, "manager", "manager_cik", "period_end", ("value_total",), "holdings ingest"),
    Measured(HOLDINGS, "manager", "manager_cik", "period_end", ("cusip", "value_usd", "amount"), "holdings ingest"),
    Measured(
        CUSIPS,
        "security",
        "instrument_id",
        "valid_from",
        ("valid_to",),
        "holdings cusips FILE --known DAY",
        doubt=False,
    ),
    Measured(
        RATINGS, "security", "instrument_id", "published_on", ("instrument_id", "grade", "target"), "ratings ingest"
    ),
    Measured(NEWS, "security", "instrument_id", "published_on", ("instrument_id", "tone"), "news ingest"),
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What was found in one table.

    rows:      latest versions, those of all companies or of the chosen ones.
    known:     companies or securities that could have rows; None where nobody knows, as of managers. have: how many of
               them do. others: how many beside them have rows, as who is listed no more.
    first_day, last_day, newest_known_at: None without rows.
    stored:    whether the table has rows at all, known then or later.
    nulls:     share of nulls of each main column, 0 to 1. suspect: share of rows in doubt; None where none is judged.
    """

    table: str
    whose: Whose
    rows: int
    have: int
    others: int
    known: int | None
    first_day: date | None
    last_day: date | None
    newest_known_at: datetime | None
    nulls: Mapping[str, float]
    suspect: float | None
    command: str
    stored: bool

    @property
    def share(self) -> float | None:
        """How many of those known have rows, 0 to 1; None where nobody knows how many there are."""
        return self.have / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class Known:
    """The companies and securities that a table could be about: registrant numbers and instrument ids."""

    ciks: frozenset[int]
    securities: frozenset[str]

    @property
    def counts(self) -> dict[Whose, int | None]:
        """How many there are of each kind."""
        return {"company": len(self.ciks), "security": len(self.securities), "manager": None}


def listed_on(lake: Lake, day: date) -> Known:
    """Return who had a symbol on a New York day, as far as the stored instruments tell now."""
    spans = current(lake.history(INSTRUMENTS))
    there = spans.filter(pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
    return Known(frozenset(there["cik"]), frozenset(there["instrument_id"]))


def known_as_members(members: pl.DataFrame) -> Known:
    """Return the companies and securities of some rows of INDEX_MEMBERS."""
    return Known(frozenset(members["cik"].drop_nulls()), frozenset(members["instrument_id"].drop_nulls()))


def completeness(
    lake: Lake, measured: Measured, known: Known, *, as_of: datetime, only_known: bool = False
) -> Completeness:
    """Return how complete a table is as of T.

    known:      who counts; rows of others count among the rows, not among those who have some.
    only_known: look at rows of those who count alone; of managers, whom no list names, at all rows.
    Raises what `Lake.read` raises.
    """
    by = pl.col(measured.by)
    whose: Mapping[str, frozenset[int] | frozenset[str]] = {"company": known.ciks, "security": known.securities}
    among = whose.get(measured.whose)
    counted = by if among is None else by.filter(by.is_in(list(among)))
    where = by.is_in(list(among)) if only_known and among is not None else None
    if "status" in measured.table.schema:
        there = pl.col("status") != WITHDRAWN
        stays = there | pl.col("status").is_null()
        where = stays if where is None else where & stays
    told = lake.measure(measured.table, _aggregates(measured, counted), as_of=as_of, where=where).row(0, named=True)
    rows = told["rows"]
    return Completeness(
        table=measured.table.name,
        whose=measured.whose,
        rows=rows,
        have=told["have"],
        others=told["whose"] - told["have"],
        known=known.counts[measured.whose],
        first_day=told["first_day"],
        last_day=told["last_day"],
        newest_known_at=told["newest_known_at"],
        nulls={name: told[f"null {name}"] / rows for name in measured.main if rows},
        suspect=told["suspect"] / rows if measured.doubt and rows else None,
        command=f"edgewise {measured.command}",
        stored=bool(rows) or lake.version(measured.table) is not None,
    )


def _aggregates(measured: Measured, counted: pl.Expr) -> list[pl.Expr]:
    day, status = pl.col(measured.day), pl.col("status" if measured.doubt else measured.day)
    if measured.table[measured.day].dtype == Instant:
        day = day.dt.convert_time_zone(NEW_YORK.key).dt.date()
    return [
        pl.len().alias("rows"),
        counted.drop_nulls().n_unique().alias("have"),
        pl.col(measured.by).drop_nulls().n_unique().alias("whose"),
        day.min().alias("first_day"),
        day.max().alias("last_day"),
        pl.col("known_at").max().alias("newest_known_at"),
        (status == "suspect").sum().alias("suspect") if measured.doubt else pl.lit(0).alias("suspect"),
        *(pl.col(name).null_count().alias(f"null {name}") for name in measured.main),
    ]


def day_of(instant: datetime) -> date:
    """Return the New York day of an instant."""
    return instant.astimezone(NEW_YORK).date()
