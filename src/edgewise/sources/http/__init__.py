"""Bytes from the outside world: the polite client for live services and the replay of archives of them."""

from edgewise.sources.http.answer import DEFAULT_MAX_BYTES, Answer, Fetcher, get_listed

__all__ = ["DEFAULT_MAX_BYTES", "Answer", "Fetcher", "get_listed"]
