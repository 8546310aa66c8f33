"""Score parsed filings: the tone of each filing's whole text and of each of its items, by the model behind the port."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.errors import Unusable
from edgewise.core.ports import FilingState
from edgewise.core.tables import FILING_TONE, ITEMS, TEXTS
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.stages import Stage
from edgewise.text.reading import READING_VERSION
from edgewise.text.visible_text import PARSER_VERSION
from edgewise.text.whole_filing import MIN_WORDS, whole_filing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edgewise.core.ports import Executor, FilingWork, ToneModel
    from edgewise.lake import DocumentStore, Lake

    Rows = list[dict[str, Any]]

WHOLE_FILING = "all"
_READ_ITEMS = ("ok", "suspect")
_OF_AN_ITEM = ["accession", "part", "item", "status", "reasons", "text", "document_sha256", "known_at"]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One filing to score: the rows of its texts, the texts, and the rows of the items that were read of it."""

    work: FilingWork
    rows: Rows
    texts: list[str]
    items: Rows


def score_stage(lake: Lake, documents: DocumentStore, model: ToneModel, executor: Executor) -> Stage[pl.DataFrame]:
    """Return the stage that scores the tone of parsed filings."""
    return Stage(
        name="score",
        takes=FilingState.PARSED,
        gives=FilingState.SCORED,
        prepare=partial(_score_all, lake, documents, model, executor),
        commit=partial(_commit, lake),
        forms=FORMS_WITH_WORDS,
    )


def item_name(part: str, item: str) -> str:
    """Return how `filing_tone` names an item: 'I 2', or '2.02' where the form has no parts."""
    return f"{part} {item}".strip()


def _score_all(
    lake: Lake, documents: DocumentStore, model: ToneModel, executor: Executor, works: Sequence[FilingWork]
) -> Iterator[pl.DataFrame | Exception]:
    # A model that fails its self test raises here and ends the run; asked in the workers, it would fail every filing.
    model.score([])
    accessions = [str(work.accession) for work in works]
    within = pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions)))
    texts = lake.read(TEXTS, where=within & (pl.col("parser_version") == PARSER_VERSION))
    with_text = pl.col("status").is_in(_READ_ITEMS) & pl.col("text").is_not_null()
    items = lake.read(
        ITEMS,
        columns=[*_OF_AN_ITEM, "parser_version"],
        where=within & (pl.col("parser_version") == READING_VERSION) & with_text,
    )
    texts_of, items_of = _by_accession(texts, "sequence"), _by_accession(items.select(_OF_AN_ITEM), "part", "item")
    loaded = (
        _load(documents, work, texts_of.get(work.accession, []), items_of.get(work.accession, [])) for work in works
    )
    yield from executor.map(partial(_score, model), loaded)


def _by_accession(rows: pl.DataFrame, *order: str) -> dict[str, Rows]:
    groups = rows.sort(order).partition_by("accession", as_dict=True, maintain_order=True)
    return {str(key[0]): group.to_dicts() for key, group in groups.items()}


def _load(documents: DocumentStore, work: FilingWork, rows: Rows, items: Rows) -> _Loaded | Exception:
    if not rows:
        return Unusable(
            f"{work.accession} has no document with words",
            advice="Look at it: edgewise filings show",
            reason="no_words",
        )
    try:
        return _Loaded(work, rows, [documents.get(row["text_sha256"]).decode() for row in rows], items)
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _score(model: ToneModel, loaded: _Loaded | Exception) -> pl.DataFrame | Exception:
    """Score one filing; runs in a worker. Its texts and items are asked for together: they share their sentences."""
    if isinstance(loaded, Exception):
        return loaded
    try:
        scores = model.score([*loaded.texts, *(item["text"] for item in loaded.items)])
        whole = whole_filing(scores.head(len(loaded.texts))).row(0, named=True)
        rows = [_whole_row(loaded, whole)]
        of_items = scores.tail(len(loaded.items)).iter_rows(named=True)
        rows += [_item_row(item, said) for item, said in zip(loaded.items, of_items, strict=True)]
        shared = {"model_version": model.version, "form": loaded.work.form}
        return FILING_TONE.frame([shared | row for row in rows])
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _whole_row(loaded: _Loaded, scores: Mapping[str, Any]) -> dict[str, object]:
    return {
        "accession": str(loaded.work.accession),
        "item": WHOLE_FILING,
        **_told(scores, loaded.rows),
        "inputs": ",".join(row["text_sha256"] for row in loaded.rows),
        "known_at": max(row["known_at"] for row in loaded.rows),
    }


def _item_row(item: Mapping[str, Any], scores: Mapping[str, Any]) -> dict[str, object]:
    return {
        "accession": item["accession"],
        "item": item_name(item["part"], item["item"]),
        **_told(scores, [item]),
        "inputs": item["document_sha256"],
        "known_at": item["known_at"],
    }


def _told(scores: Mapping[str, Any], read: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return scores with their status: doubts about any text carry over, few words are a doubt too."""
    if not scores["words"]:
        reason = "only_boilerplate" if scores["boilerplate_words"] else "no_words"
        return {**scores, "status": "absent", "reasons": reason}
    doubtful = [row["reasons"] or "suspect" for row in read if row["status"] == "suspect"]
    reasons = sorted({code for codes in doubtful for code in codes.split(",")})
    if scores["words"] < MIN_WORDS:
        reasons.append("few_words")
    return {**scores, "status": "suspect" if reasons else "ok", "reasons": ",".join(reasons) or None}


def _commit(lake: Lake, frames: Sequence[pl.DataFrame]) -> None:
    lake.upsert(FILING_TONE, pl.concat(frames))
