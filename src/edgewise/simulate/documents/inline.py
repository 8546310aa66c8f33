"""Inline XBRL facts and the contexts they stand in: the cover page's dei facts and the statements' us-gaap facts."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from edgewise.core.identifiers import Cik

_EXCHANGE_NAMES = {"NYSE": "The New York Stock Exchange", "Nasdaq": "The Nasdaq Stock Market LLC"}
_UNIT_IDS = {"USD": "usd", "shares": "shares", "USD/shares": "usdPerShare"}
_UNITS = (
    '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
    '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>'
    '<xbrli:unit id="usdPerShare"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
    "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
    "</xbrli:unitDenominator></xbrli:divide></xbrli:unit>"
)


@dataclass(frozen=True, slots=True)
class Number:
    """How a number is shown.

    unit:       USD, shares or USD/shares.
    power:      power of ten of the unit displayed: 3 for thousands.
    outflow:    whether a positive value is shown as negative, as payments are in a cash flow statement.
    loses_sign: whether the tag forgets the minus sign that the reader sees.
    """

    unit: str = "USD"
    power: int = 0
    outflow: bool = False
    loses_sign: bool = False

    @property
    def decimals(self) -> int:
        """The accuracy that the tag claims: cents per share, whole displayed units of all else."""
        return 2 if self.unit == "USD/shares" else -self.power

    def digits(self, displayed: float) -> str:
        """Return a number without its sign: cents per share, whole units of all else."""
        return f"{abs(displayed):,.{max(self.decimals, 0)}f}"


class Facts:
    """The facts of one document. Numbers facts and contexts in the order in which they are first used."""

    def __init__(self, cik: Cik, *, start: date, end: date) -> None:
        self._cik = cik
        self._hidden = {"EntityCentralIndexKey": cik.padded, "AmendmentFlag": "false"}
        self._contexts: dict[tuple[date | None, date], str] = {}
        self._count = 0
        self._cover = self.context(start, end)

    def context(self, start: date | None, end: date) -> str:
        """Return the id of the context of a period, or of an instant where `start` is None."""
        return self._contexts.setdefault((start, end), f"c-{len(self._contexts) + 1}")

    def describe(self, fiscal_year: int, fiscal_period: str, *, amendment: bool) -> None:
        """Add to the hidden part which fiscal period, FY or Q1 to Q3, the document is about."""
        self._hidden |= {
            "AmendmentFlag": str(amendment).lower(),
            "DocumentFiscalYearFocus": str(fiscal_year),
            "DocumentFiscalPeriodFocus": fiscal_period,
        }

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

    def number(self, concept: str, displayed: float, context: str, number: Number) -> str:
        """Return a tagged number as its statement shows it: in parentheses where negative, a dash where zero.

        displayed: in units of the statement; the tag's sign is that of `displayed`, its text has none.
        """
        shown = displayed if not number.outflow else -displayed
        sign = ' sign="-"' if displayed < 0 and not number.loses_sign else ""
        transformation, text = (
            ("fixed-zero", "&#8212;") if displayed == 0 else ("num-dot-decimal", number.digits(displayed))
        )
        tag = (
            f'<ix:nonFraction unitRef="{_UNIT_IDS[number.unit]}" contextRef="{context}" decimals="{number.decimals}" '
            f'name="{concept}"{sign} scale="{number.power}" format="ixt:{transformation}" id="{self._next()}">'
            f"{text}</ix:nonFraction>"
        )
        return f"({tag})" if shown < 0 else tag

    def header(self, schema: str) -> str:
        """Return the `ix:header` that belongs into the page's hidden part; call it after the last fact."""
        hidden = "".join(
            f'<ix:nonNumeric contextRef="{self._cover}" name="dei:{name}" id="{self._next()}">{value}</ix:nonNumeric>'
            for name, value in self._hidden.items()
        )
        contexts = "".join(self._context_element(*period, name) for period, name in self._contexts.items())
        return (
            f"<ix:header><ix:hidden>{hidden}</ix:hidden>"
            f'<ix:references xml:lang="en-US"><link:schemaRef xlink:type="simple" xlink:href="{schema}"/>'
            "</ix:references>"
            f"<ix:resources>{contexts}{_UNITS}</ix:resources></ix:header>"
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
