"""Categories of risk factors against labels made by reading: `make evaluate ONLY=categories`.

The head is judged beside the keywords alone, on factors cut as the truth cuts them, heading and body. A company that
the head learned from cannot judge it: that is an error, not a figure. Intervals are drawn over companies, for factors
of one company are alike.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.evaluations.crowd import each
from benchmarks.evaluations.risk_verdicts import judge_risks
from benchmarks.evaluations.tables import console, show
from benchmarks.harness import record

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.evaluations.answers import Reader
    from benchmarks.evaluations.folder import Folder

    from edgewise.core.ports import RiskCategoryModel

BAR = 0.85
_DRAWS, _SEED, _MIDDLE = 2_000, 0, (2.5, 97.5)
_SHOWN = 15
_SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A risk factor of the truth. part: of the split, as far as one is told; source: document and number."""

    company: str
    part: str
    source: str
    heading: str
    body: str
    category: str
    acceptable: tuple[str, ...]


def evaluate(folder: Folder, reader: Reader, *, wrong: bool = False, processes: int = 2) -> None:
    """Judge the packaged head and the keywords; print tables, record the head's accuracy."""
    factors = labelled(folder, reader, processes=processes)
    if not factors:
        print("text.risk_categories: no labelled risk factors here")
        return
    learned, keywords = _learned(), _keywords()
    refuse_known(factors, learned_companies())
    said = {model.name: _said(model, factors) for model in (learned, keywords)}
    _show_shares(factors, said)
    _show_confusions(factors, said["learned"][0])
    if wrong:
        _list_wrong(factors, *said["learned"])
    categories, scores = said["learned"]
    right = [one == factor.category for one, factor in zip(categories, factors, strict=True)]
    low, high = by_company(right, [factor.company for factor in factors])
    record(
        "text",
        "risk_categories",
        value=share(right),
        unit="of risk factors have the category a reader gave them",
        bar=BAR,
        higher_is_better=True,
        peer="keywords alone",
        peer_value=share([one == factor.category for one, factor in zip(said["keywords"][0], factors, strict=True)]),
        details={
            "model": learned.version,
            "factors": len(factors),
            "companies": len({factor.company for factor in factors}),
            "interval_95": [low, high],
            "acceptable": share(_acceptable(categories, factors)),
            "mean_score": float(np.mean(scores)),
            "calibration_error": calibration_error(right, scores),
            "parts": {part: _of(part, right, factors) for part in _parts(factors)},
        },
    )


def labelled(folder: Folder, reader: Reader, *, processes: int) -> list[Labelled]:
    """Return the labelled factors of a folder with their texts; says how many are not found."""
    parts = _split(folder)
    texts = folder.truths("risk_factors")
    jobs = [(folder, reader, name, texts[name], labels) for name, labels in _labels(folder).items() if texts.get(name)]
    found = [one for some in each(_texts, jobs, processes=processes, what="risk categories") for one in some]
    wanted = sum(len(job[4]) for job in jobs)
    if len(found) < wanted:
        print(f"{wanted - len(found)} of {wanted} labelled risk factors are not in the text that was read")
    return [Labelled(company, parts.get(company, "all"), *rest) for company, *rest in found]


def refuse_known(factors: Sequence[Labelled], learned: Sequence[str]) -> None:
    """Raise InvalidInput where the head learned from a company that is to judge it."""
    if both := {factor.company for factor in factors} & set(learned):
        raise InvalidInput(
            f"the head was trained on companies of the truth: {', '.join(sorted(both))}",
            advice="Leave their labels out of training/data/labels and train again.",
        )


def by_company(right: Sequence[bool], companies: Sequence[str]) -> tuple[float, float]:
    """Return the middle 95 % of the share that is right, companies being drawn with replacement."""
    names = sorted(set(companies))
    hits, total = np.zeros(len(names)), np.zeros(len(names))
    for one, company in zip(right, companies, strict=True):
        hits[names.index(company)] += one
        total[names.index(company)] += 1
    drawn = np.random.default_rng(_SEED).integers(len(names), size=(_DRAWS, len(names)))
    low, high = np.percentile(hits[drawn].sum(axis=1) / total[drawn].sum(axis=1), _MIDDLE)
    return float(low), float(high)


def calibration_error(right: Sequence[bool], scores: Sequence[float], *, bins: int = 10) -> float:
    """Return how far scores lie from the share that is right, over ten bins of scores, weighed by their factors."""
    place = np.minimum((np.asarray(scores) * bins).astype(int), bins - 1)
    hits = np.asarray(right, dtype=float)
    gaps = [
        (place == one).mean() * abs(hits[place == one].mean() - np.asarray(scores)[place == one].mean())
        for one in range(bins)
        if (place == one).any()
    ]
    return float(sum(gaps))


def share(right: Sequence[bool]) -> float:
    """Return the share that is right; NaN of nothing."""
    return sum(right) / len(right) if right else float("nan")


