"""Invented CUSIPs: nine characters with a valid check digit, from the numbers that are left to private use."""

from __future__ import annotations

from string import ascii_uppercase, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.simulate.company import Company

# Issuer numbers 990000 to 99999Z are never given out; "10" marks the first issue of shares, "20" the second class.
_PRIVATE = "99"
_VALUES = {character: value for value, character in enumerate(f"{digits}{ascii_uppercase}*@#")}


def cusip_of(company: Company) -> str:
    """Return the CUSIP of a company's shares."""
    return cusip_at(company.index)


def cusip_at(index: int, share_class: int = 1) -> str:
    """Return the CUSIP of a class of shares of the issuer of that number, 0 to 9999."""
    stem = f"{_PRIVATE}{index:04d}{share_class}0"
    return stem + check_digit(stem)


def check_digit(stem: str) -> str:
    """Return the ninth character for the first eight: each value, every second one doubled, summed by digits.

    Source: ANSI X9.6, "modulus 10 double add double".
    """
    values = [_VALUES[character] * (1 + place % 2) for place, character in enumerate(stem)]
    return str(-sum(value // 10 + value % 10 for value in values) % 10)
