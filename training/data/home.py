"""The sentences of real filings, read from the archive by the code that reads every filing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl

from edgewise.adapters.disk import DiskBlobStore
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import FILINGS, TEXTS
from edgewise.lake import DocumentStore, Lake
from edgewise.text.boilerplate import prose
from edgewise.text.words import sentences
from training.data.labelled import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

ARCHIVE, CATALOGUE = "sec.zip", "sec.MANIFEST.tsv"
SENTENCES = pl.Schema(
    {
        "accession": pl.String(),
        "sequence": pl.Int64(),
        "place": pl.Int64(),  # from 0 among the sentences of the document's prose
        "company": pl.String(),  # CIK of the filing
        "sentence": pl.String(),
        "fingerprint": pl.String(),
    }
)


def open_home(home: Path, folder: Path) -> Path:
    """Return a home with the archive's filings parsed, made by two commands if it is not there (minutes).

    home:   folder of lake and documents, as EDGEWISE_HOME is.
    folder: real data; holds sec.zip.
    Raises InvalidInput where there is neither a home nor an archive.
    """
    if (home / "lake" / "texts").is_dir():
        return home
    if not (folder / ARCHIVE).is_file():
        raise InvalidInput(f"no filings in {home} and no {ARCHIVE} in {folder}", advice="Name it in data.folder.")
    environment = os.environ | {
        "EDGEWISE_HOME": str(home.absolute()),
        "EDGEWISE_EDGAR": f"archive://{(folder / ARCHIVE).absolute()}",
        "EDGEWISE_EDGAR_CATALOGUE": str((folder / CATALOGUE).absolute()),
    }
    for verb in (("ingest", "--source", "walk"), ("parse",)):
        # Status 1 tells of filings that failed, which the archive holds some of; what is missing is found by name.
        done = subprocess.run([sys.executable, "-m", "edgewise", "filings", *verb], env=environment, check=False)  # noqa: S603 - our own command
        if done.returncode not in {0, 1}:
            raise InvalidInput(f"edgewise filings {verb[0]} ended with status {done.returncode}")
    return home


def filing_sentences(home: Path, accessions: Collection[str] | None = None) -> pl.DataFrame:
    """Return the sentences of the prose of these filings, or all, as `SENTENCES`; sorted, white space single."""
    lake, documents = Lake(str(home / "lake")), DocumentStore(DiskBlobStore(str(home / "documents")))
    where = None if accessions is None else pl.col("accession").is_in(list(accessions))
    texts = lake.read(TEXTS, where=where).sort("accession", "sequence")
    companies = dict(lake.read(FILINGS, where=where).group_by("accession").agg(pl.col("cik").min()).iter_rows())
    rows = [
        (row["accession"], row["sequence"], place, str(companies[row["accession"]]), sentence, fingerprint(sentence))
        for row in texts.iter_rows(named=True)
        for place, sentence in enumerate(sentences_of(documents.get(row["text_sha256"]).decode()))
    ]
    return pl.DataFrame(rows, schema=SENTENCES, orient="row")


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a document's prose, in order."""
    for sentence in sentences("\n".join(prose(text).paragraphs)):
        yield " ".join(sentence.split())
