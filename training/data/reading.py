"""Labels that were made by reading: tables of labels without sentences, joined with the sentences where they stand.

A table names each sentence by document, sequence, place and fingerprint. Who has the documents gets the sentences back
by the code that reads documents; a sentence that is no longer found is an error, not a loss.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import SchemaMismatch
from training.data.home import SENTENCES, filing_sentences
from training.data.labelled import NEGATIVE, NEUTRAL, POSITIVE, fingerprint, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = {"P": POSITIVE, "N": NEGATIVE, "0": NEUTRAL}
FOLDER = Path(__file__).with_name("labels")
TABLE = pl.Schema(
    {
        "document": pl.String(),  # accession, or id of a call
        "sequence": pl.Int64(),  # 0 for a call
        "place": pl.Int64(),
        "fingerprint": pl.String(),
        "label": pl.String(),  # P, N or 0
        "doubtful": pl.Boolean(),  # the reader hesitated between two labels
        "pass": pl.Int64(),  # 1 and 2 were read apart; 3 settles what they said differently
    }
)
CALLS = "market/transcripts/maec_sp1500_2015_2018.parquet"
DOUBTFUL_WEIGHT = 0.5
_SENTENCE = ("document", "sequence", "place", "fingerprint")
_SHOWN = 3


def read_table(file: Path) -> pl.DataFrame:
    """Return a table of labels. Raises SchemaMismatch for other labels and a sentence twice in a pass."""
    table = pl.read_csv(file, separator="\t", schema=TABLE)
    twice = table.select(*_SENTENCE, "pass").is_duplicated().sum()
    if twice or not table["label"].is_in(list(LABELS)).all():
        raise SchemaMismatch(f"{file.name} has {twice} rows twice, or labels other than P, N, 0")
    return table


def settled(table: pl.DataFrame) -> pl.DataFrame:
    """Return one row per sentence: the label of its last pass; doubtful if a pass was or the passes differ."""
    return (
        table.sort("pass")
        .group_by(_SENTENCE, maintain_order=True)
        .agg(
            pl.col("label").last(),
            doubtful=pl.col("doubtful").any() | (pl.col("label").n_unique() > 1),
            passes=pl.col("pass").n_unique(),
        )
    )


def of_filings(file: Path, home: Path, *, doubtful: float = DOUBTFUL_WEIGHT) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return labelled sentences of filings, and how many there are and how many of them are doubtful.

    doubtful: weight of a doubtful label; 0 leaves it out.
    """
    table = settled(read_table(file))
    found = with_sentences(table, filing_sentences(home, set(table["document"])))
    return _labelled(found, "filings", doubtful)


def of_calls(file: Path, folder: Path, *, doubtful: float = DOUBTFUL_WEIGHT) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return labelled sentences of calls; as `of_filings`."""
    table = settled(read_table(file))
    return _labelled(with_sentences(table, call_sentences(folder, table["document"].to_list())), "calls", doubtful)


def call_sentences(folder: Path, calls: Sequence[str]) -> pl.DataFrame:
    """Return the sentences of these calls as `SENTENCES`: their id as accession, their symbol as company."""
    chosen = pl.read_parquet(folder / CALLS).filter(pl.col("call_id").is_in(list(set(calls)))).sort("call_id")
    rows = [
        (row["call_id"], 0, place, row["ticker"], sentence, fingerprint(sentence))
        for row in chosen.iter_rows(named=True)
        for place, sentence in enumerate(row["sentences"])
    ]
    return pl.DataFrame(rows, schema=SENTENCES, orient="row")


def with_sentences(table: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """Return a settled table with the columns company and sentence.

    A sentence is looked for in its document by fingerprint; of equal ones the nearest to its place is taken.
    Raises SchemaMismatch, naming some, where a document or a sentence of it is no longer found.
    """
    named = sentences.rename({"accession": "document", "place": "stands_at"})
    joined = (
        table.with_row_index("row")
        .join(named, on=("document", "sequence", "fingerprint"), how="left")
        .sort("row", (pl.col("stands_at") - pl.col("place")).abs(), nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
    )
    lost = joined.filter(pl.col("sentence").is_null())
    if lost.height:
        some = ", ".join(f"{a} {s}/{p}" for a, s, p in lost.select(_SENTENCE[:3]).head(_SHOWN).iter_rows())
        raise SchemaMismatch(
            f"{lost.height} of {table.height} labelled sentences do not stand in their documents: {some}",
            advice="The archive is another one, or sentences are cut in other places now: label them anew.",
        )
    return joined.drop("row", "stands_at")


def _labelled(found: pl.DataFrame, source: str, doubtful: float) -> tuple[pl.DataFrame, dict[str, int]]:
    kept = found.filter(~pl.col("doubtful")) if doubtful == 0 else found
    frame = labelled(
        (row["sentence"], LABELS[row["label"]], source, f"company:{row['company']}", doubtful if row["doubtful"] else 1)
        for row in kept.iter_rows(named=True)
    )
    return frame, {"read": found.height, "doubtful": int(found["doubtful"].sum())}
