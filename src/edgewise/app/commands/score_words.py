"""How scores are shown on a terminal: lines of tables, and the tree of an explanation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.tree import Tree

from edgewise.app.console import OUT, print_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from edgewise.pipelines.evidence.cell import Evidence
    from edgewise.pipelines.score_corrections import Corrected
    from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore
    from edgewise.pipelines.scores import Scored

SHORT = {"value": "val", "growth": "gro", "profitability": "pro", "health": "hea", "momentum": "mom", "analysts": "ana",
         "insiders": "ins", "institutional": "13f", "news": "new", "technical": "tec"}  # fmt: skip
"""The ten factors and what their columns are called where there is little room."""
_COLUMNS = ["factor", "value", "weight", "points", "a week ago"]
_DECIMALS = {"value": 1, "weight": 3, "points": 2, "a week ago": 2}
_NOTHING, _MOVED = 1e-9, 0.05
"""Points."""
_SHOWN = 6
"""Things behind a metric that are listed; how many more there are is told."""


def tell_scored(came: Scored, last: date) -> None:
    """Print what came of a computation."""
    without = " · ".join(f"{reason} {number:,}" for reason, number in sorted(came.not_rated.items()))
    OUT.print(
        f"sessions [bold]{came.sessions:,}[/] to {last} · scores published [bold]{came.rated:,}[/]"
        + (f" · not rated: {without}" if without else "")
    )
    if came.kept:
        OUT.print(
            f"  published before and kept: {came.kept:,}; {came.differing:,} of them would come out differently now"
        )


def tell_corrected(came: Corrected, session: date) -> None:
    """Print which scores were published anew."""
    OUT.print(f"session {session} · published anew [bold]{came.rows.height:,}[/] · as they were {came.stand:,}")
    lines = came.rows.head(_SHOWN).iter_rows(named=True)
    print_rows("", list(lines), columns=["instrument_id", "was", "now"], empty="Nothing comes out differently.")
    if came.rows.height > _SHOWN:
        OUT.print(f"  and {came.rows.height - _SHOWN:,} more: --json lists them")


def tell_corrections(rows: pl.DataFrame) -> None:
    """Print when and why scores were published anew, and what they were; nothing where none was."""
    for row in rows.iter_rows(named=True):
        OUT.print(
            f"  {row['session']} was {row['was'] or 'not rated'} until {row['known_at']:%Y-%m-%d %H:%M} UTC, "
            f"then corrected to {row['now'] or 'not rated'}: {escape(row['correction'])}",
            soft_wrap=True,
        )


def short_line(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a row of SCORES for a narrow table: factors without digits after the point."""
    factors = {short: None if row[name] is None else round(row[name]) for name, short in SHORT.items()}
    return {**row, **factors}


def tell_shown(symbol: str, told: ExplainedScore) -> None:
    """Print a score and its factors."""
    _head(symbol, told)
    lines = [_factor_line(one) for one in told.factors]
    print_rows("What each factor adds to 50, in points", lines, columns=_COLUMNS, empty="", decimals=_DECIMALS)
    _sum(told)


def tell_explained(symbol: str, told: ExplainedScore) -> None:
    """Print a score as a tree down to what each metric rests on, and what changed in a week."""
    _head(symbol, told)
    stretch = told.score["stretch"]
    how = f": {stretch:.3f} * weight * (factor - 50)" if stretch else ""
    tree = Tree(f"50, and what each factor adds, in points{how}")
    for factor in told.factors:
        if factor.factor.name in SHORT:
            _grow(tree, factor)
    OUT.print(tree, soft_wrap=True)
    _sum(told)
    _changes(told)


def as_json(told: ExplainedScore) -> dict[str, object]:
    """Return an explanation as plain values."""
    return {
        "score": told.score,
        "before": told.before,
        "base": told.base,
        "bounds": told.bounds,
        "factors": [
            {
                "factor": one.factor.name,
                "value": one.value,
                "weight": one.weight,
                "points": one.points,
                "points_before": one.points_before,
                "metrics": [_metric_json(metric) for metric in one.metrics],
            }
            for one in told.factors
        ],
    }


