"""What a model says of the evaluation sets, and how good that is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgewise.core.ports import TONES
from training.data.labelled import NEGATIVE, POSITIVE
from training.metrics import accuracy, bootstrap, confusion, macro_f1

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.data.evaluation import EvaluationSet
    from training.metrics import Figure

    Answer = Callable[[Sequence[str]], NDArray[np.float32]]

SAMPLES = 1_000
_SIGNS = (NEGATIVE, POSITIVE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model did on a set: figures with 95 % bootstrap intervals, and counts (true, said)."""

    model: str
    set: str
    sentences: int
    accuracy: Figure
    macro_f1: Figure
    confusion: list[list[int]]

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON has it."""
        return asdict(self)


def judge(name: str, answer: Answer, sets: Sequence[EvaluationSet], *, samples: int = SAMPLES) -> list[Verdict]:
    """Return a verdict per set. answer: probabilities (n, 3) of sentences, columns as TONES."""
    return [_verdict(name, said(answer, one), one, samples) for one in sets]


def remembered(answer: Answer) -> Answer:
    """Return the same answers, each sentence asked only once: sets overlap."""
    known: dict[str, NDArray[np.float32]] = {}

    def recall(sentences: Sequence[str]) -> NDArray[np.float32]:
        if new := sorted(set(sentences) - known.keys()):
            known.update(zip(new, answer(new), strict=True))
        return np.array([known[sentence] for sentence in sentences], dtype=np.float32)

    return recall


def said(answer: Answer, one: EvaluationSet) -> NDArray[np.int64]:
    """Return the answers to a set, places in TONES; where only the sign is asked, never neutral."""
    found = answer(one.frame["sentence"].to_list())
    if one.sign_only:
        return np.array(_SIGNS)[found[:, _SIGNS].argmax(1)]
    return found.argmax(1)


def table(verdicts: Sequence[Verdict], published: Sequence[tuple[str, str, str, str]] = ()) -> str:
    """Return a Markdown table, a line per set and model; published figures are (model, set, accuracy, macro-F1)."""
    lines = ["| set | model | sentences | accuracy | macro-F1 |", "| --- | --- | ---: | ---: | ---: |"]
    order = list(dict.fromkeys(one.set for one in verdicts))
    for name in order:
        lines += [
            f"| {name} | {one.model} | {one.sentences:,} | {one.accuracy} | {one.macro_f1} |"
            for one in verdicts
            if one.set == name
        ]
        lines += [f"| {name} | {model} | | {right} | {f1} |" for model, of, right, f1 in published if of == name]
    return "\n".join(lines) + "\n"


def confusion_table(verdict: Verdict) -> str:
    """Return a Markdown table of counts: a line per true tone, a column per tone that was said."""
    head = "| true \\ said | " + " | ".join(TONES) + " |\n| --- | ---: | ---: | ---: |\n"
    rows = (
        f"| {tone} | " + " | ".join(map(str, row)) + " |" for tone, row in zip(TONES, verdict.confusion, strict=True)
    )
    return head + "\n".join(rows) + "\n"


def _verdict(name: str, answers: NDArray[np.int64], one: EvaluationSet, samples: int) -> Verdict:
    truth = one.frame["label"].to_numpy().astype(np.int64)
    return Verdict(
        model=name,
        set=one.name,
        sentences=len(truth),
        accuracy=bootstrap(accuracy, truth, answers, samples=samples),
        macro_f1=bootstrap(macro_f1, truth, answers, samples=samples),
        confusion=confusion(truth, answers).tolist(),
    )
