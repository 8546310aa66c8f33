"""transformers' pipeline with a DistilRoBERTa, asked line by line; run by benchmarks/tone_speed.py.

Weights are drawn, and the tokenizer is trained on sentences that are given: nothing is fetched, and the work of a
sentence is that of the real one (82 million weights: 6 layers of 768, 12 heads, 50,265 pieces). It runs in the
environment of training, for it needs torch.

The first line in is {"pieces_from": file of sentences as a JSON list, "threads": n}; each later one is
{"texts": [...], "batch": n} and is answered by {"seconds": s, "tokens": n}.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForSequenceClassification, pipeline

PIECES = 50_265
MARKS = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}


def made(sentences: list[str], threads: int) -> Any:
    """Return the pipeline."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=PIECES,
        hidden_size=768,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=3072,
        max_position_embeddings=514,
        type_vocab_size=1,
        num_labels=3,
    )
    model = RobertaForSequenceClassification(config).eval()
    return pipeline("text-classification", model=model, tokenizer=tokenizer(sentences), device="cpu")


def tokenizer(sentences: list[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer of RoBERTa's kind, byte pairs, trained on these sentences."""
    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES,
        min_frequency=2,
        special_tokens=list(MARKS.values()),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    pieces.train_from_iterator(sentences, trainer)
    begin, end = ((MARKS[name], pieces.token_to_id(MARKS[name])) for name in ("bos_token", "eos_token"))
    pieces.post_processor = processors.RobertaProcessing(end, begin)
    return PreTrainedTokenizerFast(tokenizer_object=pieces, model_max_length=512, **MARKS)


def main() -> None:
    """Answer until the input ends."""
    told = json.loads(sys.stdin.readline())
    classify = made(json.loads(Path(told["pieces_from"]).read_text()), told["threads"])
    weights = sum(weight.numel() for weight in classify.model.parameters())
    versions = {package: version(package) for package in ("torch", "transformers")}
    print(json.dumps({"weights": weights, "pieces": len(classify.tokenizer), "versions": versions}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        classify(asked["texts"], batch_size=asked["batch"], truncation=True)
        took = time.perf_counter() - began
        tokens = sum(map(len, classify.tokenizer(asked["texts"])["input_ids"]))
        print(json.dumps({"seconds": took, "tokens": tokens}), flush=True)


if __name__ == "__main__":
    main()
