"""Which models there are: the loaded one, and those of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.serve.api.errors import reading
from edgewise.serve.scoring.models import KnownModel, Models

if TYPE_CHECKING:
    from edgewise.core.model_registry import RegisteredModel
    from edgewise.core.ports import SentenceToneModel
    from edgewise.serve.scoring.rooms import ScoringRooms


def known_models(rooms: ScoringRooms) -> Models:
    """Return every registered model, and the loaded one first where it is not registered. Raises Transient errors."""
    loaded = rooms.model.version
    with reading():
        registry = rooms.registry
        registered = [] if registry is None else registry.models()
    known = [_registered(model, loaded) for model in registered]
    if not any(model.loaded for model in known):
        known.insert(0, _unregistered(rooms.model))
    return Models(model_version=loaded, models=known)


def _registered(model: RegisteredModel, loaded: str) -> KnownModel:
    return KnownModel(
        name=model.name,
        version=model.version,
        kind=model.kind,
        fingerprint=model.fingerprint,
        status=str(model.status),
        loaded=model.label == loaded,
        metrics=dict(model.metrics),
    )


def _unregistered(model: SentenceToneModel) -> KnownModel:
    name, _, number = model.version.rpartition("-")
    numbered = bool(name) and number.isascii() and number.isdecimal()
    return KnownModel(
        name=name if numbered else model.version,
        version=int(number) if numbered else None,
        kind="tone",
        fingerprint=model.fingerprint,
        status="unregistered",
        loaded=True,
        metrics={},
    )
