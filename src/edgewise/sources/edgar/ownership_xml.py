"""From the bytes of an ownership form to its XML, hostile-safe: nothing is fetched, expanded or guessed.

What is mended is what can only mean one thing: a bare '&', the names that HTML gives to characters (&nbsp;), control
characters that XML forbids, and Windows-1252 where UTF-8 was promised. Everything else that is no XML is refused.
"""

from __future__ import annotations

import html.entities
import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from edgewise.core.errors import Hostile, TooLarge, Truncated, Unparsable
from edgewise.sources.edgar.header import decode_text

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_FORM = 8_000_000
_BEGIN = re.compile(rb"<ownershipDocument[\s>]")
_END = b"</ownershipDocument>"
_RENDERED = re.compile(rb"<title>\s*SEC\s+FORM\s+[345]|<html[\s>]", re.IGNORECASE)
_TYPEWRITTEN = re.compile(rb"STATEMENT\s+OF\s+(?:CHANGES\s+(?:IN|OF)\s+)?BENEFICIAL\s+OWNERSHIP", re.IGNORECASE)
_UTF8 = re.compile(rb"encoding\s*=\s*[\"'](?:utf-8|us-ascii|ascii)[\"']", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=", re.IGNORECASE)
_BARE = re.compile(r"&(?!(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OF_XML = {"amp", "lt", "gt", "quot", "apos"}


def ownership_root(body: bytes) -> tuple[Any, tuple[str, ...]]:
    """Return the <ownershipDocument> of a form and what had to be mended to read it.

    body: the document, or a whole submission around it.
    Mended: bare_ampersand, html_entity, control_character, encoding_mended.
    Raises TooLarge; Hostile, if it declares a document type or entities; Truncated, if it does not end; Unparsable with
    the reason `rendered_html` for the page that EDGAR renders, `typewritten` for a form from before XML, `not_xml` for
    anything else without the element, `xml_invalid` for XML that is none.
    """
    if len(body) > LARGEST_FORM:
        raise TooLarge(f"the form has {len(body):,} bytes, at most {LARGEST_FORM:,} are read")
    begin = _BEGIN.search(body)
    if begin is None:
        raise _no_form(body)
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body:
        raise Hostile("the form declares a document type", advice="Leave it alone; EDGAR's forms have none.")
    end = body.rfind(_END)
    if end < 0:
        raise Truncated("the form does not end", advice="Fetch it again.")
    inside = body[begin.start() : end + len(_END)]
    text, recoded = _decoded(body[: begin.start()], inside)
    try:
        return etree.fromstring(text, _parser()), recoded
    except etree.XMLSyntaxError:
        return _mended(text, recoded)


def _mended(text: str, complaints: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    for mend, complaint in _MENDS:
        mended = mend(text)
        if mended != text:
            text, complaints = mended, (*complaints, complaint)
    try:
        return etree.fromstring(text, _parser()), complaints
    except etree.XMLSyntaxError as error:
        raise Unparsable(f"the form is no XML: {error.msg}", reason="xml_invalid") from error


def _no_form(body: bytes) -> Unparsable:
    advice = "Read the XML of the same submission."
    if _RENDERED.search(body):
        return Unparsable("the form is the page that EDGAR renders, no XML", advice=advice, reason="rendered_html")
    if _TYPEWRITTEN.search(body):
        return Unparsable("the form is typewritten; until 2003 they had no fields", reason="typewritten")
    return Unparsable("there is no <ownershipDocument> in it", advice=advice, reason="not_xml")


def _decoded(before: bytes, inside: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the form's text: as its declaration says, else UTF-8, else Windows-1252 with a complaint."""
    if _ENCODING.search(before) and not _UTF8.search(before):
        return decode_text(inside), ()
    try:
        return inside.decode("utf-8"), ()
    except UnicodeDecodeError:
        return decode_text(inside), ("encoding_mended",)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _without_bare_ampersands(text: str) -> str:
    return _BARE.sub("&amp;", text)


def _with_html_characters(text: str) -> str:
    return _NAMED.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[1] in _OF_XML:
        return match[0]
    return html.entities.html5.get(f"{match[1]};", f"&amp;{match[1]};")


def _without_control_characters(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)


_MENDS: tuple[tuple[Callable[[str], str], str], ...] = (
    (_without_bare_ampersands, "bare_ampersand"),
    (_with_html_characters, "html_entity"),
    (_without_control_characters, "control_character"),
)
