"""Risk factors with their categories: written by us, and real ones labelled by reading.

The labels of real ones stand without text: filing, ordinal and a fingerprint of the heading. Who has the archive gets
heading and body back from the `risk_factors` table; a factor that is not found, or says something else, is an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import SchemaMismatch
from edgewise.core.tables import FILINGS, RISK_FACTORS
from edgewise.lake import Lake
from edgewise.text.reading import READING_VERSION
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from training.data.labelled import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection

WRITTEN = Path(__file__).with_name("written_risk_factors.tsv")
LABELS = Path(__file__).with_name("labels") / "risk_factors.training.tsv"
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
    acceptable = labels["acceptable"].fill_null("").str.split(",").list.eval(pl.element().filter(pl.element() != ""))
    _check(pl.concat([labels["category"], acceptable.explode().drop_nulls()]), file)
    found = labels.with_columns(acceptable=acceptable).join(
        _factors(home, set(labels["document"])), on=("document", "ordinal"), how="left", maintain_order="left"
    )
    lost = found.filter(pl.col("heading").is_null() | (pl.col("fingerprint") != pl.col("said")))
    if lost.height:
        names = ", ".join(
            f"{document} {ordinal}" for document, ordinal in lost.select("document", "ordinal").head(3).iter_rows()
        )
        raise SchemaMismatch(f"{lost.height} of {labels.height} labelled risk factors are not found, as {names}")
    return found.select(FACTORS.names())


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
