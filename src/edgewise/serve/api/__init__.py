"""The HTTP API: filings and factor values as JSON, health and metrics."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgewise.serve.api.app import create_app
    from edgewise.serve.api.rooms import Rooms

__all__ = ["Rooms", "create_app"]
# Imported at first use: the scoring service shares the shape of errors with this API, and nothing else of it.
_PLACES = {"Rooms": "edgewise.serve.api.rooms", "create_app": "edgewise.serve.api.app"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
