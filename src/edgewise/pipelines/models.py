"""Models between a folder, the document store and the registry: stored once, fetched to any machine, checked each time.

A model folder holds `model.json` (name, version, kind, metrics, the SHA-256 of each file), the files it names, and a
`CARD.md` for people. Registering stores these bytes as documents, then records the version. Fetching writes them to a
cache folder that appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NoReturn

from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable, Unusable
from edgewise.core.model_registry import RegisteredModel, fingerprint_of, is_file_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from edgewise.core.model_registry import ModelReference
    from edgewise.core.ports import ModelRegistry
    from edgewise.lake import DocumentStore

MANIFEST = "model.json"
CARD = "CARD.md"
_LARGEST_MANIFEST = 1 << 20
_LARGEST_FILE = 1 << 30


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of registering a folder: the version as it stands, and whether it was new."""

    model: RegisteredModel
    new: bool


def register_folder(
    folder: Path, registry: ModelRegistry, documents: DocumentStore, *, at: datetime, who: str
) -> Registration:
    """Store the files of a model folder and record its version as a candidate; repeating it heals what was lost.

    Raises NotFound for a missing file, Unparsable for a `model.json` that cannot be used, Hostile for a file name that
    leaves the folder, TooLarge, Unusable (`model_corrupted`) for a file that is not what `model.json` says, and
    InvalidInput where the same version is registered with other bytes.
    """
    manifest = _file(folder, MANIFEST, limit=_LARGEST_MANIFEST)
    model = _described(manifest, where=str(folder / MANIFEST))
    contents = {name: _file(folder, name, limit=_LARGEST_FILE) for name in model.files}
    for name, data in contents.items():
        _check(f"{folder / name}", data, model.files[name])
    contents[MANIFEST] = manifest
    if (folder / CARD).is_file():
        contents[CARD] = _file(folder, CARD, limit=_LARGEST_MANIFEST)
    stored = dict(zip(contents, documents.put_many(contents.values()), strict=True))
    whole = RegisteredModel(model.name, model.version, model.kind, model.fingerprint, stored, model.metrics)
    new = registry.register(whole, at=at, who=who)
    return Registration(registry.model(model.name, model.version) or whole, new)


def registered(registry: ModelRegistry, reference: ModelReference) -> RegisteredModel:
    """Return the model that a reference names. Raises NotFound with what there is instead."""
    name = reference.name
    if reference.alias is not None:
        found = registry.standing(name, reference.alias)
    else:
        found = registry.model(name, reference.version or 0)
    if found is not None:
        return found
    known = [f"{name}@{model.version} ({model.status})" for model in registry.models(name)[:5]]
    if not known:
        raise NotFound(
            f"no model {name!r} is registered", advice="Register its folder: edgewise models register FOLDER"
        )
    raise NotFound(f"no model is {reference}", advice=f"There are {', '.join(known)}. See edgewise models list.")


def fetch_model(model: RegisteredModel, documents: DocumentStore, cache: Path) -> Path:
    """Return a folder below `cache` with the files of a registered model, every byte checked.

    What is there already and whole is used; what is damaged is replaced. Processes may fetch at once.
    Raises NotFound where a file is no longer in the document store; Unusable (`model_corrupted`) where the files are
    not those of the registered fingerprint.
    """
    folder = cache / model.name / f"{model.version}-{model.fingerprint}"
    if not _is_whole(folder, model.files):
        contents = {name: _stored(model, name, documents) for name in model.files}
        _check_fingerprint(model, contents)
        _write_whole(folder, contents)
    return folder


def card_of(model: RegisteredModel, documents: DocumentStore) -> str:
    """Return the model card; '' where it has none."""
    return documents.get(model.files[CARD]).decode(errors="replace") if CARD in model.files else ""


def _described(manifest: bytes, *, where: str) -> RegisteredModel:
    """Return what a `model.json` says: `files` are those it names, without itself."""
    try:
        said = json.loads(manifest, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"{where} is not JSON: {error}", advice="Export the model again.") from error
    kinds = {"name": str, "version": int, "kind": str, "files": dict}
    if not isinstance(said, dict):
        raise Unparsable(f"{where} is not an object", advice="Export the model again.")
    if wrong := [name for name, kind in kinds.items() if not isinstance(said.get(name), kind)]:
        raise Unparsable(
            f"{where} lacks {', '.join(wrong)}, or has them as another type", advice="Export the model again."
        )
    files = said["files"]
    if odd := [name for name in files if not is_file_name(name)]:
        raise Hostile(f"{where} names the file {odd[0]!r}", advice="Do not use this model.")
    if untold := [name for name, digest in files.items() if not isinstance(digest, str)]:
        raise Unparsable(f"{where} gives no digest of {untold[0]}", advice="Export the model again.")
    metrics = said.get("metrics")
    return RegisteredModel(
        said["name"],
        said["version"],
        said["kind"],
        fingerprint_of(files.values()),
        files,
        metrics if isinstance(metrics, dict) else {},
    )


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON knows")


def _file(folder: Path, name: str, *, limit: int) -> bytes:
    file = folder / name
    try:
        if (size := file.stat().st_size) > limit:
            raise TooLarge(f"{file} has {size} bytes, more than {limit}")
        return file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{file} cannot be read: {error.strerror}", advice=f"A model folder holds {MANIFEST} and what it names."
        ) from error


def _check(what: str, data: bytes, digest: str) -> None:
    if (found := hashlib.sha256(data).hexdigest()) != digest:
        raise Unusable(
            f"{what} has the digest {found[:12]}, not {digest[:12]}",
            advice="The file is damaged, or was changed after its model was made: export it again.",
            reason="model_corrupted",
        )


def _stored(model: RegisteredModel, name: str, documents: DocumentStore) -> bytes:
    try:
        return documents.get(model.files[name])
    except NotFound as error:
        raise NotFound(
            f"{name} of {model.label} is not in the document store",
            advice="Register its folder again: edgewise models register FOLDER",
        ) from error


def _check_fingerprint(model: RegisteredModel, contents: Mapping[str, bytes]) -> None:
    """Compare what the registry says with what the files say, so that neither can be changed alone."""
    described = _described(contents.get(MANIFEST, b""), where=f"{MANIFEST} of {model.label}")
    same = (described.name, described.version, described.fingerprint) == (model.name, model.version, model.fingerprint)
    if not same or any(model.files.get(name) != digest for name, digest in described.files.items()):
        raise Unusable(
            f"the files of {model.label} are those of {described.label} with fingerprint {described.fingerprint}, "
            f"not {model.fingerprint}",
            advice="Somebody changed the registry: register the model under a new version.",
            reason="model_corrupted",
        )


def _is_whole(folder: Path, files: Mapping[str, str]) -> bool:
    try:
        return all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == files[name] for name in files)
    except OSError:
        return False


def _write_whole(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder under another name, then give it its own; a damaged one in its place goes first."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    made = scratch / "made"
    made.mkdir()
    try:
        for name, data in contents.items():
            (made / name).write_bytes(data)
        if folder.exists() and not _is_whole(folder, digests):
            folder.rename(scratch / "damaged")
        made.rename(folder)
    except OSError:
        # Another process was quicker and what it wrote is as good, or the error is real.
        if not _is_whole(folder, digests):
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
