"""Risk factors of filings, and their pairs over the years, against the truth: `make evaluate ONLY=risks`."""

from __future__ import annotations

import statistics
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from benchmarks.evaluations.crowd import each
from benchmarks.evaluations.risk_verdicts import JudgedRisks, judge_risks
from benchmarks.evaluations.scoring import FactorCount, PairVerdict, SaidPair, TruePair, grouped, judge_pairs, share
from benchmarks.evaluations.tables import console, show
from benchmarks.harness import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.evaluations.answers import Reader, SaidHeading
    from benchmarks.evaluations.folder import Folder

BAR_BOUNDARIES, BAR_PAIRS = 0.95, 0.95


def evaluate(folder: Folder, reader: Reader, *, wrong: bool = False, processes: int = 2) -> list[JudgedRisks]:
    """Judge the risk factors of every filing that has truth about them, then their pairs; print and record figures."""
    jobs = [(folder, reader, name, rows) for name, rows in folder.truths("risk_factors").items() if rows]
    filings = each(_judge, jobs, processes=processes, what="risk factors")
    judged = [one for one in filings if one.count.true]
    for kind, some in grouped((one for one in filings if one.problem), lambda one: one.problem[:60]).items():
        print(f"{len(some)} filings with truth, but {kind}:", *(one.source for one in some[:5]))
    if not judged:
        print("text.risks: no filing that can be judged here")
        return filings
    lost = [f"{one.name} {n}" for one in judged for n in one.not_located]
    print(f"{len(lost)} risk factors of the truth are not in the text that was read", *lost[:20])
    _report(judged, folder)
    if wrong:
        _list_wrong(judged)
    _evaluate_pairs(folder, {one.name: one for one in judged}, wrong=wrong)
    return filings


def _judge(job: tuple[Folder, Reader, str, list[dict[str, Any]]]) -> JudgedRisks:
    return judge_risks(*job)


def _report(filings: list[JudgedRisks], folder: Folder) -> None:
    total = _sum(one.count for one in filings)
    for title, key in (
        ("Risk factors, over all (percent)", lambda _: "all"),
        ("By form", lambda one: one.form),
        ("By year", lambda one: str(one.year)),
        ("By company", lambda one: one.cik),
        ("By filing", lambda one: f"{one.name} ({one.year})"),
    ):
        _show(title, sorted(grouped(filings, key).items()))
    record(
        "text",
        "risks",
        value=total.f1,
        unit="F1 of risk-factor boundaries",
        bar=BAR_BOUNDARIES,
        higher_is_better=True,
        details={
            "data": str(folder.documents),
            "filings": len(filings),
            "factors": total.true,
            "precision": total.precision,
            "recall": total.recall,
            "macro_f1": statistics.fmean(one.count.f1 for one in filings),
            "groups_right": _of(total.groups, total.starts),
            "ends_right": _of(total.ends, total.starts),
            "filings_all_right": share(one.count.f1 == 1 for one in filings),
        },
    )


def _show(title: str, groups: Sequence[tuple[str, list[JudgedRisks]]]) -> None:
    heads = ("", "filings", "factors", "said", "precision", "recall", "F1", "group", "end")
    counts = [(name, len(members), _sum(one.count for one in members)) for name, members in groups]
    show(
        title,
        heads,
        [
            (
                name,
                filings,
                it.true,
                it.said,
                it.precision,
                it.recall,
                it.f1,
                _of(it.groups, it.starts),
                _of(it.ends, it.starts),
            )
            for name, filings, it in counts
        ],
    )


def _list_wrong(filings: list[JudgedRisks]) -> None:
    out = console()
    for one in filings:
        if one.wrong:
            out.print(f"\n{one.source} ({one.form}, {one.year})", markup=False)
        for line in one.wrong:
            out.print(f"  {line}", markup=False)


def _evaluate_pairs(folder: Folder, filings: dict[str, JudgedRisks], *, wrong: bool) -> None:
    """Judge how factors are matched over the years: as we cut them, and as the truth does."""
    truths = {name: rows for name, rows in folder.truths("pairs").items() if rows}
    known = {name: pair for name in truths if (pair := _filings_of(name, filings)) is not None}
    if len(known) < len(truths):
        print(f"{len(truths) - len(known)} files of pairs speak of filings that were not judged")
    if not known:
        print("text.risk_pairs: no pairs of filings that can be judged here")
        return
    rows = {name: [_true_pair(row) for row in truths[name]] for name in known}
    whole = {name: judge_pairs(rows[name], _said(*known[name])) for name in known}
    alone = {name: judge_pairs(rows[name], _said_of_true(*known[name])) for name in known}
    _show_pairs("Pairs over the years, factors as we cut them (percent)", whole)
    _show_pairs("Pairs over the years, factors as the truth cuts them (percent)", alone)
    if wrong:
        _list_wrong_pairs(alone)
    _record_pairs([one for some in whole.values() for one in some], [one for some in alone.values() for one in some])


