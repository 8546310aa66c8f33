"""Which providers of prices are asked, in which order: those that the settings name and that have what they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.sources.prices import crsp
from edgewise.sources.prices.alpha_vantage import AlphaVantage
from edgewise.sources.prices.crsp import Crsp
from edgewise.sources.prices.polygon import Polygon
from edgewise.sources.prices.yahoo import Yahoo
from edgewise.sources.provider import Access, open_provider
from edgewise.sources.services import ALPHA_VANTAGE, POLYGON, YAHOO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edgewise.core.clock import Clock
    from edgewise.core.outside_tables import OutsideTables
    from edgewise.sources.http import Fetcher
    from edgewise.sources.prices.provided import PriceProvider, WholeMarket
    from edgewise.sources.services import Service

_KINDS: Mapping[str, tuple[Service, Callable[[Fetcher, Clock], PriceProvider]]] = {
    service.name: (service, kind)
    for service, kind in ((POLYGON, Polygon), (YAHOO, Yahoo), (ALPHA_VANTAGE, AlphaVantage))
}


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
    identity: str = "",
    source: str = "",
    tables: OutsideTables | None = None,
) -> Providers:
    """Return the providers that `order` names, first the primary; one without its key is skipped, with the reason.

    tables: where CRSP's are, which is no service but a database; None leaves it out.
    source: empty for the live services; archive://... of their answers, which takes no keys; http(s)://... of a mirror.
    Raises InvalidInput for an unknown provider, and what `open_provider` raises.
    """
    known = (*_KINDS, crsp.PROVIDER)
    if unknown := sorted(set(order) - set(known)):
        raise InvalidInput(f"no provider of prices is called {unknown[0]!r}", advice=f"Known are {', '.join(known)}.")
    found: list[PriceProvider] = []
    skipped, fetchers = {}, []
    for name in dict.fromkeys(order):
        if name == crsp.PROVIDER:
            if tables is None:
                skipped[name] = "EDGEWISE_WRDS is not set"
            else:
                found.append(Crsp(tables))
            continue
        service, kind = _KINDS[name]
        fetcher = open_provider(source, service, access.get(name, Access()), identity=identity)
        if fetcher is None:
            skipped[name] = f"{service.setting} is not set"
            continue
        fetchers.append(fetcher)
        found.append(kind(fetcher, clock))
    return Providers(tuple(found), skipped, tuple(fetchers))
