"""Invented CUSIPs: nine characters with a valid check digit, from the numbers that are left to private use."""

from __future__ import annotations

from string import ascii_uppercase, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.simulate.company import Company

# Issuer numbers 990000 to 99999Z are never given out; "10" marks the first issue of shares.
_PRIVATE, _SHARES = "99", "10"
_VALUES = {character: value for value, character in enumerate(f"{digits}{ascii_uppercase}*@#")}


def cusip_of(company: Company) -> str:
    """Return the CUSIP of a company's shares."""
    stem = f"{_PRIVATE}{company.index:04d}{_SHARES}"
    return stem + check_digit(stem)


def check_digit(stem: str) -> str:
    """Return the ninth character for the first eight: each value, every second one doubled, summed by digits.

    Source: ANSI X9.6, "modulus 10 double add double".
    """
    values = [_VALUES[character] * (1 + place % 2) for place, character in enumerate(stem)]
    return str(-sum(value // 10 + value % 10 for value in values) % 10)