def _filings_of(name: str, filings: dict[str, JudgedRisks]) -> tuple[JudgedRisks, JudgedRisks] | None:
    """Return both filings that a file of pairs speaks of; its name holds their accession numbers."""
    cik, old, new = name.split("_")
    before, after = (_named(f"{cik}_{accession}", filings) for accession in (old, new))
    return None if before is None or after is None else (before, after)


def _named(name: str, filings: dict[str, JudgedRisks]) -> JudgedRisks | None:
    return filings.get(name) or next((one for key, one in filings.items() if key.startswith(f"{name}_")), None)


def _true_pair(row: dict[str, Any]) -> TruePair:
    return TruePair(
        old=row["old_n"],
        new=row["new_n"],
        statuses=(row["status"], *row["acceptable_statuses"]),
        other_old=tuple(row["acceptable_old_n"]),
        moved=tuple(row.get("acceptable_moved") or (row["moved"],)),
    )


def _said(before: JudgedRisks, after: JudgedRisks) -> list[SaidPair]:
    """Return what we say of the factors as we cut them, in the truth's numbers."""
    return _matched(before.said, after.said, before.numbers, after.numbers)


def _said_of_true(before: JudgedRisks, after: JudgedRisks) -> list[SaidPair]:
    """Return what we say of the factors as the truth cuts them."""
    old, new = ({one.ordinal: one.ordinal for one in side.true} for side in (before, after))
    return _matched(before.true, after.true, old, new)


def _matched(
    old: list[SaidHeading], new: list[SaidHeading], old_numbers: dict[int, int], new_numbers: dict[int, int]
) -> list[SaidPair]:
    from edgewise.text.matching import match_factors  # noqa: PLC0415 - where there are pairs

    return [
        SaidPair(
            old=None if one.old is None else old_numbers.get(one.old, -one.old),
            new=None if one.new is None else new_numbers.get(one.new, -one.new),
            status=one.status,
            moved=bool(one.moved),
        )
        for one in match_factors(old, new)
    ]


def _show_pairs(title: str, verdicts: dict[str, list[PairVerdict]]) -> None:
    groups = [("all", [one for some in verdicts.values() for one in some]), *verdicts.items()]
    show(
        title,
        ("", "rows", "pairs", "partner of pairs", "partner", "status too", "moved of pairs"),
        [
            (
                name,
                len(some),
                sum(one.is_pair for one in some),
                share(one.partner_right for one in some if one.is_pair),
                share(one.partner_right for one in some),
                share(one.status_right for one in some),
                share(one.moved_right for one in some if one.is_pair),
            )
            for name, some in groups
        ],
    )


def _list_wrong_pairs(verdicts: dict[str, list[PairVerdict]]) -> None:
    for name, some in verdicts.items():
        for one in some:
            if not one.status_right:
                said = f"{one.said.old} to {one.said.new} {one.said.status}" if one.said else "nothing"
                print(f"  {name}: {one.truth.old} to {one.truth.new} {' or '.join(one.truth.statuses)}, said {said}")


def _record_pairs(whole: list[PairVerdict], alone: list[PairVerdict]) -> None:
    pairs = [one for one in whole if one.is_pair]
    record(
        "text",
        "risk_pairs",
        value=share(one.partner_right for one in pairs),
        unit="of hand-checked pairs over the years have the right partner",
        bar=BAR_PAIRS,
        higher_is_better=True,
        details={
            "pairs": len(pairs),
            "rows": len(whole),
            "partner_right_of_rows": share(one.partner_right for one in whole),
            "status_right_of_rows": share(one.status_right for one in whole),
            "moved_right_of_pairs": share(one.moved_right for one in pairs),
            "cut_as_the_truth_does": {
                "partner_right_of_pairs": share(one.partner_right for one in alone if one.is_pair),
                "status_right_of_rows": share(one.status_right for one in alone),
            },
        },
    )


def _sum(counts: Iterable[FactorCount]) -> FactorCount:
    return reduce(add, counts, FactorCount())


def _of(hits: int, total: int) -> float:
    return hits / total if total else float("nan")
