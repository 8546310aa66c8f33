"""How an answer about filing text is judged against the truth: pure functions over places counted in letters.

An item's row is right where its status is right and both ends are. Of the figures,

- line-level precision, recall and F1 label each line of the document that has letters with the item whose span holds
  more than half of it; lines are pooled over documents, and the macro-F1 is the mean over items;
- the exact rate is the share of items present whose both ends are right;
- a wrong row that says `suspect` is flagged, another one silent.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from numpy.typing import NDArray

ERAS = ((2000, "to 2000"), (2008, "2001-2008"), (2018, "2009-2018"), (9999, "2019 on"))
DECILES = 10
Key = TypeVar("Key", bound="Hashable")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class TrueItem:
    """What the truth says of one item. Ends after the first are as right as the first.

    statuses: the first is the truth's own, the others are acceptable too.
    begin:    place of its heading; -1 where it is absent, or could not be found in the text.
    ends:     places just after its text; empty where begin is -1.
    body:     place of the first letter after its heading; -1 unknown.
    """

    part: str
    item: str
    statuses: tuple[str, ...]
    begin: int = -1
    ends: tuple[int, ...] = ()
    body: int = -1
    apart: str = ""  # why the row is scored apart from the others; "" where it is not

    @property
    def is_present(self) -> bool:
        """Whether the item has a text of its own to find."""
        return self.statuses[0] != "absent"

    @property
    def is_found(self) -> bool:
        """Whether the text of the item was found in the document."""
        return self.begin >= 0 and bool(self.ends)


@dataclass(frozen=True, slots=True)
class SaidItem:
    """What the software says of one item; places in letters, -1 where it shows no text."""

    part: str
    item: str
    status: str  # ok, suspect, by_reference, absent
    begin: int = -1
    end: int = -1
    target: str = ""
    combined_with: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    confidence: float | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether it tells that it is not sure."""
        return self.status == "suspect"

    @property
    def statuses(self) -> frozenset[str]:
        """What it says in the truth's words: a suspect item is ok where it shows a text, absent where it shows none."""
        if self.status == "absent" or (self.is_flagged and self.begin < 0):
            return frozenset({"absent"})
        plain = self.status if not self.is_flagged else "by_reference" if self.target else "ok"
        return frozenset({plain, *(f"combined_with:{other}" for other in self.combined_with)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one item of one document came out. A side that there is nothing to judge about is None."""

    source: str
    form: str
    year: int
    part: str
    item: str
    true_status: str
    said_status: str
    status_right: bool
    start_right: bool | None
    end_right: bool | None
    flagged: bool
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    true_lines: int = 0
    said_lines: int = 0
    both_lines: int = 0
    apart: str = ""
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether status and both ends are right."""
        return self.status_right and self.start_right is not False and self.end_right is not False

    @property
    def exact(self) -> bool | None:
        """Whether both ends are right; None where the truth has no text."""
        return None if self.start_right is None else self.start_right and bool(self.end_right)

    @property
    def key(self) -> tuple[str, str, str]:
        """Form without /A, part and item."""
        return self.form.removesuffix("/A"), self.part, self.item

    @property
    def era(self) -> str:
        """The era of its filing date."""
        return next(name for last, name in ERAS if self.year <= last)


@dataclass(frozen=True, slots=True)
class Ends:
    """Whether status, start and end are right, and the lines of the truth, of the answer and of both."""

    status_right: bool
    start_right: bool | None
    end_right: bool | None
    lines: tuple[int, int, int] = (0, 0, 0)


class Lines:
    """Where the lines of a document that have letters begin, in letters."""

    def __init__(self, starts: NDArray[np.int64], letters: int) -> None:
        bounds = np.unique(np.append(starts, letters))
        self._middles = (bounds[:-1] + bounds[1:]) / 2

    def of(self, begin: int, end: int) -> tuple[int, int]:
        """Return the first line more than half of which is in the span, and the one after the last."""
        if begin < 0 or end <= begin:
            return 0, 0
        first, last = np.searchsorted(self._middles, (begin, end))
        return int(first), int(last)


def judged(truth: TrueItem, said: SaidItem | None, lines: Lines, *, body_will_do: bool = False) -> Ends:
    """Return what is right about an answer.

    said:         None, no answer at all, is judged as absent.
    body_will_do: a start after the heading is right as well; for tools that leave the heading out.
    An item whose text the truth has and the document does not is wrong: the reader lost it. It has no lines.
    """
    answer = said or SaidItem(truth.part, truth.item, "absent")
    accepted = frozenset(truth.statuses)
    status_right = bool(accepted & answer.statuses)
    shown = (answer.begin, answer.end) if "absent" not in answer.statuses else (-1, -1)
    if not truth.is_present or ("absent" in accepted and shown[0] < 0):
        extra = lines.of(*shown)
        return Ends(status_right, None, None, (0, 0 if status_right else extra[1] - extra[0], 0))
    if not truth.is_found:
        return Ends(status_right, start_right=False, end_right=False)
    begins = {truth.begin, truth.body} - {-1} if body_will_do else {truth.begin}
    best = max((_shared(lines, (truth.begin, end), shown) for end in truth.ends), key=_f1_of)
    return Ends(status_right, shown[0] in begins, shown[1] in truth.ends, best)


def invented(said: SaidItem, lines: Lines) -> Ends:
    """Return how an item that the truth does not know comes out: wrong, with all its lines."""
    first, last = lines.of(said.begin, said.end)
    return Ends(status_right=False, start_right=None, end_right=None, lines=(0, last - first, 0))


def paired(
    truths: Sequence[TrueItem], said: Sequence[SaidItem]
) -> tuple[list[tuple[TrueItem, SaidItem | None]], list[SaidItem]]:
    """Return each item of the truth with the answer about it, and the answers about items that it does not know.

    By part and item; else by the item alone, where only one is left of that name on either side. Answers that
    an unknown item is absent are no answers.
    """
    left: dict[tuple[str, str], list[SaidItem]] = defaultdict(list)
    for one in said:
        left[one.part.upper(), one.item.upper()].append(one)
    pairs = [(truth, _taken(left, (truth.part.upper(), truth.item.upper()), truth)) for truth in truths]
    for place, (truth, answer) in enumerate(pairs):
        name = truth.item.upper()
        same = [key for key, rest in left.items() if key[1] == name and rest]
        lonely = sum(other.item.upper() == name and found is None for other, found in pairs) == 1
        if answer is None and lonely and len(same) == 1 and len(left[same[0]]) == 1:
            pairs[place] = truth, left[same[0]].pop()
    return pairs, [one for rest in left.values() for one in rest if "absent" not in one.statuses]


def _taken(left: dict[tuple[str, str], list[SaidItem]], key: tuple[str, str], truth: TrueItem) -> SaidItem | None:
    """Take the answer nearest to the truth's place out of those left under a key."""
    if not left.get(key):
        return None
    nearest = min(left[key], key=lambda one: abs(one.begin - truth.begin))
    left[key].remove(nearest)
    return nearest


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of verdicts comes to. A share of nothing is NaN."""

    rows: int
    status_right: float
    exact: float  # of items present, those with both ends right
    right: float
    precision: float
    recall: float
    f1: float  # lines pooled over the group
    macro_f1: float  # mean over its items


def figures(verdicts: Iterable[Verdict]) -> Figures:
    """Return the figures of a group."""
    rows = list(verdicts)
    true, said, both = _pooled(rows)
    return Figures(
        rows=len(rows),
        status_right=share(row.status_right for row in rows),
        exact=share(row.exact for row in rows if row.exact is not None),
        right=share(row.right for row in rows),
        precision=both / said if said else float("nan"),
        recall=both / true if true else float("nan"),
        f1=f1(true, said, both),
        macro_f1=macro_f1(rows),
    )


def macro_f1(verdicts: Iterable[Verdict]) -> float:
    """Return the mean over items of their line-level F1; items without any line are left out, NaN for none at all."""
    scores = [f1(*_pooled(rows)) for rows in grouped(verdicts, lambda row: row.key).values()]
    known = [score for score in scores if not np.isnan(score)]
    return statistics.fmean(known) if known else float("nan")


@dataclass(frozen=True, slots=True)
class Silence:
    """How well doubt and error go together."""

    right: int
    wrong: int
    right_flagged: int
    wrong_flagged: int

    @property
    def of_wrong(self) -> float:
        """Share of the wrong rows that are flagged; 1 where none is wrong."""
        return self.wrong_flagged / self.wrong if self.wrong else 1.0

    @property
    def of_right(self) -> float:
        """Share of the right rows that are flagged; 0 where none is right."""
        return self.right_flagged / self.right if self.right else 0.0


def silence(verdicts: Iterable[Verdict]) -> Silence:
    """Return how many rows are right and wrong, flagged and silent."""
    rows = list(verdicts)
    right = [row.flagged for row in rows if row.right]
    wrong = [row.flagged for row in rows if not row.right]
    return Silence(len(right), len(wrong), sum(right), sum(wrong))


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose confidence is in one tenth of the scale."""

    low: float
    rows: int
    confidence: float  # their mean
    right: float  # share of them that are right


def calibration(verdicts: Iterable[Verdict]) -> list[Bin]:
    """Return the tenths of confidence that have rows; rows without a confidence are left out."""
    rows = [row for row in verdicts if row.confidence is not None]
    tenths = grouped(rows, lambda row: min(int(DECILES * (row.confidence or 0.0) + 1e-9), DECILES - 1))
    return [
        Bin(
            low=tenth / DECILES,
            rows=len(members),
            confidence=statistics.fmean(row.confidence or 0.0 for row in members),
            right=share(row.right for row in members),
        )
        for tenth, members in sorted(tenths.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean distance of confidence and truth, weighted by rows."""
    rows = sum(one.rows for one in bins)
    return sum(one.rows * abs(one.confidence - one.right) for one in bins) / rows if rows else float("nan")


@dataclass(frozen=True, slots=True)
class TrueFactor:
    """One risk factor of the truth; begin is -1 where it was not found in the text."""

    n: int
    group: str  # letters only
    begin: int
    end: int
    finer_is_fine: bool = False  # a split of it into its sub-headings is defensible


@dataclass(frozen=True, slots=True)
class SaidFactor:
    """One risk factor as the software cuts it."""

    ordinal: int
    group: str  # letters only
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class FactorCount:
    """How the factors of one filing came out; counts that can be added."""

    true: int = 0
    said: int = 0
    starts: int = 0  # boundaries that both have
    groups: int = 0  # of those, with the right group
    ends: int = 0  # of those, with the right end

    def __add__(self, other: FactorCount) -> FactorCount:
        return FactorCount(
            self.true + other.true,
            self.said + other.said,
            self.starts + other.starts,
            self.groups + other.groups,
            self.ends + other.ends,
        )

    @property
    def precision(self) -> float:
        """Share of the boundaries said that are true; NaN where none is said."""
        return self.starts / self.said if self.said else float("nan")

    @property
    def recall(self) -> float:
        """Share of the true boundaries that are said; NaN where there is none."""
        return self.starts / self.true if self.true else float("nan")

    @property
    def f1(self) -> float:
        """Boundary F1; NaN where there is nothing to find and nothing was."""
        return f1(self.true, self.said, self.starts)


@dataclass(frozen=True, slots=True)
class FactorVerdict:
    """How the factors of one filing came out, and which are wrong."""

    count: FactorCount
    missed: list[TrueFactor] = field(default_factory=list)
    extra: list[SaidFactor] = field(default_factory=list)
    other_group: list[tuple[TrueFactor, SaidFactor]] = field(default_factory=list)
    other_end: list[tuple[TrueFactor, SaidFactor]] = field(default_factory=list)


def judge_factors(truths: Sequence[TrueFactor], said: Sequence[SaidFactor]) -> FactorVerdict:
    """Return which factor boundaries are right, counting each true one once.

    A boundary inside a factor that may be split finer is neither right nor wrong, and such a factor may end at it.
    """
    by_place: dict[int, SaidFactor] = {}
    for one in said:
        by_place.setdefault(one.begin, one)
    matched = [(truth, by_place[truth.begin]) for truth in truths if truth.begin >= 0 and truth.begin in by_place]
    used = {id(one) for _, one in matched}
    fine = [truth for truth in truths if truth.finer_is_fine]
    spare = [one for one in said if id(one) not in used]
    extra = [one for one in spare if not any(truth.begin < one.begin < truth.end for truth in fine)]
    finer = {one.begin for one in spare} - {one.begin for one in extra}
    groups = [pair for pair in matched if pair[0].group != pair[1].group]
    ends = [(truth, one) for truth, one in matched if one.end != truth.end and one.end not in finer]
    return FactorVerdict(
        FactorCount(
            true=len(truths),
            said=len(matched) + len(extra),
            starts=len(matched),
            groups=len(matched) - len(groups),
            ends=len(matched) - len(ends),
        ),
        missed=[truth for truth in truths if truth.begin not in by_place],
        extra=extra,
        other_group=groups,
        other_end=ends,
    )


def ordinals_of(truths: Sequence[TrueFactor], said: Sequence[SaidFactor]) -> dict[int, int]:
    """Return the truth's number of each factor that begins where a true one does, by the software's ordinal."""
    numbers = {truth.begin: truth.n for truth in truths if truth.begin >= 0}
    return {one.ordinal: numbers[one.begin] for one in said if one.begin in numbers}


@dataclass(frozen=True, slots=True)
class TruePair:
    """How one risk factor of a filing goes on in the next one. `old` or `new` is None where it is new or dropped."""

    old: int | None
    new: int | None
    statuses: tuple[str, ...]
    other_old: tuple[int | None, ...] = ()  # partners that are as right
    moved: tuple[bool, ...] = (False,)  # whether it stands elsewhere; both where either can be said


@dataclass(frozen=True, slots=True)
class SaidPair:
    """What the software says of it, in the truth's numbers; numbers it has no counterpart for are negative."""

    old: int | None
    new: int | None
    status: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """How one pair came out. What was not cut as in the truth cannot be matched: there is no answer about it."""

    truth: TruePair
    said: SaidPair | None
    partner_right: bool
    status_right: bool
    moved_right: bool

    @property
    def is_pair(self) -> bool:
        """Whether the truth has a factor on both sides."""
        return self.truth.old is not None and self.truth.new is not None


def judge_pairs(truths: Sequence[TruePair], said: Sequence[SaidPair]) -> list[PairVerdict]:
    """Return a verdict for each row of the truth: does the new factor continue the right old one, and how.

    A dropped factor is right where the software gives it no new one.
    """
    by_new = {one.new: one for one in said}
    by_old = {one.old: one for one in said}
    return [
        _judge_pair(truth, by_old.get(truth.old) if truth.new is None else by_new.get(truth.new)) for truth in truths
    ]


def _judge_pair(truth: TruePair, answer: SaidPair | None) -> PairVerdict:
    if answer is None:
        return PairVerdict(truth, None, partner_right=False, status_right=False, moved_right=False)
    right = answer.new is None if truth.new is None else answer.old in {truth.old, *truth.other_old}
    return PairVerdict(
        truth,
        answer,
        partner_right=right,
        status_right=right and answer.status in truth.statuses,
        moved_right=right and answer.moved in truth.moved,
    )


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return the rows by their key, in the order in which keys first come."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def share(hits: Iterable[bool | None]) -> float:
    """Return the share that is true; NaN of nothing."""
    known = list(hits)
    return sum(map(bool, known)) / len(known) if known else float("nan")


def f1(true: int, said: int, both: int) -> float:
    """Return the harmonic mean of precision and recall from counts; NaN where there is nothing on either side."""
    return 2 * both / (true + said) if true + said else float("nan")


def _f1_of(counts: tuple[int, int, int]) -> float:
    return f1(*counts) if sum(counts) else 1.0


def _pooled(rows: Iterable[Verdict]) -> tuple[int, int, int]:
    counts = np.array([(row.true_lines, row.said_lines, row.both_lines) for row in rows]).reshape(-1, 3).sum(axis=0)
    return int(counts[0]), int(counts[1]), int(counts[2])


def _shared(lines: Lines, truth: tuple[int, int], said: tuple[int, int]) -> tuple[int, int, int]:
    """Return how many lines the truth has, the answer has, and both have."""
    first, last = lines.of(*truth)
    begin, end = lines.of(*said)
    return last - first, end - begin, max(0, min(last, end) - max(first, begin))
