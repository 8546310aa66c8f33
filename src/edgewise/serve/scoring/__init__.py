"""The scoring service: the tone of filings, documents and texts over HTTP, from a model of sentences."""

from edgewise.serve.scoring.app import create_app
from edgewise.serve.scoring.limits import Limits
from edgewise.serve.scoring.rooms import ScoringRooms

__all__ = ["Limits", "ScoringRooms", "create_app"]
