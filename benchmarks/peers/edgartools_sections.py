"""Sections by edgartools, run in its own environment by benchmarks/text_items.py; prints one JSON line a document.

Reads from standard input lines of JSON: {"path": file, "form": "10-K", "source": name}. Seconds are processor seconds
of parsing and of section detection; taking out the texts is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from edgar.documents import HTMLParser, ParserConfig

FORMS = ("10-K", "10-Q", "8-K", "20-F")


def main() -> None:
    """Answer line by line, so that what was done survives a crash."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(answer(**asked)), flush=True)


def answer(*, path: str, form: str, source: str) -> dict[str, Any]:
    """Return seconds and items of one document; items null where it failed."""
    text = Path(path).read_bytes().decode("utf-8", errors="replace")
    bare = form.removesuffix("/A")
    began = time.process_time()
    try:
        document = HTMLParser(ParserConfig(form=bare if bare in FORMS else None)).parse(text)
        sections = list(document.sections.items())
        took = time.process_time() - began
        items = [row for _, section in sections for row in rows(section, bare)]
    except Exception as error:  # noqa: BLE001 - a failure is an answer
        return {"source": source, "seconds": time.process_time() - began, "items": None, "error": repr(error)}
    return {"source": source, "seconds": took, "items": items}


def rows(section: Any, form: str) -> list[dict[str, Any]]:
    """Return a section in the shape of a prediction: one row for each item it covers."""
    names = section.covered_items or ((section.item,) if section.item else ())
    if not names:
        return []
    text = " ".join(section.text().split())
    cut = {"first_80": text[:120], "last_80": text[-120:], "chars": len(text), "confidence": section.confidence}
    return [{"part": section.part or "", "item": spelled(name, form), **cut} for name in names]


def spelled(item: str, form: str) -> str:
    """Return the number of an item as the form spells it; the peer calls item 2.02 of an 8-K 202."""
    return f"{item[0]}.{item[1:]}" if form == "8-K" and item.isdigit() and len(item) == len("202") else item


if __name__ == "__main__":
    main()
