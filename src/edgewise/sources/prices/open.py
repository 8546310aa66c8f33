"""Which providers of prices are asked, in which order: those that the settings name and that have what they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from edgewise.core.errors import InvalidInput
from edgewise.sources.http import Archive, PoliteClient
from edgewise.sources.http.mirror import MirrorTransport, mirror_base
from edgewise.sources.prices import alpha_vantage, polygon, yahoo
from edgewise.sources.prices.alpha_vantage import AlphaVantage
from edgewise.sources.prices.keyed import KeyedTransport
from edgewise.sources.prices.polygon import Polygon
from edgewise.sources.prices.yahoo import Yahoo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx2

    from edgewise.core.clock import Clock
    from edgewise.sources.http import Fetcher
    from edgewise.sources.prices.provided import PriceProvider, WholeMarket

ARCHIVE = "archive://"
_A_MINUTE_S = 60.0
_YAHOO_PER_MINUTE = 60.0


class _Kind(NamedTuple):
    make: Callable[[Fetcher, Clock], PriceProvider]
    host: str
    needs_key: bool
    parameter: str = ""


_KINDS: Mapping[str, _Kind] = {
    polygon.PROVIDER: _Kind(Polygon, polygon.HOST, needs_key=True),
    yahoo.PROVIDER: _Kind(Yahoo, yahoo.HOST, needs_key=False),
    alpha_vantage.PROVIDER: _Kind(AlphaVantage, alpha_vantage.HOST, needs_key=True, parameter="apikey"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What asking one provider takes: its key, '' where none is set, and how many questions a minute."""

    key: str = field(default="", repr=False)
    per_minute: float = _YAHOO_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Providers:
    """Providers in the order to ask them, and why others that are named are not asked."""

    in_order: tuple[PriceProvider, ...]
    skipped: dict[str, str]
    fetchers: tuple[Fetcher, ...] = ()

    @property
    def whole_market(self) -> WholeMarket | None:
        """The first that gives all securities of a session in one answer."""
        return next((one for one in self.in_order if isinstance(one, Polygon)), None)

    def close(self) -> None:
        """Close the connections."""
        for fetcher in self.fetchers:
            fetcher.close()


def open_providers(
    order: Sequence[str],
    clock: Clock,
    *,
    access: Mapping[str, Access],
    identity: str | None = None,
    source: str = "",
) -> Providers:
    """Return the providers that `order` names, first the primary; one without its key is skipped, with the reason.

    source: empty for the live services; archive://... of their answers, which takes no keys; http(s)://... of a mirror.
    Raises InvalidInput for an unknown provider or source and, as `PoliteClient`, NotConfigured without an identity.
    """
    if unknown := sorted(set(order) - _KINDS.keys()):
        raise InvalidInput(f"no provider of prices is called {unknown[0]!r}", advice=f"Known are {', '.join(_KINDS)}.")
    found, skipped, fetchers = [], {}, []
    for name in dict.fromkeys(order):
        kind, allowed = _KINDS[name], access.get(name, Access())
        if kind.needs_key and not allowed.key and not source.startswith(ARCHIVE):
            skipped[name] = f"EDGEWISE_{name.upper()}_KEY is not set"
            continue
        fetcher = _fetcher(name, kind, allowed, identity, source)
        fetchers.append(fetcher)
        found.append(kind.make(fetcher, clock))
    return Providers(tuple(found), skipped, tuple(fetchers))


def _fetcher(name: str, kind: _Kind, allowed: Access, identity: str | None, source: str) -> Fetcher:
    if source.startswith(ARCHIVE):
        return Archive(source)
    base = mirror_base(source)
    if source and base is None:
        raise InvalidInput(
            f"{source!r} is no source of prices", advice="Leave it empty, or give archive:// or http://."
        )
    inner: httpx2.BaseTransport | None = MirrorTransport(base) if base else None
    if allowed.key and kind.needs_key:
        setting = f"EDGEWISE_{name.upper()}_KEY"
        inner = KeyedTransport(kind.host, allowed.key, setting=setting, parameter=kind.parameter, inner=inner)
    return PoliteClient(identity, rate_per_s=min(allowed.per_minute / _A_MINUTE_S, 10.0), transport=inner)
