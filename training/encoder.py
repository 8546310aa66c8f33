"""Encoders by name or path, and the tone classifier on top of one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, BertConfig, BertModel

from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.core.ports import TONES
from training.pieces import train_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.options import LoraOptions, ModelOptions

_TINY = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
_TINY_PIECES = 4_000
_POOLINGS = ("mean", "first")


class ToneClassifier(nn.Module):
    """An encoder, its tokens pooled, and a linear head: logits in order of `TONES`."""

    def __init__(self, encoder: nn.Module, *, pooling: str, dropout: float, classes: int = len(TONES)) -> None:
        super().__init__()
        if pooling not in _POOLINGS:
            raise InvalidInput(f"{pooling!r} is no pooling", advice=f"Choose {' or '.join(_POOLINGS)}.")
        self.encoder = encoder
        self.pooling = pooling
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(encoder.config.hidden_size, classes)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits (n, classes) of token ids (n, tokens) and their mask, 1 for a token and 0 for padding."""
        return self.read(ids, mask)[0]

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits as `forward` does, and the vectors (n, dimensions) that they are made of."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.pooling == "first":
            pooled = states[:, 0]
        else:
            shown = mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * shown).sum(1) / shown.sum(1)
        return self.head(self.dropout(pooled)), pooled

    def architecture(self) -> dict[str, Any]:
        """Return what builds the same network anew, weights apart."""
        config = self.encoder.config.to_dict()
        return {"kind": "encoder", "pooling": self.pooling, "classes": self.head.out_features, "config": config}


def open_encoder(options: ModelOptions, sentences: Sequence[str]) -> tuple[nn.Module, Tokenizer, str]:
    """Return encoder, tokenizer and the source they came from.

    sentences: what a tiny encoder without knowledge learns its pieces of words from.
    Raises NotConfigured where the source's package or folder is absent.
    """
    kind, _, name = options.source.partition(":")
    if kind == "random":
        return *_random(sentences), options.source
    try:
        place = _wheel(name) if kind == "wheel" else name
        return *_pretrained(place), options.source
    except (OSError, NotConfigured) as error:
        raise NotConfigured(
            f"no encoder at {options.source}: {error}", advice="Install it or name a folder."
        ) from error


def with_lora(encoder: nn.Module, options: LoraOptions) -> nn.Module:
    """Return the encoder with adapters that alone are trained, or as it is for rank 0."""
    if not options.rank:
        return encoder
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=list(options.targets),
    )
    return get_peft_model(encoder, config)


def merged(classifier: ToneClassifier) -> ToneClassifier:
    """Return the classifier with adapters folded into the weights they adapt."""
    if hasattr(classifier.encoder, "merge_and_unload"):
        classifier.encoder = classifier.encoder.merge_and_unload()
    return classifier


def encoder_of(config: dict[str, Any]) -> nn.Module:
    """Return an encoder with these dimensions and random weights."""
    kind = str(config["model_type"])
    return _without_pooler(AutoModel.from_config(AutoConfig.for_model(**{**config, "model_type": kind})))


def _without_pooler(encoder: nn.Module) -> nn.Module:
    """Return the encoder without the layer that some add on the first token, which nothing here reads."""
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    return encoder


def _wheel(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise NotConfigured(
            f"the package {package} is not installed", advice=f"Install {package} without its requirements."
        )
    return Path(found.origin).parent / "model"


def _pretrained(place: str | Path) -> tuple[nn.Module, Tokenizer]:
    tokenizer = AutoTokenizer.from_pretrained(str(place), use_fast=True).backend_tokenizer
    encoder = _without_pooler(AutoModel.from_pretrained(str(place)))
    return encoder, Tokenizer.from_str(tokenizer.to_str())


def _random(sentences: Sequence[str]) -> tuple[nn.Module, Tokenizer]:
    tokenizer = train_pieces(sentences, pieces=_TINY_PIECES)
    return BertModel(BertConfig(vocab_size=tokenizer.get_vocab_size(), **_TINY), add_pooling_layer=False), tokenizer
