"""One URL decides where a source's bytes come from: the live service, a mirror of it, or an archive of it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.sources.http.archive import SCHEME, Archive
from edgewise.sources.http.client import PoliteClient
from edgewise.sources.http.limit import DEFAULT_RATE_PER_S, NoLimit
from edgewise.sources.http.mirror import MirrorTransport, mirror_base

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.core.ports import Limit
    from edgewise.sources.http.answer import Fetcher
    from edgewise.sources.http.retry import Retry


def open_fetcher(
    url: str | None,
    *,
    identity: str | None = None,
    rate_per_s: float | None = DEFAULT_RATE_PER_S,
    limit: Limit | None = None,
    cache: Path | None = None,
    retry: Retry | None = None,
) -> Fetcher:
    """Return the fetcher that a setting asks for.

    url: nothing or an https:// URL of the SEC for the live service; any other http(s) URL for a mirror of it, see
         `mirror`; archive://path for a replay, which needs no identity.
    rate_per_s: None for a mirror that wants no limit.
    The others are those of `PoliteClient`; a mirror's copies are cached apart from the live service's.
    Raises InvalidInput for any other scheme and for the live service without a limit, and what `mirror_base`,
    `PoliteClient` and `Archive` raise.
    """
    if url and url.startswith(SCHEME):
        return Archive(url)
    if url and not url.startswith(("https://", "http://")):
        raise InvalidInput(
            f"{url!r} is no source of documents",
            advice=(
                "Known are nothing or https://www.sec.gov (the live service), http://127.0.0.1:8000 or https://... "
                "(a mirror of it), and archive:///folder or archive:///file.zip."
            ),
        )
    base = mirror_base(url)
    if rate_per_s is None:
        limit, rate_per_s = limit or _none_for(base), DEFAULT_RATE_PER_S
    if base is None:
        return PoliteClient(identity, rate_per_s=rate_per_s, limit=limit, cache=cache, retry=retry)
    return PoliteClient(
        identity,
        rate_per_s=rate_per_s,
        limit=limit,
        cache=cache and cache / f"mirror-{sha256(base.encode()).hexdigest()[:16]}",
        retry=retry,
        transport=MirrorTransport(base),
    )


def _none_for(base: str | None) -> NoLimit:
    if base is None:
        raise InvalidInput(
            "the SEC is never asked without a limit", advice="Set a rate of 10 requests a second or less."
        )
    return NoLimit()
