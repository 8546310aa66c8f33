"""The loop that fits a network to sentences, and stops when the validation sentences say so."""

from __future__ import annotations

import copy
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgewise.core.ports import TONES
from training.metrics import accuracy, macro_f1

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import nn

    from training.options import FitOptions

_SORTED_TOGETHER = 50  # batches whose sentences are sorted by length together: little padding, still shuffled
UNLABELLED = -1


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences as a network reads them.

    ids:     token ids of each.
    labels:  (n,) places in TONES, -1 for a sentence without a label.
    weights: (n,) what each counts in the loss.
    soft:    (n, 3) a teacher's probabilities, None where there was none.
    vectors: (n, dimensions) a teacher's vectors, of mean 0 and deviation 1, None where there was none.
    """

    ids: list[NDArray[np.int64]]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]
    soft: NDArray[np.float32] | None = None
    vectors: NDArray[np.float16] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network is asked for.

    class_weights: (3,) factor of each class in the cross-entropy.
    soft_share:    share of the loss of probabilities that is the distance from the teacher, at this temperature.
    vector_share:  what the mean squared distance from the teacher's vectors counts beside it.
    """

    class_weights: NDArray[np.float32]
    label_smoothing: float = 0.0
    soft_share: float = 0.0
    temperature: float = 1.0
    vector_share: float = 0.0


@dataclass(slots=True)
class History:
    """What happened: a row per epoch, and which of them was the best."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    best: int = -1
    seconds: float = 0.0


def encode(tokenizer: Tokenizer, sentences: Sequence[str], *, max_tokens: int) -> list[NDArray[np.int64]]:
    """Return the token ids of each sentence, cut after `max_tokens`: training only; inference reads on in windows."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    encoded = [np.array(one.ids, dtype=np.int64) for one in tokenizer.encode_batch(list(sentences))]
    tokenizer.no_truncation()
    return encoded


def as_sentences(tokenizer: Tokenizer, frame: pl.DataFrame, *, max_tokens: int) -> Sentences:
    """Return a frame of `LABELLED` as a network reads it."""
    ids = encode(tokenizer, frame["sentence"].to_list(), max_tokens=max_tokens)
    return Sentences(ids, frame["label"].to_numpy().astype(np.int64), frame["weight"].to_numpy().astype(np.float32))


def class_weights(labels: NDArray[np.int64], *, balanced: bool) -> NDArray[np.float32]:
    """Return a factor per class, of mean 1 over the labelled sentences: by the root of rarity, or 1.

    The root, since full balance makes a model say rare classes too often.
    """
    counts = np.bincount(labels[labels >= 0], minlength=len(TONES)).astype(np.float64)
    if not balanced or not counts.all():
        return np.ones(len(TONES), dtype=np.float32)
    rarity = np.sqrt(counts.sum() / counts)
    return (rarity * counts.sum() / (rarity * counts).sum()).astype(np.float32)


def seed_everything(seed: int, *, threads: int) -> None:
    """Make the run repeatable on this machine."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries draw from the global generator
    torch.manual_seed(seed)
    if threads:
        torch.set_num_threads(threads)


def device_of(options: FitOptions) -> torch.device:
    """Return where to compute: as configured, else a GPU where there is one."""
    return torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))


def fit(model: nn.Module, training: Sentences, validation: Sentences, lesson: Lesson, options: FitOptions) -> History:
    """Fit the network in place and return what happened; it is left with the weights of its best epoch."""
    began = time.perf_counter()
    device = device_of(options)
    model.to(device)
    steps_an_epoch = -(-len(training) // (options.batch * options.accumulate))
    optimizer = torch.optim.AdamW(_groups(model, options), weight_decay=options.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rate(options, steps_an_epoch * options.epochs))
    history, best_state, best = History(), copy.deepcopy(model.state_dict()), -1.0
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(options.average)) if options.average else None
    for epoch in range(options.epochs):
        loss = _epoch(
            model,
            training,
            lesson=lesson,
            options=options,
            optimizer=optimizer,
            schedule=schedule,
            epoch=epoch,
            mean=mean,
        )
        judged = model if mean is None else mean.module
        said = probabilities(judged, validation.ids, batch=options.batch).argmax(1)
        row = {
            "loss": loss,
            "accuracy": accuracy(validation.labels, said),
            "macro_f1": macro_f1(validation.labels, said),
            "seconds": time.perf_counter() - began,
        }
        history.epochs.append(row)
        print(f"epoch {epoch + 1}: " + ", ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        if row["macro_f1"] > best:
            best, history.best, best_state = row["macro_f1"], epoch, copy.deepcopy(judged.state_dict())
        if epoch - history.best >= options.patience:
            break
    model.load_state_dict(best_state)
    model.to("cpu").eval()
    history.seconds = time.perf_counter() - began
    return history


def probabilities(model: nn.Module, ids: Sequence[NDArray[np.int64]], *, batch: int) -> NDArray[np.float32]:
    """Return shape (n, 3), a row per sentence in order; sentences of a length are read together."""
    return probabilities_and_vectors(model, ids, batch=batch)[0]


def probabilities_and_vectors(
    model: nn.Module, ids: Sequence[NDArray[np.int64]], *, batch: int
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Return shapes (n, 3) and (n, dimensions), as `probabilities`; none of either where there are no sentences."""
    model.eval()
    device = next(model.parameters()).device
    order = np.argsort([len(one) for one in ids], kind="stable")
    said, vectors = [np.zeros((0, len(TONES)), np.float32)], [np.zeros((0, model.head.in_features), np.float16)]
    with torch.inference_mode():
        for start in range(0, len(order), batch):
            places = order[start : start + batch]
            logits, read = model.read(*padded([ids[place] for place in places], device))
            said.append(logits.softmax(1).cpu().numpy())
            vectors.append(read.half().cpu().numpy())
    back = np.argsort(order, kind="stable")
    return np.concatenate(said)[back], np.concatenate(vectors)[back]


