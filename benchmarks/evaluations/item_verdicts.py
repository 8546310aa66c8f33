"""The items of one document against the truth about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from benchmarks.evaluations.answers import Answer
from benchmarks.evaluations.item_truth import located
from benchmarks.evaluations.letters import Page
from benchmarks.evaluations.scoring import Ends, Lines, SaidItem, TrueItem, Verdict, invented, judged, paired

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.evaluations.answers import Reader
    from benchmarks.evaluations.folder import Folder

# Files that have truth but are no filing text as filed; see the README beside our truth.
ABRIDGED = {"1318605_000156459020004475"}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Judged:
    """One document and its verdicts. One that could not be judged as it should has a `problem`."""

    name: str
    source: str
    verdicts: list[Verdict] = field(default_factory=list)
    not_located: list[str] = field(default_factory=list)  # items of the truth that the text does not hold
    dated_by: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Document:
    source: str
    form: str
    year: int
    apart: str


def judge_document(folder: Folder, reader: Reader, name: str, rows: list[dict[str, Any]]) -> Judged:
    """Return the verdicts on one document. Where the reader fails, each of its rows is judged as absent and silent."""
    source, form = rows[0]["source"], rows[0]["form"]
    if not folder.has(source):
        return Judged(name, source, problem="missing")
    body = folder.read(source)
    try:
        dated = folder.dated(source, form, rows[0]["accession"], body)
    except InvalidInput as error:
        return Judged(name, source, problem=f"no date: {error}")
    document = _Document(source, form, dated.filed.year, "abridged fixture" if name in ABRIDGED else "")
    problem = ""
    began = time.process_time()
    try:
        answer = reader(body, source=source, form=form, filed=dated.filed)
    except Exception as error:  # noqa: BLE001 - a reader that raises is what is judged here; it is told
        answer, problem = Answer(""), f"reader failed: {type(error).__name__}: {error}"
    seconds = time.process_time() - began
    if answer is None:
        return Judged(name, source, problem="no answer")
    verdicts, lost = judge_answer(document, answer, rows)
    return Judged(name, source, verdicts, lost, dated.told_by, seconds, len(body) / 1e6, problem)


def judge_answer(
    document: _Document, answer: Answer, rows: Sequence[dict[str, Any]]
) -> tuple[list[Verdict], list[str]]:
    """Return the verdicts on an answer, and the items of the truth that are not in the answer's text."""
    page = Page(answer.text, answer.furniture)
    lines = Lines(page.line_starts(), len(page.all.letters))
    truths = located(page, rows)
    pairs, unknown = paired(truths, [_placed(page, one) for one in answer.items])
    verdicts = []
    for truth, said in pairs:
        ends = judged(truth, said, lines, body_will_do=answer.may_start_after_heading)
        why = _why(page, truth, said, ends)
        verdicts.append(_verdict(document, truth, said, ends, why))
    for said in unknown:
        truth = TrueItem(said.part, said.item, ("not an item",))
        verdicts.append(_verdict(document, truth, said, invented(said, lines), _shown(page, said)))
    return verdicts, [f"{one.part} {one.item}".strip() for one in truths if one.is_present and not one.is_found]


def _placed(page: Page, one: SaidItem) -> SaidItem:
    begin, end = page.span(one.begin, one.end)
    return replace(one, begin=begin, end=end)


def _verdict(document: _Document, truth: TrueItem, said: SaidItem | None, ends: Ends, why: str) -> Verdict:
    true_lines, said_lines, both_lines = ends.lines
    return Verdict(
        source=document.source,
        form=document.form,
        year=document.year,
        part=truth.part,
        item=truth.item,
        true_status=truth.statuses[0],
        said_status=said.status if said else "no answer",
        status_right=ends.status_right,
        start_right=ends.start_right,
        end_right=ends.end_right,
        flagged=said is not None and said.is_flagged,
        confidence=said.confidence if said else None,
        reasons=said.reasons if said else (),
        true_lines=true_lines,
        said_lines=said_lines,
        both_lines=both_lines,
        apart=document.apart or truth.apart,
        why=why,
    )


def _why(page: Page, truth: TrueItem, said: SaidItem | None, ends: Ends) -> str:
    """Return what is wrong in words, with the texts on both sides; empty where nothing is."""
    if truth.is_present and not truth.is_found and ends.start_right is not None:
        return "the truth's text is not found in the document"
    if said is None or said.begin < 0:
        return "" if ends.status_right else f"no text; it begins {page.excerpt(truth.begin, _SHOWN)!r}"
    if ends.start_right is None:
        return "" if ends.status_right else _shown(page, said)
    wrong = []
    if not ends.start_right:
        off = said.begin - truth.begin
        wrong.append(f"starts {off:+,} letters off, {page.excerpt(said.begin, _SHOWN)!r}")
    if not ends.end_right:
        off = min((said.end - end for end in truth.ends), key=abs)
        wrong.append(f"ends {off:+,} letters off, {page.excerpt(said.end, -_SHOWN)!r}, should be ")
        wrong[-1] += repr(page.excerpt(truth.ends[0], -_SHOWN))
    if not wrong and not ends.status_right:
        size = truth.ends[0] - max(truth.body, truth.begin)
        text = page.excerpt(max(truth.body, truth.begin), min(size, 2 * _SHOWN))
        wrong.append(f"target {said.target!r}, {size:,} letters: {text!r}")
    return "; ".join(wrong)


def _shown(page: Page, said: SaidItem) -> str:
    size = said.end - said.begin
    return f"shows {size:,} letters that begin {page.excerpt(said.begin, min(_SHOWN, size))!r}"
