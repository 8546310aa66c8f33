"""Whether every derived row can name its inputs, down to the bytes: the second law, as something anyone can run.

factors.newest_input         is a filing
filing_tone.inputs           are texts of that filing; of an item, the document it stands in
filing_tone.model_version    is a registered model, or one that ships with the package
texts.document_sha256        is a document of that filing, and its text is in the document store
items.document_sha256        is a document of that filing
risk_factors                 stand in an item of that filing
item_changes, risk_changes   are between two filings with items; what was not dropped or new stands in risk_factors
documents.sha256             is in the document store, and the bytes still have that digest
documents of a filing        belong to a row of filings
fundamentals.sources         are facts of that company
ratios.sources               are filings that statements of that company rest on
share_counts.sources         are facts of that company
insider_trades               name a document of their filing, where they were read from one and not from a data set
holdings                     stand in a report of that manager
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import EdgewiseError
from edgewise.core.tables import (
    DOCUMENTS,
    FACTORS,
    FILING_TONE,
    FILINGS,
    ITEM_CHANGES,
    ITEMS,
    RISK_CHANGES,
    RISK_FACTORS,
    TEXTS,
)
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_holdings import HOLDING_REPORTS, HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.pipelines.score import WHOLE_FILING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edgewise.lake import DocumentStore, Lake


@dataclass(frozen=True, slots=True)
class Untraceable:
    """A row that names an input which is not there. `table` and `row` say which, `missing` what."""

    table: str
    row: str
    missing: str


def untraceable(
    lake: Lake, documents: DocumentStore, *, models: Collection[str] | None = None, read_bytes: bool = True
) -> Iterator[Untraceable]:
    """Yield every break in the chain from derived values to bytes; nothing where all can be traced.

    models:     every model version that can be found; None leaves models out.
    read_bytes: read each blob and check its digest; otherwise only that it is there.
    """
    rows = {table.name: lake.history(table) for table in (FACTORS, FILING_TONE, TEXTS, DOCUMENTS, FILINGS)}
    filings = rows["filings"].select("accession").unique()
    newest = rows["factors"].drop_nulls("newest_input").select("instrument_id", "session", accession="newest_input")
    yield from _breaks("factors", newest, filings, missing="accession", row=("instrument_id", "session"))
    whole = pl.col("item") == WHOLE_FILING
    scored = rows["filing_tone"].filter(whole).select("accession", text_sha256=pl.col("inputs").str.split(","))
    known_texts = rows["texts"].select("accession", "text_sha256").unique()
    yield from _breaks(
        "filing_tone", scored.explode("text_sha256"), known_texts, missing="text_sha256", row=("accession",)
    )
    if models is not None:
        known_models = pl.DataFrame({"model_version": sorted(models)}, schema={"model_version": pl.String})
        named = rows["filing_tone"].select("accession", "item", "model_version")
        yield from _breaks("filing_tone", named, known_models, missing="model_version", row=("accession", "item"))
    read = rows["texts"].select("accession", sha256="document_sha256")
    known_documents = rows["documents"].select("accession", "sha256").unique()
    yield from _breaks("texts", read, known_documents, missing="sha256", row=("accession",))
    of_items = rows["filing_tone"].filter(~whole).select("accession", "item", sha256="inputs")
    yield from _breaks("filing_tone", of_items, known_documents, missing="sha256", row=("accession", "item"))
    yield from _breaks_of_filing_text(lake, known_documents)
    yield from _breaks_of_company_data(lake, known_documents)
    stored = rows["documents"].select("accession", "sequence")
    yield from _breaks("documents", stored, filings, missing="accession", row=("accession", "sequence"))
    yield from _lost_blobs("documents", rows["documents"]["sha256"], documents, read_bytes=read_bytes)
    yield from _lost_blobs("texts", rows["texts"]["text_sha256"], documents, read_bytes=read_bytes)


def _breaks_of_filing_text(lake: Lake, documents: pl.DataFrame) -> Iterator[Untraceable]:
    """Yield the breaks between changes, risk factors, items and documents. `documents`: accession and sha256."""
    items = lake.history(ITEMS, columns=["accession", "part", "item", "parser_version", "document_sha256"])
    read = items.select("accession", "item", sha256="document_sha256")
    yield from _breaks("items", read, documents, missing="sha256", row=("accession", "item"))
    place = ["accession", "part", "item", "parser_version"]
    factors = lake.history(RISK_FACTORS, columns=[*place, "ordinal"])
    yield from _breaks(
        "risk_factors", factors, items.select(place).unique(), missing="item", row=("accession", "ordinal")
    )
    accessions = items.select("accession").unique()
    ordinals = factors.select("accession", "ordinal").unique()
    for table in (ITEM_CHANGES, RISK_CHANGES):
        pairs = lake.history(table, columns=list(table.key))
        for side in ("accession", "previous_accession"):
            named = pairs.select(accession=side, change=pl.format("{} since {}", "accession", "previous_accession"))
            yield from _breaks(table.name, named.unique(), accessions, missing="accession", row=("change",))
    changes = lake.history(RISK_CHANGES, columns=list(RISK_CHANGES.key))
    for side, place_in in (("accession", "ordinal"), ("previous_accession", "old_ordinal")):
        named = changes.filter(pl.col(place_in) > 0).select(accession=side, ordinal=place_in)
        yield from _breaks("risk_changes", named, ordinals, missing="ordinal", row=("accession", "ordinal"))


def _breaks_of_company_data(lake: Lake, documents: pl.DataFrame) -> Iterator[Untraceable]:
    """Yield the breaks between statements and facts, and what of ownership forms. `documents`: accession and sha256."""
    line = ("cik", "basis", "period_end", "field")
    told = lake.history(FUNDAMENTALS, columns=[*line, "sources"]).drop_nulls("sources").unique()
    facts = lake.history(FACTS, columns=["cik", "accession", "concept"])
    known = facts.select("cik", fact=pl.format("{}:{}", "accession", "concept")).unique()
    named = _named_facts(told)
    yield from _breaks("fundamentals", named, known, missing="fact", row=line)
    period = ("cik", "basis", "period_end")
    rested = lake.history(RATIOS, columns=[*period, "sources"]).drop_nulls("sources").unique()
    filings = rested.with_columns(accession=pl.col("sources").str.split("; ")).explode("accession")
    read_by_lines = named.select("cik", "accession").unique()
    yield from _breaks("ratios", filings, read_by_lines, missing="accession", row=period)
    counts = lake.history(SHARE_COUNTS, columns=["cik", "sources"]).drop_nulls("sources").unique()
    yield from _breaks("share_counts", _named_facts(counts), known, missing="fact", row=("cik",))
    read = lake.history(INSIDER_TRADES, columns=["accession", "line", "document_sha256"])
    of_forms = read.rename({"document_sha256": "sha256"}).drop_nulls("sha256")
    yield from _breaks("insider_trades", of_forms, documents, missing="sha256", row=("accession", "line"))
    report = ["manager_cik", "period_end", "accession"]
    reports = lake.history(HOLDING_REPORTS, columns=report).unique()
    lines = lake.history(HOLDINGS, columns=[*report, "line"])
    yield from _breaks("holdings", lines, reports, missing="accession", row=("accession", "line"))


def _named_facts(told: pl.DataFrame) -> pl.DataFrame:
    """Return `told` with a row for each fact in `sources`: "a:X + Y * 4; b:Z" names a:X, a:Y and b:Z."""
    one = pl.col("sources")
    facts = told.with_columns(one.str.split("; ")).explode("sources")
    concepts = facts.with_columns(
        accession=one.str.extract("^([^:]*)"),
        concept=one.str.extract(r":(.*?)(?: [*/] [0-9.]+)*$").fill_null("").str.split(" + "),
    ).explode("concept")
    return concepts.with_columns(fact=pl.format("{}:{}", "accession", "concept"))


def _breaks(
    table: str, rows: pl.DataFrame, inputs: pl.DataFrame, *, missing: str, row: tuple[str, ...]
) -> Iterator[Untraceable]:
    lost = rows.join(inputs, on=inputs.columns, how="anti")
    for each in lost.iter_rows(named=True):
        yield Untraceable(table, " ".join(str(each[name]) for name in row), str(each[missing]))


def _lost_blobs(table: str, digests: pl.Series, documents: DocumentStore, *, read_bytes: bool) -> Iterator[Untraceable]:
    for sha256 in digests.unique().sort():
        try:
            present = bool(documents.get(sha256) is not None) if read_bytes else documents.exists(sha256)
        except EdgewiseError as error:
            yield Untraceable(table, sha256, error.code)
        else:
            if not present:
                yield Untraceable(table, sha256, "not_found")
