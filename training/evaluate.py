"""Judge model folders beside floors and published figures: `python -m training.evaluate`.

Writes build/results/training.<model>.<set>.json, as benchmarks do; a Markdown table with 95 % intervals; and the
wrong sentences of each set, for who looks for what to teach next.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
import numpy as np
import polars as pl
import torch
from benchmarks.harness import RESULTS, record

from edgewise.adapters.onnx.tone import OnnxSentenceTone
from edgewise.core.ports import TONES
from training import baselines, options
from training.data.evaluation import agreement
from training.encoder import open_encoder
from training.judge import judge, remembered, said, table
from training.train import plain, tone_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omegaconf import DictConfig

    from training.data.evaluation import EvaluationSet
    from training.data.tone import ToneData
    from training.judge import Answer, Verdict

# A FinBERT-style encoder of 0.1 billion weights, the set fully held out: (model, set, accuracy, macro-F1).
PUBLISHED = (("published: FinBERT-style, 0.1 billion weights, held out", "phrasebank", "0.804", "0.771"),)
TWO_SETS = ("sentfin", "twitter")


def evaluate(settings: dict[str, Any]) -> list[Verdict]:
    """Evaluate as configured; return all verdicts."""
    return evaluate_on(tone_data(settings["data"]), settings)


def evaluate_on(data: ToneData, settings: dict[str, Any]) -> list[Verdict]:
    """Evaluate on data that is there; as `evaluate`."""
    opened = [OnnxSentenceTone(folder, threads=torch.get_num_threads()) for folder in settings["models"]]
    models: dict[str, Answer] = {model.version: remembered(model.probabilities) for model in opened}
    answers = models | dict(_floors(settings["floors"], data, settings))
    verdicts = [verdict for name, answer in answers.items() for verdict in judge(name, answer, data.evaluation)]
    for name, answer in models.items():
        _record([one for one in verdicts if one.model == name], settings.get("bars", {}))
        for one in data.evaluation:
            _write_wrong(name, answer, one)
    written = table(sorted(verdicts, key=lambda one: one.set != "phrasebank"), PUBLISHED) + "\n" + _agreement()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"training.{settings['name']}.md").write_text(written)
    print(written, flush=True)
    return verdicts


def _floors(names: list[str], data: ToneData, settings: dict[str, Any]) -> Iterator[tuple[str, Answer]]:
    """Yield the floors that are asked for: lexicon, frozen (on all sentences), frozen-two-sets."""
    if "lexicon" in names:
        yield "our lexicon", baselines.lexicon
    chosen = options.model_options(settings["model"])
    sentences = data.training["sentence"].to_list()
    if "frozen-two-sets" in names:
        encoder, tokenizer, source = open_encoder(chosen, sentences)
        two = data.training.filter(pl.col("source").is_in(TWO_SETS))
        yield f"logistic regression on {source}, two MIT sets", remembered(baselines.frozen(encoder, tokenizer, two))
    if "frozen" in names:
        encoder, tokenizer, source = open_encoder(chosen, sentences)
        yield (
            f"logistic regression on {source}, same sentences",
            remembered(baselines.frozen(encoder, tokenizer, data.training)),
        )


def _record(verdicts: list[Verdict], bars: dict[str, dict[str, float]]) -> None:
    """Write the figures of a model that have a bar."""
    for verdict in verdicts:
        for figure, bar in bars.get(verdict.set, {}).items():
            found = getattr(verdict, figure)
            record(
                "training",
                f"{verdict.model}.{verdict.set}.{figure}",
                value=found.value,
                unit=f"{figure} of {verdict.model} on {verdict.set}",
                bar=bar,
                higher_is_better=True,
                details=verdict.as_dict(),
            )


def _write_wrong(model: str, answer: Answer, one: EvaluationSet) -> None:
    """Write the sentences that a model got wrong, the surest first. They stay in build/: the sets are not ours."""
    answers = said(answer, one)
    sure = answer(one.frame["sentence"].to_list())[np.arange(len(answers)), answers]
    names = np.array(TONES)
    wrong = one.frame.select("sentence", "label").with_columns(
        said=pl.Series(names[answers]), sure=pl.Series(sure.round(3)), true=pl.Series(names[one.frame["label"]])
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"training.{model}.{one.name}.wrong.tsv"
    wrong.filter(pl.col("said") != pl.col("true")).select("true", "said", "sure", "sentence").sort(
        "sure", descending=True
    ).write_csv(file, separator="\t")


def _agreement() -> str:
    return "".join(
        f"The two passes over {Path(file).stem} agree on {found['agreement']:.1%} of {found['sentences']} sentences "
        f"(kappa {found['kappa']:.2f}).\n"
        for file, found in agreement().items()
    )


@hydra.main(version_base=None, config_path="configs", config_name="evaluate")
def main(configuration: DictConfig) -> None:
    """Evaluate as the command line says."""
    evaluate(plain(configuration))


if __name__ == "__main__":
    main()
