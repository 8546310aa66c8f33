"""What a document without a submission header says about itself: form, period, registrants, symbols."""

from __future__ import annotations

import re

from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.cover_inline import has_cover_facts, read_cover_facts
from edgewise.sources.edgar.cover_words import parse_date, read_words
from edgewise.sources.edgar.cover_xml import is_form_xml, read_form_xml
from edgewise.sources.edgar.header import decode_text
from edgewise.sources.edgar.records import Cover, Party, Role

_RENDERED_TITLE = re.compile(rb"<title>\s*SEC\s+FORM\s+([345](?:/A)?)\s*</title>", re.IGNORECASE)
_RENDERED_PARTY = re.compile(r"action=getcompany&(?:amp;)?CIK=(\d{1,10})\"?>([^<]*)<")
_RENDERED_EVENT = re.compile(r"Date of Earliest Transaction.{0,600}?(\d{1,2}/\d{1,2}/\d{4})", re.DOTALL)
_TITLE_WINDOW, _RENDERED_WINDOW = 4_096, 65_536


def read_cover(body: bytes) -> Cover:
    """Return what a document says about itself, by the best evidence it has.

    In this order: an XML form's own fields, tagged cover facts (inline XBRL or an instance), the rendered page of an
    ownership form, the words of the cover. A document that says nothing gives an empty Cover.
    Raises Hostile for XML that declares entities, Unparsable for an XML form that cannot be read at all.
    """
    if is_form_xml(body):
        return read_form_xml(body)
    if has_cover_facts(body):
        return read_cover_facts(body)
    title = _RENDERED_TITLE.search(body, 0, _TITLE_WINDOW)
    if title:
        return _rendered_ownership(title[1].decode().upper(), body)
    return read_words(body)


def _rendered_ownership(form: str, body: bytes) -> Cover:
    """Return the cover of an ownership form as the SEC renders it: owners are linked first, the issuer last."""
    text = decode_text(body[:_RENDERED_WINDOW])
    linked = [(Cik(digits), name.strip() or None) for digits, name in _RENDERED_PARTY.findall(text) if int(digits)]
    event = _RENDERED_EVENT.search(text)
    roles = [Role.OWNER] * (len(linked) - 1) + [Role.ISSUER]
    parties = tuple(Party(cik, role, name) for (cik, name), role in zip(linked, roles, strict=False))
    return Cover(form=form, period_end=parse_date(event[1]) if event else None, parties=parties)
