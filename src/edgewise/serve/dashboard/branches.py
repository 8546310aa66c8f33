"""The tree of an explanation: score, factors, metrics, what each rests on, and the filing that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.identifiers import Accession
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.data import Branch

if TYPE_CHECKING:
    from edgewise.pipelines.evidence.cell import Evidence
    from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore

TINY = 1e-9


def explanation_tree(explained: ExplainedScore, *, simulated: bool) -> Branch:
    """Return the tree of an explained score; the points of its branches and 50 add up to it.

    simulated: its accessions are of no filing at the SEC, so nothing links there.
    """
    score, cik = explained.score["score"], int(explained.score["cik"])
    told = f"{score:.2f} = {explained.base:.0f} and the points below" if score is not None else "not rated"
    link_to = None if simulated else cik
    branches = [_factor(factor, link_to) for factor in explained.factors if factor.weight or factor.value is not None]
    if abs(explained.bounds) > TINY:
        branches.append(Branch("Kept within 1 to 100", points=explained.bounds, name="bounds"))
    return Branch("Score", told, name="score", branches=tuple(branches))


def filing_url(cik: int, accession: str) -> str:
    """Return the address of a filing's index page at the SEC.

    >>> filing_url(320193, "0000320193-24-000069")
    'https://www.sec.gov/Archives/edgar/data/320193/000032019324000069/0000320193-24-000069-index.htm'
    """
    number = Accession(accession)
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{number.dashless}/{number}-index.htm"


def figure(value: float, unit: str) -> str:
    """Return a metric's value with its unit: fractions as percentages, others in four figures.

    >>> figure(0.0412, "fraction"), figure(1234.5678, "ratio")
    ('4.1 %', '1,235 ratio')
    """
    if unit.startswith("fraction"):
        return words.percent(value, 1) + unit.removeprefix("fraction")
    return f"{value:,.4g} {unit}".replace("-", words.MINUS, 1).strip()


def _factor(factor: ExplainedFactor, cik: int | None) -> Branch:
    value = f"{words.number(factor.value)} of 100" if factor.value is not None else "too few of its metrics are known"
    weight = f", weight {words.percent(factor.weight)}" if factor.weight else ", at weight 0"
    title = words.title_of(factor.factor.name)
    metrics = tuple(_metric(metric, cik) for metric in factor.metrics)
    points = factor.points if factor.weight else None
    return Branch(title, value + weight, points, factor.factor.name, branches=metrics)


def _metric(metric: ExplainedMetric, cik: int | None) -> Branch:
    title = metric.metric.name.replace("_", " ").capitalize()
    if metric.value is None:
        return Branch(title, metric.missing)
    told = figure(metric.value, metric.metric.unit)
    if metric.percentile is not None:
        told += f", better than {words.percent(metric.percentile)} of its {metric.peers}"
    basis = Branch("Formula", f"{metric.metric.formula} ({metric.metric.source})")
    points = metric.points if metric.weight else None
    return Branch(title, told, points, branches=(basis, *(_evidence(one, cik) for one in metric.evidence)))


def _evidence(one: Evidence, cik: int | None) -> Branch:
    known = f"public since {words.instant(one.known_at)}" if one.known_at is not None else ""
    doubt = f"in doubt: {one.doubt.replace('_', ' ')}" if one.doubt else ""
    told = "; ".join(part for part in (known, doubt, "" if one.accessions else one.source or "") if part)
    return Branch(one.what, told, branches=tuple(_filing(each, cik) for each in one.accessions))


def _filing(accession: str, cik: int | None) -> Branch:
    return Branch(f"Filing {accession}", url=filing_url(cik, accession) if cik is not None else "")
