"""HTML made safe to parse: what would hide text from a conforming parser, or cost it quadratic time, is defused first.

- A comment, script, style or title that never ends would swallow the rest of the document: its opening is dropped.
- XHTML may close `<title/>` or `<ix:header/>` at once; HTML does not know that and would swallow what follows.
- Formatting elements that are never closed are opened anew in each later paragraph, as the HTML standard demands: the
  tree grows with the square of the document. Such documents get neutral elements in their place.
- A tag with tens of thousands of attributes costs quadratic time; one longer than any real tag loses its attributes.
"""

from __future__ import annotations

import re
from collections import Counter

_COMMENT_OPENS = "<!--"
_COMMENT_CLOSES = ("-->", "--!>")
_SWALLOWING = ("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp")
_CLOSABLE = (*_SWALLOWING, "ix:header", "ix:hidden", "ix:references", "ix:resources")
_FORMATTING = ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
_MOST_UNCLOSED = 200
_LONGEST_TAG = 16_384


def _tags(*names: str) -> str:
    """Return the pattern of these tag names, whole."""
    return rf"(?:{'|'.join(names)})(?=[\s/>])"


_TAG = re.compile(r"<(/?[a-zA-Z][^\s/>]*)")
_CLOSED_AT_ONCE = re.compile(rf"<{_tags(*_CLOSABLE)}[^<>]*/>", re.IGNORECASE)
_PLAINTEXT = re.compile(r"<plaintext[^<>]*>", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"<(/?){_tags(*_FORMATTING)}", re.IGNORECASE)
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:.-]{{0,60}})[^<>]{{{_LONGEST_TAG},}}>?")


def repaired(markup: str) -> tuple[str, tuple[str, ...]]:
    """Return the markup with its traps defused, and reason codes for repairs that put the text in doubt."""
    reasons = []
    unclosed = _unclosed(markup)
    if any(unclosed[name] > 0 for name in _CLOSABLE):
        markup = _CLOSED_AT_ONCE.sub("", markup)
    if unclosed["plaintext"]:
        markup = _PLAINTEXT.sub("", markup)
    if (first := _endless_comment(markup)) >= 0:
        markup = markup[:first] + markup[first:].replace(_COMMENT_OPENS, "")
        reasons.append("unterminated_comment")
    for name in _SWALLOWING:
        if unclosed[name] > 0 and (first := _endless_element(markup, name)) >= 0:
            markup = markup[:first] + re.sub(rf"<{_tags(name)}[^>]*>?", "", markup[first:], flags=re.IGNORECASE)
            reasons.append("unterminated_element")
    if sum(unclosed[name] for name in _FORMATTING) > _MOST_UNCLOSED:
        markup = _FORMATTING_TAG.sub(r"<\1span", markup)
    return _without_long_tags(markup), tuple(dict.fromkeys(reasons))


def _unclosed(markup: str) -> Counter[str]:
    """Return how many more tags open than close an element, by its name in lower case."""
    surplus: Counter[str] = Counter()
    for tag, count in Counter(_TAG.findall(markup)).items():
        surplus[tag.lstrip("/").lower()] += -count if tag.startswith("/") else count
    return surplus


def _endless_comment(markup: str) -> int:
    """Return where the first comment that is never closed opens, or -1."""
    return markup.find(_COMMENT_OPENS, max(markup.rfind(close) for close in _COMMENT_CLOSES) + 1)


def _endless_element(markup: str, name: str) -> int:
    """Return where the first element of this name that is never closed opens, or -1."""
    last_close = -1
    for match in re.finditer(rf"</{_tags(name)}", markup, re.IGNORECASE):
        last_close = match.start()
    opening = re.compile(rf"<{_tags(name)}", re.IGNORECASE).search(markup, last_close + 1)
    return opening.start() if opening else -1


def _without_long_tags(markup: str) -> str:
    """Return the markup with overlong tags stripped of their attributes; scanned pages in `data:` URLs are such too."""
    if max(map(len, markup.split("<"))) < _LONGEST_TAG:
        return markup
    return _LONG_TAG.sub(r"<\1>", markup)
