"""Bytes from the outside world: the polite client for live services and the replay of archives of them."""

from edgewise.sources.http.answer import DEFAULT_MAX_BYTES, Answer, Fetcher, Saved, get_listed
from edgewise.sources.http.archive import Archive
from edgewise.sources.http.client import PoliteClient, Stats
from edgewise.sources.http.limit import NoLimit, SpacedLimit
from edgewise.sources.http.open import open_fetcher
from edgewise.sources.http.retry import Retry

__all__ = [
    "DEFAULT_MAX_BYTES",
    "Answer",
    "Archive",
    "Fetcher",
    "NoLimit",
    "PoliteClient",
    "Retry",
    "Saved",
    "SpacedLimit",
    "Stats",
    "get_listed",
    "open_fetcher",
]
