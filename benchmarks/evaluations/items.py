"""Items of filings against the truth: `make evaluate ONLY=items`.

Each document is read and judged by itself, in a few processes; then the verdicts are added up. What goes wrong with a
document (it is missing, the reader raised) is told and counted, never left out silently.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.evaluations.crowd import each
from benchmarks.evaluations.item_verdicts import Judged, judge_document
from benchmarks.evaluations.scoring import (
    Bin,
    Verdict,
    calibration,
    calibration_error,
    figures,
    grouped,
    macro_f1,
    silence,
)
from benchmarks.evaluations.tables import console, show
from benchmarks.harness import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.evaluations.answers import Reader
    from benchmarks.evaluations.folder import Folder

# The four items that published taggers are compared on.
CORE = frozenset({("10-K", "I", "1"), ("10-K", "I", "1A"), ("10-K", "I", "3"), ("10-K", "II", "7")})
BAR_CORE, BAR_ALL, BAR_EXACT, BAR_FLAGGED, BAR_RIGHT_FLAGGED, BAR_CALIBRATION = 0.99, 0.98, 0.95, 0.95, 0.03, 0.05
# The macro-F1 gives an item that one document has as much weight as Item 1; it is shown without such items, too.
FEW = 5
_HEADS = ("rows", "status", "exact ends", "all right", "precision", "recall", "F1", "macro-F1")


def evaluate(
    folder: Folder, reader: Reader, *, tool: str = "", wrong: bool = False, processes: int = 2
) -> list[Judged]:
    """Judge every document that has truth, print the figures and record those that have a bar.

    tool:  name of another tool whose answers these are; its figures are recorded under its name.
    wrong: whether to list every wrong row with what was said.
    """
    truths = folder.truths("items")
    jobs = [(folder, reader, name, rows) for name, rows in truths.items() if rows]
    documents = each(_judge, jobs, processes=processes, what="items")
    _tell_documents(folder, documents)
    verdicts = [verdict for one in documents for verdict in one.verdicts if not verdict.apart]
    if not verdicts:
        print("text.items: no document that can be judged here")
        return documents
    report(verdicts, [verdict for one in documents for verdict in one.verdicts if verdict.apart])
    _record(verdicts, documents, tool, folder)
    if wrong:
        list_wrong([verdict for one in documents for verdict in one.verdicts])
    return documents


def _judge(job: tuple[Folder, Reader, str, list[dict[str, Any]]]) -> Judged:
    return judge_document(*job)


def _tell_documents(folder: Folder, documents: list[Judged]) -> None:
    """Print what was judged and what could not be, and how documents were dated."""
    judged_ones = [one for one in documents if one.verdicts]
    megabytes = sum(one.megabytes for one in judged_ones)
    dated = ", ".join(f"{count} by {by}" for by, count in Counter(one.dated_by for one in judged_ones).most_common())
    print(
        f"{len(judged_ones)} documents judged, {megabytes:.0f} MB read in "
        f"{sum(one.seconds for one in judged_ones):.1f} s of processor time; filing dates: {dated or 'none'}"
    )
    untold = folder.without_truth({one.source for one in documents})
    print(f"{len(untold)} documents of these forms without truth" + (f", as {untold[0]}" if untold else ""))
    for kind, some in grouped((one for one in documents if one.problem), lambda one: one.problem[:60]).items():
        print(f"{len(some)} with truth, but {kind}: {', '.join(one.source for one in some[:5])}")
    lost = [f"{one.name} {item}" for one in documents for item in one.not_located]
    print(
        f"{len(lost)} items of the truth are not in the text that was read" + "".join(f"\n  {one}" for one in lost[:40])
    )


def report(verdicts: list[Verdict], apart: list[Verdict]) -> None:
    """Print the figures: over all, by form, era and item, doubt against error, calibration, what is scored apart."""
    core = [row for row in verdicts if row.key in CORE]
    often = [row for rows in grouped(verdicts, lambda row: row.key).values() if len(rows) >= FEW for row in rows]
    over_all = [("10-K items 1, 1A, 3, 7", core), ("all items, all forms", verdicts)]
    _by("Items, over all (percent)", "", [*over_all, (f"items with at least {FEW} rows", often)])
    _by("By form", "form", _split(verdicts, lambda row: row.form))
    _by("By era of the filing", "era", _split(sorted(verdicts, key=lambda row: row.year), lambda row: row.era))
    _by(
        "By form and era", "form, era", sorted(_split(verdicts, lambda row: f"{row.form.removesuffix('/A')} {row.era}"))
    )
    _by("By item", "item", _split(sorted(verdicts, key=_in_order), lambda row: " ".join(filter(None, row.key))))
    doubt = silence(verdicts)
    show(
        "Doubt and error, rows",
        ("", "rows", "suspect", "not suspect", "suspect %"),
        [
            ("right", doubt.right, doubt.right_flagged, doubt.right - doubt.right_flagged, doubt.of_right),
            ("wrong", doubt.wrong, doubt.wrong_flagged, doubt.wrong - doubt.wrong_flagged, doubt.of_wrong),
        ],
    )
    _show_statuses(verdicts)
    _show_reasons(verdicts)
    _show_calibration(calibration(verdicts))
    if apart:
        _by("Scored apart", "why", _split(apart, lambda row: row.apart))


def _split(verdicts: list[Verdict], key: Callable[[Verdict], str]) -> list[tuple[str, list[Verdict]]]:
    return list(grouped(verdicts, key).items())


def _in_order(row: Verdict) -> tuple[str, str, list[int], str]:
    """Return what sorts items as a form lists them: 1, 1A, 2, ..., 9.01; parts before items."""
    form, part, item = row.key
    return form, part, [int(number) for number in re.findall(r"\d+", item)], item


def _by(title: str, head: str, groups: list[tuple[str, list[Verdict]]]) -> None:
    rows = [(name, figures(members)) for name, members in groups]
    show(
        title,
        (head, *_HEADS),
        [
            (name, it.rows, it.status_right, it.exact, it.right, it.precision, it.recall, it.f1, it.macro_f1)
            for name, it in rows
        ],
    )


def _show_statuses(verdicts: list[Verdict]) -> None:
    """Print how often each status of the truth was answered by each of ours."""
    said = sorted({row.said_status for row in verdicts})
    counts = Counter((row.true_status.partition(":")[0], row.said_status) for row in verdicts)
    true = sorted({status for status, _ in counts})
    show(
        "Statuses: of the truth, and said", ("true", *said), [(one, *(counts[one, it] for it in said)) for one in true]
    )


def _show_reasons(verdicts: list[Verdict]) -> None:
    """Print how often each reason to doubt was given to a right and to a wrong row."""
    counts = Counter((reason, row.right) for row in verdicts for reason in row.reasons)
    reasons = sorted({reason for reason, _ in counts})
    if reasons:
        rows = [(one, counts[one, False], counts[one, True]) for one in reasons]
        show("Reasons to doubt", ("reason", "of wrong rows", "of right rows"), rows)


def _show_calibration(bins: list[Bin]) -> None:
    if not bins:
        print("no confidence is given")
        return
    show(
        f"Calibration: expected error {100 * calibration_error(bins):.2f} %",
        ("confidence", "rows", "mean confidence", "right"),
        [(f"{one.low:.1f} to {one.low + 0.1:.1f}", one.rows, one.confidence, one.right) for one in bins],
    )


def _record(verdicts: list[Verdict], documents: list[Judged], tool: str, folder: Folder) -> None:
    """Write each figure that has a bar to build/results."""
    core = [row for row in verdicts if row.key in CORE]
    every, doubt, bins = figures(verdicts), silence(verdicts), calibration(verdicts)
    details: dict[str, Any] = {
        "data": str(folder.documents),
        "documents": sum(bool(one.verdicts) for one in documents),
        "documents_with_problems": sum(bool(one.problem) for one in documents),
        "rows": len(verdicts),
        "wrong": doubt.wrong,
        "not_located": sum(len(one.not_located) for one in documents),
        "forms": Counter(row.form for row in verdicts),
        "core_f1": {" ".join(key): figures(rows).f1 for key, rows in grouped(core, lambda row: row.key).items()},
    }
    lines: list[tuple[str, float, str, float, bool]] = [
        ("_core", macro_f1(core), "line-level macro-F1 of 10-K items 1, 1A, 3, 7", BAR_CORE, True),
        ("", every.macro_f1, "line-level macro-F1 of all items of all forms", BAR_ALL, True),
        ("_exact", every.exact, "of items present begin and end exactly", BAR_EXACT, True),
        ("_flagged", doubt.of_wrong, "of wrong items are suspect", BAR_FLAGGED, True),
        ("_doubted", doubt.of_right, "of right items are suspect", BAR_RIGHT_FLAGGED, False),
        ("_calibration", calibration_error(bins), "expected calibration error", BAR_CALIBRATION, False),
    ]
    name = f"items_by_{_slug(tool)}" if tool else "items"
    for ending, value, unit, bar, higher in lines:
        if not math.isnan(value):
            record("text", name + ending, value=value, unit=unit, bar=bar, higher_is_better=higher, details=details)


def _slug(tool: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in tool.lower())


def list_wrong(verdicts: list[Verdict]) -> None:
    """Print every row that is not right, silent ones first in each document, and what was said instead."""
    out = console()
    bad = [row for row in verdicts if not row.right]
    out.print(f"\n{len(bad)} wrong rows; silent ones are marked !")
    for source, rows in grouped(bad, lambda row: row.source).items():
        out.print(f"\n{source} ({rows[0].form}, {rows[0].year})", markup=False)
        for row in sorted(rows, key=lambda row: row.flagged):
            sure = "" if row.confidence is None else f" at {row.confidence:.2f}"
            said = f"{row.said_status}{sure}" + (f" ({', '.join(row.reasons)})" if row.reasons else "")
            mark = " " if row.flagged else "!"
            name = f"{row.part} {row.item}".strip()
            apart = f" [{row.apart}]" if row.apart else ""
            out.print(
                f"  {mark} {name:8}{apart} {row.true_status}, said {said}; {row.why}", markup=False, soft_wrap=True
            )
