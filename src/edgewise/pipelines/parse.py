"""Parse fetched filings: the visible text of the documents that carry a filing's message, and what it is made of.

Those are the document of the filing's own form and the exhibits that companies use to say the rest: the annual report
to shareholders (EX-13) and the press release (EX-99). The filing's own document is also read as items and single risk
factors, and those are compared with the year before (`changes`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, ITEMS, RISK_FACTORS, TEXTS
from edgewise.pipelines.changes import compare
from edgewise.pipelines.filing_text import OwnDocument, Rows, text_rows, unread_rows
from edgewise.pipelines.stages import Stage, StageReport, failure_of, run_batch
from edgewise.text.forms.declared import declared
from edgewise.text.reading import READING_VERSION, read_filing
from edgewise.text.visible_text import PARSER_VERSION, ReadText, read_text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.core.ports import Executor, FilingLedger, FilingWork, RiskCategoryModel
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
class RawFiling:
    """A filing to read, with all that a worker process needs: its documents, and which of them is its own."""

    work: FilingWork
    documents: list[tuple[dict[str, object], bytes]]
    own: int | None
    filed: date | None = None


@dataclass(frozen=True, slots=True)
class ReadFiling:
    """What a worker read: the texts with the rows of their documents, and the rows of items and risk factors."""

    texts: list[tuple[dict[str, object], ReadText]] = field(default_factory=list)
    items: Rows = field(default_factory=list)
    risk_factors: Rows = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ParsedFiling:
    """The rows of one filing whose texts are in the document store."""

    texts: Rows
    items: Rows
    risk_factors: Rows


def parse_stage(
    lake: Lake, documents: DocumentStore, categories: RiskCategoryModel, executor: Executor
) -> Stage[ParsedFiling]:
    """Return the stage that turns fetched filings of forms with words into text, items, risk factors and changes."""
    return Stage(
        name="parse",
        takes=FilingState.FETCHED,
        gives=FilingState.PARSED,
        prepare=partial(_parse_all, lake, documents, categories, executor),
        commit=partial(_commit, lake, executor),
        forms=FORMS_WITH_WORDS,
    )


def parse_again(
    stage: Stage[ParsedFiling],
    lake: Lake,
    ledger: FilingLedger,
    clock: Clock,
    *,
    batch: int = 64,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> StageReport:
    """Run the parse stage over filings that an older version parsed, at most `limit`; return what came of them.

    How far they have come stays as it is. Arguments and errors as of `stages.run_stage`.
    """
    report = StageReport(stage.name)
    for state in (FilingState.PARSED, FilingState.SCORED):
        after = ""
        while works := ledger.pending(state, limit=batch, after=after, forms=stage.forms):
            after = works[-1].accession
            old = outdated(lake, works)[: None if limit is None else limit - report.done - report.failed]
            if old:
                done, failures = run_batch(stage, old, ledger, clock)
                report.count(len(done), failures)
                on_progress(len(old))
    return report


def outdated(lake: Lake, works: Sequence[FilingWork]) -> list[FilingWork]:
    """Return those of these parsed filings whose texts or items are not of the present versions."""
    accessions = [str(work.accession) for work in works]
    within = pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions)))
    texts = lake.read(TEXTS, columns=["accession"], where=within & (pl.col("parser_version") == PARSER_VERSION))
    items = lake.read(ITEMS, columns=["accession"], where=within & (pl.col("parser_version") == READING_VERSION))
    with_text, with_items = set(texts["accession"]), set(items["accession"])
    return [
        work
        for work in works
        if work.accession not in with_text
        or (work.accession not in with_items and work.form.removesuffix("/A") in declared())
    ]


def _parse_all(
    lake: Lake,
    documents: DocumentStore,
    categories: RiskCategoryModel,
    executor: Executor,
    works: Sequence[FilingWork],
) -> Iterator[ParsedFiling | Exception]:
    rows = documents_with_words(lake, works)
    by_accession = {str(key[0]): group for key, group in rows.partition_by("accession", as_dict=True).items()}
    loaded = (_load(documents, work, by_accession.get(work.accession)) for work in works)
    # A few threads store: their time goes to compressing and to the disk, both outside the GIL.
    with ThreadPoolExecutor(_WRITERS, thread_name_prefix="store") as threads:
        yield from threads.map(partial(_store, documents), executor.map(partial(_read_filing, categories), loaded))


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


def _load(documents: DocumentStore, work: FilingWork, rows: pl.DataFrame | None) -> RawFiling | Exception:
    if rows is None:
        return RawFiling(work, [], None)
    try:
        named = list(rows.iter_rows(named=True))
        bodies = [documents.get(str(row["sha256"])) for row in named]
        filed = work.filed_date or named[0]["known_at"].astimezone(NEW_YORK).date()
        return RawFiling(work, list(zip(named, bodies, strict=True)), _own(work.form, named), filed)
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _own(form: str, rows: Sequence[dict[str, object]]) -> int:
    """Return the place of the document of the filing's own form, the first document if none is called so."""
    bare = form.removesuffix("/A")
    named = (n for n, row in enumerate(rows) if str(row["document_type"]).removesuffix("/A") == bare)
    return next(named, 0)


def _read_filing(categories: RiskCategoryModel, raw: RawFiling | Exception) -> ReadFiling | Exception:
    """Read the documents of one filing, each once; runs in a worker."""
    if isinstance(raw, Exception):
        return raw
    try:
        if raw.own is None or raw.filed is None:
            return ReadFiling()
        row, body = raw.documents[raw.own]
        own, items, factors = _read_own(OwnDocument(row, body, raw.work.form, raw.filed), raw.work, categories)
        others = ((place, row, body) for place, (row, body) in enumerate(raw.documents))
        texts = [(row, own if place == raw.own else _read(row, body)) for place, row, body in others]
        return ReadFiling(texts, items, factors)
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _read_own(own: OwnDocument, work: FilingWork, categories: RiskCategoryModel) -> tuple[ReadText, Rows, Rows]:
    """Return text, items and risk factors; where only its text can be read, rows that say so of every item."""
    try:
        filing = read_filing(own.body, form=own.form, filed=own.filed, file_name=str(own.row["file_name"] or ""))
        return text_of(filing.document, len(own.body)), *text_rows(own, filing, categories)
    except Exception as error:  # noqa: BLE001 - becomes rows with a reason
        return _read(own.row, own.body), *unread_rows(own, failure_of(work, error).reason)


def _read(row: Mapping[str, object], body: bytes) -> ReadText:
    return read_text(body, document_type=str(row["document_type"]), file_name=str(row["file_name"] or ""))


def _store(documents: DocumentStore, read: ReadFiling | Exception) -> ParsedFiling | Exception:
    if isinstance(read, Exception):
        return read
    try:
        texts = [_text_row(row, text, documents.put(text.text.encode())) for row, text in read.texts]
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error
    return ParsedFiling(texts, read.items, read.risk_factors)


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


def _commit(lake: Lake, executor: Executor, parsed: Sequence[ParsedFiling]) -> None:
    """Store the rows, items last: whoever sees a filing's items finds its risk factors. Then compare what is new."""
    lake.upsert(TEXTS, TEXTS.frame([row for filing in parsed for row in filing.texts]))
    lake.upsert(RISK_FACTORS, RISK_FACTORS.frame([row for filing in parsed for row in filing.risk_factors]))
    items = ITEMS.frame([row for filing in parsed for row in filing.items])
    lake.upsert(ITEMS, items)
    if items.height:
        compare(lake, executor, items["accession"].unique().to_list())
