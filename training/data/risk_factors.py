"""Risk factors with their categories: written by us, and real ones labelled by reading.

The labels of real ones stand without text: where the factor is, and a fingerprint of its heading. Who has the shared
data gets heading and body back; a factor that is not found, or says something else, is an error. There are two files:

    risk_factors.training.tsv    filings of a home, by accession and ordinal: the `risk_factors` table
    risk_factors.documents.tsv   a file of sec.zip by its path and our reader's ordinal; or an Item 1A of the sample of
                                 items by its file name and the line of the heading, which with `run_in` is the line's
                                 first sentence. There a body goes on to the next factor.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NotFound, SchemaMismatch
from edgewise.core.tables import FILINGS, RISK_FACTORS
from edgewise.lake import Lake
from edgewise.text.reading import READING_VERSION, read_filing
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from edgewise.text.risk_factors import read_risk_factors
from edgewise.text.words import sentences
from training.data.home import ARCHIVE
from training.data.labelled import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from edgewise.text.risk_factors import RiskFactor

WRITTEN = Path(__file__).with_name("written_risk_factors.tsv")
LABELS = Path(__file__).with_name("labels") / "risk_factors.training.tsv"
DOCUMENTS = Path(__file__).with_name("labels") / "risk_factors.documents.tsv"
ITEMS = "market/riskfactors/edgar_crawler_10k_items_sample.parquet"
# The documents of sec.zip that are labelled carry no date; all are annual reports of a time when Item 1A stood in them.
_READ_AS = ("10-K", date(2024, 1, 1))
FACTORS = pl.Schema(
    {
        "category": pl.String(),  # of the taxonomy, or other
        "heading": pl.String(),
        "body": pl.String(),
        "acceptable": pl.List(pl.String()),  # categories that a sensible reader could have chosen as well
        "group": pl.String(),  # company: never on both sides of a split
    }
)
_WRITTEN = pl.Schema({name: FACTORS[name] for name in ("category", "heading", "body")})
_TABLE = pl.Schema(
    {
        "document": pl.String(),
        "ordinal": pl.Int64(),
        "fingerprint": pl.String(),
        "category": pl.String(),
        "acceptable": pl.String(),  # separated by commas; empty for none
        "pass": pl.Int64(),
    }
)
_PLACED = pl.Schema({**_TABLE, "run_in": pl.Int64()})  # 1 where the heading is the first sentence of its line
_FOUND = pl.Schema(
    {
        "document": pl.String(),
        "ordinal": pl.Int64(),
        "heading": pl.String(),
        "body": pl.String(),
        "group": pl.String(),
        "said": pl.String(),  # fingerprint of the heading as it is found
    }
)


def written(file: Path = WRITTEN) -> pl.DataFrame:
    """Return the factors that we wrote, as `FACTORS`; each is a group of its own.

    Raises SchemaMismatch for a category that the taxonomy lacks, or a row without heading or body.
    """
    rows = pl.read_csv(file, separator="\t", has_header=False, schema=_WRITTEN, quote_char=None)
    _check(rows["category"], file)
    if rows.null_count().sum_horizontal().item():
        raise SchemaMismatch(f"{file.name} has rows without category, heading or body")
    groups = [f"written:{fingerprint(heading + body)}" for heading, body in rows.select("heading", "body").iter_rows()]
    return rows.with_columns(
        acceptable=pl.lit([], dtype=FACTORS["acceptable"]), group=pl.Series(groups, dtype=pl.String)
    )


def of_filings(home: Path, file: Path = LABELS) -> pl.DataFrame:
    """Return the labelled factors of filings in a home, as `FACTORS`, in the order of the file; group is the CIK.

    Raises SchemaMismatch for an unknown category, and where a factor is not found by number and fingerprint.
    """
    labels = pl.read_csv(file, separator="\t", schema=_TABLE)
    return _joined(labels, _factors(home, set(labels["document"])), file)


def of_documents(folder: Path, file: Path = DOCUMENTS) -> pl.DataFrame:
    """Return the labelled factors of documents of the shared data, as `FACTORS`, in the order of the file.

    folder: holds sec.zip and market/. group: the CIK, or the document where nobody says one.
    Raises NotFound for a document that neither has, SchemaMismatch as `of_filings`.
    """
    labels = pl.read_csv(file, separator="\t", schema=_PLACED)
    wanted = labels.partition_by("document", as_dict=True, maintain_order=True)
    of_items = dict(_sample(folder).select("file", "item_1A").iter_rows())
    ciks = dict(_sample(folder).select("file", "cik").iter_rows())
    rows: list[tuple[str, int, str, str, str, str]] = []
    with zipfile.ZipFile(folder / ARCHIVE) as archive:
        for (name,), own in wanted.items():
            document = str(name)
            if document in of_items:
                cut = _cut_lines(of_items[document], list(own.select("ordinal", "run_in").iter_rows()))
                rows += [(document, *factor, ciks[document], fingerprint(factor[1])) for factor in cut]
            else:
                rows += [
                    (document, one.ordinal, one.heading, one.body, _cik(document), fingerprint(one.heading))
                    for one in _read(archive, document)
                ]
    return _joined(labels, pl.DataFrame(rows, schema=_FOUND, orient="row"), file)


def _joined(labels: pl.DataFrame, factors: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Return labels with the texts they stand for, as `FACTORS`. Raises SchemaMismatch, as `of_filings` says."""
    acceptable = labels["acceptable"].fill_null("").str.split(",").list.eval(pl.element().filter(pl.element() != ""))
    _check(pl.concat([labels["category"], acceptable.explode().drop_nulls()]), file)
    found = labels.with_columns(acceptable=acceptable).join(
        factors, on=("document", "ordinal"), how="left", maintain_order="left"
    )
    lost = found.filter(pl.col("heading").is_null() | (pl.col("fingerprint") != pl.col("said")))
    if lost.height:
        names = ", ".join(
            f"{document} {ordinal}" for document, ordinal in lost.select("document", "ordinal").head(3).iter_rows()
        )
        raise SchemaMismatch(f"{lost.height} of {labels.height} labelled risk factors are not found, as {names}")
    return found.select(FACTORS.names())


