"""A model folder: what training exports and inference loads, checked before anything in it is believed.

    model.json       name, version, kind, labels in their order, inputs, outputs, hashes of the files, self test
    model.onnx       the graph, or model.int8.onnx where it is quantised
    tokenizer.json   as the `tokenizers` package writes it
    CARD.md          for people: data, licence, metrics, limits

Every file that is used must have the hash that `model.json` gives. The fingerprint of a model is taken from those
hashes, so two models that answer alike have the same one wherever their folders lie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable, Unusable

MANIFEST = "model.json"
TOKENIZER = "tokenizer.json"
# The first that a folder lists is the one that runs.
GRAPHS = ("model.int8.onnx", "model.onnx")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")

# Rounding differs with the batch by a few ten-millionths; over less than this it would show in the fifth digit.
NARROWEST = 0.02

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_MOST_BYTES = {MANIFEST: 2**20, TOKENIZER: 2**26}
_MOST_BYTES_OF_A_GRAPH = 2**31 - 1
_FINGERPRINT = 12
_RETRAIN = "Export it again, or take another model."


class Sample(BaseModel):
    """A text of the self test, and what a sound model says of it."""

    model_config = ConfigDict(frozen=True)

    text: str
    label: str


class Screen(BaseModel):
    """A quick model of tone that answers first; what it does not surely call neutral goes on to the model itself.

    model, fingerprint: its folder's name, beside the model's own or among the packaged ones, and its bytes.
    unsure, sure: a sentence it calls neutral with a probability up to `unsure` is the model's alone, one from `sure` on
                  is the screen's alone. Between them both count, in proportion: a sentence at the border has no jump.
    """

    model_config = ConfigDict(frozen=True)

    model: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    fingerprint: str
    unsure: float = Field(ge=0, lt=1)
    sure: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.sure - self.unsure < NARROWEST:
            raise ValueError(f"sure must lie above unsure by {NARROWEST} or more")
        return self


class Manifest(BaseModel):
    """What `model.json` says; what else stands in it (metrics, data, licence) is for people and the registry.

    one_by_one: whether each text must run by itself. So it is where a graph takes a scale from all it is given, as
                dynamic quantisation does: a text's answer would depend on its neighbours.
    """

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    version: int = Field(ge=1)
    kind: Literal["tone", "embedding", "risk_category"]
    labels: tuple[str, ...] = ()
    inputs: tuple[str, ...] = Field(min_length=1)
    outputs: tuple[str, ...] = Field(min_length=1)
    max_tokens: int = Field(ge=8, le=8192)
    dimensions: int | None = Field(default=None, ge=1, le=8192)
    one_by_one: bool = False
    screen: Screen | None = None
    files: dict[str, str]
    self_test: tuple[Sample, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model folder whose files are whole. `fingerprint`: 12 hex digits that name its bytes."""

    path: Path
    manifest: Manifest
    fingerprint: str

    @property
    def version(self) -> str:
        """Name and version, as scores carry it: 'tone-fast-1'."""
        return f"{self.manifest.name}-{self.manifest.version}"

    def graph(self) -> bytes:
        """Return the graph that runs. Raises as `open_folder` does."""
        return self._checked(graph_of(self.manifest, self.path))

    def tokenizer(self) -> bytes:
        """Return the tokenizer. Raises as `open_folder` does."""
        return self._checked(TOKENIZER)

    def _checked(self, name: str) -> bytes:
        data = _read(self.path, name)
        if (found := sha256(data).hexdigest()) != self.manifest.files[name]:
            raise Unusable(
                f"{name} of the model {self.version} has the hash {found[:12]}, not {self.manifest.files[name][:12]}",
                advice=_RETRAIN,
                reason="model_corrupted",
            )
        return data


