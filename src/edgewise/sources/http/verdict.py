"""What a refusal of the service means: gone, blocked, down, or our mistake. Pure: status and page in, error out.

EDGAR's answers do not always mean what their status says.
- A document that does not exist (yet) is often a 403 with Amazon's XML `AccessDenied`: the store behind www.sec.gov
  lets nobody list it, so it does not admit that the key is missing.
- Whoever asks too often or does not say who he is gets an HTML page, mostly with status 403 but sometimes with 200,
  which must never be taken for a filing. It lasts ten minutes *after the rate has dropped*, so asking on prolongs it.
- The maintenance page is a 503; it also comes for feed pages beyond the last.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput, NotFound, ServiceUnavailable, Throttled
from edgewise.sources.http.urls import is_of_the_sec

if TYPE_CHECKING:
    from edgewise.core.errors import EdgewiseError

BLOCK_LASTS_S = 600.0
PAGE_BYTES = 8 * 1024
"""How much of a refusal is read: enough for any title; block pages have two kilobytes."""

_OK = 200
_FORBIDDEN = 403
_GONE = frozenset({404, 410})
_CLIENT_ERRORS = 400
_REQUEST_TIMEOUT = 408
_TOO_MANY = 429
_SERVER_ERRORS = 500
_BLOCKED_TITLE = re.compile(
    rb"<(?:title|h1)\b[^>]*>[^<]*(?:Request Rate Threshold Exceeded|Undeclared Automated Tool)", re.IGNORECASE
)
_SEC_ADVICE = (
    "Check that EDGEWISE_IDENTITY holds your name and e-mail address and that nothing else asks from this address; a "
    "block of the SEC ends ten minutes after requests stay below ten a second."
)
_DOWN_TITLE = re.compile(rb"<title>\s*SEC\.gov\s*\|\s*File Unavailable\s*</title>", re.IGNORECASE)
_STORE_ERROR = re.compile(rb"(?:<\?xml[^>]*\?>\s*)?<Error>\s*<Code>(?:AccessDenied|NoSuchKey)</Code>")


class Page(Enum):
    """What a body is that stands in a document's place."""

    BLOCKED = "the SEC's page for clients it blocks"
    DOWN = "the SEC's maintenance page"
    MISSING = "the document store's note that there is no such key"


def error_page(body: bytes) -> Page | None:
    """Return which error page `body` is; None if it is none. Looks at titles only, for a filing may quote the words."""
    head = body[:PAGE_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _STORE_ERROR.match(head):
        return Page.MISSING
    if not head.startswith(b"<"):
        return None
    if _BLOCKED_TITLE.search(head):
        return Page.BLOCKED
    return Page.DOWN if _DOWN_TITLE.search(head) else None


def refusal(url: str, status: int, page: bytes, *, retry_after_s: float | None = None) -> EdgewiseError | None:
    """Return the error that an answer means; None if it is a good one.

    page:          the first `PAGE_BYTES` bytes of the decoded body, or all of it.
    retry_after_s: what the service asked us to wait, seconds.
    """
    kind = error_page(page)
    if status in _GONE or (status == _FORBIDDEN and kind is Page.MISSING):
        return NotFound(f"{url} does not exist (status {status})", advice="Check the URL, or whether it is out yet.")
    if kind is Page.BLOCKED or status == _FORBIDDEN:
        return _blocked(url, status, kind, retry_after_s or BLOCK_LASTS_S)
    if status == _TOO_MANY:
        return _blocked(url, status, kind, retry_after_s)
    if status == _OK:
        return None if kind is None else _unavailable(url, status, kind.value, retry_after_s)
    if status >= _SERVER_ERRORS or status < _CLIENT_ERRORS or status == _REQUEST_TIMEOUT:
        return _unavailable(url, status, "no whole document", retry_after_s)
    return InvalidInput(f"{url} cannot be asked (status {status})", advice="Check the URL and its query.")


def _blocked(url: str, status: int, kind: Page | None, retry_after_s: float | None) -> Throttled:
    by_the_sec = kind is Page.BLOCKED or is_of_the_sec(url)  # a mirror or a proxy passes its page on
    return Throttled(
        f"the service blocks us at {url} (status {status})",
        advice=_SEC_ADVICE if by_the_sec else "Ask it later, and less often; its plan may allow so many a day.",
        retry_after_s=retry_after_s,
    )


def _unavailable(url: str, status: int, what: str, retry_after_s: float | None) -> EdgewiseError:
    if retry_after_s is not None:
        return Throttled(
            f"{url} is down and asks for {retry_after_s:g} s of patience (status {status})",
            advice="Try again after that.",
            retry_after_s=retry_after_s,
        )
    return ServiceUnavailable(f"{url} answered with {what} (status {status})", advice="Try again later.")
