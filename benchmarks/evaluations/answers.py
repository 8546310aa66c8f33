"""What a reader answers about one document, in one shape: our own reader's answer, or another tool's from a file.

A file of predictions is JSON:

    {"tool": "name and version",
     "documents": {"<source>": [{"part": "I", "item": "1A", "text": "Item 1A. Risk Factors ..."}, ...], ...}}

`source` is the path in the truth. An item may carry `status` (`ok`, `by_reference`, `absent`; `ok` without),
`confidence` and, instead of `text`, `first_80`, `last_80` and `chars` as in the truth. Items left out are absent; a
document left out is not judged, null says that the tool failed on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.evaluations.letters import Page, Sought, letters_of
from benchmarks.evaluations.scoring import SaidItem

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from edgewise.text.reading import FilingText

_FINGERPRINT = 120


@dataclass(frozen=True, slots=True)
class SaidHeading:
    """A risk factor as the reader cuts it; offsets into the text."""

    ordinal: int
    group: str
    heading: str
    body: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A document as a reader sees it. Begin and end of items and factors are offsets into `text`."""

    text: str
    furniture: list[tuple[int, int]] = field(default_factory=list)
    items: list[SaidItem] = field(default_factory=list)
    factors: list[SaidHeading] = field(default_factory=list)
    may_start_after_heading: bool = False  # for tools that leave the heading out: their start is as right


class Reader(Protocol):
    """Answers about one document; None where it has nothing to say about it, which is not judged."""

    def __call__(self, body: bytes, *, source: str, form: str, filed: date) -> Answer | None:
        """Return the answer. May raise: the document then counts as failed."""


def ours(body: bytes, *, source: str, form: str, filed: date) -> Answer:
    """Return what Edgewise reads."""
    from edgewise.text.furniture import Furniture  # noqa: PLC0415 - only where our own reader is judged
    from edgewise.text.reading import read_filing  # noqa: PLC0415 - as above

    filing = read_filing(body, form=form, filed=filed, file_name=source.rpartition("/")[2])
    document = filing.document
    return Answer(
        text=document.text,
        furniture=[
            (document.begins[number], document.begins[number] + len(document.lines[number]))
            for number in sorted(Furniture(document).numbers)
        ],
        items=[
            SaidItem(
                part=item.part,
                item=item.item,
                status=item.status,
                begin=item.begin,
                end=item.end,
                target=item.target,
                combined_with=item.combined_with,
                reasons=item.reasons,
                confidence=item.confidence,
            )
            for item in filing.items
        ],
        factors=_factors(filing, body),
    )


def _factors(filing: FilingText, body: bytes) -> list[SaidHeading]:
    """Return the risk factors of the Item 1A that was found."""
    from edgewise.text.risk_factors import read_risk_factors  # noqa: PLC0415 - as above

    return [
        SaidHeading(one.ordinal, one.group, one.heading, one.body, one.begin, one.end)
        for item in filing.items
        if item.item == "1A" and item.begin >= 0
        for one in read_risk_factors(filing.document, item.first_block + 1, item.last_block, body=body).factors
    ]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Reads the answers of another tool from a file; their places are looked for in our reader's text."""

    path: Path

    @property
    def tool(self) -> str:
        """Name of the tool."""
        return str(_predictions(self.path)["tool"])

    def __call__(self, body: bytes, *, source: str, form: str, filed: date) -> Answer | None:
        """Return the tool's answer about a document; None where the file does not have the document."""
        from edgewise.text.document import read_document  # noqa: PLC0415 - needs the compiled scanner

        del form, filed
        documents = _predictions(self.path)["documents"]
        if source not in documents:
            return None
        if documents[source] is None:
            raise InvalidInput(f"{self.tool} failed on it")
        text = read_document(body).text
        page = Page(text)
        return Answer(
            text=text, items=[_predicted(page, row) for row in documents[source]], may_start_after_heading=True
        )


def _predicted(page: Page, row: dict[str, Any]) -> SaidItem:
    begin, end = _offsets(page, row)
    return SaidItem(
        part=row.get("part", ""),
        item=str(row["item"]),
        status=row.get("status", "ok"),
        begin=begin,
        end=end,
        reasons=() if begin >= 0 else ("not_found_in_the_document",),
        confidence=row.get("confidence"),
    )


def _offsets(page: Page, row: dict[str, Any]) -> tuple[int, int]:
    """Return where a tool's text stands in ours, (-1, -1) where its beginning or its end does not."""
    text = " ".join(row.get("text", "").split())
    first = letters_of(row.get("first_80") or text[:_FINGERPRINT])
    last = letters_of(row.get("last_80") or text[-_FINGERPRINT:])
    options = page.options(Sought(first, last, (int(row.get("chars") or len(text)),))) if first else []
    if not options:
        return -1, -1
    best = min(options, key=lambda one: one.off)
    return int(page.all.offsets[best.begin]), int(page.all.offsets[best.end - 1]) + 1


@lru_cache(maxsize=1)
def _predictions(path: Path) -> dict[str, Any]:
    """Return a file of predictions. Raises InvalidInput where it is not in the shape above."""
    read: dict[str, Any] = json.loads(path.read_text())
    if not isinstance(read.get("documents"), dict) or "tool" not in read:
        raise InvalidInput(
            f"{path} is no file of predictions: it needs `tool` and `documents`",
            advice="The shape is described in benchmarks/evaluations/answers.py.",
        )
    return read
