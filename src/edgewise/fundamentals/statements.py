"""Standardised statements as of an instant, in long form: one row per field and period, with status and sources.

The steps, each a file:
1. `filed`    what each filing says of each line, from declared concepts (`concepts.toml`, `declared`);
2. `repairs`  slips that the same filing disproves: a lost minus sign, shares in millions;
3. `splits`   shares and per-share values counted in shares as of the instant;
4. `spans`    years, quarters, differences of year-to-date values, four quarters in a row;
5. `checks`   what must hold between lines; what does not is `suspect` with a reason.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.fundamentals.checks import checked, joined_codes
from edgewise.fundamentals.declared import DOUBTFUL, declaration
from edgewise.fundamentals.filed import filed_lines
from edgewise.fundamentals.repairs import repaired
from edgewise.fundamentals.spans import (
    QUARTER_DAYS,
    SPAN,
    YEAR_DAYS,
    YEAR_TO_DATE_DAYS,
    days,
    differences,
    four_in_a_row,
    newest,
    shown_years,
    years,
)
from edgewise.fundamentals.splits import in_shares_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from edgewise.fundamentals.declared import Declaration

BASES = ("annual", "quarter", "ttm", "ytd", "instant")
STATEMENT_SCHEMA = {
    "cik": pl.Int64,
    "basis": pl.String,
    "statement": pl.String,
    "field": pl.String,
    "unit": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "value": pl.Float64,
    "method": pl.String,
    "status": pl.String,
    "reasons": pl.String,
    "sources": pl.String,
    "known_at": Instant,
}
_ROW = (*SPAN, "value", "method", "reasons", "sources", "known_at", "tier")
TAKEN = (*_ROW, "told_at", "replaced_at")
_LENGTHS = {"annual": YEAR_DAYS, "quarter": QUARTER_DAYS, "ytd": YEAR_TO_DATE_DAYS}
# Shares of a fourth quarter come from averages over two spans; beyond this ratio a split lies between their filings.
_SAME_SPLIT_BASIS = (0.8, 1.25)


def statements(
    facts: pl.DataFrame,
    *,
    bases: Iterable[str] = BASES[:3],
    as_of: datetime | None = None,
    splits: pl.DataFrame | None = None,
    declared: Declaration | None = None,
) -> pl.DataFrame:
    """Return every line of every period of every company in `facts`, as it was known at `as_of`.

    facts:   rows of table `facts`, all knowledge times; of any number of companies.
    bases:   annual; quarter; ttm (four quarters, or the year that ends there); ytd (half-years and nine months as
             filed); instant (every balance filed). Balances also stand with each basis at the ends of its periods.
    as_of:   aware instant, inclusive; None: all facts and all splits.
    splits:  splits.SPLIT_SCHEMA; shares and per-share values are then counted in shares as of `as_of`, and `sources`
             ends in what a fact was multiplied or divided by. None: each as its filing counts.
    Returns: STATEMENT_SCHEMA, sorted. value: whole units of `unit`; expenses, taxes, capital expenditure, dividends and
             repurchases positive; cash-flow totals as displayed. method: filed, difference, per_share (income over
             shares), summed, derived (from other lines). status: ok or suspect, then `reasons` has codes separated by
             commas; sources: "accession:concept" of each fact it rests on, separated by "; ".
    Nulls:   a line that no filing tells is no row; nothing is filled.
    Time:    a value rests on facts known at `as_of` only; a period's value is the one filed last by then.
    Raises:  InvalidInput for an unknown basis or an `as_of` without zone.
    """
    wanted = tuple(bases)
    if unknown := set(wanted) - set(BASES):
        raise InvalidInput(f"{sorted(unknown)} is no basis", advice=f"Choose from {', '.join(BASES)}.")
    if as_of is not None and as_of.tzinfo is None:
        raise InvalidInput(f"{as_of} has no zone", advice="Give an instant in UTC.")
    declared = declared or declaration()
    until = None if as_of is None else as_of.astimezone(UTC)
    known = facts if until is None else facts.filter(pl.col("known_at") <= until)
    lines = repaired(filed_lines(known, declared))
    if splits is not None and not splits.is_empty():
        at = until or splits["effective_at"].max()
        lines = in_shares_of(lines.with_columns(at=pl.lit(at, Instant)), splits, declared).drop("at")
    return standardised(lines, declared, wanted)


def standardised(lines: pl.DataFrame, declared: Declaration, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Return the statements that repaired lines of known filings make, as `statements` does."""
    told = taken(lines, declared, shown_years(lines, declared.annual_forms))
    now = {name: rows.filter(pl.col("replaced_at").is_null()) for name, rows in told.items()}
    rows = assembled(now, declared, wanted)
    return rows.sort("cik", "basis", "period_end", "period_start", "place", "unit").select(STATEMENT_SCHEMA.keys())


