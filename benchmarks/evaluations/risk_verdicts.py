"""The risk factors of one filing against the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.evaluations.answers import SaidHeading
from benchmarks.evaluations.letters import Page, Sought, chosen, letters_of
from benchmarks.evaluations.scoring import FactorCount, SaidFactor, TrueFactor, judge_factors, ordinals_of

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.evaluations.answers import Reader
    from benchmarks.evaluations.folder import Folder
    from benchmarks.evaluations.scoring import FactorVerdict

_SHOWN = 90


@dataclass(frozen=True, slots=True)
class JudgedRisks:
    """The factors of one filing: how they came out, and both cuts of them for matching over the years.

    numbers: the truth's number of each factor said, by ordinal, where both begin at the same place.
    true:    the factors as the truth cuts them; their ordinals are the truth's numbers.
    """

    name: str
    source: str
    form: str = ""
    cik: str = ""
    year: int = 0
    count: FactorCount = field(default_factory=FactorCount)
    not_located: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    said: list[SaidHeading] = field(default_factory=list)
    true: list[SaidHeading] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    problem: str = ""


def judge_risks(folder: Folder, reader: Reader, name: str, rows: list[dict[str, Any]]) -> JudgedRisks:
    """Return how the risk factors of one filing came out; all are missed where the reader fails."""
    source, form = rows[0]["source"], rows[0]["form"]
    if not folder.has(source):
        return JudgedRisks(name, source, problem="missing")
    body = folder.read(source)
    try:
        filed = folder.dated(source, form, rows[0]["accession"], body).filed
    except InvalidInput as error:
        return JudgedRisks(name, source, problem=f"no date: {error}")
    try:
        answer = reader(body, source=source, form=form, filed=filed)
    except Exception as error:  # noqa: BLE001 - a reader that raises is what is judged here; it is told
        problem = f"reader failed: {type(error).__name__}: {error}"
        return JudgedRisks(name, source, form, rows[0]["cik"], filed.year, FactorCount(true=len(rows)), problem=problem)
    if answer is None:
        return JudgedRisks(name, source, problem="no answer")
    page = Page(answer.text, answer.furniture)
    truths = located_factors(page, rows)
    said = [SaidFactor(one.ordinal, letters_of(one.group), *page.span(one.begin, one.end)) for one in answer.factors]
    verdict = judge_factors(truths, said)
    return JudgedRisks(
        name=name,
        source=source,
        form=form,
        cik=rows[0]["cik"],
        year=filed.year,
        count=verdict.count,
        not_located=[one.n for one in truths if one.begin < 0],
        wrong=_in_words(page, verdict, {row["n"]: row for row in rows}),
        said=answer.factors,
        true=[_cut(page, row, one) for row, one in zip(rows, truths, strict=True) if one.begin >= 0],
        numbers=ordinals_of(truths, said),
    )


def located_factors(page: Page, rows: Sequence[dict[str, Any]]) -> list[TrueFactor]:
    """Return the factors of the truth with their places in the text."""
    spans = chosen([page.options(_sought(row)) for row in rows])
    return [
        TrueFactor(
            n=row["n"],
            group=letters_of(row["group"]),
            begin=span.begin if span else -1,
            end=span.end if span else -1,
            finer_is_fine=bool(row["sub_headings_run_in"]),
        )
        for row, span in zip(rows, spans, strict=True)
    ]


def _sought(row: dict[str, Any]) -> Sought:
    length = len(row["heading"]) + bool(row["body_chars"]) + row["body_chars"]
    return Sought(letters_of(row["heading"] + row["body_first_60"]), letters_of(row["body_last_60"]), (length,))


def _cut(page: Page, row: dict[str, Any], factor: TrueFactor) -> SaidHeading:
    """Return a factor with the texts that the truth gives it."""
    body = factor.begin + len(letters_of(row["heading"]))
    return SaidHeading(
        ordinal=factor.n,
        group=row["group"],
        heading=row["heading"],
        body=page.excerpt(body, factor.end - body),
        begin=factor.begin,
        end=factor.end,
    )


def _in_words(page: Page, verdict: FactorVerdict, rows: dict[int, dict[str, Any]]) -> list[str]:
    """Return a line for each factor that is not right."""
    groups = [
        f"{truth.n} in another group: {said.group!r}, should be {truth.group!r}" for truth, said in verdict.other_group
    ]
    return [
        *(f"missed {one.n}: {rows[one.n]['heading'][:_SHOWN]!r}" for one in verdict.missed),
        *(f"extra {one.ordinal}: {page.excerpt(one.begin, _SHOWN)!r}" for one in verdict.extra),
        *groups,
        *(
            f"{truth.n} ends {said.end - truth.end:+,} letters off: {page.excerpt(said.end, -_SHOWN)!r}"
            for truth, said in verdict.other_end
        ),
    ]
