"""What a ratio rests on: lines of statements, each with the facts of the filings that tell it, and the price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.tables import PRICES
from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS
from edgewise.fundamentals.ratios import FIGURES, PRICE_RATIOS, QUOTED, STATEMENT_RATIOS
from edgewise.fundamentals.versions import WITHDRAWN
from edgewise.pipelines.evidence.cell import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from edgewise.factors.metric import Metric
    from edgewise.lake import Lake
    from edgewise.pipelines.evidence.cell import Cell

_INPUTS = {one.name: one.inputs for one in (*PRICE_RATIOS, *STATEMENT_RATIOS, *FIGURES)}
_INPUTS |= {"debt": ("long_term_debt", "short_term_debt"), "buybacks": ("share_repurchases",)}
_BEFORE = "_before"
_BASIS = "ttm"
_LARGE = 1000


def ratios_evidence(lake: Lake, cell: Cell, metrics: Sequence[Metric]) -> dict[str, list[Evidence]]:
    """Return the lines of statements and the price behind each metric, as they were known at the close.

    Nothing where no statement was known.
    """
    own = (pl.col("cik") == cell.cik) & (pl.col("basis") == _BASIS)
    told = lake.read(RATIOS, as_of=cell.close, where=own).filter(pl.col("status") != WITHDRAWN).sort("period_end")
    if told.is_empty():
        return {}
    ends = told.row(-1, named=True)
    lines = lake.read(FUNDAMENTALS, as_of=cell.close, where=own).filter(pl.col("status") != WITHDRAWN)
    price = _price(lake, cell) if any(map(_needs_price, metrics)) else []
    return {
        metric.name: [
            *(one for name, years in _lines(metric) for one in _told(lines, name, _end(ends, years))),
            *(price if _needs_price(metric) else []),
        ]
        for metric in metrics
    }


def _needs(metric: Metric) -> list[tuple[str, int]]:
    """Return what the formula names, and of how many years before."""
    return [(name.removesuffix(_BEFORE), int(name.endswith(_BEFORE))) for name in metric.value.meta.root_names()]


def _needs_price(metric: Metric) -> bool:
    return any(name in QUOTED or not set(QUOTED).isdisjoint(_INPUTS.get(name, ())) for name, _ in _needs(metric))


def _lines(metric: Metric) -> list[tuple[str, int]]:
    """Return the lines that a formula rests on, through ratios and figures, and of how many years before."""
    found: dict[tuple[str, int], None] = {}
    waiting = [one for one in _needs(metric) if one[0] not in QUOTED]
    while waiting:
        name, years = waiting.pop(0)
        if name not in _INPUTS or name in {one.rpartition("@")[0] or one for one in _INPUTS[name]}:
            found[name, years] = None
        for told in _INPUTS.get(name, ()):
            line, _, ago = told.partition("@")
            if line == name:
                found[line, years + int(ago or 0)] = None
            elif line not in QUOTED:
                waiting.append((line, years + int(ago or 0)))
    return list(found)


def _end(ends: dict[str, Any], years: int) -> date | None:
    end: date | None = ends[{0: "period_end", 1: "year_before", 5: "five_years_before"}[years]]
    return end


def _told(lines: pl.DataFrame, name: str, end: date | None) -> Iterator[Evidence]:
    """Yield what is told of a line and period, with the concepts and filings that its value rests on."""
    for row in lines.filter(pl.col("field") == name, pl.col("period_end") == end).iter_rows(named=True):
        span = "at" if row["statement"] == "balance_sheet" else "of twelve months to"
        facts = [one.partition(":")[::2] for one in row["sources"].split("; ")]
        concepts = ", ".join(dict.fromkeys(concept for _, concept in facts))
        value = f"{row['value']:,.0f}" if abs(row["value"]) >= _LARGE else f"{row['value']:,.6g}"
        what = f"{name} {span} {row['period_end']}: {value} {row['unit']}, {row['method']} from {concepts}"
        accessions = tuple(dict.fromkeys(accession for accession, _ in facts))
        yield Evidence(what, row["known_at"], accessions, doubt=row["reasons"] or "")


def _price(lake: Lake, cell: Cell) -> list[Evidence]:
    days = (pl.col("session") <= cell.session) & (pl.col("session") > cell.session - pl.duration(days=30))
    rows = lake.read(PRICES, as_of=cell.close, where=(pl.col("instrument_id") == cell.instrument_id) & days)
    traded = rows.drop_nulls("close").sort("session").tail(1)
    return [
        Evidence(
            f"close of {row['session']}: {row['close']:,.2f} USD a share", row["known_at"], source=row["source_url"]
        )
        for row in traded.iter_rows(named=True)
    ]
