"""The tree of an explanation: score, factors, metrics, what each rests on, and the filing that tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgewise.core.clock import session_close
from edgewise.core.identifiers import Accession
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.data import Branch, FilingBehind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from edgewise.pipelines.evidence.cell import Evidence
    from edgewise.pipelines.score_explain import ExplainedFactor, ExplainedMetric, ExplainedScore

TINY = 1e-9
SAID = ("ratings", "news")
"""Views of what is said without a filing. A price is new every day, and so no news."""


def explanation_tree(explained: ExplainedScore, *, simulated: bool) -> Branch:
    """Return the tree of an explained score; the points of its branches and 50 add up to it.

    simulated: its accessions are of no filing at the SEC, so nothing links there.
    """
    score = explained.score["score"]
    told = f"{score:.2f} = {explained.base:.0f} and the points below" if score is not None else "not rated"
    way = _Way.of(explained, simulated=simulated)
    branches = [way.factor(factor) for factor in explained.factors if factor.weight or factor.value is not None]
    if abs(explained.bounds) > TINY:
        branches.append(Branch("Kept within 1 to 100", points=explained.bounds, name="bounds"))
    return Branch("Score", told, name="score", branches=tuple(branches))


def filings_behind(
    explained: ExplainedScore, told: Mapping[str, tuple[str, datetime]], *, simulated: bool
) -> list[FilingBehind]:
    """Return the filings that factors with a weight rest on, each once, the newest first.

    told: form of filings and since when they are public; of one that is not in it, what it tells says so.
    """
    way = _Way.of(explained, simulated=simulated)
    found: dict[str, FilingBehind] = {}
    for factor in (factor for factor in explained.factors if factor.weight):
        name = factor.factor.name
        for one in (one for metric in factor.metrics for one in metric.evidence):
            for accession in one.accessions:
                form, known_at = told.get(accession, ("", one.known_at))
                if accession in found:
                    factors = dict.fromkeys([*found[accession].factors, name])
                    found[accession] = replace(found[accession], factors=tuple(factors))
                elif known_at is not None:
                    url = way.url(one, accession)
                    found[accession] = FilingBehind(accession, form, known_at, url, (name,), way.is_after(known_at))
    return sorted(found.values(), key=lambda each: (each.known_at, each.accession), reverse=True)


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


@dataclass(frozen=True, slots=True)
class _Way:
    """The way down from one score.

    cik:      the company, None where filings link nowhere.
    since:    what was public after it is new; None if there was no score then.
    is_rated: without a score, weights say nothing.
    """

    cik: int | None
    since: datetime | None
    is_rated: bool

    @classmethod
    def of(cls, explained: ExplainedScore, *, simulated: bool) -> _Way:
        cik = None if simulated else int(explained.score["cik"])
        since = session_close(explained.before["session"]) if explained.before else None
        return cls(cik, since, explained.score["score"] is not None)

    def factor(self, factor: ExplainedFactor) -> Branch:
        value = (
            f"{words.number(factor.value)} of 100" if factor.value is not None else "too few of its metrics are known"
        )
        weight = f", weight {words.percent(factor.weight)}" if factor.weight else ", at weight 0"
        title, name = words.title_of(factor.factor.name), factor.factor.name
        metrics = tuple(self._metric(metric) for metric in factor.metrics)
        points = factor.points if factor.weight else None
        return _above(Branch(title, value + (weight if self.is_rated else ""), points, name, branches=metrics))

    def _metric(self, metric: ExplainedMetric) -> Branch:
        title = words.metric_of(metric.metric.name)
        if metric.value is None:
            return Branch(title, metric.missing)
        told = figure(metric.value, metric.metric.unit)
        if metric.percentile is not None:
            told += f", better than {words.percent(metric.percentile)} of its {metric.peers}"
        basis = Branch("Formula", f"{metric.metric.formula} ({metric.metric.source})")
        points = metric.points if metric.weight else None
        is_said = metric.metric.view in SAID
        behind = (self._evidence(one, is_said=is_said) for one in metric.evidence)
        return _above(Branch(title, told, points, branches=(basis, *behind)))

    def _evidence(self, one: Evidence, *, is_said: bool) -> Branch:
        known = f"public since {words.instant(one.known_at)}" if one.known_at is not None else ""
        doubt = f"in doubt: {one.doubt.replace('_', ' ')}" if one.doubt else ""
        told = "; ".join(part for part in (known, doubt, "" if one.accessions else one.source or "") if part)
        filings = tuple(Branch(f"Filing {each}", url=self.url(one, each)) for each in one.accessions)
        is_new = self.is_after(one.known_at) and (is_said or bool(filings))
        return Branch(one.what, told, branches=filings, is_new=is_new)

    def url(self, one: Evidence, accession: str) -> str:
        return "" if self.cik is None else filing_url(one.filer or self.cik, accession)

    def is_after(self, known_at: datetime | None) -> bool:
        return known_at is not None and self.since is not None and known_at > self.since


def _above(branch: Branch) -> Branch:
    """Return a branch that is new where something below it is."""
    return replace(branch, is_new=any(each.is_new for each in branch.branches))
