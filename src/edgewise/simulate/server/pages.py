"""The pages the server shows instead of documents: refusals in the shapes that clients of the SEC must recognise.

The titles are the SEC's, for they are what a client goes by; the words below them are ours, and say what is simulated.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.server.messages import Reply

if TYPE_CHECKING:
    from datetime import datetime

FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, ERROR, UNAVAILABLE = 403, 404, 405, 500, 503
_HTML, _XML = "text/html", "application/xml"


def undeclared() -> Reply:
    """Return what somebody gets who names no e-mail address in the User-Agent."""
    return _page(
        FORBIDDEN,
        "SEC.gov | Your Request Originates from an Undeclared Automated Tool",
        "Declare who you are: put a name and an e-mail address into the User-Agent header.",
    )


def too_fast(status: int = FORBIDDEN) -> Reply:
    """Return what somebody gets who asks more often than ten times a second, for some time."""
    return _page(
        status,
        "SEC.gov | Request Rate Threshold Exceeded",
        "More than ten requests came within one second. Slow down; the block ends a while after the rate has dropped.",
    )


def down(status: int = UNAVAILABLE) -> Reply:
    """Return the page of a service that is being maintained; also that of feed pages beyond the last."""
    return _page(status, "SEC.gov | File Unavailable", "What was asked for cannot be shown at present.")


def broken() -> Reply:
    """Return the page of a service that failed."""
    return _page(ERROR, "Internal Server Error", "A fault that was asked for.")


def not_allowed() -> Reply:
    """Return the answer to methods other than GET and HEAD."""
    return _page(METHOD_NOT_ALLOWED, "Method Not Allowed", "Only GET and HEAD are known.")


def missing(key: str, *, hidden: bool = False) -> Reply:
    """Return the store's note that there is no such document; `hidden` as in the archives, which do not admit it."""
    if hidden:
        return Reply(FORBIDDEN, _store("AccessDenied", "This is not to be had."), _XML)
    return Reply(NOT_FOUND, _store("NoSuchKey", "There is no such document.", key), _XML)


def _store(code: str, message: str, key: str = "") -> bytes:
    named = f"<Key>{escape(key)}</Key>" if key else ""
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{named}'
    return f"{text}<Simulated>{NOTICE}</Simulated></Error>".encode("ascii", "xmlcharrefreplace")


def _page(status: int, title: str, text: str) -> Reply:
    body = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title.partition('| ')[2] or title}</h1>\n<p>{text}</p>\n<p>{NOTICE}</p></body>\n</html>\n"
    )
    return Reply(status, body.encode("ascii"), _HTML)


def feed_document(entries: list[str], made_at: str, made_on: str) -> bytes:
    """Return an Atom page of the latest filings around its entries. `made_at` is ISO 8601, `made_on` for people."""
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n'
        f'<!-- {NOTICE} -->\n<feed xmlns="http://www.w3.org/2005/Atom">\n<title>Latest Filings - {made_on}</title>\n'
        '<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        '<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        "<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>\n"
        "<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>\n"
        f"<updated>{made_at}</updated>\n{''.join(entries)}</feed>\n"
    ).encode("latin-1", "xmlcharrefreplace")


def http_seconds(now: datetime) -> datetime:
    """Return an instant in whole seconds, as HTTP dates have them."""
    return now.replace(microsecond=0)
