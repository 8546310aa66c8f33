"""The providers that are asked, each declared once: where it is, and how it lets people in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """A provider.

    name:      as rows and settings name it.
    host:      its host; nobody else is shown the key.
    needs_key: whether it answers nobody without one.
    parameter: of the query, that carries the key; '' for a bearer's header.
    """

    name: str
    host: str
    needs_key: bool = True
    parameter: str = ""

    @property
    def setting(self) -> str:
        """Where its key is set.

        >>> ALPHA_VANTAGE.setting
        'EDGEWISE_ALPHA_VANTAGE_KEY'
        """
        return f"EDGEWISE_{self.name.upper()}_KEY"


POLYGON = Service("polygon", "api.polygon.io")
YAHOO = Service("yahoo", "query1.finance.yahoo.com", needs_key=False)
ALPHA_VANTAGE = Service("alpha_vantage", "www.alphavantage.co", parameter="apikey")
BENZINGA = Service("benzinga", "api.benzinga.com", parameter="token")
SERVICES = (POLYGON, YAHOO, ALPHA_VANTAGE, BENZINGA)