def _texts(job: tuple[Folder, Reader, str, list[dict[str, Any]], list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    folder, reader, name, rows, labels = job
    judged = judge_risks(folder, reader, name, rows)
    if judged.problem:
        print(f"{name}: {judged.problem}")
    by_number = {label["n"]: label for label in labels}
    return [
        (
            judged.cik,
            f"{name} {one.ordinal}",
            one.heading,
            one.body,
            by_number[one.ordinal]["category"],
            tuple(by_number[one.ordinal]["acceptable"]),
        )
        for one in judged.true
        if one.ordinal in by_number
    ]


def _labels(folder: Folder) -> dict[str, list[dict[str, Any]]]:
    """Return the labels of each document. Raises InvalidInput for a row that labels nothing."""
    files = sorted(path for path in (folder.truth / "risk_categories").glob("*.json") if path.stem != _SPLIT)
    labels = {path.stem: json.loads(path.read_text()) for path in files}
    for name, rows in labels.items():
        if not all("n" in row and "category" in row for row in rows):
            raise InvalidInput(f"a row of risk_categories/{name}.json has no n or no category")
    return {name: [{"acceptable": []} | row for row in rows] for name, rows in labels.items()}


def _split(folder: Folder) -> dict[str, str]:
    """Return the part of each company, where a split.json tells it."""
    file = folder.truth / "risk_categories" / f"{_SPLIT}.json"
    told = json.loads(file.read_text()) if file.is_file() else {}
    return {company: part for part, companies in told.items() if isinstance(companies, list) for company in companies}


def _learned() -> RiskCategoryModel:
    from edgewise.adapters.onnx import OnnxEmbedder, packaged_models  # noqa: PLC0415 - only where it is judged
    from edgewise.text.risk_categories.learned import LearnedRiskCategories  # noqa: PLC0415 - as above

    return LearnedRiskCategories(OnnxEmbedder(packaged_models()["minilm"], threads=2))


def _keywords() -> RiskCategoryModel:
    from edgewise.text.risk_categories.keywords import KeywordRiskCategories  # noqa: PLC0415 - as above

    return KeywordRiskCategories()


def learned_companies() -> list[str]:
    """Return the companies that the packaged head learned from."""
    from edgewise.text.risk_categories.head import MANIFEST, packaged_head  # noqa: PLC0415 - as above

    companies: list[str] = json.loads((packaged_head() / MANIFEST).read_text())["data"]["companies"]
    return companies


def _said(model: RiskCategoryModel, factors: Sequence[Labelled]) -> tuple[list[str], list[float]]:
    frame = model.classify([factor.heading for factor in factors], [factor.body for factor in factors])
    return frame["category"].to_list(), frame["score"].to_list()


def _acceptable(said: Sequence[str], factors: Sequence[Labelled]) -> list[bool]:
    return [one in (factor.category, *factor.acceptable) for one, factor in zip(said, factors, strict=True)]


def _parts(factors: Sequence[Labelled]) -> list[str]:
    return sorted({factor.part for factor in factors})


def _of(part: str, right: Sequence[bool], factors: Sequence[Labelled]) -> float:
    return share([one for one, factor in zip(right, factors, strict=True) if factor.part == part])


def _show_shares(factors: Sequence[Labelled], said: dict[str, tuple[list[str], list[float]]]) -> None:
    rows: list[list[object]] = []
    for name, (categories, _) in said.items():
        right = [one == factor.category for one, factor in zip(categories, factors, strict=True)]
        low, high = by_company(right, [factor.company for factor in factors])
        parts = [_of(part, right, factors) for part in _parts(factors)]
        rows.append([name, len(right), share(right), low, high, share(_acceptable(categories, factors)), *parts])
    heads = ("", "factors", "right", "low", "high", "acceptable", *_parts(factors))
    show("Categories of risk factors (percent; interval over companies)", heads, rows)
    companies = sorted({factor.company for factor in factors})
    table = []
    for company in companies:
        own = [number for number, factor in enumerate(factors) if factor.company == company]
        shares = [share([categories[n] == factors[n].category for n in own]) for categories, _ in said.values()]
        table.append([company, factors[own[0]].part, len(own), *shares])
    show("By company", ("", "part", "factors", *said), table)


def _show_confusions(factors: Sequence[Labelled], said: Sequence[str]) -> None:
    pairs = Counter((factor.category, one) for one, factor in zip(said, factors, strict=True) if one != factor.category)
    show(
        "What is taken for what, by the head",
        ("a reader says", "the head says", "factors"),
        [[true, one, count] for (true, one), count in pairs.most_common(_SHOWN)],
    )


def _list_wrong(factors: Sequence[Labelled], said: Sequence[str], scores: Sequence[float]) -> None:
    for factor, one, score in zip(factors, said, scores, strict=True):
        if one != factor.category:
            defensible = " (acceptable)" if one in factor.acceptable else ""
            line = f"  {factor.source}: {factor.category}, said {one}{defensible} {score:.2f}: {factor.heading[:90]!r}"
            console().print(line, markup=False)
