"""Ratios as of an instant: statements, share count and price, all of them as they were known then.

Of one company from its statements; of all companies at many instants from the stored ratios and share counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, last_opened_session
from edgewise.core.errors import InvalidInput
from edgewise.core.security_kinds import is_common
from edgewise.core.table import Instant, any_of
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import RATIOS, SHARE_COUNTS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.fundamentals.price_ratios import price_ratios
from edgewise.fundamentals.ratios import QUOTE_SCHEMA, ratios
from edgewise.fundamentals.share_counts import shares_outstanding
from edgewise.market.prices import traded_prices
from edgewise.pipelines.fundamentals import known_facts, known_statements
from edgewise.pipelines.fundamentals_build import splits_of
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from edgewise.core.identifiers import Cik
    from edgewise.lake import Lake

_NEWEST_PRICE_DAYS = 30  # an older price is none: the security does not trade any more
_CLASSES = "several_classes"


def known_ratios(lake: Lake, cik: Cik, *, basis: str, as_of: datetime) -> pl.DataFrame:
    """Return a company's ratios as `edgewise.fundamentals.ratios` gives them; empty where no statement is known."""
    return ratios(known_statements(lake, cik, basis=basis, as_of=as_of), quote_of(lake, cik, as_of=as_of))


def quote_of(lake: Lake, cik: Cik, *, as_of: datetime) -> pl.DataFrame:
    """Return a company's price and market value at `as_of`, QUOTE_SCHEMA; no row without a price of the last 30 days.

    The price is as `quotes_at` says; the share count is made of the facts.
    """
    splits = splits_of(lake, [int(cik)])
    counts = shares_outstanding(
        known_facts(lake, cik, as_of=as_of), as_of=as_of, splits=splits.filter(pl.col("effective_at") <= as_of)
    )
    return quotes_at(lake, [as_of], counts, ciks=[cik]).select(QUOTE_SCHEMA.keys())


def known_price_ratios(
    lake: Lake, instants: Sequence[datetime], *, basis: str = "ttm", ciks: Iterable[Cik] | None = None
) -> pl.DataFrame:
    """Return the ratios of prices of companies at each of some instants, as `price_ratios` gives them.

    instants: closes of sessions, as a rule; a price counts from when it was known. Memory grows with their number
              times that of companies: ask for a year at a time.
    basis:    ttm or annual.
    ciks:     companies, all with stored ratios by default; one without any ratio at an instant has no row there.
    Time:     each row rests on rows known at its instant: on the newest period of stored ratios, the share count and
              the price of then. `edgewise fundamentals build` stores ratios and share counts.
    Raises:   InvalidInput for an instant without zone.
    """
    at = _checked(instants)
    own = None if ciks is None else sorted({int(cik) for cik in ciks})
    among = pl.lit(value=True) if own is None else any_of("cik", own)
    told = lake.history(RATIOS, as_of=at.max(), where=among & (pl.col("basis") == basis))  # type: ignore[arg-type]
    cells = told.select("cik").unique().join(at.to_frame(), how="cross")
    newest = newest_known(told, cells, by="cik", day="period_end").drop_nulls("currency")
    counts = lake.history(SHARE_COUNTS, as_of=at.max(), where=None if own is None else among)  # type: ignore[arg-type]
    return price_ratios(newest, quotes_at(lake, instants, counts, ciks=ciks))


def quotes_at(
    lake: Lake, instants: Sequence[datetime], counts: pl.DataFrame, *, ciks: Iterable[Cik] | None = None
) -> pl.DataFrame:
    """Return price and market value of companies at each of some instants: QUOTE_SCHEMA, `at` and `instrument_id`.

    counts:  rows of SHARE_COUNTS, all versions; the newest known counts.
    Returns: a row per company and instant at which it had a price of the last 30 days; sorted by (at, cik). The price
             is the newest close that was traded and not in quarantine, in shares as of the instant. Of several classes
             the one of which most dollars were traded is taken for all, and both figures say `several_classes`. Who
             was listed when is taken from INSTRUMENTS as it stands today.
    Time:    a close that is taken back when it was known already leaves none until the next one.
    """
    return company_quotes(class_prices(lake, instants, ciks=ciks), counts)


def class_prices(lake: Lake, instants: Sequence[datetime], *, ciks: Iterable[Cik] | None = None) -> pl.DataFrame:
    """Return the price of each listed share at each of some instants: instrument_id, cik, at, session and price.

    Returns: a row per share and instant at which it had a price of the last 30 days; further `close` as traded,
             `volume`, `known_at`, and `classes`, how many shares of the company were listed. Preferred shares,
             warrants, units and notes are none (`is_common`). Price, time and listing are as `quotes_at` says.
    """
    at = _checked(instants)
    return _in_shares_of(_prices(lake, _listed(lake, at, ciks), at), lake, at)


