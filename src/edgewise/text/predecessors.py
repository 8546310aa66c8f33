"""Which earlier filing a report is compared with: the same form of the same company, a year before.

1. Reports are filings whose form says that it reports on a year or a quarter (`forms`). Amendments are none: one that
   holds only Part III is no annual report, and what a full one says anew is of the year that is compared already.
2. Of a company's earlier reports of the same kind, those count that were known when the later one was.
3. The one whose period ended nearest to a year before is the predecessor; of equals the one known last.
4. A quarterly report without one is compared with the quarter before it, which after an annual report lies two back.

Periods are told apart by their ends; where one of the two is not told, by filing dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.text.forms.declared import form_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

YEAR, QUARTER, EARLIER = "year", "quarter", "earlier"
_YEAR_DAYS = 365
# Fiscal years have 52 or 53 weeks, and move by a month now and then; quarters lie 91 days apart, so half of that is
# the most by which one can be told from its neighbour. Annual reports are filed up to some months late.
_PERIOD_SLACK, _LATE_SLACK = 45, 100
_QUARTER_DAYS = (60, 200)

_COLUMNS = ("accession", "previous_accession", "basis")


def predecessors(filings: pl.DataFrame) -> pl.DataFrame:
    """Return (accession, previous_accession, basis) of every report that has a predecessor, by accession.

    filings: rows with accession, cik, form, filed_date, period_end and known_at; several per accession where it has
             several registrants. The order does not matter.
    basis:   year, or quarter where no report of a year before was known.
    Nulls:   without filed_date and period_end a filing is told by the day it was known (UTC).
    Time:    of each row, nothing counts that was known later than the filing itself.
    """
    pairs = _earlier(_reports(filings)).with_columns(_basis()).drop_nulls("basis")
    order = ("accession", pl.col("basis") != YEAR, "distance", "old_known_at", "previous_accession")
    best = pairs.sort(*order, descending=[False, False, False, True, False]).unique("accession", keep="first")
    return best.select(_COLUMNS).sort("accession")


def latest_before(filings: pl.DataFrame, accession: str) -> tuple[str, str] | None:
    """Return (previous_accession, basis) for one filing: its predecessor, else the last earlier report of its kind.

    The basis is then `earlier`. None where there is none, and for an amendment. Arguments as of `predecessors`.
    """
    pairs = _earlier(_reports(filings)).filter(pl.col("accession") == accession)
    best = predecessors(filings).filter(pl.col("accession") == accession)
    if best.height:
        return best["previous_accession"][0], best["basis"][0]
    earlier = pairs.filter(pl.col("gap") > 0).sort("gap", pl.col("old_known_at"), descending=[False, True])
    return (earlier["previous_accession"][0], EARLIER) if earlier.height else None


def kinds_of(forms: Iterable[tuple[str, date]]) -> dict[tuple[str, date], tuple[str, str]]:
    """Return (kind, period) of each (form, filed) that is a report: its declaration's name and what it reports on."""
    found = {}
    for form, filed in set(forms):
        declared = form_for(form, filed)
        if declared and declared.period and not declared.amended:
            found[form, filed] = (declared.name, declared.period)
    return found


def _reports(filings: pl.DataFrame) -> pl.DataFrame:
    """Return the filings that are reports, one row per registrant, with `kind`, `period` and `filed`."""
    dated = filings.with_columns(filed=pl.coalesce("filed_date", pl.col("known_at").dt.date()))
    kinds = kinds_of(dated.select("form", "filed").unique().iter_rows())
    rows = [(form, filed, *kind) for (form, filed), kind in kinds.items()]
    schema = {"form": pl.String, "filed": pl.Date, "kind": pl.String, "period": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return dated.join(table, on=["form", "filed"]).unique(["accession", "cik"])


def _earlier(reports: pl.DataFrame) -> pl.DataFrame:
    """Return every pair of reports of one kind and company, the earlier one known by then, with the `gap` in days."""
    old = reports.select(
        "cik",
        "kind",
        previous_accession="accession",
        old_filed="filed",
        old_period_end="period_end",
        old_known_at="known_at",
    )
    by_period = (pl.col("period_end") - pl.col("old_period_end")).dt.total_days()
    by_filing = (pl.col("filed") - pl.col("old_filed")).dt.total_days()
    return (
        reports.join(old, on=["cik", "kind"])
        .filter(pl.col("old_known_at") <= pl.col("known_at"), pl.col("accession") != pl.col("previous_accession"))
        .with_columns(gap=pl.coalesce(by_period, by_filing), told=by_period.is_not_null())
    )


def _basis() -> list[pl.Expr]:
    """Return what makes a pair comparable, null if nothing does, and how far from that its gap is."""
    off_a_year = (pl.col("gap") - _YEAR_DAYS).abs()
    quarterly = pl.col("period") == QUARTER
    slack = pl.when(pl.col("told") | quarterly).then(_PERIOD_SLACK).otherwise(_LATE_SLACK)
    a_year = off_a_year <= slack
    a_quarter = quarterly & pl.col("gap").is_between(*_QUARTER_DAYS)
    basis = pl.when(a_year).then(pl.lit(YEAR)).when(a_quarter).then(pl.lit(QUARTER))
    return [basis.alias("basis"), pl.when(a_year).then(off_a_year).otherwise(pl.col("gap")).alias("distance")]
