"""Every line of every statement together with when it became so: the history that table `fundamentals` keeps.

Statements change at few instants: when a filing says something new, and when a split takes effect. At each, only
periods that end on or after the earliest one that changed can change, and they rest on quarters of the year before.
What is taken for a line was found for all instants at once (`statements.taken`). So for each instant at which that
changed a *case* is made, of what was taken then and can matter; all cases are computed at once, as if each were a
company of its own; what a case says that the one before did not is a version.

Shares and per-share values of a company that split are counted in the shares of the case, so its lines of those are
copied into each case before anything is taken of them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables_fundamentals import FUNDAMENTALS
from edgewise.fundamentals.declared import declaration
from edgewise.fundamentals.filed import filed_lines
from edgewise.fundamentals.repairs import repaired
from edgewise.fundamentals.spans import SPAN, shown_years
from edgewise.fundamentals.splits import SPLIT_SCHEMA, in_shares_of
from edgewise.fundamentals.statements import TAKEN, assembled, taken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgewise.fundamentals.declared import Declaration

STORED = ("annual", "quarter", "ttm")
WITHDRAWN = "withdrawn"
_KEY = list(FUNDAMENTALS.key)
_SAID = ("value", "status", "reasons")
# The first of four quarters ends within a year of the last, and may be a difference to nine months that end before it.
_YEAR_BACK, _REACH = "-390d", "-500d"
_ALWAYS = date(1900, 1, 1)


def versions(
    facts: pl.DataFrame, *, splits: pl.DataFrame | None = None, declared: Declaration | None = None
) -> pl.DataFrame:
    """Return rows of FUNDAMENTALS: what `statements` says at every instant, where that differs from before.

    facts:   rows of table `facts`, all knowledge times; of any number of companies. Memory grows with their number.
    splits:  splits.SPLIT_SCHEMA; per-share values and shares change when one takes effect.
    Returns: sorted by identity. Read as of T, without the withdrawn rows, they are the statements as of T in value,
             status and reasons; `method` and `sources` are those of whoever told it first.
    Time:    known_at is the instant of the change, so no row rests on what was known later.
    """
    declared = declared or declaration()
    lines = repaired(filed_lines(facts, declared))
    events = (pl.DataFrame(schema=SPLIT_SCHEMA) if splits is None else splits).join(lines, on="cik", how="semi")
    recounted = pl.col("cik").is_in(events["cik"].unique().implode()) & pl.col("field").is_in(_counted(declared))
    shown = shown_years(lines, declared.annual_forms)
    told = taken(lines.filter(~recounted), declared, shown)
    cases = _cases([*map(_changes, told.values()), *_recounts(lines.filter(recounted), events, shown)])
    now = {name: _at_cases(rows, cases, back=_YEAR_BACK if name == "quarter" else "0d") for name, rows in told.items()}
    if not events.is_empty():
        copies = in_shares_of(_copies(lines.filter(recounted), cases), events, declared)
        now = _with_recounted(now, copies, cases, shown, declared)
    return _versions(assembled(now, declared, STORED), cases)


def _counted(declared: Declaration) -> list[str]:
    return [*declared.named(unit="shares"), *declared.named(unit="per_share")]


def _changes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return when what is taken comes to say something else, or is not taken any more: cik, at, since (its period)."""
    ordered = rows.sort(*SPAN, "told_at")
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in SPAN)
    follows = (same & (pl.col("told_at") == pl.col("replaced_at").shift(1))).fill_null(value=False)
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in ("value", "reasons"))
    judged = ordered.select("cik", "told_at", "replaced_at", since="period_end", follows=follows, again=again)
    ends = pl.col("replaced_at").is_not_null() & ~pl.col("follows").shift(-1, fill_value=False)
    return pl.concat(
        [
            judged.filter(~(pl.col("follows") & pl.col("again"))).select("cik", "since", at="told_at"),
            judged.filter(ends).select("cik", "since", at="replaced_at"),
        ]
    )


def _recounts(lines: pl.DataFrame, splits: pl.DataFrame, shown: pl.DataFrame) -> list[pl.DataFrame]:
    """Return when recounted lines may change: whenever one is told or is shown as a year, and at each split."""
    return [
        lines.select("cik", at="known_at", since="period_end"),
        shown.join(lines, on="cik", how="semi").select("cik", at="shown_at", since="period_end"),
        splits.select("cik", at="effective_at", since=pl.lit(_ALWAYS)),
    ]


