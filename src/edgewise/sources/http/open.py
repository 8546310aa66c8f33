"""One URL decides where a source's bytes come from: the live service or an archive of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.sources.http.archive import SCHEME, Archive
from edgewise.sources.http.client import PoliteClient
from edgewise.sources.http.limit import DEFAULT_RATE_PER_S

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.sources.http.answer import Fetcher


def open_fetcher(
    url: str | None,
    *,
    identity: str | None = None,
    rate_per_s: float = DEFAULT_RATE_PER_S,
    cache: Path | None = None,
) -> Fetcher:
    """Return the fetcher that a setting asks for.

    url: nothing or an https:// URL for the live service, archive://path for a replay, which needs no identity.
    Raises InvalidInput for any other scheme, and what `PoliteClient` and `Archive` raise.
    """
    if not url or url.startswith("https://"):
        return PoliteClient(identity, rate_per_s=rate_per_s, cache=cache)
    if url.startswith(SCHEME):
        return Archive(url)
    raise InvalidInput(
        f"{url!r} is no source of documents",
        advice="Known are nothing or https://... (the live service) and archive:///folder or archive:///file.zip.",
    )
