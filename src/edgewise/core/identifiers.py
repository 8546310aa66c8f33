"""Identifiers that cannot be confused: each is its own type, checked when it is made.

A `Cik` names a registrant, an `Accession` one submission, an `InstrumentId` one security, a `Ticker` a symbol that is
reused and renamed and therefore names something only within its validity (`TickerSpan`).
All but `Cik` are strings, so they sort, hash, store and print as themselves; `Cik` is an integer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import date

_ACCESSION = re.compile(r"(\d{10})-?(\d{2})-?(\d{6})", re.ASCII)
_INSTRUMENT = re.compile(r"\d{10}-\d{2}", re.ASCII)
_TICKER = re.compile(r"[A-Z0-9]{1,8}([.\-/][A-Z0-9]{1,4}){0,2}", re.ASCII)
_MAX_CIK = 9_999_999_999
_EDGAR_BEGAN_YY = 93
_CENTURY = 100


class Cik(int):
    """The number the SEC gives each registrant: 1 to 10 digits.

    Accepts 320193, "320193", "0000320193" and "CIK0000320193". Raises InvalidInput for anything else.

    >>> Cik("CIK0000320193").padded
    '0000320193'
    """

    __slots__ = ()

    def __new__(cls, value: int | str) -> Self:
        """Return the checked number."""
        digits = value.strip().upper().removeprefix("CIK") if isinstance(value, str) else str(int(value))
        if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits) <= _MAX_CIK:
            raise InvalidInput(f"{value!r} is not a CIK", advice="Give one to ten digits, for example 320193.")
        return super().__new__(cls, int(digits))

    @property
    def padded(self) -> str:
        """The ten digits with leading zeros that the SEC uses in file names."""
        return f"{int(self):010d}"

    def __repr__(self) -> str:
        return f"Cik({int(self)})"


class Accession(str):
    """The number of one submission to EDGAR, with dashes: 0000320193-24-000123.

    The first ten digits are the CIK of whoever *sent* it, often a filing agent, never proof of the company it is about.
    Accepts the form without dashes. Raises InvalidInput for anything else.

    >>> Accession("000032019324000123").dashless
    '000032019324000123'
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Return the checked text in its one spelling."""
        match = _ACCESSION.fullmatch(value.strip())
        if match is None:
            raise InvalidInput(
                f"{value!r} is not an accession number",
                advice="It looks like 0000320193-24-000123: 10, 2 and 6 digits.",
            )
        return super().__new__(cls, "-".join(match.groups()))

    @property
    def dashless(self) -> str:
        """The eighteen digits that name the folder at the SEC."""
        return self.replace("-", "")

    @property
    def sender(self) -> int:
        """The CIK of the login that sent it, as an integer; 0 for the SEC's own letters."""
        return int(self[:10])

    @property
    def year(self) -> int:
        """The year in which the sender numbered it, four digits."""
        yy = int(self[11:13])
        return 1900 + yy if yy >= _EDGAR_BEGAN_YY else 1900 + _CENTURY + yy

    def __repr__(self) -> str:
        return f"Accession({str(self)!r})"


class InstrumentId(str):
    """One security, for good: the CIK of the issuer that first listed it and a two-digit share class.

    Minted once and opaque from then on: a rename, a new ticker or a reorganised CIK does not change it.
    Raises InvalidInput where the text is not of the form 0000320193-01.

    >>> InstrumentId.mint(Cik(320193))
    InstrumentId('0000320193-01')
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Return the checked text in its one spelling."""
        if _INSTRUMENT.fullmatch(value) is None:
            raise InvalidInput(f"{value!r} is not an instrument id", advice="It looks like 0000320193-01.")
        return super().__new__(cls, value)

    @classmethod
    def mint(cls, cik: Cik, share_class: int = 1) -> Self:
        """Return the id of an issuer's n-th share class, counted from 1."""
        return cls(f"{cik.padded}-{share_class:02d}")

    def __repr__(self) -> str:
        return f"InstrumentId({str(self)!r})"


class Ticker(str):
    """A trading symbol, upper case, with a dash before the class: BRK-B.

    Accepts BRK.B, BRK/B and lower case. A symbol alone names nothing for good: see `TickerSpan`.
    Raises InvalidInput for text that no exchange would list.

    >>> Ticker("brk.b")
    Ticker('BRK-B')
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Return the checked text in its one spelling."""
        text = value.strip().upper()
        if _TICKER.fullmatch(text) is None:
            raise InvalidInput(f"{value!r} is not a ticker", advice="Give a symbol such as AAPL or BRK-B.")
        return super().__new__(cls, re.sub(r"[./]", "-", text))

    def __repr__(self) -> str:
        return f"Ticker({str(self)!r})"


@dataclass(frozen=True, slots=True)
class TickerSpan:
    """A ticker and the days on which it named one instrument: `valid_from` and `valid_to` inclusive, None is open."""

    ticker: Ticker
    instrument_id: InstrumentId
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidInput(
                f"{self.ticker} would be valid from {self.valid_from} to {self.valid_to}", advice="Swap the two days."
            )

    def covers(self, day: date) -> bool:
        """Return whether the ticker named this instrument on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
