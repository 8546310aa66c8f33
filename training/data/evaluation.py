"""The sets that judge models and that no training may see.

Financial PhraseBank and FiQA are for non-commercial use: they are read here to evaluate, and nowhere to train. The 600
sentences of our own are of calls, and of filings of companies that no training set holds; they were read in two passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.ports import TONES
from training.data import reading
from training.data.labelled import NEGATIVE, POSITIVE, labelled

if TYPE_CHECKING:
    from pathlib import Path

PHRASEBANK = "market/sentiment/financial_phrasebank.parquet"
FIQA = "market/sentiment/fiqa_task1.parquet"
FILINGS, CALLS = "filings.evaluation.tsv", "calls.evaluation.tsv"
_ALL_AGREE = 100


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Labelled sentences and what is asked of them.

    sign_only: the set has no neutral sentences; a model says the more likely of positive and negative.
    """

    name: str
    frame: pl.DataFrame
    sign_only: bool = False


def evaluation_sets(folder: Path, home: Path) -> list[EvaluationSet]:
    """Return all sets, PhraseBank first."""
    return [*phrasebank(folder), fiqa(folder), *own(folder, home)]


def phrasebank(folder: Path) -> list[EvaluationSet]:
    """Return Financial PhraseBank at every level of agreement, and where all annotators agree."""
    rows = pl.read_parquet(folder / PHRASEBANK)
    agreed = rows.filter(pl.col("min_agreement_pct") == _ALL_AGREE)
    return [
        EvaluationSet(
            name,
            labelled(
                (sentence, TONES.index(label), "phrasebank", "", 1.0)
                for sentence, label in chosen.select("sentence", "label").iter_rows()
            ),
        )
        for name, chosen in (("phrasebank", rows), ("phrasebank-all-agree", agreed))
    ]


def fiqa(folder: Path) -> EvaluationSet:
    """Return FiQA's headlines and posts by the sign of their score; a score of 0 has none and is left out."""
    rows = pl.read_parquet(folder / FIQA).filter(pl.col("sentiment_score") != 0)
    frame = labelled(
        (sentence, POSITIVE if score > 0 else NEGATIVE, "fiqa", "", 1.0)
        for sentence, score in rows.select("sentence", "sentiment_score").iter_rows()
    )
    return EvaluationSet("fiqa-sign", frame, sign_only=True)


def own(folder: Path, home: Path) -> list[EvaluationSet]:
    """Return our sentences of filings and calls: together, and apart."""
    filings, _ = reading.of_filings(reading.FOLDER / FILINGS, home, doubtful=1)
    calls, _ = reading.of_calls(reading.FOLDER / CALLS, folder, doubtful=1)
    return [
        EvaluationSet("own", pl.concat([filings, calls])),
        EvaluationSet("own-filings", filings),
        EvaluationSet("own-calls", calls),
    ]


def agreement() -> dict[str, dict[str, float]]:
    """Return for our filings and calls how far the two passes agree: sentences, accuracy and Cohen's kappa."""
    return {file: _agreement(reading.read_table(reading.FOLDER / file)) for file in (FILINGS, CALLS)}


def _agreement(table: pl.DataFrame) -> dict[str, float]:
    first, second = (table.filter(pl.col("pass") == number) for number in (1, 2))
    both = first.join(second, on=("document", "sequence", "place", "fingerprint"), suffix="_2")
    same = both.filter(pl.col("label") == pl.col("label_2")).height / both.height
    shares = [
        [table["label"].to_list().count(label) / both.height for label in reading.LABELS] for table in (first, second)
    ]
    chance = sum(one * other for one, other in zip(*shares, strict=True))
    return {"sentences": both.height, "agreement": same, "kappa": (same - chance) / (1 - chance)}