def taken(lines: pl.DataFrame, declared: Declaration, shown: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return what statements are made of, as it was taken at every instant: annual, quarter, ytd and instant.

    lines:   repaired lines of filings.
    shown:   of `spans.shown_years`.
    Returns: cik, field (numbered), unit, period_start, period_end, value, method, reasons (codes separated by commas;
             null: none), sources, known_at, tier; told_at and replaced_at, from and until when it is taken.
    """
    # Names as numbers: most of what follows sorts, groups and joins by them.
    numbered = lines.cast({"field": pl.Enum([one.name for one in declared.fields])})
    told = _with_line_reasons(newest(numbered)).with_columns(method=pl.lit("filed")).select(TAKEN)
    flow = pl.col("field").is_in(declared.named(period="duration"))
    flows = told.filter(flow).with_columns(days=days())
    of_days = {name: flows.filter(pl.col("days").is_between(*length)).drop("days") for name, length in _LENGTHS.items()}
    return {
        "annual": years(of_days["annual"], shown),
        "quarter": _quarters(of_days["quarter"], numbered.filter(flow), declared),
        "ytd": of_days["ytd"],
        "instant": told.filter(~flow),
    }


def assembled(now: Mapping[str, pl.DataFrame], declared: Declaration, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Return the statements that rows of `taken` of one instant make, STATEMENT_SCHEMA and `place`, in any order.

    now: may have quarters that are only for the twelve months of later ones; then its column `recent` is false.
    """
    flows = _flows({name: rows.select(_ROW) for name, rows in now.items()}, now["quarter"], declared, wanted)
    parts = [rows.with_columns(basis=pl.lit(basis)) for basis, rows in flows.items()]
    balances = now["instant"].select(_ROW)
    told = [_with_balances(pl.concat(parts), balances)] if parts else []
    if "instant" in wanted:
        told.append(balances.with_columns(basis=pl.lit("instant")))
    rows = checked(pl.concat(told), declared)
    return _as_statements(pl.concat([rows, *_derived(rows, declared)]), declared)


def _flows(
    now: Mapping[str, pl.DataFrame], quarters: pl.DataFrame, declared: Declaration, wanted: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """Return per basis the rows of durations."""
    found: dict[str, pl.DataFrame] = {basis: now[basis] for basis in ("annual", "ytd") if basis in wanted}
    old = quarters if "recent" in quarters.columns else quarters.with_columns(recent=pl.lit(value=True))
    if "quarter" in wanted:
        recent = old.filter("recent").select(_ROW)
        found["quarter"] = pl.concat([recent, _per_share(recent).join(recent, on=SPAN, how="anti")])
    if "ttm" in wanted:
        found["ttm"] = _trailing(old, now["annual"], declared)
    return found


def _with_line_reasons(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with `reasons`, which their concept or their repair gives."""
    doubtful = pl.when(pl.col("tier") == DOUBTFUL).then(pl.lit("doubtful_concept"))
    return lines.with_columns(reasons=joined_codes(doubtful, "repair"))


def _quarters(filed: pl.DataFrame, flows: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return quarters as they were taken: as filed from when on they are, until then as differences."""
    apart = differences(flows.filter(~pl.col("field").is_in(declared.named(unit="per_share"))))
    shares = pl.col("field").is_in(declared.named(unit="shares"))
    restated = pl.when("part_doubt").then(pl.lit("restated_in_part"))
    derived = (
        _with_line_reasons(pl.concat([apart.filter(~shares), _average_shares(apart.filter(shares))]))
        .with_columns(method=pl.lit("difference"), reasons=joined_codes("reasons", restated))
        .join(filed.group_by(SPAN).agg(filed_at=pl.col("told_at").min()), on=SPAN, how="left")
        .with_columns(replaced_at=pl.min_horizontal("replaced_at", "filed_at"))
        .filter((pl.col("replaced_at") > pl.col("told_at")).fill_null(value=True))
    )
    return pl.concat([filed, derived.select(TAKEN)])


def _average_shares(apart: pl.DataFrame) -> pl.DataFrame:
    """Return average shares of the quarter from averages over a longer and a shorter span; none across a split."""
    long_days, short_days = pl.col("long_days"), pl.col("short_days")
    total = pl.col("long_value") * long_days - pl.col("short_value") * short_days
    same_basis = (pl.col("long_value") / pl.col("short_value")).is_between(*_SAME_SPLIT_BASIS)
    return apart.with_columns(value=total / (long_days - short_days)).filter(same_basis)


def _per_share(rows: pl.DataFrame) -> pl.DataFrame:
    """Return earnings per share as income over shares, where both are there; never a difference of per-share values."""
    period = ["cik", "period_start", "period_end"]
    income = rows.filter(pl.col("field") == "net_income_common")
    found = []
    for kind in ("basic", "diluted"):
        shares = rows.filter((pl.col("field") == f"shares_{kind}") & (pl.col("value") > 0))
        both = income.join(shares, on=period, suffix="_shares")
        found.append(
            both.with_columns(
                field=pl.lit(f"eps_{kind}", dtype=rows.schema["field"]),
                unit=pl.col("unit") + "/shares",
                value=pl.col("value") / pl.col("value_shares"),
                method=pl.lit("per_share"),
                reasons=joined_codes("reasons", "reasons_shares"),
                sources=pl.col("sources") + "; " + pl.col("sources_shares"),
                known_at=pl.max_horizontal("known_at", "known_at_shares"),
                tier=pl.max_horizontal("tier", "tier_shares"),
            ).select(_ROW)
        )
    return pl.concat(found)


def _trailing(quarters: pl.DataFrame, annual: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    """Return twelve months to the end of each quarter: the year where one ends there, else four quarters."""
    per_share = declared.named(unit="per_share")
    shares = pl.col("field").is_in(declared.named(unit="shares"))
    sums = (
        four_in_a_row(quarters.filter(~pl.col("field").is_in(per_share)))
        .with_columns(value=pl.when(shares).then(pl.col("value") / 4).otherwise(pl.col("value")))
        .select(_ROW)
    )
    ends = ["cik", "field", "period_end"]
    told = pl.concat([annual, sums.join(annual, on=ends, how="anti")])
    return pl.concat([told, _per_share(told).join(told, on=ends, how="anti")])


def _derived(rows: pl.DataFrame, declared: Declaration) -> Iterator[pl.DataFrame]:
    """Yield the rows of each line that is the sum of others, for periods that have all of them."""
    period = ["basis", "cik", "unit", "period_start", "period_end"]
    for one in declared.fields:
        if not one.derived:
            continue
        terms = pl.DataFrame(one.derived, schema={"sign": pl.Float64, "field": rows.schema["field"]}, orient="row")
        sums = (
            rows.join(terms.with_row_index("place"), on="field")
            .sort("place")
            .group_by(period, maintain_order=True)
            .agg(
                (pl.col("value") * pl.col("sign")).sum(),
                pl.col("reasons").str.join(","),
                pl.col("sources").str.join("; "),
                pl.col("known_at", "tier").max(),
                found=pl.len(),
            )
            .filter(pl.col("found") == terms.height)
        )
        yield sums.with_columns(
            reasons=joined_codes("reasons"),
            field=pl.lit(one.name, dtype=rows.schema["field"]),
            method=pl.lit("derived"),
        ).select(rows.columns)


def _with_balances(flows: pl.DataFrame, balances: pl.DataFrame) -> pl.DataFrame:
    """Return flows and, with each basis, the balances at the end of each of its periods."""
    of_period = pl.col("field").is_in(["net_income", "net_income_total", "revenue", "operating_cash_flow"])
    ends = flows.filter(of_period).select("basis", "cik", "period_start", "period_end").unique()
    at_ends = balances.drop("period_start").join(ends, on=["cik", "period_end"])
    return pl.concat([flows, at_ends.select(flows.columns)])


def _as_statements(rows: pl.DataFrame, declared: Declaration) -> pl.DataFrame:
    shown = declared.shown
    places = pl.DataFrame(
        {
            "field": shown,
            "place": range(len(shown)),
            "statement": [one.statement for one in declared.fields if not one.internal],
        },
        schema={"field": rows.schema["field"], "place": pl.Int16, "statement": pl.String},
    )
    found = rows.join(places, on="field").cast({"field": pl.String})
    doubted = found.filter(pl.col("reasons").is_not_null())
    codes = pl.col("reasons").str.split(",").list.unique(maintain_order=True).list.join(",")
    return pl.concat(
        [
            found.filter(pl.col("reasons").is_null()).with_columns(status=pl.lit("ok")),
            doubted.with_columns(reasons=codes, status=pl.lit("suspect")),
        ]
    ).select(*STATEMENT_SCHEMA.keys(), "place")
