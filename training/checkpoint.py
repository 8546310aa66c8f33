"""A checkpoint folder: what training leaves and distillation and export read.

`architecture.json` builds the network, `weights.safetensors` fills it, `tokenizer.json` cuts its sentences,
`record.json` tells how it came about.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from edgewise.core.errors import InvalidInput
from training.encoder import ToneClassifier, encoder_of
from training.options import StudentOptions
from training.student import ConvolutionStudent

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

ARCHITECTURE, WEIGHTS, TOKENIZER, RECORD = "architecture.json", "weights.safetensors", "tokenizer.json", "record.json"


def save(folder: Path, model: ToneClassifier | ConvolutionStudent, tokenizer: Tokenizer, *, max_tokens: int) -> None:
    """Write a checkpoint, over an older one."""
    folder.mkdir(parents=True, exist_ok=True)
    architecture = model.architecture() | {"max_tokens": max_tokens}
    (folder / ARCHITECTURE).write_text(json.dumps(architecture, indent=1, default=str) + "\n")
    save_file({name: value.contiguous().cpu() for name, value in model.state_dict().items()}, folder / WEIGHTS)
    tokenizer.save(str(folder / TOKENIZER))


def load(folder: Path) -> tuple[nn.Module, Tokenizer, dict[str, Any]]:
    """Return the network, ready to answer, its tokenizer and its architecture.

    Raises InvalidInput where the folder is no checkpoint.
    """
    if not (folder / ARCHITECTURE).is_file():
        raise InvalidInput(f"{folder} is no checkpoint: it has no {ARCHITECTURE}", advice="Train it first: make train")
    architecture = json.loads((folder / ARCHITECTURE).read_text())
    model = _network(architecture)
    model.load_state_dict(load_file(folder / WEIGHTS))
    return model.eval(), Tokenizer.from_file(str(folder / TOKENIZER)), architecture


def _network(architecture: dict[str, Any]) -> nn.Module:
    if architecture["kind"] == "convolution":
        options = StudentOptions(
            dimensions=architecture["dimensions"],
            inner=architecture["inner"],
            widths=tuple(architecture["widths"]),
            vector=architecture["vector"],
            dropout=architecture["dropout"],
        )
        return ConvolutionStudent(architecture["pieces"], options, classes=architecture["classes"])
    encoder = encoder_of(architecture["config"])
    return ToneClassifier(encoder, pooling=architecture["pooling"], dropout=0.0, classes=architecture["classes"])
