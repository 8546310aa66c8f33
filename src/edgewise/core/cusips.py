"""CUSIPs: nine characters that name an issue of securities, the last of them a check digit.

Source: ANSI X9.6, "modulus 10 double add double".
"""

from __future__ import annotations

import re
from string import ascii_uppercase, digits

_VALUES = {character: value for value, character in enumerate(f"{digits}{ascii_uppercase}*@#")}
_STEM = re.compile(r"[0-9A-Z*@#]{8}", re.ASCII)
_LENGTH = 9


def check_digit(stem: str) -> str:
    """Return the ninth character for the first eight, '' for a stem that can have none.

    >>> check_digit("03783310")
    '0'
    """
    if _STEM.fullmatch(stem) is None:
        return ""
    values = (_VALUES[character] * (1 + place % 2) for place, character in enumerate(stem))
    return str(-sum(value // 10 + value % 10 for value in values) % 10)


def is_cusip(text: str) -> bool:
    """Return whether `text`, in upper case, is nine characters with a right check digit and not all zeros."""
    return len(text) == _LENGTH and text != "0" * _LENGTH and check_digit(text[:-1]) == text[-1]


def repaired_cusip(text: str) -> str:
    """Return `text` with the leading zeros that a spreadsheet took, where exactly that makes a CUSIP of it, else ''.

    At most three are put back: the fewer characters there are, the more often a check digit fits by chance.

    >>> repaired_cusip("2824100")
    '002824100'
    """
    padded = text.rjust(_LENGTH, "0")
    return padded if _LENGTH - 3 <= len(text) < _LENGTH and is_cusip(padded) else ""
