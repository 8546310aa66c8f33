"""Insiders' forms, read into `insider_trades`: the stage that parses fetched forms 3, 4 and 5, and the data sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import NoKnownAt, Unparsable
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FILINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.pipelines.stages import Stage
from edgewise.sources.edgar.ownership_datasets import dataset_rows, dataset_tables
from edgewise.sources.edgar.ownership_form import FORMS, parse_ownership_form
from edgewise.sources.edgar.ownership_rows import FiledForm, trade_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from edgewise.core.ports import FilingWork
    from edgewise.lake import DocumentStore, Lake

OWNERSHIP_FORMS: tuple[str, ...] = tuple(form + amended for form in FORMS for amended in ("", "/A"))
_OF_FILING = ("accession", "filed_date", "known_at", "known_at_source", "source_url")


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What came of a quarterly data set: forms and lines stored, and forms that were here already, read from XML.

    refused: what could not be taken, by reason, as `ReadDataset` tells.
    """

    forms: int
    lines: int
    already: int
    refused: dict[str, int]


def insiders_stage(lake: Lake, documents: DocumentStore) -> Stage[FiledForm]:
    """Return the stage that turns fetched forms 3, 4 and 5 into rows of `insider_trades`.

    One that cannot be read becomes a failure with the reason that `parse_ownership_form` gives.
    """
    return Stage(
        name="insiders",
        takes=FilingState.FETCHED,
        gives=FilingState.PARSED,
        prepare=partial(_read_all, lake, documents),
        commit=partial(_commit, lake),
        forms=OWNERSHIP_FORMS,
    )


def ingest_dataset(raw: bytes, lake: Lake, *, source_url: str, issuers: Sequence[int] = ()) -> DatasetReport:
    """Store the forms of a quarterly data set that are not here from their XML, which says more; return the counts.

    issuers: registrant numbers to take the forms about; all if none is named.
    `known_at` is that of the filing where the lake has it. Safe to repeat. Raises what reading the data set raises.
    """
    known = lake.read(FILINGS, columns=["accession", "known_at", "known_at_source"]).unique("accession")
    read = dataset_rows(dataset_tables(raw), known=known, source_url=source_url)
    rows = read.rows.filter(pl.col("issuer_cik").is_in(list(issuers))) if issuers else read.rows
    named = pl.col("accession").is_in(rows["accession"].unique().implode())
    stored = lake.read(INSIDER_TRADES, columns=["accession", "document_sha256"], where=named)
    here = stored.drop_nulls("document_sha256")
    new = rows.join(here, on="accession", how="anti")
    lake.upsert(INSIDER_TRADES, new)
    forms = new["accession"].n_unique()
    already = rows["accession"].n_unique() - forms
    return DatasetReport(forms, new.filter(pl.col("line") > 0).height, already, read.refused)


def trades_of(lake: Lake, issuer: int, *, as_of: datetime | None) -> pl.DataFrame:
    """Return the lines of all forms about an issuer that were known at `as_of` (None: now), each once."""
    return lake.read(INSIDER_TRADES, as_of=as_of, where=pl.col("issuer_cik") == issuer)


def _read_all(lake: Lake, documents: DocumentStore, works: Sequence[FilingWork]) -> Iterator[FiledForm | Exception]:
    filings = _filings(lake, works)
    own = _own_documents(lake, works)
    for work in works:
        yield _read(documents, work, filings.get(work.accession), own.get(work.accession))


def _read(
    documents: DocumentStore, work: FilingWork, filing: Mapping[str, Any] | None, document: Mapping[str, Any] | None
) -> FiledForm | Exception:
    if filing is None:
        return NoKnownAt(f"{work.accession} has no row in filings", advice="Fetch it again.")
    if document is None:
        return Unparsable(f"{work.accession} has no document of form {work.form}", reason="not_xml")
    try:
        form = parse_ownership_form(documents.get(document["sha256"]))
    except Exception as error:  # noqa: BLE001 - one bad form becomes a failed row, whatever is wrong with it
        return error
    return FiledForm(
        accession=work.accession,
        form=form,
        filed_date=filing["filed_date"],
        known_at=filing["known_at"],
        known_at_source=filing["known_at_source"],
        sha256=document["sha256"],
        source_url=filing["source_url"],
    )


def _filings(lake: Lake, works: Sequence[FilingWork]) -> dict[str, dict[str, Any]]:
    rows = lake.read(FILINGS, columns=list(_OF_FILING), where=_within(works)).unique("accession")
    return {row["accession"]: row for row in rows.iter_rows(named=True)}


def _own_documents(lake: Lake, works: Sequence[FilingWork]) -> dict[str, dict[str, Any]]:
    """Return, by accession, the row of the document of the form itself: XML before what EDGAR renders of it."""
    rows = lake.read(DOCUMENTS, where=_within(works))
    kind = pl.col("document_type").str.strip_suffix("/A")
    rendered = ~pl.col("file_name").fill_null("").str.to_lowercase().str.ends_with(".xml")
    own = rows.filter(kind.is_in(FORMS)).sort("accession", rendered, "sequence").unique("accession", keep="first")
    return {row["accession"]: row for row in own.iter_rows(named=True)}


def _within(works: Sequence[FilingWork]) -> pl.Expr:
    accessions = [str(work.accession) for work in works]
    return pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions)))


def _commit(lake: Lake, filed: Sequence[FiledForm]) -> None:
    rows = trade_rows(filed)
    lake.upsert(INSIDER_TRADES, pl.concat([rows, _instead_of_data_set(lake, rows)]))


def _instead_of_data_set(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """Return these rows once more for each later instant at which a data set told the same line.

    A data set tells less, rounds, and knows only the day. Stored before the form itself, its version would be the
    newest and hide the form.
    """
    told = pl.col("document_sha256").is_null()
    first, last = rows["accession"].min(), rows["accession"].max()
    within = pl.col("accession").is_between(pl.lit(first), pl.lit(last))
    columns = ["accession", "line", "known_at", "known_at_source"]
    here = lake.history(INSIDER_TRADES, columns=columns, where=within & told)
    both = rows.join(here, on=["accession", "line"], suffix="_told").filter(
        pl.col("known_at_told") > pl.col("known_at")
    )
    again = both.with_columns(known_at="known_at_told", known_at_source="known_at_source_told")
    return again.select(rows.columns)
