"""Teach a small student what one or several teachers know: `python -m training.distil`.

1. The pool: sentences of the archive's filings, those of the training sets and variants of these, without the companies
   that judge and without whatever resembles an evaluation set.
2. The teachers' probabilities of each, averaged, and kept for the next student of the same teachers and sentences.
3. The student starts from the first teacher's vectors of words, those that go in and those that come out, by their
   principal components.
4. It is fitted to the teachers' probabilities, softened by a temperature, to the labels where there are some, and to
   the first teacher's vectors of sentences: what a sentence says beyond its tone keeps the student from learning tones
   by heart.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
import numpy as np
import polars as pl
import torch

from edgewise.core.errors import InvalidInput
from training import checkpoint, fitting, options, records
from training.data.compared import SOURCE as COMPARED
from training.data.home import filing_sentences
from training.data.labelled import LABELLED, frame_fingerprint
from training.data.near_duplicates import likes_in, sketches
from training.data.variants import variants
from training.pieces import WORD, train_pieces
from training.student import ConvolutionStudent, start_from
from training.train import plain, shown, tone_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from omegaconf import DictConfig
    from tokenizers import Tokenizer
    from torch import nn

    from training.data.evaluation import EvaluationSet
    from training.data.tone import ToneData

_WORDS = (4, 70)
_LETTERS, _TOGETHER = 16, 256  # tokens of the teacher in a piece, at most; pieces it reads together


def distil(settings: dict[str, Any]) -> dict[str, Any]:
    """Distil as configured; write the checkpoint and the record, and return the record."""
    return distil_on(tone_data(settings["data"]), settings)


def distil_on(data: ToneData, settings: dict[str, Any]) -> dict[str, Any]:
    """Distil on data that is there; as `distil`."""
    fit = options.of(options.FitOptions, settings["fit"])
    small = options.of(options.StudentOptions, settings["student"])
    fitting.seed_everything(fit.seed, threads=fit.threads)
    teachers = [checkpoint.load(Path(folder)) for folder in settings["teachers"]]
    if not teachers:
        raise InvalidInput("there is no teacher", advice="Name checkpoints in `teachers`.")
    sentences = pool(
        data,
        Path(settings["data"]["home"]),
        limit=settings["pool_limit"],
        each=settings["variants"],
        seed=fit.seed,
    )
    tokenizer = train_pieces(sentences["sentence"].to_list(), pieces=small.pieces)
    student = ConvolutionStudent(tokenizer.get_vocab_size(), small)
    start_from(student, taught_vectors(tokenizer, *teachers[0][:2]))
    training = fitting.as_sentences(tokenizer, sentences, max_tokens=fit.max_tokens)
    soft, vectors = taught_once(
        Path(settings["taught"]), settings["teachers"], teachers, sentences["sentence"].to_list(), fit
    )
    validation = fitting.as_sentences(tokenizer, data.validation, max_tokens=fit.max_tokens)
    factors = fitting.class_weights(training.labels, balanced=fit.class_weights == "balanced")
    lesson = fitting.Lesson(
        factors, fit.label_smoothing, settings["soft_share"], settings["temperature"], settings["vector_share"]
    )
    taught_sentences = fitting.Sentences(training.ids, training.labels, training.weights, soft, _standardised(vectors))
    history = fitting.fit(student, taught_sentences, validation, lesson, fit)
    found = records.record(
        settings["name"],
        "distilled student",
        parameters=shown(settings),
        teachers=[Path(folder).name for folder in settings["teachers"]],
        pool={"sentences": sentences.height, "fingerprint": frame_fingerprint(sentences)},
        data=data.report,
        class_weights=factors.tolist(),
        history=asdict(history),
    )
    out = Path(settings["out"])
    checkpoint.save(out, student, tokenizer, max_tokens=fit.max_tokens)
    found["tracking"] = records.track(found, options.of(options.Tracking, settings["tracking"]))
    records.write(found, out / checkpoint.RECORD, Path(settings["records"]) / f"{settings['name']}.json")
    return found


def pool(data: ToneData, home: Path, *, limit: int | None, each: int, seed: int) -> pl.DataFrame:
    """Return the training sentences, the filings' other sentences and variants, whose label is -1, as `LABELLED`.

    limit: at most so many sentences of filings without a label, drawn by the seed.
    each: at most so many variants of every training sentence that was not made by rule.
    """
    judging = {group for judge in data.evaluation for group in judge.frame["group"].unique() if group}
    words = pl.col("sentence").str.count_matches(r"\S+")
    read = (
        filing_sentences(home)
        .filter(words.is_between(*_WORDS))
        .unique("fingerprint", keep="first", maintain_order=True)
        .select("sentence", source=pl.lit("pool"), group="company:" + pl.col("company"))
        .filter(~pl.col("group").is_in(list(judging)))
    )
    drawn = read if limit is None or read.height <= limit else read.sample(limit, seed=seed)
    known = set(data.training["sentence"]) | set(data.validation["sentence"])
    free = (
        pl.concat([drawn, _variants(data.training, read["sentence"], each=each, seed=seed)])
        .filter(~pl.col("sentence").is_in(list(known)))
        .with_columns(
            label=pl.lit(fitting.UNLABELLED, dtype=pl.Int8),
            weight=pl.lit(1.0, dtype=pl.Float32),
        )
        .select(LABELLED.names())
    )
    return pl.concat([data.training, _unlike(free, data.evaluation)]).cast(LABELLED)


def _variants(training: pl.DataFrame, corpus: pl.Series, *, each: int, seed: int) -> pl.DataFrame:
    originals = training.filter(pl.col("source") != COMPARED)
    made = variants(originals["sentence"].to_list(), [*training["sentence"], *corpus], each=each, seed=seed)
    places = [place for place, _ in made]
    return pl.DataFrame(
        {"sentence": [variant for _, variant in made], "source": "variant", "group": originals["group"].gather(places)},
        schema={"sentence": pl.String, "source": pl.String, "group": pl.String},
    )


def taught_once(
    kept: Path,
    folders: Sequence[str],
    teachers: Sequence[tuple[nn.Module, Tokenizer, object]],
    sentences: Sequence[str],
    fit: options.FitOptions,
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Return what the teachers say of the sentences, as `taught`; from the file `kept` if it is of the same ones."""
    key = hashlib.sha256(str(fit.max_tokens).encode())
    for folder in folders:
        key.update(hashlib.sha256((Path(folder) / checkpoint.WEIGHTS).read_bytes()).digest())
    for sentence in sentences:
        key.update(sentence.encode() + b"\n")
    if kept.is_file():
        with np.load(kept) as earlier:
            if str(earlier["key"]) == key.hexdigest() and "vectors" in earlier:
                return earlier["soft"].astype(np.float32), earlier["vectors"].astype(np.float16)
    soft, vectors = taught([(model, pieces) for model, pieces, _ in teachers], sentences, fit=fit)
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(kept, key=key.hexdigest(), soft=soft, vectors=vectors)
    return soft, vectors