def _cases(changes: list[pl.DataFrame]) -> pl.DataFrame:
    """Return each instant of a company at which something can change: cik, at, since (first end of period), case."""
    return (
        pl.concat([one.select("cik", "at", "since") for one in changes])
        .group_by("cik", "at")
        .agg(pl.col("since").min())
        .sort("cik", "at")
        .with_row_index("case")
        .cast({"case": pl.Int64})
    )


def _at_cases(rows: pl.DataFrame, cases: pl.DataFrame, *, back: str) -> pl.DataFrame:
    """Return per case what was taken then, of periods that can change or end within `back` before them.

    The case stands for company; `recent` is whether the period can change.
    """
    numbered = rows.select("cik", "told_at", "replaced_at", "period_end").with_row_index("row")
    pairs = (
        cases.with_columns(reach=pl.col("since").dt.offset_by(back))
        .join(numbered, on="cik")
        .filter(
            pl.col("period_end") >= pl.col("reach"),
            pl.col("told_at") <= pl.col("at"),
            (pl.col("replaced_at") > pl.col("at")).fill_null(value=True),
        )
        .select("case", "row", recent=pl.col("period_end") >= pl.col("since"))
    )
    return rows[pairs["row"]].with_columns(cik=pairs["case"], recent=pairs["recent"])


def _with_recounted(
    now: dict[str, pl.DataFrame],
    copies: pl.DataFrame,
    cases: pl.DataFrame,
    shown: pl.DataFrame,
    declared: Declaration,
) -> dict[str, pl.DataFrame]:
    """Return what is taken per case, and with it what is taken of copied lines, in shares of the instant of each."""
    of_cases = shown.join(cases, on="cik").filter(pl.col("shown_at") <= pl.col("at"))
    shown_then = of_cases.with_columns(cik="case").select(shown.columns)
    told = taken(copies.with_columns(cik="case").drop("case", "at"), declared, shown_then)
    since = cases.select("since", cik="case")
    both = {}
    for name, rows in told.items():
        own = rows.filter(pl.col("replaced_at").is_null()).join(since, on="cik")
        recent = own.with_columns(recent=pl.col("period_end") >= pl.col("since"))
        kept = recent if name == "quarter" else recent.filter("recent")
        both[name] = pl.concat([now[name], kept.select(*TAKEN, "recent")])
    return both


def _copies(lines: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return per case the lines that can matter in it, with `case` and `at`."""
    numbered = lines.with_row_index("line")
    pairs = (
        cases.join(numbered.select("cik", "line", "known_at", "period_end"), on="cik")
        .filter(pl.col("known_at") <= pl.col("at"), pl.col("period_end") >= pl.col("since").dt.offset_by(_REACH))
        .select("case", "at", "line")
    )
    return lines[pairs["line"]].with_columns(pairs["case"], pairs["at"])


def _versions(rows: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return what the statements of cases say that those before did not, rows of FUNDAMENTALS sorted by identity."""
    told = rows.rename({"cik": "case"}).drop("known_at", "place").join(cases, on="case").sort(*_KEY, "at")
    first = ~_as_above(_KEY)
    numbered = told.with_columns(line=first.cum_sum())
    every = pl.concat([numbered, _withdrawn(numbered, cases)], how="diagonal").sort("line", "at")
    again = _as_above(["line", *_SAID])
    return every.filter(~again).rename({"at": "known_at"}).select(FUNDAMENTALS.schema.keys())


def _as_above(names: Iterable[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in names)


def _withdrawn(told: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return a row without value where a case could have told a line that was told before, and does not."""
    lines = told.unique("line", keep="first", maintain_order=True)
    expected = (
        lines.select("cik", "line", "period_end", first="at")
        .join(cases, on="cik")
        .filter(pl.col("at") > pl.col("first"), pl.col("period_end") >= pl.col("since"))
        .select("line", "case", "at")
    )
    missing = expected.join(told.select("line", "case"), on=["line", "case"], how="anti")
    return missing.join(lines.select(*_KEY, "statement", "line"), on="line").with_columns(status=pl.lit(WITHDRAWN))
