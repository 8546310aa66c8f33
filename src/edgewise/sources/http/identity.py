"""Who we say we are. The SEC answers only clients that declare a company and an address to write to."""

from __future__ import annotations

import re

from edgewise.core.errors import InvalidInput, NotConfigured

EXAMPLE = "Example Research contact@example.com"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_MAX_CHARACTERS = 200


def checked_identity(identity: str | None) -> str:
    """Return the identity as it goes into the User-Agent header.

    Raises NotConfigured without an identity or without an e-mail address in it; InvalidInput for text that could not
    stand in a header: line breaks and other control characters, anything but ASCII, more than 200 characters.

    >>> checked_identity(" Example Research contact@example.com ")
    'Example Research contact@example.com'
    """
    text = (identity or "").strip()
    advice = f'Set EDGEWISE_IDENTITY to your name and e-mail address, for example "{EXAMPLE}".'
    if not text:
        raise NotConfigured("the SEC answers only clients that say who they are", advice=advice)
    if not (text.isascii() and text.isprintable()) or len(text) > _MAX_CHARACTERS:
        raise InvalidInput(
            f"the identity {text[:_MAX_CHARACTERS]!r} cannot stand in an HTTP header",
            advice=f"Use up to {_MAX_CHARACTERS} plain ASCII characters in EDGEWISE_IDENTITY, on one line.",
        )
    if _ADDRESS.search(text) is None:
        raise NotConfigured(f"the identity {text!r} names no e-mail address", advice=advice)
    return text