def open_folder(path: Path | str) -> ModelFolder:
    """Return the model folder at `path`, with every file of it compared with its hash.

    Raises NotFound without such a folder or file, Unparsable for a `model.json` that is none, TooLarge and Hostile for
    files no honest model has, Unusable ('model_corrupted') for a file of another hash.
    """
    folder = Path(path)
    manifest = _manifest(folder)
    graph_of(manifest, folder)
    if TOKENIZER not in manifest.files:
        raise Unparsable(f"{folder.name}/{MANIFEST} lists no {TOKENIZER}", advice=_RETRAIN)
    opened = ModelFolder(folder, manifest, fingerprint_of(manifest))
    for name in manifest.files:
        opened._checked(name)  # noqa: SLF001 - of this module
    return opened


def packaged_models() -> dict[str, Path]:
    """Return the folders of the models that ship with the package, by name."""
    shelf = Path(str(files("edgewise"))) / "models"
    return {found.parent.name: found.parent for found in sorted(shelf.glob(f"*/{MANIFEST}"))}


def fingerprint_of(manifest: Manifest) -> str:
    """Return what names a model's bytes: the first 12 hex digits of the SHA-256 over the sorted hashes of its files.

    A model behind a screen answers otherwise than without: then the screen counts, too.
    """
    named = "".join(sorted(manifest.files.values()))
    if (screen := manifest.screen) is not None:
        named += f"{screen.fingerprint}{screen.unsure}{screen.sure}"
    return sha256(named.encode()).hexdigest()[:_FINGERPRINT]


def screen_of(folder: ModelFolder) -> ModelFolder | None:
    """Return the screen before a model, from beside its folder or from the package; None where it has none.

    Raises NotFound where it is in neither place, Unusable ('screen_differs') where it is another version, and as
    `open_folder`.
    """
    screen = folder.manifest.screen
    if screen is None:
        return None
    beside = folder.path.parent / screen.model
    place = beside if (beside / MANIFEST).is_file() else packaged_models().get(screen.model)
    if place is None:
        raise NotFound(
            f"{folder.version} needs the model {screen.model}", advice=f"Put its folder beside {folder.path}."
        )
    found = open_folder(place)
    if found.fingerprint != screen.fingerprint:
        raise Unusable(
            f"{folder.version} was judged behind {screen.model} {screen.fingerprint}, not {found.fingerprint}",
            advice=_RETRAIN,
            reason="screen_differs",
        )
    return found


def graph_of(manifest: Manifest, folder: Path) -> str:
    """Return the name of the graph that runs. Raises Unparsable where none is listed."""
    for name in GRAPHS:
        if name in manifest.files:
            return name
    raise Unparsable(f"{folder.name}/{MANIFEST} lists neither {' nor '.join(GRAPHS)}", advice=_RETRAIN)


def _manifest(folder: Path) -> Manifest:
    """Return what `model.json` says. Raises Unparsable with every complaint, Hostile for a path as a name."""
    try:
        manifest = Manifest.model_validate_json(_read(folder, MANIFEST))
    except ValidationError as error:
        complaints = "; ".join(
            f"{'.'.join(map(str, part['loc'])) or 'it'}: {part['msg'].lower()}"
            for part in error.errors(include_url=False, include_input=False)
        )
        raise Unparsable(f"{folder.name}/{MANIFEST} is no model's: {complaints}", advice=_RETRAIN) from None
    if odd := [name for name in manifest.files if not _FILE_NAME.fullmatch(name)]:
        raise Hostile(f"{folder.name}/{MANIFEST} names the file {odd[0]!r}", advice="Do not use this model.")
    if unknown := set(manifest.inputs) - set(INPUTS):
        raise Unparsable(f"{folder.name} wants the input {min(unknown)!r}", advice=f"Known are {', '.join(INPUTS)}.")
    return manifest


def _read(folder: Path, name: str) -> bytes:
    """Return a file of the folder. Raises NotFound, TooLarge."""
    file = folder / name
    most = _MOST_BYTES.get(name, _MOST_BYTES_OF_A_GRAPH)
    try:
        if file.stat().st_size > most:
            raise TooLarge(f"{folder.name}/{name} has {file.stat().st_size} bytes, more than {most}", advice=_RETRAIN)
        return file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{folder / name} cannot be read: {error.strerror}",
            advice=f"A model folder holds {MANIFEST}, {TOKENIZER} and {GRAPHS[-1]}.",
        ) from error
