"""What was read of one filing, found for a person who asks: clear about what is missing and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.ports import FilingState
from edgewise.core.tables import DOCUMENTS, FILINGS
from edgewise.pipelines.changes import Side, read_sides
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.text.document import read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.furniture import Furniture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgewise.core.identifiers import Accession
    from edgewise.core.ports import FilingLedger
    from edgewise.lake import DocumentStore, Lake
    from edgewise.text.document import Block

_NEXT_STEP = {
    FilingState.DISCOVERED: ("is not fetched yet", "Fetch it: edgewise filings ingest --resume"),
    FilingState.FETCHED: ("is not parsed yet", "Parse it: edgewise filings parse"),
    FilingState.PARSED: ("was parsed by an older version", "Parse it anew: edgewise filings parse --again"),
    FilingState.SCORED: ("was parsed by an older version", "Parse it anew: edgewise filings parse --again"),
}
_LABEL = re.compile(r"(?:item\s*)?([0-9]+(?:\.[0-9]+)?\s*[a-z]?(?:\(t\))?)\.?", re.IGNORECASE)


def parsed_filing(lake: Lake, ledger: FilingLedger, accession: Accession) -> Side:
    """Return what was read of a filing. Raises NotFound, which says how far it has come and what brings it here."""
    side = read_sides(lake, [str(accession)])[str(accession)]
    if not side.read:
        _refuse(lake, ledger, accession)
    return side


def filing_head(lake: Lake, accession: str) -> dict[str, Any]:
    """Return accession, form, company, cik, filed_date, period_end and known_at of a filing."""
    rows = lake.read(FILINGS, where=pl.col("accession") == accession)
    names = ("accession", "form", "company", "cik", "filed_date", "period_end", "known_at")
    return rows.sort(pl.col("role") != "issuer", "cik").select(names).row(0, named=True)


def item_of(side: Side, item: str, part: str) -> dict[str, Any]:
    """Return the row of one item.

    item: as "1A", "item 1a" or "2.02". part: "I" to "IV", '' for any.
    Raises NotFound with the items that there are, InvalidInput where several parts have such an item.
    """
    match = _LABEL.fullmatch(item.strip())
    wanted = "".join(match[1].split()).upper() if match else item.strip().upper()
    rows = side.items.filter(pl.col("item") == wanted)
    if part:
        rows = rows.filter(pl.col("part") == part.strip().upper().removeprefix("PART").strip())
    if rows.height == 1:
        return rows.row(0, named=True)
    if rows.height:
        parts = " and ".join(f"Part {name}" for name in rows["part"])
        raise InvalidInput(f"item {wanted} stands in {parts}", advice=f"Choose one: --part {rows['part'][0]}")
    where = f" in Part {part.upper()}" if part else ""
    raise NotFound(f"{side.accession} has no item {wanted}{where}", advice=f"It has {_listed(side)}.")


def item_blocks(lake: Lake, documents: DocumentStore, item: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the blocks of an item that has a text, read again from its document, page furniture left out."""
    where = (pl.col("accession") == item["accession"]) & (pl.col("sha256") == item["document_sha256"])
    row = lake.read(DOCUMENTS, where=where).row(0, named=True)
    body = documents.get(item["document_sha256"])
    document = read_document(body, document_type=row["document_type"], file_name=row["file_name"] or "")
    pages = Furniture(document).numbers
    first, last = document.number_at(item["begin"]), document.number_at(item["end"] - 1)
    yield from (document.block(number) for number in range(first, last + 1) if number == first or number not in pages)


def _listed(side: Side) -> str:
    rows = side.items.filter(pl.col("status") != "absent").select("part", "item").rows()
    return ", ".join(f"{part} {item}".strip() for part, item in rows) or "no items"


def _refuse(lake: Lake, ledger: FilingLedger, accession: Accession) -> NoReturn:
    """Raise what explains why nothing was read of a filing."""
    work = ledger.get(accession)
    rows = lake.read(FILINGS, where=pl.col("accession") == str(accession))
    if work is None and rows.is_empty():
        raise NotFound(f"{accession} is not known here", advice="Bring it in: edgewise filings ingest --cik NUMBER")
    form, filed = (rows["form"][0], rows["filed_date"][0]) if rows.height else ("", None)
    day = filed or (rows["known_at"][0].astimezone(NEW_YORK).date() if rows.height else None)
    if form and day and (form not in FORMS_WITH_WORDS or form_for(form, day) is None):
        raise NotFound(
            f"{accession} is a {form}, which has no items", advice=f"See it: edgewise filings show {accession}"
        )
    state = work.state if work else FilingState.FETCHED
    if work and state is FilingState.FAILED:
        raise NotFound(
            f"{accession} failed for {work.reason}: {work.detail}",
            advice=f"Try it again: edgewise filings retry {accession}",
        )
    what, advice = _NEXT_STEP[state]
    raise NotFound(f"{accession} {what}", advice=advice)