def padded(ids: Sequence[NDArray[np.int64]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (ids, mask), shape (n, longest): filled with piece 0, the mask 0 where filled."""
    longest = max(len(one) for one in ids)
    filled, mask = np.zeros((2, len(ids), longest), dtype=np.int64)
    for row, one in enumerate(ids):
        filled[row, : len(one)], mask[row, : len(one)] = one, 1
    return torch.from_numpy(filled).to(device), torch.from_numpy(mask).to(device)


def loss_of(
    logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor, soft: torch.Tensor | None, lesson: Lesson
) -> torch.Tensor:
    """Return the mean loss of a batch: cross-entropy where there is a label, distance from the teacher where taught."""
    factors = torch.as_tensor(lesson.class_weights, device=logits.device)
    known = labels >= 0
    own = functional.cross_entropy(
        logits, labels.clamp(min=0), reduction="none", label_smoothing=lesson.label_smoothing
    )
    hard = (own * known * weights * factors[labels.clamp(min=0)]).sum() / (known * weights).sum().clamp(min=1e-6)
    if soft is None:
        return hard
    teacher = (soft.clamp(min=1e-7).log() / lesson.temperature).softmax(1)
    student = functional.log_softmax(logits / lesson.temperature, 1)
    distance = functional.kl_div(student, teacher, reduction="batchmean") * lesson.temperature**2
    return lesson.soft_share * distance + (1 - lesson.soft_share) * hard


def _epoch(
    model: nn.Module,
    training: Sentences,
    *,
    lesson: Lesson,
    options: FitOptions,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
    mean: AveragedModel | None = None,
) -> float:
    """Go once over the sentences; return the mean loss."""
    model.train()
    device = next(model.parameters()).device
    losses = []
    batches = list(_batches(training, options, epoch))
    for number, places in enumerate(batches, start=1):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            logits, vectors = model.read(*padded([training.ids[place] for place in places], device))
        loss = loss_of(logits.float(), *_targets(training, places, device), lesson)
        if training.vectors is not None:
            wanted = torch.from_numpy(training.vectors[places]).to(device).float()
            loss = loss + lesson.vector_share * functional.mse_loss(vectors.float(), wanted)
        (loss / options.accumulate).backward()
        losses.append(loss.detach())
        if number % options.accumulate == 0 or number == len(batches):
            torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            if mean is not None:
                mean.update_parameters(model)
    return float(torch.stack(losses).mean())


def _targets(
    training: Sentences, places: NDArray[np.int64], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    soft = None if training.soft is None else torch.from_numpy(training.soft[places]).to(device)
    labels, weights = (torch.from_numpy(values[places]).to(device) for values in (training.labels, training.weights))
    return labels, weights, soft


def _batches(training: Sentences, options: FitOptions, epoch: int) -> Iterator[NDArray[np.int64]]:
    """Yield places of the sentences of each batch: shuffled, then sorted by length within some batches."""
    shuffle = np.random.default_rng((options.seed, epoch))
    lengths = np.array([len(one) for one in training.ids])
    order = shuffle.permutation(len(training))
    together = options.batch * _SORTED_TOGETHER
    batches = []
    for start in range(0, len(order), together):
        some = order[start : start + together]
        some = some[np.argsort(lengths[some], kind="stable")]
        batches += [some[first : first + options.batch] for first in range(0, len(some), options.batch)]
    return (batches[number] for number in shuffle.permutation(len(batches)))


def _groups(model: nn.Module, options: FitOptions) -> list[dict[str, Any]]:
    named = [(name, values) for name, values in model.named_parameters() if values.requires_grad]
    return [
        {"params": [values for name, values in named if not name.startswith("head")], "lr": options.rate},
        {"params": [values for name, values in named if name.startswith("head")], "lr": options.head_rate},
    ]


def _rate(options: FitOptions, steps: int) -> Any:
    """Return the factor of the learning rate at each step: up in a line, down in a line."""
    warm = max(1, round(options.warmup * steps))
    return lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
