"""What the score and its factors have been worth: `make evaluate ONLY=score ARGS="--home HOME --planted HOME MARKET"`.

Real: a home (EDGEWISE_HOME) with what its owner brought in. Month ends from 2015-01 to 2023-11 are scored where nobody
has scored them, and each factor, each metric and the score are held against total returns of the 21 and 63 sessions
after, from the next open. Figures are shown as they are, costs aside; nothing is tuned, and nothing here has a bar.
Planted: a home with the company data of a simulated market and the folder of that market. What was planted has to be
found again, and the placebo not. Filings of which the market wrote no words are stored without, for their industries.
A metric's IC is in the direction in which its factor counts it: above 0 it did what it should.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from math import nan
from typing import TYPE_CHECKING

import polars as pl
from benchmarks.evaluations.tables import show
from benchmarks.harness import RESULTS, record

from edgewise.app.house import SystemClock
from edgewise.core.tables import FILINGS, INSTRUMENTS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.lake import Lake
from edgewise.pipelines.scores import SCORE_VERSION, compute_scores
from edgewise.research.labels import forward_returns
from edgewise.research.months import Worth, month_ends, monthly_ic, worth
from edgewise.score.weights import STANDARD
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.text.tone import LexiconTone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HORIZONS = {1: 21, 3: 63}
"""Sessions held, by months."""
REAL_MONTHS = (date(2015, 1, 1), date(2023, 11, 30))
WARM_UP_YEARS = 2
"""Years of a simulated market before the first month end: momentum and growth need them."""
PLANTED = ("momentum", "insiders", "profitability")
"""Factors that carry a planted signal. That on value is outweighed by the one on momentum: its planted rank IC is below
0. Tone and themes need texts, which a market of this size leaves out."""
PLACEBO = "placebo"
SEED = 20_240_101
_HEADS = ("", "months", "names", "mean IC %", "t", "95 % from", "to")
_KEY = ["instrument_id", "session"]


def evaluate_real(home: Path) -> None:
    """Print what factors, metrics and the score of a home have been worth, and write it down."""
    lake = Lake(str(home / "lake"))
    values = _values(lake, month_ends(*REAL_MONTHS))
    _write("real_worth", _judged(lake, values, _columns(), title="Real"))


def evaluate_planted(home: Path, market: Path) -> None:
    """Print the same of a simulated market, and record whether what was planted was found and the placebo was not."""
    lake, truth = Lake(str(home / "lake")), market / "truth"
    plan = _plan(json.loads((truth / "effects.json").read_text())["plan"])
    if lake.version(FILINGS) is None:
        lake.append(FILINGS, industries(plan))
    ends = month_ends(date(plan.start.year + WARM_UP_YEARS, plan.start.month, 1), plan.end)[:-1]
    values = _values(lake, ends).join(_placebo(lake, truth, ends), on=_KEY, how="left")
    found = _judged(lake, values, [*_columns(), PLACEBO], title="Planted")
    _write("planted_worth", found)
    month = {one.column: one for one in found[1]}
    for name in PLANTED:
        _record(name, month[name], low=True)
    _record(PLACEBO, month[PLACEBO], low=False)


def industries(plan: Plan) -> pl.DataFrame:
    """Return a row of FILINGS of every company of the plan with its industry code, known before its market begins."""
    known = datetime(plan.start.year - 1, 6, 3, 20, tzinfo=UTC)
    codes = {int(company.cik): company.industry.sic for company in invent_companies(plan)}
    rows = [
        {
            "accession": f"{cik:010d}-{known:%y}-000001",
            "cik": cik,
            "role": "issuer",
            "form": "10-K",
            "sic": code,
            "known_at_source": "simulated",
            "documents": 0,
            "source_url": "simulated:evaluation",
            "first_seen_at": known,
            "known_at": known,
        }
        for cik, code in codes.items()
    ]
    return FILINGS.frame(rows)


def _plan(told: dict[str, object]) -> Plan:
    """Return the plan that a market's truth tells."""
    fields = {name: value for name, value in told.items() if name != "start"}
    effects = tuple((name, strength) for name, strength in told["effects"])  # type: ignore[attr-defined]
    return Plan(**fields | {"end": date.fromisoformat(str(told["end"])), "effects": effects})  # type: ignore[arg-type]


