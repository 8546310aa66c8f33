"""The trained head of risk categories, as training writes it and inference reads it: a folder.

    head.json   labels in their order, the encoder it stands on, how features are made, hash of the weights, self test
    head.f32    the weights: 32-bit floats, little-endian, a row for each label, its bias last
    CARD.md     for people: data, licence, figures, limits

There is nothing in it to execute: the weights are numbers and nothing else, as many as `head.json` says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgewise.core.errors import NotFound, TooLarge, Unparsable, Unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MANIFEST, WEIGHTS = "head.json", "head.f32"
KIND = "risk_category"
_FLOAT = np.dtype("<f4")
_MOST_BYTES = {MANIFEST: 2**20, WEIGHTS: 2**24}
_FINGERPRINT = 12
_RETRAIN = "Train it again (make train-risks), or take another one."
_TEXTS = ("name", "taxonomy", "keywords")
_NUMBERS = ("version", "body_characters", "phrase_weight")


@dataclass(frozen=True, slots=True, eq=False)
class RiskHead:
    """A linear head over the features of a risk factor.

    embedder, embedder_fingerprint: version and bytes of the encoder whose vectors it was fitted to.
    keywords:        version of the classifier whose evidence is part of the features.
    labels:          categories, in the order of the rows.
    weights, bias:   shape (labels, features) and (labels,).
    body_characters: how much of a body it reads. phrase_weight: what evidence is multiplied by.
    self_test:       (heading, category) that a sound head gives.
    fingerprint:     12 hex digits that name manifest and weights.
    """

    name: str
    version: int
    taxonomy: str
    keywords: str
    embedder: str
    embedder_fingerprint: str
    dimensions: int
    labels: tuple[str, ...]
    body_characters: int
    phrase_weight: float
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    self_test: tuple[tuple[str, str], ...]
    fingerprint: str


def packaged_head() -> Path:
    """Return the folder of the head that ships with the package."""
    return Path(str(files("edgewise"))) / "models" / "risk_head"


def open_head(folder: Path | str) -> RiskHead:
    """Return the head of a folder.

    Raises NotFound without such files, TooLarge for files no honest head has, and as `read_head`.
    """
    return read_head(_bytes(Path(folder), MANIFEST), _bytes(Path(folder), WEIGHTS))


def read_head(manifest: bytes, weights: bytes) -> RiskHead:
    """Return the head that these bytes of `head.json` and `head.f32` are.

    Raises Unparsable, with all complaints at once, for a manifest that is none; Unusable ('model_corrupted') for
    weights of another hash, of another number, or that are no numbers.
    """
    declared = _declared(manifest)
    embedder, labels = declared["embedder"], tuple(declared["labels"])
    if (found := sha256(weights).hexdigest()) != declared["files"][WEIGHTS]:
        raise _corrupted(f"{WEIGHTS} has the hash {found[:12]}, not {declared['files'][WEIGHTS][:12]}")
    rows, odd = divmod(len(weights), len(labels) * _FLOAT.itemsize)
    if odd or rows < 2:  # noqa: PLR2004 - a weight and a bias
        raise _corrupted(f"{WEIGHTS} has {len(weights)} bytes, which are no {len(labels)} rows")
    matrix = np.frombuffer(weights, _FLOAT).reshape(len(labels), rows).astype(np.float64)
    if not np.isfinite(matrix).all():
        raise _corrupted(f"{WEIGHTS} holds what is no number")
    return RiskHead(
        **{name: declared[name] for name in (*_TEXTS, *_NUMBERS)},
        embedder=embedder["version"],
        embedder_fingerprint=embedder["fingerprint"],
        dimensions=embedder["dimensions"],
        labels=labels,
        weights=matrix[:, :-1],
        bias=matrix[:, -1],
        self_test=tuple((sample["text"], sample["label"]) for sample in declared["self_test"]),
        fingerprint=sha256(manifest + weights).hexdigest()[:_FINGERPRINT],
    )


def _bytes(folder: Path, name: str) -> bytes:
    file = folder / name
    try:
        if (size := file.stat().st_size) > _MOST_BYTES[name]:
            raise TooLarge(f"{folder.name}/{name} has {size} bytes, more than {_MOST_BYTES[name]}", advice=_RETRAIN)
        return file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{file} cannot be read: {error.strerror}",
            advice=f"A head of risk categories is a folder with {MANIFEST} and {WEIGHTS}.",
        ) from error


def _declared(manifest: bytes) -> dict[str, Any]:
    try:
        declared = json.loads(manifest)
    except (ValueError, RecursionError):
        raise Unparsable(f"{MANIFEST} is not JSON", advice=_RETRAIN) from None
    if not isinstance(declared, dict):
        raise Unparsable(f"{MANIFEST} is no object", advice=_RETRAIN)
    if complaints := _complaints(declared):
        raise Unparsable(f"{MANIFEST} is no head's: {'; '.join(complaints)}", advice=_RETRAIN)
    return declared


def _complaints(declared: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a manifest."""
    labels, embedder = declared.get("labels"), _object(declared, "embedder")
    sound = {
        f"kind is not {KIND}": declared.get("kind") == KIND,
        **{f"{name} is not a text": isinstance(declared.get(name), str) for name in _TEXTS},
        **{f"{name} is not a number above 0": _is_positive(declared.get(name)) for name in _NUMBERS},
        **{f"{name} is not whole": isinstance(declared.get(name), int) for name in ("version", "body_characters")},
        "labels are not different texts": _are_texts(labels) and len(set(labels or ())) == len(labels or ()),
        "embedder has no version and fingerprint": _are_texts([embedder.get("version"), embedder.get("fingerprint")]),
        "embedder has no dimensions": _is_positive(embedder.get("dimensions")),
        f"{WEIGHTS} has no hash": isinstance(_object(declared, "files").get(WEIGHTS), str),
        "self_test has no text with its label": _are_samples(declared.get("self_test")),
    }
    return [complaint for complaint, holds in sound.items() if not holds]


def _object(declared: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = declared.get(name)
    return found if isinstance(found, dict) else {}


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6  # noqa: PLR2004 - honest


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, str) and value for value in values)


def _are_samples(values: object) -> bool:
    return (
        isinstance(values, list)
        and all(isinstance(value, dict) and _are_texts([value.get("text"), value.get("label")]) for value in values)
        and bool(values)
    )


def _corrupted(what: str) -> Unusable:
    return Unusable(what, advice=_RETRAIN, reason="model_corrupted")
