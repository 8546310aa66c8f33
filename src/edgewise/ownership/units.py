"""What one unit of a 13F's values is worth: thousands of USD or USD, by the day, checked against what is known.

The rule is the day: filed before 2023-01-03 in thousands, from then on in dollars, whatever quarter the report is about
(Release 34-95148). Managers get it wrong on both sides of that day, so each report is asked what its lines imply, value
over shares, and the first of these that speaks decides:
1. `prices`: the lines against known closes at the end of the quarter,
2. `own_rows`: the median of five lines or more; shares of 30 cents throughout are shares of 300 dollars in thousands,
3. `earlier_report`: the lines against those of the manager's newest earlier report that 1 or 2 decided,
4. `few_rows`: the median of fewer lines.
If none speaks, the day's rule stands (`filing_date`). If one contradicts the day's rule, the unit is corrected and says
so (`unit_corrected`); `few_rows` are too weak for that and make the report suspect, as do closes that fit neither unit.

Only what was known when the report became known plays a part, so nothing changes when the future is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

DOLLARS_SINCE = date(2023, 1, 3)
THOUSAND = 1000
# A report's median line below the one is in thousands, above the other in dollars, between them it is silent.
THOUSANDS_BELOW, DOLLARS_ABOVE = 0.75, 1.5
FEW_LINES = 5
"""Fewer lines than this may contradict the day's rule, but not correct it."""
_NEAR = 2.0  # a line agrees with a known close if it is within this factor of it, either way
_NEAR_EARLIER = 5.0  # and with the manager's earlier line within this one: a quarter or more lies between
_MAJORITY = 2 / 3
_WITNESSES = ("prices", "own_rows", "earlier_report", "few_rows")
_ENOUGH_CLOSES = 3  # fewer closes that fit neither unit say more about those lines than about the unit


@dataclass(frozen=True, slots=True)
class Judged:
    """Reports with unit_usd, unit_source and new reasons, and lines with value_usd and new reasons."""

    reports: pl.DataFrame
    lines: pl.DataFrame


def judge_units(
    reports: pl.DataFrame, lines: pl.DataFrame, closes: pl.DataFrame, earlier: pl.DataFrame | None = None
) -> Judged:
    """Return reports and lines with their values in USD.

    reports: manager_cik, period_end, accession, filed_date (null: the day of known_at counts), known_at, status,
             reasons (list), and anything else.
    lines:   accession, cusip, amount, amount_kind, put_call, value_filed, status, reasons (list), and anything else.
    closes:  cusip, period_end, close (USD, as traded on the last session of the quarter), known_at.
    earlier: manager_cik, accession, known_at, cusip, implied (USD per share): share lines of reports judged before by
             `prices` or `own_rows`; those among `reports` are used, too.
    Reasons of reports: unit_corrected (a strong witness against the day's rule: the witness is followed),
             unit_doubtful (a weak one: the rule is followed, the report suspect), unit_unclear (its lines fit known
             closes in neither unit: the rule is followed, the report suspect).
    Reasons of lines: price_implausible (three times off its known close or more, in the report's unit: suspect),
             line_in_other_unit (it fits the close in the other unit only: suspect).
    Nulls:   unit_usd and unit_source of a report without lines; value_usd where value_filed is null.
    Time:    closes and earlier reports count if they were known when the report was.
    """
    days = pl.coalesce("filed_date", pl.col("known_at").dt.convert_time_zone("America/New_York").dt.date())
    dated = reports.with_columns(by_rule=pl.when(days < DOLLARS_SINCE).then(THOUSAND).otherwise(1).cast(pl.Int32))
    shares = _share_lines(dated, lines).join(_close_at(dated, closes), on=["accession", "cusip"], how="left")
    alone = dated.join(_by_prices(shares), on="accession", how="left").join(
        _by_median(shares), on="accession", how="left"
    )
    first = alone.with_columns(strong=pl.coalesce(pl.when(pl.col("prices") > 0).then("prices"), "own_rows"))
    known = _implied(first, shares)
    pool = known if earlier is None else pl.concat([known, earlier.select(known.columns)]).unique()
    full = first.join(_by_earlier(dated, shares, pool), on="accession", how="left")
    decided = _decided(full, lines.select("accession").unique())
    return Judged(decided.select(*reports.columns, "unit_usd", "unit_source"), _valued(lines, decided, shares))


