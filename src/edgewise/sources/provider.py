"""A provider's fetcher: the live service, a mirror of it or an archive, by one URL; its key goes on at the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.sources.http import Archive, PoliteClient
from edgewise.sources.http.archive import SCHEME
from edgewise.sources.http.keyed import KeyedTransport
from edgewise.sources.http.mirror import MirrorTransport, mirror_base

if TYPE_CHECKING:
    import httpx2

    from edgewise.core.ports import Limit
    from edgewise.sources.http import Fetcher, Retry
    from edgewise.sources.services import Service

_A_MINUTE_S, _MOST_PER_S = 60.0, 10.0
# A provider knows us by our key; the SEC alone must know who asks.
_NOBODY = "Edgewise nobody@edgewise.invalid"


@dataclass(frozen=True, slots=True)
class Access:
    """What asking a provider takes: its key, never printed, '' where none is set, and questions a minute."""

    key: str = field(default="", repr=False)
    per_minute: float = _A_MINUTE_S


def open_provider(
    url: str,
    service: Service,
    access: Access,
    *,
    identity: str = "",
    limit: Limit | None = None,
    retry: Retry | None = None,
) -> Fetcher | None:
    """Return the fetcher that a setting asks for; None where a key is needed and there is none.

    url: nothing for the live service, http(s)://... for a mirror of it, archive://... for a replay, which takes no key.
    Raises InvalidInput for any other scheme, and what `mirror_base`, `PoliteClient` and `KeyedTransport` raise.
    """
    if url.startswith(SCHEME):
        return Archive(url)
    base = mirror_base(url)
    if url and base is None:
        raise InvalidInput(
            f"{url!r} is no source of {service.host}", advice="Leave it empty, or give archive:// or http://."
        )
    if service.needs_key and not access.key:
        return None
    wire: httpx2.BaseTransport | None = MirrorTransport(base) if base else None
    if service.needs_key:
        wire = KeyedTransport(
            service.host, access.key, setting=service.setting, parameter=service.parameter, inner=wire
        )
    rate_per_s = min(access.per_minute / _A_MINUTE_S, _MOST_PER_S)
    return PoliteClient(identity or _NOBODY, rate_per_s=rate_per_s, limit=limit, retry=retry, transport=wire)
