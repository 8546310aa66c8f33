"""The tone of sentences, against what people said of them: `make evaluate ONLY=tone`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
from benchmarks.harness import record

from edgewise.text.tone import LexiconTone

if TYPE_CHECKING:
    from pathlib import Path

PHRASEBANK_CLASSES = ("negative", "neutral", "positive")


def tone_of_sentences(folder: Path) -> None:
    """Judge the tone model on labelled financial sentences it never saw; the set is for evaluation only."""
    found = sorted((folder / "market" / "sentiment").glob("*phrasebank*"))
    if not found:
        print("text.tone_of_sentences: no labelled sentences here")
        return
    read = pl.read_parquet if found[0].suffix == ".parquet" else pl.read_csv
    sentences = read(found[0])
    labels = sentences["label"].cast(pl.String).str.to_lowercase().to_list()
    net = LexiconTone().score(sentences["sentence"].to_list())["net"].fill_null(0.0).to_list()
    said = ["positive" if value > 0 else "negative" if value < 0 else "neutral" for value in net]
    f1 = [_f1(labels, said, kind) for kind in PHRASEBANK_CLASSES]
    commonest = Counter(labels).most_common(1)[0]
    record(
        "text",
        "tone_of_sentences",
        value=sum(f1) / len(f1),
        unit="macro-F1 of a word list on Financial PhraseBank",
        bar=0.5,
        higher_is_better=True,
        peer=f"always saying {commonest[0]}",
        peer_value=_f1(labels, [commonest[0]] * len(labels), commonest[0]) / len(f1),
        details={"sentences": len(labels), "accuracy": sum(map(str.__eq__, labels, said)) / len(labels)},
    )


def _f1(truth: list[str], said: list[str], kind: str) -> float:
    both = sum(a == b == kind for a, b in zip(truth, said, strict=True))
    return 2 * both / (truth.count(kind) + said.count(kind))