def _columns() -> list[str]:
    """Return the score, the factors and the metrics, in the order in which they are shown."""
    names = ["score"]
    for factor in SCORED:
        names += [factor.name, *(_metric(metric.name) for metric in factor.metrics)]
    return names


def _metric(name: str) -> str:
    return f"  {name}"


def _values(lake: Lake, ends: Sequence[date]) -> pl.DataFrame:
    """Return scores, factors and metrics of the month ends, metrics with the sign with which they count."""
    compute_scores(lake, ends, STANDARD, SystemClock(), tone_version=LexiconTone.version)
    of_ends = pl.col("session").is_in(list(ends))
    own = (pl.col("configuration") == STANDARD.name) & (pl.col("version") == SCORE_VERSION)
    scores = lake.read(SCORES, where=of_ends & own).select(*_KEY, "score", *(factor.name for factor in SCORED))
    signed = [
        (pl.col(metric.name) * metric.direction).alias(_metric(metric.name))
        for factor in SCORED
        for metric in factor.metrics
    ]
    metrics = lake.read(FACTOR_METRICS, where=of_ends & (pl.col("version") == METRICS_VERSION))
    return scores.join(metrics.select(*_KEY, *signed), on=_KEY)


def _placebo(lake: Lake, truth: Path, ends: Sequence[date]) -> pl.DataFrame:
    """Return the numbers that mean nothing, by security and month end."""
    rows = pl.scan_parquet(truth / "factor.parquet").filter(
        pl.col("effect") == PLACEBO, pl.col("session").is_in(list(ends)), pl.col("z").is_finite()
    )
    symbols = lake.read(INSTRUMENTS, columns=["instrument_id", "ticker"]).unique("ticker")
    return rows.collect().join(symbols, on="ticker").select(*_KEY, pl.col("z").alias(PLACEBO)).unique(_KEY)


def _judged(lake: Lake, values: pl.DataFrame, columns: Sequence[str], *, title: str) -> dict[int, list[Worth]]:
    """Return, and print, what the columns were worth over each horizon, by months."""
    prices, actions = lake.read(PRICES), lake.read(CORPORATE_ACTIONS)
    found = {}
    for months, horizon in HORIZONS.items():
        labels = forward_returns(prices, actions, horizon=horizon).join(values.select(_KEY), on=_KEY, how="semi")
        found[months] = worth(monthly_ic(values, labels, columns), months=months, seed=SEED)
        shown = (one for one in found[months] if one.months)
        show(f"{title}: rank IC against returns of {horizon} sessions", _HEADS, (_row(one) for one in shown))
    return found


def _row(one: Worth) -> tuple[object, ...]:
    """Return the cells of one column of figures; a dash where there are too few months for an interval."""
    mean = nan if one.mean is None else one.mean
    if one.summary is None:
        return one.column, one.months, round(one.names), mean, "-", nan, nan
    interval, t = one.summary.block_bootstrap, one.summary.t
    return (
        one.column,
        one.months,
        round(one.names),
        mean,
        "-" if t is None else f"{t:.1f}",
        interval.low,
        interval.high,
    )


def _record(name: str, one: Worth, *, low: bool) -> None:
    """Record that a planted effect is above 0 with its whole interval, or that the placebo's interval holds 0."""
    if one.summary is None:
        print(f"score.planted_{name}: {one.months} months are too few for an interval")
        return
    interval = one.summary.block_bootstrap
    value = interval.low if low else max(interval.low, -interval.high)
    what = "lower end of its monthly rank IC" if low else "distance of its monthly rank IC's interval from 0"
    record("score", f"planted_{name}", value=value, unit=what, bar=0.0, higher_is_better=low, details=asdict(one))


def _write(name: str, found: dict[int, list[Worth]]) -> None:
    """Write figures without a bar to build/results/score.<name>.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    told = {f"{months} months": [asdict(one) for one in rows] for months, rows in found.items()}
    (RESULTS / f"score.{name}.json").write_text(json.dumps(told, indent=2) + "\n")
