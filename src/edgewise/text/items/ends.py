"""Where the last item ends: the signatures, or the sentence of signing."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from edgewise.text.items.candidates import Candidate, most

if TYPE_CHECKING:
    from edgewise.text.document import Document
    from edgewise.text.forms.declared import Form
    from edgewise.text.items.labels import SearchedText

_SIGNED = re.compile(
    r"[^\w\n]{0,4}pursuant\s+to\s+the\s+requirements?\s+of\s+(?:section|the\s+securities)[^\n]{0,200}"
    r"(?:registrant|company|issuer|report)[^\n]{0,60}(?:duly|caused)",
    re.IGNORECASE | re.MULTILINE,
)
_SHORT = 40
_ENOUGH = 8


def signatures(document: Document, form: Form, searched: SearchedText) -> list[Candidate]:
    """Return the places that end the last item: `SIGNATURES`, or the sentence of signing."""
    names = {_letters(end) for end in form.ends}
    found = []
    words = {end.lower()[:_ENOUGH] for end in form.ends}
    for word in words | {" ".join(word) for word in words}:
        starts = ((start, document.number_at(start)) for start in searched.line_starts(word))
        named = ((start, number) for start, number in starts if _letters(document.lines[number]) in names)
        found += [_end(document, number, start, 0.8) for start, number in islice(named, most(document))]
    signed = (start for start in searched.line_starts("pursuant") if _SIGNED.match(searched.text, start))
    found += [_end(document, document.number_at(start), start, 0.0) for start in islice(signed, most(document))]
    return sorted(found, key=lambda candidate: candidate.begin)


def _letters(line: str) -> str:
    """Return the letters of a short line, lower case; '' for a long one."""
    return "".join(filter(str.isalpha, line.lower())) if len(line) <= _SHORT else ""


def _end(document: Document, number: int, begin: int, look: float) -> Candidate:
    line = document.lines[number]
    return Candidate(
        number=number, begin=begin, labels=(), part="end", kinds=(), more=(), heading=line[:40],
        heading_end=begin + len(line), fits=(), look=look,
    )  # fmt: skip
