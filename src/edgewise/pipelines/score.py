"""Score parsed filings: the tone of each filing's whole text, by the model behind the port."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import Unusable
from edgewise.core.ports import FilingState
from edgewise.core.tables import FILING_TONE, TEXTS
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.stages import Stage
from edgewise.text.visible_text import PARSER_VERSION
from edgewise.text.whole_filing import whole_filing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.core.ports import Executor, FilingWork, ToneModel
    from edgewise.lake import DocumentStore, Lake

WHOLE_FILING = "all"
MIN_WORDS = 30


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


def _score_all(
    lake: Lake, documents: DocumentStore, model: ToneModel, executor: Executor, works: Sequence[FilingWork]
) -> Iterator[pl.DataFrame | Exception]:
    accessions = [str(work.accession) for work in works]
    rows = lake.read(
        TEXTS,
        where=pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions)))
        & (pl.col("parser_version") == PARSER_VERSION),
    )
    by_accession = {
        str(key[0]): group.sort("sequence") for key, group in rows.partition_by("accession", as_dict=True).items()
    }
    loaded = (_load(documents, work, by_accession.get(work.accession)) for work in works)
    yield from executor.map(partial(_score, model), loaded)


def _load(
    documents: DocumentStore, work: FilingWork, rows: pl.DataFrame | None
) -> tuple[FilingWork, pl.DataFrame, list[str]] | Exception:
    if rows is None:
        return Unusable(
            f"{work.accession} has no document with words",
            advice="Look at it: edgewise filings show",
            reason="no_words",
        )
    try:
        texts = [documents.get(sha256).decode() for sha256 in rows["text_sha256"]]
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error
    return work, rows, texts


def _score(
    model: ToneModel, loaded: tuple[FilingWork, pl.DataFrame, list[str]] | Exception
) -> pl.DataFrame | Exception:
    """Score one filing; runs in a worker."""
    if isinstance(loaded, Exception):
        return loaded
    work, rows, texts = loaded
    try:
        scores = whole_filing(model.score(texts)).row(0, named=True)
        return FILING_TONE.frame([_tone_row(model, work, rows, scores)])
    except Exception as error:  # noqa: BLE001 - becomes a failed row
        return error


def _tone_row(model: ToneModel, work: FilingWork, rows: pl.DataFrame, scores: dict[str, object]) -> dict[str, object]:
    status, reasons = _status(rows, scores)
    return {
        "accession": str(work.accession),
        "item": WHOLE_FILING,
        "model_version": model.version,
        "form": work.form,
        **scores,
        "status": status,
        "reasons": ",".join(reasons) or None,
        "inputs": ",".join(rows["text_sha256"]),
        "known_at": rows["known_at"].max(),
    }


def _status(rows: pl.DataFrame, scores: dict[str, object]) -> tuple[str, list[str]]:
    """Return the status of a score and its reasons: doubts about any text carry over, few words are a doubt too."""
    if not scores["words"]:
        return "absent", ["only_boilerplate" if scores["boilerplate_words"] else "no_words"]
    doubtful = rows.filter(pl.col("status") == "suspect")["reasons"].drop_nulls()
    reasons = sorted({reason for text in doubtful for reason in text.split(",")})
    if int(str(scores["words"])) < MIN_WORDS:
        reasons.append("few_words")
    return ("suspect", reasons) if reasons else ("ok", [])


def _commit(lake: Lake, frames: Sequence[pl.DataFrame]) -> None:
    lake.upsert(FILING_TONE, pl.concat(frames))
