"""Fine-tune an encoder on the labelled sentences: `python -m training.train model=minilm data=tone`.

Any value of `configs/` can be changed on the command line, as `fit.epochs=3`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
from omegaconf import OmegaConf

from training import checkpoint, fitting, options, records
from training.data import tone
from training.encoder import ToneClassifier, merged, open_encoder, with_lora

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from training.data.tone import ToneData


def train(settings: dict[str, Any]) -> dict[str, Any]:
    """Train as configured; write the checkpoint and the record, and return the record."""
    data = tone_data(settings["data"])
    return train_on(data, settings)


def tone_data(settings: dict[str, Any]) -> ToneData:
    """Return the data that a configuration asks for."""
    folder = options.real_data(settings["folder"])
    sources = tone.Sources(
        folder=folder,
        home=Path(settings["home"]),
        names=settings["sources"],
        weights=settings["weights"],
        at_most=settings["at_most"],
        compared=settings["compared"],
        written_lines=settings["written_lines"],
        doubtful=settings["doubtful"],
        returns_home=Path(settings["returns_home"]) if settings["returns_home"] else None,
        limit=settings["limit"],
        evaluation_limit=settings["evaluation_limit"],
    )
    return tone.build(sources, validation=settings["validation"], seed=settings["seed"])


def train_on(data: ToneData, settings: dict[str, Any]) -> dict[str, Any]:
    """Train on data that is there; as `train`."""
    fit = options.of(options.FitOptions, settings["fit"])
    chosen = options.model_options(settings["model"])
    fitting.seed_everything(fit.seed, threads=fit.threads)
    encoder, tokenizer, source = open_encoder(chosen, data.training["sentence"].to_list())
    encoder.get_input_embeddings().requires_grad_(not chosen.words_fixed)
    model = ToneClassifier(with_lora(encoder, chosen.lora), pooling=chosen.pooling, dropout=chosen.dropout)
    training = fitting.as_sentences(tokenizer, data.training, max_tokens=fit.max_tokens)
    validation = fitting.as_sentences(tokenizer, data.validation, max_tokens=fit.max_tokens)
    balanced = fit.class_weights == "balanced"
    factors = fitting.class_weights(training.labels, balanced=balanced)
    lesson = fitting.Lesson(factors, label_smoothing=fit.label_smoothing)
    history = fitting.fit(model, training, validation, lesson, fit)
    found = records.record(
        settings["name"],
        "fine-tuned encoder",
        parameters=shown(settings),
        encoder=source,
        data=data.report,
        class_weights=factors.tolist(),
        history=asdict(history),
    )
    out = Path(settings["out"])
    checkpoint.save(out, merged(model), tokenizer, max_tokens=fit.max_tokens)
    found["tracking"] = records.track(found, options.of(options.Tracking, settings["tracking"]))
    records.write(found, out / checkpoint.RECORD, Path(settings["records"]) / f"{settings['name']}.json")
    return found


def shown(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings as a record shows them: without folders of this machine."""
    hidden = {"folder", "home", "out", "records", "returns_home", "tracking"}
    return {
        name: shown(value) if isinstance(value, dict) else value
        for name, value in settings.items()
        if name not in hidden
    }


def plain(configuration: DictConfig) -> dict[str, Any]:
    """Return a configuration as plain mappings and lists."""
    return OmegaConf.to_container(configuration, resolve=True)


@hydra.main(version_base=None, config_path="configs", config_name="train")
def main(configuration: DictConfig) -> None:
    """Train as the command line says."""
    train(plain(configuration))


if __name__ == "__main__":
    main()
