"""View `ratios`: statements of twelve months and a price, as they were known at the close of each session.

1. Of each company the row of RATIOS about its newest period (`_stood`), and the one about the year before.
2. Lines of FUNDAMENTALS of that period for what ratios leave out: debt, dividends, buybacks (`_lines`, `untold`), and
   amounts of which some industries are asked.
3. Each security's own price, and its company's market value (`_quoted`).

A table is read once for all sessions. What is in doubt is null.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.factors.ages import YEARLY_STATEMENT_DAYS
from edgewise.fundamentals.ratio_inputs import in_turn, inputs_of, told_columns
from edgewise.fundamentals.ratio_versions import NAMES, doubted
from edgewise.fundamentals.untold import LINES, PAYOUTS, owed_and_paid
from edgewise.pipelines.ratios import class_prices, company_quotes, newest_known

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.core.identifiers import Cik
    from edgewise.lake import Lake

BEFORE = ("revenue", "eps_diluted", "free_cash_flow")
"""Figures of which `x_before` is that of the year before."""
AMOUNTS = ("total_assets", "operating_cash_flow", "interest_expense")
"""Lines that are told as they are."""
_TOLD_BY_STATEMENTS = (*NAMES, *(f"{name}_before" for name in BEFORE), "debt", *PAYOUTS, *AMOUNTS)
RATIOS_VIEW = {
    "instrument_id": pl.String,
    "session": pl.Date,
    "observed_on": pl.Date,
    "reports_yearly": pl.Boolean,
    **dict.fromkeys((*_TOLD_BY_STATEMENTS, "price", "market_value"), pl.Float64),
}
_BASIS = "ttm"
_STANDS_DAYS, _YEAR_DAYS = YEARLY_STATEMENT_DAYS, 390
"""For how long a period stands when its company falls silent; and how long before it the year before may end."""
_SOONER, _SAME_DAYS = 300, 20
"""Twelve months that end so many days before others are of a report within the year; so few days, of the same one."""
_TOLD = ["cik", "period_end", "currency", "year_before", *NAMES, "status", "reasons", "known_at"]
_LINE = [*FUNDAMENTALS.identity, "value", "reasons"]
_ALIKE = 1.1
"""Classes whose prices are no further apart than this earn alike, and one price is as good as another."""
_CURRENCY = "USD"


def ratios_view(lake: Lake, peers: pl.DataFrame) -> pl.DataFrame:
    """Return statements and price of each security and session of `peers`, RATIOS_VIEW.

    peers:   instrument_id, session and cik, one row per security and session.
    Returns: a row where a period or a market value was known; sorted as `peers`. observed_on is the last day of the
             twelve months; the columns of RATIOS are those of that period, `x_before` the same of the period a year
             before, also as it was known at the close. reports_yearly says that the year before was known by then, but
             no twelve months that ended in between. debt, dividends_paid and buybacks are as `owed_and_paid` says,
             net_debt_and_minority is also known where no debt is, and AMOUNTS are lines of statements. All amounts are
             in whole units of the statements' currency, figures a share on the split basis of the close. price is the
             security's own, in USD; market_value that of the whole company.
    Nulls:   what is not known, and what is in doubt: of a ratio, where `reasons` say suspect; price and market value
             where statements are in another currency, and where the company has classes at unlike prices; market value
             where the share count is in doubt. A period that ended more than 500 days ago is none.
    Time:    a row rests on rows known at the session's close, whichever other sessions are asked for.
    """
    if peers.is_empty():
        return pl.DataFrame(schema=RATIOS_VIEW)
    asked = peers.select("instrument_id", "session", "cik", at=session_closes(peers["session"]))
    companies = asked.select("cik", "session", "at").unique()
    stood = _stood(lake, companies)
    found = asked.join(stood, on=["cik", "at"], how="left", maintain_order="left").join(
        _quoted(lake, companies), on=["instrument_id", "cik", "at"], how="left", maintain_order="left"
    )
    comparable = (pl.col("currency") == _CURRENCY).fill_null(value=True)
    return (
        found.with_columns(pl.when(comparable).then(name).alias(name) for name in ("price", "market_value"))
        .filter(pl.col("observed_on").is_not_null() | pl.col("market_value").is_not_null())
        .select(RATIOS_VIEW.keys())
    )


def _stood(lake: Lake, companies: pl.DataFrame) -> pl.DataFrame:
    """Return per company and close (`at`) what statements told: currency, observed_on and the fields of the view."""
    told = _known(lake, companies).with_row_index("row")
    slim = told.select("row", "cik", "period_end", "year_before", "currency", "known_at")
    sooner = (pl.col("sooner_at") <= pl.col("at")).fill_null(value=False)
    newest = (
        newest_known(slim, companies, by="cik", day="period_end")
        .drop_nulls("currency")
        .filter(pl.col("period_end") >= pl.col("session") - pl.duration(days=_STANDS_DAYS))
        .join(_sooner(slim), on=["cik", "period_end"], how="left")
        .with_columns(reports_yearly=pl.col("year_before").is_not_null() & ~sooner)
        .select("cik", "session", "at", "row", "period_end", "reports_yearly", "year_before", "currency")
    )
    both = _with_year_before(newest, slim)
    used = pl.concat([both["row"], both["row_before"].drop_nulls()]).unique()
    values = _without_doubts(told[used]).select("row", *NAMES)
    past = values.select(pl.col("row").alias("row_before"), *(pl.col(name).alias(f"{name}_before") for name in BEFORE))
    stood = both.join(values, on="row", how="left").join(past, on="row_before", how="left")
    return (
        _with_lines(lake, stood)
        .rename({"period_end": "observed_on"})
        .select("cik", "at", "currency", "observed_on", "reports_yearly", *_TOLD_BY_STATEMENTS)
    )


def _sooner(told: pl.DataFrame) -> pl.DataFrame:
    """Return per company and period `sooner_at`: from when on it was known that it reports more often than yearly.

    That is when twelve months were first known that ended in the year before the period's end; null if never.
    """
    periods = told.group_by("cik", "period_end").agg(pl.col("known_at").min()).sort("cik", "period_end")
    within = periods.rolling(
        "period_end", period=f"{_SOONER - _SAME_DAYS}d", offset=f"-{_SOONER}d", closed="both", group_by="cik"
    )
    return within.agg(sooner_at=pl.col("known_at").min())


def _known(lake: Lake, companies: pl.DataFrame) -> pl.DataFrame:
    """Return every version of the ratios that can matter, without those about a day after they were known: a slip."""
    where = _of(companies) & (pl.col("basis") == _BASIS)
    recent = pl.col("period_end") >= _first(companies) - timedelta(days=_STANDS_DAYS + _YEAR_DAYS)
    rows = lake.history(RATIOS, as_of=_last(companies), columns=_TOLD, where=where & recent)
    return rows.filter(pl.col("period_end") <= pl.col("known_at").dt.date())


def _with_year_before(newest: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with `row_before`: the row about the year before known at each close, in the same currency."""
    past = told.select("cik", "currency", "known_at", year_before="period_end", row_before="row").sort("known_at")
    return (
        newest.sort("at")
        .join_asof(
            past,
            left_on="at",
            right_on="known_at",
            by=["cik", "year_before"],
            suffix="_past",
            check_sortedness=False,
            coalesce=False,
        )
        .with_columns(row_before=pl.when(pl.col("currency") == pl.col("currency_past")).then("row_before"))
        .drop("currency_past", "known_at")
    )


