"""JSON as EDGAR serves it, read defensively: a block or error page, half a body or a wrong shape is a typed error."""

from __future__ import annotations

import json
import re
from typing import Any

from edgewise.core.errors import Hostile, Truncated, Unparsable

_HTML = re.compile(rb"\s*<", re.ASCII)


def json_object(body: bytes, what: str) -> dict[str, Any]:
    """Return the JSON object in `body`; `what` names it in errors, for example "the list of tickers".

    Raises Truncated, if it is empty or ends early; Unparsable, if it is HTML, other text or no object; Hostile, if it
    is nested beyond reason.
    """
    if _HTML.match(body):
        raise Unparsable(
            f"{what} is an HTML or XML page, not JSON",
            advice="The SEC serves such pages when it blocks: slow down, name yourself, and ask again.",
        )
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise Hostile(f"{what} is nested beyond reason", advice="Do not trust this source.") from error
    except ValueError as error:
        raise _broken(body, what, error) from error
    if not isinstance(value, dict):
        raise Unparsable(f"{what} is a JSON {type(value).__name__}, not an object", advice="Keep the body, report it.")
    return value


def _broken(body: bytes, what: str, error: ValueError) -> Truncated | Unparsable:
    if not body.rstrip().endswith((b"}", b"]")):
        return Truncated(f"{what} ends early: {error}", advice="Ask again.")
    return Unparsable(f"{what} is not JSON: {error}", advice="Keep the body and report it.")
