"""The HTTP API: filings and factor values as JSON, health and metrics."""

from edgewise.serve.api.app import create_app
from edgewise.serve.api.rooms import Rooms

__all__ = ["Rooms", "create_app"]