def taught(
    teachers: Sequence[tuple[nn.Module, Tokenizer]], sentences: Sequence[str], *, fit: options.FitOptions
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Return the mean of the teachers' probabilities, shape (n, 3), and the first one's vectors (n, dimensions)."""
    said = []
    for model, tokenizer in teachers:
        model.to(fitting.device_of(fit))
        ids = fitting.encode(tokenizer, sentences, max_tokens=fit.max_tokens)
        said.append(fitting.probabilities_and_vectors(model, ids, batch=fit.batch))
        model.to("cpu")
    return np.mean([soft for soft, _ in said], axis=0, dtype=np.float32), said[0][1]


def _standardised(vectors: NDArray[np.float16]) -> NDArray[np.float16]:
    """Return the vectors with each dimension of mean 0 and deviation 1: all of them count alike."""
    exact = vectors.astype(np.float32)
    return ((exact - exact.mean(0)) / (exact.std(0) + 1e-6)).astype(np.float16)


def taught_vectors(tokenizer: Tokenizer, teacher: nn.Module, teachers_tokenizer: Tokenizer) -> torch.Tensor:
    """Return a vector for each piece of the student, shape (pieces, dimensions in + dimensions out).

    Side by side, each of deviation 1: the mean of the vectors that go into the teacher for the same letters, and the
    vector that comes out of it where these letters are the whole sentence. The first tells words apart, the second
    knows what they mean. A student's student starts the same way.
    """
    table = teacher.vectors if isinstance(teacher, ConvolutionStudent) else teacher.encoder.get_input_embeddings()
    names = [name.removeprefix(WORD) for name, _ in sorted(tokenizer.get_vocab().items(), key=itemgetter(1))]
    cut = [one.ids for one in teachers_tokenizer.encode_batch(names, add_special_tokens=False)]
    with torch.inference_mode():
        means = [table.weight[ids].mean(0) if ids else torch.zeros(table.embedding_dim) for ids in cut]
    alone = fitting.encode(teachers_tokenizer, [name or WORD for name in names], max_tokens=_LETTERS)
    _, out = fitting.probabilities_and_vectors(teacher, alone, batch=_TOGETHER)
    both = torch.stack(means).float(), torch.from_numpy(out).float()
    return torch.cat([vectors / vectors.std() for vectors in both], 1)


def _unlike(frame: pl.DataFrame, judges: Sequence[EvaluationSet]) -> pl.DataFrame:
    own = sketches(frame["sentence"].to_list())
    like = np.zeros(frame.height, dtype=bool)
    for judge in judges:
        like |= likes_in(own, sketches(judge.frame["sentence"].to_list())) >= 0
    return frame.filter(pl.Series(~like, dtype=pl.Boolean))


@hydra.main(version_base=None, config_path="configs", config_name="distil")
def main(configuration: DictConfig) -> None:
    """Distil as the command line says."""
    distil(plain(configuration))


if __name__ == "__main__":
    main()
