"""Inline XBRL facts and the contexts they stand in: the cover page's dei facts and the statements' us-gaap facts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from edgewise.core.identifiers import Cik

_EXCHANGE_NAMES = {"NYSE": "The New York Stock Exchange", "Nasdaq": "The Nasdaq Stock Market LLC"}


class Facts:
    """The facts of one document. Numbers facts and contexts in the order in which they are first used."""

    def __init__(self, cik: Cik, *, start: date, end: date) -> None:
        self._cik = cik
        self._contexts: dict[tuple[date | None, date], str] = {}
        self._count = 0
        self._cover = self.context(start, end)

    def context(self, start: date | None, end: date) -> str:
        """Return the id of the context of a period, or of an instant where `start` is None."""
        return self._contexts.setdefault((start, end), f"c-{len(self._contexts) + 1}")

    def cover(self, name: str, displayed: str, *, transformation: str = "") -> str:
        """Return a dei fact of the cover page around its displayed text."""
        form = f' format="{transformation}"' if transformation else ""
        return (
            f'<ix:nonNumeric contextRef="{self._cover}" name="dei:{name}"{form} id="{self._next()}">'
            f"{escape(displayed, quote=False)}</ix:nonNumeric>"
        )

    def exchange(self, exchange: str) -> str:
        """Return the fact that names the listing exchange."""
        return self.cover("SecurityExchangeName", _EXCHANGE_NAMES[exchange], transformation="ixt-sec:exchnameen")

    def thousands(self, concept: str, value: int, context: str, *, unit: str = "usd") -> str:
        """Return a number shown in thousands; a negative one stands in parentheses, its sign in the tag."""
        sign = ' sign="-"' if value < 0 else ""
        shown = (
            f'<ix:nonFraction unitRef="{unit}" contextRef="{context}" decimals="-3" name="{concept}"{sign} scale="3" '
            f'format="ixt:num-dot-decimal" id="{self._next()}">{abs(value):,}</ix:nonFraction>'
        )
        return f"({shown})" if value < 0 else shown

    def header(self, schema: str) -> str:
        """Return the `ix:header` that belongs into the page's hidden part; call it after the last fact."""
        hidden = "".join(
            f'<ix:nonNumeric contextRef="{self._cover}" name="dei:{name}" id="{self._next()}">{value}</ix:nonNumeric>'
            for name, value in (("EntityCentralIndexKey", self._cik.padded), ("AmendmentFlag", "false"))
        )
        contexts = "".join(self._context_element(*period, name) for period, name in self._contexts.items())
        units = (
            '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
            '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>'
        )
        return (
            f"<ix:header><ix:hidden>{hidden}</ix:hidden>"
            f'<ix:references xml:lang="en-US"><link:schemaRef xlink:type="simple" xlink:href="{schema}"/>'
            "</ix:references>"
            f"<ix:resources>{contexts}{units}</ix:resources></ix:header>"
        )

    def _context_element(self, start: date | None, end: date, name: str) -> str:
        period = (
            f"<xbrli:instant>{end}</xbrli:instant>"
            if start is None
            else f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
        )
        return (
            f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">'
            f"{self._cik.padded}</xbrli:identifier></xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"
        )

    def _next(self) -> str:
        self._count += 1
        return f"f-{self._count}"
