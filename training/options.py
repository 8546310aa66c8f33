"""What can be configured, as records; `configs/` holds their values."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FAR_BELOW = -1e4  # what padding counts when a network looks for the greatest value


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """Low-rank adapters on these linear layers instead of changing all weights. rank 0: change all."""

    rank: int = 0
    alpha: int = 32
    dropout: float = 0.05
    targets: tuple[str, ...] = ("query", "key", "value", "dense")


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The encoder to start from.

    source:   `wheel:package` (a package with a folder `model`), `folder:path`, `hub:name`, or `random:` for a tiny
              encoder without knowledge.
    pooling:  `mean` of the tokens, or the `first`.
    words_fixed: the vectors of words stay as they came: words that training never shows keep their place among those
              that it does.
    """

    source: str
    pooling: str = "mean"
    dropout: float = 0.1
    words_fixed: bool = False
    lora: LoraOptions = field(default_factory=LoraOptions)


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How weights are found.

    rate, head_rate: highest learning rates of the encoder and of what is new on top; linear warm-up over the share
    `warmup` of the steps, then linear down to 0. accumulate: batches a step. patience: epochs without a better
    macro-F1 on the validation sentences before it stops. class_weights: `balanced` or `none`. average: decay of a
    running mean of the weights over the steps, which is then what is judged and kept; 0 for the weights themselves.
    """

    epochs: int
    batch: int
    rate: float
    head_rate: float
    accumulate: int = 1
    warmup: float = 0.1
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    class_weights: str = "balanced"
    patience: int = 2
    clip: float = 1.0
    average: float = 0.0
    max_tokens: int = 96
    seed: int = 0
    threads: int = 0  # 0 for as many as torch takes
    device: str = ""  # '' for a GPU where there is one


@dataclass(frozen=True, slots=True)
class StudentOptions:
    """The small network that learns from teachers: pieces of words in, blocks of neighbours, probabilities out.

    inner: channels in which a block looks at neighbours; widths: tokens that each block sees together, odd; vector:
    dimensions of a sentence's vector, those of the teacher's.
    """

    pieces: int = 16_000
    dimensions: int = 96
    inner: int = 32
    widths: tuple[int, ...] = (3, 5)
    vector: int = 384
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where else an experiment is told, by URL; '' for nowhere."""

    mlflow: str = ""
    wandb: str = ""


def of(kind: type[Any], values: dict[str, Any]) -> Any:
    """Return a record of options from a configuration's mapping; lists become tuples.

    Raises TypeError, naming it, for an option that there is not.
    """
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def model_options(values: dict[str, Any]) -> ModelOptions:
    """Return the options of a model, those of its adapters among them."""
    lora = of(LoraOptions, values.get("lora") or {})
    return of(ModelOptions, {**values, "lora": lora})


def real_data(named: str) -> Path:
    """Return the folder of real data: as configured, else EDGEWISE_REAL_DATA, else beside the checkout."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    return Path(named or os.environ.get("EDGEWISE_REAL_DATA", "") or beside)
