"""A provider that wants a key: the live service, a mirror of it or an archive, by one URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.sources.http import Archive, PoliteClient
from edgewise.sources.http.archive import SCHEME
from edgewise.sources.http.mirror import MirrorTransport, mirror_base
from edgewise.sources.prices.keyed import KeyedTransport

if TYPE_CHECKING:
    from edgewise.core.ports import Limit
    from edgewise.sources.http import Fetcher, Retry

_A_MINUTE_S, _MOST_PER_S = 60.0, 10.0
# A provider knows us by our key; the SEC alone must know who asks.
_NOBODY = "Edgewise nobody@edgewise.invalid"


@dataclass(frozen=True, slots=True)
class Door:
    """How a provider lets people in.

    host:       its host; nobody else is shown the key.
    key:        the secret, never printed; '' if there is none.
    setting:    where it is set, for messages.
    per_minute: questions it allows.
    parameter:  of the query, that carries the key; '' for a bearer's header.
    """

    host: str
    key: str = field(repr=False)
    setting: str
    per_minute: float
    parameter: str = ""


def open_provider(
    url: str, door: Door, *, identity: str = "", limit: Limit | None = None, retry: Retry | None = None
) -> Fetcher | None:
    """Return the fetcher that a setting asks for; None where a key is wanted and there is none.

    url: nothing for the live service, http(s)://... for a mirror of it, archive://... for a replay, which takes no key.
    Raises InvalidInput for any other scheme, and what `mirror_base`, `PoliteClient` and `KeyedTransport` raise.
    """
    if url.startswith(SCHEME):
        return Archive(url)
    base = mirror_base(url)
    if url and base is None:
        raise InvalidInput(
            f"{url!r} is no source of {door.host}", advice="Leave it empty, or give archive:// or http://."
        )
    if not door.key:
        return None
    inner = KeyedTransport(
        door.host,
        door.key,
        setting=door.setting,
        parameter=door.parameter,
        inner=MirrorTransport(base) if base else None,
    )
    rate_per_s = min(door.per_minute / _A_MINUTE_S, _MOST_PER_S)
    return PoliteClient(identity or _NOBODY, rate_per_s=rate_per_s, limit=limit, retry=retry, transport=inner)