def _metric_json(told: ExplainedMetric) -> dict[str, object]:
    return {
        "metric": told.metric.name,
        "formula": told.metric.formula,
        "unit": told.metric.unit,
        "value": told.value,
        "percentile": told.percentile,
        "peers": told.peers,
        "weight": told.weight,
        "points": told.points,
        "missing": told.missing,
        "evidence": [asdict(one) for one in told.evidence],
    }


def _head(symbol: str, told: ExplainedScore) -> None:
    row = told.score
    place = f", {row['sector_percentile']:.0f}th percentile of {row['sector']}" if row["sector_percentile"] else ""
    rated = f"[bold]{row['overall']}[/] {row['rating']}{place}" if row["overall"] else f"not rated: {row['reasons']}"
    OUT.print(f"[bold]{escape(symbol.upper())}[/] at the close of {row['session']}: {rated}", soft_wrap=True)
    shares = [f"{name} {row[name]:.0%}" for name in ("completeness", "freshness", "stability") if row[name] is not None]
    sure = [*([f"confidence {row['confidence']}"] if row["confidence"] else []), *shares]
    OUT.print("  " + " · ".join(sure), soft_wrap=True)
    if row["correction"]:
        OUT.print(f"  corrected {row['known_at']:%Y-%m-%d %H:%M} UTC: {escape(row['correction'])}", soft_wrap=True)


def _factor_line(one: ExplainedFactor) -> dict[str, object]:
    return {
        "factor": one.factor.title,
        "value": one.value,
        "weight": one.weight,
        "points": one.points,
        "a week ago": one.points_before,
    }


def _grow(tree: Tree, told: ExplainedFactor) -> None:
    value = "not known" if told.value is None else f"{told.value:.1f} of 100"
    branch = tree.add(f"[bold]{told.points:+7.2f}[/]  {told.factor.title}: {value}, weight {told.weight:.3f}")
    for metric in told.metrics:
        if metric.value is None:
            branch.add(f"[dim]     -   {metric.metric.name}: {escape(metric.missing)}[/]")
            continue
        place = _place(metric)
        leaf = branch.add(
            f"{metric.points:+7.2f}  {metric.metric.name} {metric.value:.4g} ({place}) = {metric.metric.formula}"
        )
        for one in metric.evidence[:_SHOWN]:
            leaf.add(f"[dim]{escape(_thing(one))}[/]")
        if len(metric.evidence) > _SHOWN:
            leaf.add(f"[dim]and {len(metric.evidence) - _SHOWN:,} more: --json lists them[/]")


def _place(told: ExplainedMetric) -> str:
    if told.percentile is None:
        return "too few to compare"
    less = "less is better, " if told.metric.direction < 0 else ""
    return f"{less}better than {told.percentile:.0%} of its {told.peers}"


def _thing(one: Evidence) -> str:
    where = ", ".join(one.accessions) or one.source or ""
    known = "" if one.known_at is None else f", public since {one.known_at:%Y-%m-%d %H:%M:%S}"
    doubt = f" [doubt: {one.doubt}]" if one.doubt else ""
    return f"{one.what}{doubt}{known}  {where}"


def _sum(told: ExplainedScore) -> None:
    if told.score["score"] is None:
        return
    bounds = f" {told.bounds:+.2f} to stay within 1 and 100" if abs(told.bounds) > _NOTHING else ""
    points = sum(one.points for one in told.factors)
    OUT.print(f"  {told.base:.0f} {points:+.4f}{bounds} = {told.score['score']:.4f}", soft_wrap=True)


def _changes(told: ExplainedScore) -> None:
    """Print what each factor moved the score by since a week ago, the largest first."""
    before = told.before
    if before is None or before["score"] is None or told.score["score"] is None:
        OUT.print("  no score a week ago to compare with", soft_wrap=True)
        return
    moved = [(one.points - (one.points_before or 0.0), one.factor.title) for one in told.factors]
    largest = sorted((one for one in moved if abs(one[0]) >= _MOVED), key=lambda one: -abs(one[0]))
    still = f"nothing moved by {_MOVED} points or more"
    words = ", ".join(f"{title} {points:+.1f}" for points, title in largest) or still
    OUT.print(f"  since {before['session']} ({before['overall']}): {words}", soft_wrap=True)
