"""All sentences a tone model is trained on: read, told apart from every evaluation set, and dealt to two splits.

Rows go out in this order, and each step is counted:
1. nearly the same as a sentence of an evaluation set: out, whatever its label;
2. nearly the same as an earlier one: out (sources stand in order of trust, the surest label stays), except among the
   sentences that we wrote: there two that differ in a word or a number are a lesson;
3. of a company whose filings or calls judge: out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.ports import TONES
from training.data import reading
from training.data.compared import SENTENCES, compared
from training.data.evaluation import evaluation_sets
from training.data.home import open_home
from training.data.labelled import LABELLED, frame_fingerprint, split
from training.data.near_duplicates import earlier_likes, likes_in, sketches
from training.data.returns import returns
from training.data.sentfin import sentfin
from training.data.twitter import twitter
from training.data.written import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from training.data.evaluation import EvaluationSet
    from training.data.near_duplicates import Sketches

TRAINING = "filings.training.tsv"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where sentences come from.

    folder: real data, with sec.zip and market/; home: the archive's filings, parsed (made if absent).
    names:  sources in order of trust: reading, written, compared, sentfin, sentfin-entities, twitter, returns.
    weights: factor on the weights of a source; 1 where none is given.
    at_most: of a source, the most sentences of a tone: `{"twitter": {"neutral": 1500}}`, drawn by the seed.
    compared: how many sentences are made by rule.
    written_lines: only the first so many of those that we wrote; None for all.
    doubtful: weight of a label of which its reader was not sure; 0 leaves it out.
    returns_home: filings with labels of returns, for the source `returns`; `home` where None.
    limit, evaluation_limit: at most so many sentences of each source and of each evaluation set, for a trial.
    """

    folder: Path
    home: Path
    names: Sequence[str]
    weights: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    compared: int = SENTENCES
    written_lines: int | None = None
    doubtful: float = reading.DOUBTFUL_WEIGHT
    returns_home: Path | None = None
    limit: int | None = None
    evaluation_limit: int | None = None


@dataclass(frozen=True, slots=True)
class ToneData:
    """Sentences to learn from, to stop by and to be judged by; `report` tells what was read and what left out."""

    training: pl.DataFrame
    validation: pl.DataFrame
    evaluation: list[EvaluationSet]
    report: dict[str, object]


def build(sources: Sources, *, validation: float, seed: int) -> ToneData:
    """Return the data; the same arguments on the same files give the same rows in the same order.

    validation: share of the groups (companies, headlines' subjects) by which training is stopped.
    """
    open_home(sources.home, sources.folder)
    judges = evaluation_sets(sources.folder, sources.home)
    read = {name: _read(name, sources) for name in sources.names}
    parts = [_limited(frame, sources, name, seed) for name, (frame, _) in read.items()]
    kept, left_out = without_likes(pl.concat(parts) if parts else pl.DataFrame(schema=LABELLED), judges)
    training, held = split(kept, share=validation, seed=seed)
    judges = [_fewer(judge, sources.evaluation_limit, seed) for judge in judges]
    report = {
        "sources": {name: counts | {"sentences": frame.height} for name, (frame, counts) in read.items()},
        "left_out": left_out,
        "training": described(training),
        "validation": described(held),
        "evaluation": {judge.name: described(judge.frame) for judge in judges},
    }
    return ToneData(training, held, judges, report)


def without_likes(frame: pl.DataFrame, judges: Sequence[EvaluationSet]) -> tuple[pl.DataFrame, dict[str, object]]:
    """Return the rows that resemble no evaluation set and no earlier row, and how many went for which reason."""
    own = sketches(frame["sentence"].to_list())
    earlier = pl.Series(earlier_likes(own))
    labels, written_by_us = frame["label"], frame["source"].str.starts_with("written")
    repeats = (earlier >= 0) & ~(written_by_us & written_by_us.gather(earlier.clip(0)))
    companies = {group for judge in judges for group in judge.frame["group"].unique() if group}
    reasons = {f"like {judge.name}": _likes(own, judge) for judge in judges} | {
        "of a company that judges": frame["group"].is_in(list(companies)),
        "like an earlier sentence": repeats,
    }
    out = pl.DataFrame(reasons).select(pl.any_horizontal(pl.all())).to_series()
    return frame.filter(~out), {reason: int(rows.sum()) for reason, rows in reasons.items()} | {
        "like an earlier sentence of another label": int((repeats & (labels != labels.gather(earlier.clip(0)))).sum()),
        "all": int(out.sum()),
        "by source": dict(frame.filter(out).group_by("source").len().sort("source").rows()),
    }


def _likes(own: Sketches, judge: EvaluationSet) -> pl.Series:
    return pl.Series(likes_in(own, sketches(judge.frame["sentence"].to_list())) >= 0, dtype=pl.Boolean)


def described(frame: pl.DataFrame) -> dict[str, object]:
    """Return what names a set in a record: sentences, labels, sources and its fingerprint."""
    return {
        "sentences": frame.height,
        "labels": {tone: int((frame["label"] == place).sum()) for place, tone in enumerate(TONES)},
        "sources": dict(frame.group_by("source").len().sort("source").rows()),
        "fingerprint": frame_fingerprint(frame),
    }


def _fewer(judge: EvaluationSet, limit: int | None, seed: int) -> EvaluationSet:
    if limit is None or judge.frame.height <= limit:
        return judge
    return replace(judge, frame=judge.frame.sample(limit, seed=seed))


def _read(name: str, sources: Sources) -> tuple[pl.DataFrame, dict[str, int]]:
    readers: dict[str, Callable[[], tuple[pl.DataFrame, dict[str, int]]]] = {
        "reading": lambda: reading.of_filings(reading.FOLDER / TRAINING, sources.home, doubtful=sources.doubtful),
        "written": lambda: written(lines=sources.written_lines),
        "compared": lambda: compared(sources.compared),
        "sentfin": lambda: sentfin(sources.folder),
        "sentfin-entities": lambda: sentfin(sources.folder, entities=True),
        "twitter": lambda: twitter(sources.folder),
        "returns": lambda: returns(sources.returns_home or sources.home),
    }
    if name not in readers:
        raise InvalidInput(f"{name!r} is no source of sentences", advice=f"There are {', '.join(readers)}.")
    return readers[name]()


def _limited(frame: pl.DataFrame, sources: Sources, name: str, seed: int) -> pl.DataFrame:
    weighed = frame.with_columns((pl.col("weight") * sources.weights.get(name, 1.0)).cast(pl.Float32))
    for tone, most in sources.at_most.get(name, {}).items():
        weighed = _with_fewer(weighed, TONES.index(tone), most, seed)
    if sources.limit is None or weighed.height <= sources.limit:
        return weighed
    return weighed.sample(sources.limit, seed=seed)


def _with_fewer(frame: pl.DataFrame, label: int, most: int, seed: int) -> pl.DataFrame:
    """Return the frame with at most so many rows of a label, in order."""
    rows = frame.with_row_index("row")
    of_label = rows.filter(pl.col("label") == label)
    drawn = of_label.sample(min(most, of_label.height), seed=seed)
    return rows.filter((pl.col("label") != label) | pl.col("row").is_in(drawn["row"].to_list())).drop("row")