def company_quotes(priced: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Return what `quotes_at` does, of what `class_prices` found; counts as there."""
    first = (
        priced.sort("session", pl.col("close") * pl.col("volume").fill_null(0.0), "instrument_id")
        .unique(["cik", "at"], keep="last", maintain_order=True)
        .sort("at")
    )
    counted = counts.drop_nulls("shares").select("cik", "shares", "reasons", counted_at="known_at").sort("counted_at")
    both = first.join_asof(counted, left_on="at", right_on="counted_at", by="cik", check_sortedness=False)
    doubt = pl.when(pl.col("classes") > 1).then(pl.lit(_CLASSES))
    return (
        both.with_columns(
            market_value=pl.col("price") * pl.col("shares"),
            currency=pl.lit("USD"),
            price_reasons=doubt,
            market_value_reasons=pl.concat_str("reasons", doubt, separator=",", ignore_nulls=True).replace("", None),
            known_at=pl.max_horizontal("known_at", "counted_at"),
        )
        .select("at", "instrument_id", *QUOTE_SCHEMA.keys())
        .sort("at", "cik")
    )


def _checked(instants: Sequence[datetime]) -> pl.Series:
    if any(instant.tzinfo is None for instant in instants):
        raise InvalidInput("an instant has no zone", advice="Pass aware UTC datetimes.")
    return pl.Series("at", instants, dtype=Instant).unique().sort()


def newest_known(rows: pl.DataFrame, cells: pl.DataFrame, *, by: str, day: str) -> pl.DataFrame:
    """Return for each cell (`by`, `at`) the row about the latest day of those known then, no row where there is none.

    In the order in which rows became known, a row changes what stands if none before it is about a later day.
    """
    order = rows.sort(by, "known_at", day)
    front = order.filter(pl.col(day) == pl.col(day).cum_max().over(by))
    return (
        cells.sort("at")
        .join_asof(
            front.sort("known_at"),
            left_on="at",
            right_on="known_at",
            by=by,
            check_sortedness=False,
            coalesce=False,
        )
        .drop_nulls("known_at")
    )


def _listed(lake: Lake, at: pl.Series, ciks: Iterable[Cik] | None) -> pl.DataFrame:
    """Return which shares had a symbol at each instant: instrument_id, cik, at, and of how many of its company."""
    named = current(lake.history(INSTRUMENTS))
    spans = named.filter(is_common(named)).select("instrument_id", "cik", "valid_from", "valid_to")
    own = spans if ciks is None else spans.filter(pl.col("cik").is_in([int(cik) for cik in ciks]))
    days = at.to_frame().with_columns(day=pl.col("at").dt.convert_time_zone(str(NEW_YORK)).dt.date())
    return (
        own.join(days, how="cross")
        .filter(pl.col("valid_from") <= pl.col("day"), (pl.col("valid_to") >= pl.col("day")).fill_null(value=True))
        .unique(["instrument_id", "cik", "at"])
        .with_columns(classes=pl.len().over("cik", "at"))
        .drop("valid_from", "valid_to")
    )


def _prices(lake: Lake, listed: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Return `listed` with the newest traded session of the last 30 days that was known, its close and volume."""
    names = listed["instrument_id"].unique()
    first, last = (day.astimezone(NEW_YORK).date() for day in (at.min(), at.max()))  # type: ignore[union-attr]
    recent = (pl.col("session") <= last) & (pl.col("session") > first - pl.duration(days=_NEWEST_PRICE_DAYS))
    rows = lake.history(PRICES, as_of=at.max(), where=recent & pl.col("instrument_id").is_in(names.implode()))  # type: ignore[arg-type]
    # A session that was told again is looked at by itself: `traded_prices` takes one row of each.
    numbered = rows.with_columns(version=pl.int_range(pl.len()).over("instrument_id", "session"))
    traded = [traded_prices(part.drop("version")).with_columns(again=pl.lit(number > 0))
              for (number,), part in numbered.partition_by("version", as_dict=True).items()]  # fmt: skip
    if not traded:
        return listed.clear().with_columns(
            session=pl.lit(None, pl.Date), close=pl.lit(None, pl.Float64), volume=pl.lit(None, pl.Float64),
            known_at=pl.lit(None, Instant),
        )  # fmt: skip
    told = pl.concat(traded).filter(pl.col("close").is_not_null() | pl.col("again"))
    found = newest_known(
        told.select("instrument_id", "session", "close", pl.col("volume").cast(pl.Float64), "known_at"),
        listed,
        by="instrument_id",
        day="session",
    )
    age = pl.col("session") > pl.col("day") - pl.duration(days=_NEWEST_PRICE_DAYS)
    return found.filter(age).drop_nulls("close")


def _in_shares_of(prices: pl.DataFrame, lake: Lake, at: pl.Series) -> pl.DataFrame:
    """Return the prices with `price`, the close in shares as of `at`: by splits that were known and had opened."""
    opened = pl.DataFrame(
        {"at": at, "opened": [last_opened_session(one) for one in at]}, schema_overrides={"opened": pl.Date}
    )
    both = prices.join(opened, on="at")
    late = both.filter(pl.col("session") < pl.col("opened")).select("instrument_id", "at", "session", "opened").unique()
    splits = lake.history(
        CORPORATE_ACTIONS,
        where=(pl.col("kind") == "split") & pl.col("instrument_id").is_in(late["instrument_id"].unique().implode()),
    )
    due = (
        late.join(splits.select("instrument_id", "ex_session", "ratio", "known_at"), on="instrument_id")
        .filter(
            pl.col("ex_session") > pl.col("session"),
            pl.col("ex_session") <= pl.col("opened"),
            pl.col("known_at") <= pl.col("at"),
        )
        .sort("known_at")
        .unique(["instrument_id", "at", "session", "ex_session"], keep="last", maintain_order=True)
    )
    grown = due.group_by("instrument_id", "at", "session").agg(factor=pl.col("ratio").product())
    return both.join(grown, on=["instrument_id", "at", "session"], how="left").with_columns(
        price=pl.col("close") / pl.col("factor").fill_null(1.0)
    )
