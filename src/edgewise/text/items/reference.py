"""Whether the text of an item only says where its content stands, and where that is.

Each sentence is a reference, or filler that goes with one, or content. An item is by reference if it is short, has a
reference, and what is left of it as content is little:

    share of letters in references and filler >= 0.6   (0.85 for texts of more than 900 characters)
"""

from __future__ import annotations

import re

_LONGEST = 4_000
_SHORT = 900
_SHARE, _LONG_SHARE = 0.6, 0.85

# Patterns without IGNORECASE meet lower-case sentences: that takes half the time.
_PLACE = re.compile(
    r"proxy statement|information statement|schedule 14a|annual report|"
    r"exhibit (?:13|95)\b|"
    r"financial statements|\bnotes?\s+(?:\d|[a-z]\b|to\b)|\bpart\s+i|\bitems?\s+\d|form 10-[kq]|\bpages?\s+[a-z]?-?\d|"
    r"\bsections?\b|\bcaptions?\b|\bheadings?\b|\u201c[^\u201d]{4,}\u201d|\"[^\"]{4,}\"|"
    r"management.s discussion|risk factors",
)
_POINTS = re.compile(
    r"incorporat\w*\s+(?:[\w,]+\s+){0,8}?(?:by|in|into)\s+(?:this\s+|such\s+)?(?:referenc|item)|"
    r"\b(?:is|are|be|been)\s+(?:also\s+|hereby\s+|separately\s+|fully\s+)?(?:set\s*-?\s*forth|included|contained|presented|"
    r"found|disclosed|discussed|described|provided|reported|shown|submitted|listed|supplied|furnished)\b|"
    r"\b(?:appears?|appearing|contains|contained|included|set forth|presented|described|disclosed|found)\s+"
    r"(?:\w+\s+){0,2}?(?:in|on|under|at|elsewhere|to)\b|"
    r"\bsee\b|\brefer\w*\s+(?:\w+\s+){0,3}?to\b|reference\s+is\s+(?:hereby\s+)?made\s+to|\brefer\s+you\s+to\b|"
    r"\bunder\s+the\s+(?:captions?|headings?)\b|\bby\s+reference\s+to\b",
)
# Sentences that say what a reference does not do: they weigh for neither side.
_DISCLAIMS = re.compile(
    r"\b(?:not|nor)\b[^.]{0,80}\b(?:deemed|be incorporated)|specific(?:ally)?\s+(?:reference|incorporat)"
)
# Sentences that go with a reference: they weigh for neither side unless they point somewhere themselves.
_FILLER = re.compile(
    r"general instruction|will be filed|within 120 days|n(?:ot|o) later than 120|\bexpect\w* to (?:file|be filed)|"
    r"^\W*(?:none|not applicable)\W*$|(?:no|not) (?:\w+\s+){0,3}material(?:ly)? chang",
)
_CONTENT = re.compile(
    r"not (?:be )?required|no information is required|exhibit index|"
    r"does not believe|do not believe|following (?:documents|exhibits)",
)
_SENTENCE_END = re.compile(r"(?<=[^A-Z][.!?])\s+(?=[A-Z\u201c(])|\n")
NOTHING_TO_SAY = re.compile(
    r"\W*(?:none|not\s+applicable|n/a|omitted|reserved|not\s+required|no)\b|\b(?:none|not\s+applicable|n/a|reserved)\W*$",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:none|not applicable)\b[.\s]*$", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(items?|notes?|no|proposal)\.?\s+(\d{1,2}[a-z]?)\.", re.IGNORECASE)
_TARGETS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("proxy statement", re.compile(r"proxy statement|schedule 14a|information statement", re.IGNORECASE)),
    ("annual report to shareholders", re.compile(r"annual report to (?:share|stock)\w*|exhibit 13\b", re.IGNORECASE)),
    (
        "annual report on Form 10-K",
        re.compile(r"(?<!this )annual report on form 10-k|\d{4} (?:form )?10-k\b", re.IGNORECASE),
    ),
)
# What names the filing or the item itself is no place elsewhere.
_ITSELF = re.compile(
    r"(?:required|called for)\s+by\s+(?:this\s+|part\s+\w+,?\s+)?items?(?:\s+\d+\w?)?|"
    r"(?:into|of)\s+this\s+item\s+[\d.]+\w?|this\s+form\s+\d+-\w|"
    r"this\s+(?:annual\s+|current\s+|quarterly\s+)?report(?:\s+on\s+form\s+\d+-\w)?|items?\s+\d+\w?\s+of\s+(?:regulation|form|part)",
)
_ITEM = re.compile(
    r"(?:part\s+([iv]+)\W{1,4}(?:of\s+this\s+\w+\W+)?)?item\s+(\d{1,2}(?:\.\d\d)?[a-c]?)\b", re.IGNORECASE
)
_NOTE = re.compile(r"\bnotes?\s+(\d{1,2}|[a-z])\b", re.IGNORECASE)
_EXHIBIT = re.compile(r"\bexhibit\s+(\d{1,3}(?:\.\d{1,3})?)", re.IGNORECASE)
_TITLED = re.compile(r"\b(?:section|caption|heading|discussion|pages?)\b|risk factors|\bexhibit\s+95", re.IGNORECASE)
_STATEMENTS = re.compile(r"financial statements", re.IGNORECASE)


def reference(body: str, own: str) -> tuple[str | None, float]:
    """Return where an item's text says that its content stands, None if it has content of its own; and the share.

    body: its text without the heading. own: its number, which a sentence may name without pointing elsewhere.
    """
    if len(body) > _LONGEST or not body.strip():
        return None, 0.0
    total = referring = 0
    texts: list[str] = []
    sentences = list(filter(str.strip, _SENTENCE_END.split(_NUMBERED.sub(r"\1 \2", body))))
    if sentences and _NOTHING.fullmatch(sentences[0]):
        return None, 0.0
    for sentence in sentences:
        letters = sum(map(str.isalpha, sentence))
        lowered = sentence.lower()
        points = _POINTS.search(lowered) is not None and not _CONTENT.search(lowered)
        if _DISCLAIMS.search(lowered):
            continue
        if points and (texts or _PLACE.search(_ITSELF.sub("", lowered))):
            referring += letters
            texts.append(sentence)
        elif _FILLER.search(lowered):
            continue
        total += letters
    share = referring / total if total else 0.0
    if not texts or share < (_SHARE if len(body) <= _SHORT else _LONG_SHARE):
        return None, share
    return _target(" ".join(texts), own), share


def _target(text: str, own: str) -> str | None:
    """Return the places that references point to, in words of ours; None if they name none."""
    found = [name for name, pattern in _TARGETS if pattern.search(text)]
    for match in _ITEM.finditer(text):
        if match[2].upper() != own:
            item = f"Item {match[2].upper()}"
            found.append(f"Part {match[1].upper()}, {item}" if match[1] else item)
            break
    if note := _NOTE.search(text):
        found.append(f"Note {note[1].upper()}")
    elif _STATEMENTS.search(text) and not found:
        found.append("financial statements")
    if not found and (exhibit := _EXHIBIT.search(text)):
        found.append(f"Exhibit {exhibit[1]}")
    if not found and _TITLED.search(text):
        found.append("a section of this report")
    return "; ".join(found) or None