def _without_doubts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of RATIOS with null for each value that rests on a suspect input."""
    suspect = pl.col("status") == "suspect"
    judged = rows.filter(suspect).with_columns(pl.when(~doubted(name)).then(name).alias(name) for name in NAMES)
    return pl.concat([rows.filter(~suspect), judged])


def _with_lines(lake: Lake, stood: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with debt, dividends, buybacks and AMOUNTS; and net debt where there is no debt to be told."""
    lines = _lines(lake, stood)
    states = _states(lines, stood)
    cells = stood.sort("at").join_asof(
        states.sort("at"), on="at", by=["cik", "period_end", "currency"], check_sortedness=False
    )
    for line in PAYOUTS.values():
        some = (
            lines.filter(pl.col("field") == line, pl.col("value") != 0)
            .sort("known_at")
            .select("cik", "known_at", pl.col("period_end").cum_max().over("cik").alias(f"{line} last"))
        )
        cells = cells.join_asof(some, left_on="at", right_on="known_at", by="cik", check_sortedness=False)
    told = owed_and_paid(cells.rename({"net_debt_and_minority": "stored"}))
    sure = (pl.when(pl.col(reasons).is_null()).then(value) for value, reasons, _ in map(told_columns, AMOUNTS))
    return told.with_columns(*sure, net_debt_and_minority=pl.coalesce("stored", "net_debt_and_minority"))