def _share_lines(reports: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that imply a price: shares, no options, both numbers above zero."""
    priced = (pl.col("amount_kind") == "SH") & (pl.col("put_call") == "") & (pl.col("status") == "ok")
    positive = (pl.col("amount") > 0) & (pl.col("value_filed") > 0)
    return (
        lines.filter(priced & positive)
        .select("accession", "line", "cusip", raw=pl.col("value_filed") / pl.col("amount"))
        .join(reports.select("accession", "manager_cik", "known_at", "by_rule"), on="accession")
    )


def _close_at(reports: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """Return the newest close of each CUSIP that was known when each report was."""
    joined = reports.select("accession", "period_end", report_known_at="known_at").join(closes, on="period_end")
    past = joined.filter((pl.col("known_at") <= pl.col("report_known_at")) & (pl.col("close") > 0))
    return past.sort("known_at").group_by("accession", "cusip").agg(close=pl.col("close").last())


def _by_prices(shares: pl.DataFrame) -> pl.DataFrame:
    """Return, per report with known closes, the unit that two thirds of its lines agree on, 0 where none does."""
    return _vote(shares.drop_nulls("close"), reference="close", near=_NEAR).rename({"vote": "prices"})


def _by_median(shares: pl.DataFrame) -> pl.DataFrame:
    raw = pl.col("raw").median()
    unit = pl.when(raw < THOUSANDS_BELOW).then(THOUSAND).when(raw > DOLLARS_ABOVE).then(1).cast(pl.Int32)
    many = pl.len() >= FEW_LINES
    return shares.group_by("accession").agg(own_rows=pl.when(many).then(unit), few_rows=pl.when(~many).then(unit))


def _implied(first: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the prices implied by reports that prices or their own rows decided."""
    sure = first.filter(pl.col("strong") > 0).select("accession", "strong")
    return shares.join(sure, on="accession").select(
        "manager_cik", "accession", "known_at", "cusip", implied=pl.col("raw") * pl.col("strong")
    )


def _by_earlier(reports: pl.DataFrame, shares: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """Return, per report, the unit that its lines and those of the manager's newest earlier report agree on."""
    past = reports.select("manager_cik", "accession", "known_at").join(
        pool.select("manager_cik", "known_at", earlier="accession").unique().rename({"known_at": "earlier_known_at"}),
        on="manager_cik",
    )
    before = past.filter(pl.col("earlier_known_at") < pl.col("known_at")).sort("earlier_known_at", "earlier")
    newest = before.group_by("accession").agg(earlier=pl.col("earlier").last())
    prices = pool.group_by("accession", "cusip").agg(implied=pl.col("implied").median())
    matched = newest.join(prices, left_on="earlier", right_on="accession").join(shares, on=["accession", "cusip"])
    return _vote(matched, reference="implied", near=_NEAR_EARLIER).rename({"vote": "earlier_report"})


def _vote(shares: pl.DataFrame, *, reference: str, near: float) -> pl.DataFrame:
    """Return accession and vote: 1 or 1000 if two thirds of the lines with a reference agree; 0 if enough do not."""
    fits = {
        unit: (pl.col("raw") * unit / pl.col(reference)).is_between(1 / near, near).mean() for unit in (1, THOUSAND)
    }
    neither = pl.when(pl.len() >= _ENOUGH_CLOSES).then(0)
    vote = pl.when(fits[1] >= _MAJORITY).then(1).when(fits[THOUSAND] >= _MAJORITY).then(THOUSAND).otherwise(neither)
    return shares.group_by("accession").agg(vote=vote.cast(pl.Int32))


def _decided(full: pl.DataFrame, with_lines: pl.DataFrame) -> pl.DataFrame:
    speaks = {name: pl.col(name).fill_null(0) > 0 for name in _WITNESSES}
    told = pl.coalesce(pl.when(speaks[name]).then(pl.col(name)) for name in _WITNESSES)
    source = pl.coalesce(pl.when(speaks[name]).then(pl.lit(name)) for name in _WITNESSES)
    against = (told != pl.col("by_rule")).fill_null(value=False)
    strong = pl.any_horizontal(speaks[name] for name in _WITNESSES[:-1])
    unclear = pl.col("prices").eq(0).fill_null(value=False)
    reasons: Mapping[str, pl.Expr] = {
        "unit_corrected": against & strong & ~unclear,
        "unit_doubtful": against & ~strong & ~unclear,
        "unit_unclear": unclear,
    }
    follows = pl.when(reasons["unit_corrected"] | (~against & ~unclear & told.is_not_null()))
    has_lines = pl.col("accession").is_in(with_lines["accession"].implode())
    doubtful = reasons["unit_doubtful"] | unclear
    return full.with_columns(
        unit_usd=pl.when(has_lines).then(follows.then(told).otherwise(pl.col("by_rule"))),
        unit_source=pl.when(has_lines).then(follows.then(source).otherwise(pl.lit("filing_date"))),
        reasons=_with(reasons),
        status=pl.when((pl.col("status") == "ok") & doubtful).then(pl.lit("suspect")).otherwise(pl.col("status")),
    )


def _valued(lines: pl.DataFrame, reports: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their value in USD, doubted where a known close speaks against it."""
    units = reports.select("accession", "unit_usd")
    closes = shares.select("accession", "line", "raw", "close")
    joined = lines.join(units, on="accession", how="left", maintain_order="left").join(
        closes, on=["accession", "line"], how="left", maintain_order="left"
    )
    off = pl.col("raw") * pl.col("unit_usd") / pl.col("close")
    other = pl.any_horizontal((off * factor).is_between(1 / _NEAR, _NEAR) for factor in (THOUSAND, 1 / THOUSAND))
    implausible = ~off.is_between(1 / (_NEAR + 1), _NEAR + 1)
    reasons = {"line_in_other_unit": implausible & other, "price_implausible": implausible & ~other}
    doubtful = implausible.fill_null(value=False) & (pl.col("status") == "ok")
    return joined.with_columns(
        value_usd=pl.col("value_filed") * pl.col("unit_usd").cast(pl.Float64),
        reasons=_with(reasons),
        status=pl.when(doubtful).then(pl.lit("suspect")).otherwise(pl.col("status")),
    ).drop("unit_usd", "raw", "close")


def _with(reasons: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return `reasons` with the names whose condition holds added."""
    codes = pl.concat_list(pl.when(condition).then(pl.lit(code)) for code, condition in reasons.items())
    return pl.concat_list("reasons", codes).list.drop_nulls()