def _sample(folder: Path) -> pl.DataFrame:
    """Return file, cik and item_1A of the sample of items. Raises NotFound where it is not there."""
    if not (folder / ITEMS).is_file():
        raise NotFound(f"no {ITEMS} in {folder}", advice="Name the shared data in data.folder.")
    return pl.read_parquet(folder / ITEMS, columns=["file", "cik", "item_1A"])


def _cut_lines(item: str, headings: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str, str]]:
    """Yield line, heading and body of the factors of an item; headings: line and whether it runs in, in order."""
    lines = [line.strip() for line in item.split("\n")]
    for (line, run_in), (end, _) in pairwise([*headings, (len(lines), 0)]):
        heading = sentences(lines[line])[0] if run_in and line < len(lines) else "".join(lines[line : line + 1])
        rest = "".join(lines[line : line + 1]).removeprefix(heading)
        yield line, heading, "\n".join(filter(None, [rest.strip(), *lines[line + 1 : end]]))


def _read(archive: zipfile.ZipFile, document: str) -> Iterator[RiskFactor]:
    """Yield the risk factors our reader finds in a file of the archive. Raises NotFound where it is not there."""
    if document not in archive.NameToInfo:
        raise NotFound(f"{document} is neither in {ARCHIVE} nor in {ITEMS}")
    body = archive.read(document)
    filing = read_filing(body, form=_READ_AS[0], filed=_READ_AS[1], file_name=document.rpartition("/")[2])
    for item in filing.items:
        if item.item == "1A" and item.begin >= 0:
            yield from read_risk_factors(filing.document, item.first_block + 1, item.last_block, body=body).factors


def _cik(document: str) -> str:
    found = re.search(r"/edgar/data/(\d+)/", document)
    return found[1] if found else document


def _factors(home: Path, accessions: Collection[str]) -> pl.DataFrame:
    lake = Lake(str(home / "lake"))
    where = pl.col("accession").is_in(list(accessions))
    companies = lake.read(FILINGS, where=where).group_by("accession").agg(group=pl.col("cik").min().cast(pl.String))
    factors = lake.read(RISK_FACTORS, where=where & (pl.col("parser_version") == READING_VERSION))
    named = factors.join(companies, on="accession").select(
        "ordinal", "heading", "group", document="accession", body=pl.col("body").fill_null("")
    )
    said = pl.Series("said", [fingerprint(heading) for heading in named["heading"]], dtype=pl.String)
    return named.with_columns(said, pl.col("ordinal").cast(pl.Int64))


def _check(categories: pl.Series, file: Path) -> None:
    known = {category.id for family in taxonomy().families for category in family.categories} | {OTHER}
    if unknown := set(categories) - known:
        raise SchemaMismatch(
            f"{file.name} has categories that the taxonomy lacks: {', '.join(map(str, sorted(unknown)))}"
        )