def _lines(lake: Lake, cells: pl.DataFrame) -> pl.DataFrame:
    """Return every version of the lines beside ratios: of twelve months, and of payouts whatever their period."""
    if cells.is_empty():
        return FUNDAMENTALS.empty().select(_LINE)
    end, first = pl.col("period_end"), cells["period_end"].min()
    of_period = (end >= first) & (pl.col("basis") == _BASIS) & pl.col("field").is_in(LINES)
    paid = (end >= first - timedelta(days=_YEAR_DAYS)) & pl.col("field").is_in([*PAYOUTS.values()])  # type: ignore[operator]
    rows = lake.history(FUNDAMENTALS, as_of=_last(cells), columns=_LINE, where=_of(cells) & (of_period | paid))
    return rows.filter(pl.col("period_end") <= pl.col("known_at").dt.date())


def _states(lines: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return what lines of LINES were, and the reasons to doubt them, from each instant on at which one changed."""
    periods = cells.select("cik", "period_end").unique()
    twelve_months = lines.filter(pl.col("basis") == _BASIS).join(
        periods, on=["cik", "period_end"], how="semi", maintain_order="left"
    )
    frame = inputs_of(in_turn(twelve_months), {0: LINES}).frame
    return frame.select(
        "cik", "period_end", "at", "currency", *(part for line in LINES for part in told_columns(line)[:2])
    )


def _quoted(lake: Lake, companies: pl.DataFrame) -> pl.DataFrame:
    """Return price and market value of each security and close (`at`), null where they are in doubt."""
    priced = class_prices(lake, companies["at"].unique().to_list(), ciks=_ciks(companies))
    counts = lake.history(SHARE_COUNTS, as_of=_last(companies), where=_of(companies))
    whole = company_quotes(priced, counts).select("cik", "at", "market_value", "market_value_reasons")
    highest, lowest = (pl.col("price").max().over("cik", "at"), pl.col("price").min().over("cik", "at"))
    alike = highest <= _ALIKE * lowest
    of_count = pl.col("market_value_reasons").str.replace("(^|,)several_classes$", "").fill_null("")
    return priced.join(whole, on=["cik", "at"], how="left").select(
        "instrument_id",
        "cik",
        "at",
        price=pl.when(alike).then("price"),
        market_value=pl.when(alike & (of_count == "")).then("market_value"),
    )


def _of(companies: pl.DataFrame) -> pl.Expr:
    return pl.col("cik").is_in(companies["cik"].unique().implode())


def _ciks(companies: pl.DataFrame) -> list[Cik]:
    return companies["cik"].unique().to_list()


def _first(companies: pl.DataFrame) -> date:
    return companies["session"].min()  # type: ignore[return-value]


def _last(companies: pl.DataFrame) -> datetime:
    return companies["at"].max()  # type: ignore[return-value]
