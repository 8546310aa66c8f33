"""Parse fetched filings: the visible text of the documents that carry a filing's message.

Those are the document of the filing's own form and the exhibits that companies use to say the rest: the annual report
to shareholders (EX-13) and the press release (EX-99).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, TEXTS
from edgewise.pipelines.stages import Stage
from edgewise.text.visible_text import PARSER_VERSION, ReadText, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.core.ports import Executor, FilingWork
    from edgewise.lake import DocumentStore, Lake

FORMS_WITH_WORDS: tuple[str, ...] = tuple(
    form + amended
    for form in (
        "10-K",
        "10-K405",
        "10-KSB",
        "10-KSB40",
        "10-K405T",
        "10-KT",
        "10-Q",
        "10-QSB",
        "10-QT",
        "8-K",
        "8-K12B",
        "20-F",
        "6-K",
    )
    for amended in ("", "/A")
)
EXHIBITS_WITH_WORDS = ("EX-13", "EX-99")
_WRITERS = 4


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document to read, with all that a worker process needs."""

    row: dict[str, object]
    body: bytes


def parse_stage(lake: Lake, documents: DocumentStore, executor: Executor) -> Stage[pl.DataFrame]:
    """Return the stage that turns fetched filings of forms with words into text."""
    return Stage(
        name="parse",
        takes=FilingState.FETCHED,
        gives=FilingState.PARSED,
        prepare=partial(_parse_all, lake, documents, executor),
        commit=partial(_commit, lake),
        forms=FORMS_WITH_WORDS,
    )


def _parse_all(
    lake: Lake, documents: DocumentStore, executor: Executor, works: Sequence[FilingWork]
) -> Iterator[pl.DataFrame | Exception]:
    rows = documents_with_words(lake, works)
    by_accession = {str(key[0]): group for key, group in rows.partition_by("accession", as_dict=True).items()}
    loaded = (_load(documents, by_accession.get(work.accession)) for work in works)
    # A few threads store: their time goes to compressing and to the disk, both outside the GIL.
    with ThreadPoolExecutor(_WRITERS, thread_name_prefix="store") as threads:
        yield from threads.map(partial(_store, documents), executor.map(_read_filing, loaded))


def documents_with_words(lake: Lake, works: Sequence[FilingWork]) -> pl.DataFrame:
    """Return the `documents` rows of these filings that carry their message, in order."""
    accessions = [str(work.accession) for work in works]
    own = pl.DataFrame({"accession": accessions, "form": [work.form for work in works]})
    rows = lake.read(DOCUMENTS, where=pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions))))
    kind = pl.col("document_type")
    bare_form = pl.col("form").str.strip_suffix("/A")
    return (
        rows.join(own, on="accession")
        .filter(
            (kind.str.strip_suffix("/A") == bare_form)
            | pl.any_horizontal(kind.str.starts_with(exhibit) for exhibit in EXHIBITS_WITH_WORDS)
            | (pl.col("sequence") == 1)
        )
        .drop("form")
        .sort("accession", "sequence")
    )


def _load(documents: DocumentStore, rows: pl.DataFrame | None) -> list[RawDocument] | Exception:
    if rows is None:
        return []
    try:
        return [RawDocument(row, documents.get(str(row["sha256"]))) for row in rows.iter_rows(named=True)]
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _read_filing(loaded: list[RawDocument] | Exception) -> list[tuple[dict[str, object], ReadText]] | Exception:
    """Read the documents of one filing; runs in a worker."""
    if isinstance(loaded, Exception):
        return loaded
    try:
        return [(document.row, _read(document)) for document in loaded]
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _read(document: RawDocument) -> ReadText:
    return read_text(
        document.body,
        document_type=str(document.row["document_type"]),
        file_name=str(document.row["file_name"] or ""),
    )


def _store(
    documents: DocumentStore, read: list[tuple[dict[str, object], ReadText]] | Exception
) -> pl.DataFrame | Exception:
    if isinstance(read, Exception):
        return read
    try:
        return TEXTS.frame([_text_row(row, text, documents.put(text.text.encode())) for row, text in read])
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _text_row(row: dict[str, object], read: ReadText, text_sha256: str) -> dict[str, object]:
    return {
        "accession": row["accession"],
        "sequence": row["sequence"],
        "parser_version": PARSER_VERSION,
        "document_sha256": row["sha256"],
        "text_sha256": text_sha256,
        "characters": len(read.text),
        "status": read.status,
        "reasons": ",".join(read.reasons) or None,
        "known_at": row["known_at"],
    }


def _commit(lake: Lake, frames: Sequence[pl.DataFrame]) -> None:
    lake.upsert(TEXTS, pl.concat(frames))
