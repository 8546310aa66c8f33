"""What is stored of a filing or a document, as texts to score. Reads the lake and the document store.

What only stored filings need is imported with the first of them: a worker that is sent texts is ready sooner.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput, NotFound, Unusable
from edgewise.serve.api.errors import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgewise.core.identifiers import Accession
    from edgewise.lake import DocumentStore
    from edgewise.serve.scoring.rooms import ScoringRooms

# All but tab and line ends; the last are halves of characters.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_STORE = "This server scores texts only: send `text`."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a filing: one item of its form. `reasons` are why it is `suspect`."""

    part: str
    item: str
    text: str
    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What is scored at once: the texts of the documents of one filing, or one text.

    name:    names exactly what was read; equal names have equal texts.
    reasons: doubts about any of the texts.
    """

    name: str
    texts: Sequence[str]
    items: Sequence[Part] = ()
    reasons: tuple[str, ...] = ()

    @property
    def characters(self) -> int:
        """How long it is, items counted again: the model's sentences are theirs, but they are read once more."""
        return sum(map(len, self.texts)) + sum(len(item.text) for item in self.items)


def given_text(text: str) -> Material:
    """Return a text that somebody sent. Raises InvalidInput for one without words or with control characters."""
    if not text.strip():
        raise InvalidInput("the text is empty", advice="Send the words to score as `text`.", reason="empty_text")
    if found := _CONTROL.search(text):
        raise InvalidInput(
            f"the text has the control character U+{ord(found[0]):04X} at position {found.start()}",
            advice="Send plain text: take control characters out, and decode bytes with their own charset.",
            reason="control_characters",
        )
    return Material(_name([text]), [text])


def filing(rooms: ScoringRooms, accession: Accession) -> Material:
    """Return the texts of a filing's documents in order, and its items. Raises NotFound, which says what is missing."""
    lake, documents = rooms.lake, rooms.documents
    if lake is None or documents is None:
        raise NotFound(f"filing {accession} is not known here", advice=_NO_STORE)
    import polars as pl  # noqa: PLC0415 - imported at first use

    from edgewise.core.tables import ITEMS, TEXTS  # noqa: PLC0415 - as above
    from edgewise.text.reading import READING_VERSION  # noqa: PLC0415 - as above
    from edgewise.text.visible_text import PARSER_VERSION  # noqa: PLC0415 - as above

    mine = pl.col("accession") == str(accession)
    with reading():
        rows = lake.read(TEXTS, where=mine & (pl.col("parser_version") == PARSER_VERSION)).sort("sequence")
        items = lake.read(ITEMS, where=mine & (pl.col("parser_version") == READING_VERSION))
        texts = [_text(documents, sha256) for sha256 in rows["text_sha256"]]
    if rows.is_empty():
        raise NotFound(
            f"no text of filing {accession} is stored here",
            advice=f"Bring it in: edgewise filings ingest, then edgewise filings parse; or send its text. "
            f"See how far it has come: edgewise filings show {accession}.",
        )
    parts = [
        Part(row["part"], row["item"], row["text"], row["status"], _codes([row["reasons"]]))
        for row in items.sort("begin").iter_rows(named=True)
        if row["text"]
    ]
    doubts = _codes(rows.filter(pl.col("status") == "suspect")["reasons"])
    return Material(_name([*texts, *(part.text for part in parts)]), texts, parts, doubts)


def document(rooms: ScoringRooms, sha256: str, *, max_bytes: int) -> Material:
    """Return the visible text of a stored document.

    Raises NotFound, TooLarge for one of more than `max_bytes`, and InvalidInput where it has no text.
    """
    from edgewise.text.visible_text import read_text  # noqa: PLC0415 - imported at first use

    documents = rooms.documents
    if documents is None:
        raise NotFound(f"document {sha256} is not stored here", advice=_NO_STORE)
    if not documents.exists(sha256):
        raise NotFound(f"document {sha256} is not stored here", advice="GET /api/filings/{accession} names documents.")
    read = read_text(documents.get(sha256, max_bytes=max_bytes))
    if read.status == "absent":
        raise InvalidInput(
            f"document {sha256} has no text to score: {', '.join(read.reasons)}",
            advice="Name a document with words.",
            reason="no_text",
        )
    return Material(_name([read.text]), [read.text], reasons=read.reasons)


def _text(documents: DocumentStore, sha256: str) -> str:
    try:
        return documents.get(sha256).decode()
    except UnicodeDecodeError as error:
        raise Unusable(f"text {sha256} is not UTF-8") from error


def _name(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8))
        digest.update(text.encode())
    return digest.hexdigest()


def _codes(told: Iterable[str | None]) -> tuple[str, ...]:
    """Return the different reason codes of comma-separated lists, sorted."""
    return tuple(sorted({code for codes in told if codes for code in codes.split(",")}))
