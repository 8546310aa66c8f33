"""What is read of a filing's own document, as rows of `items` and `risk_factors`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from edgewise.text.forms.declared import form_for
from edgewise.text.furniture import Furniture
from edgewise.text.items.read import item_text
from edgewise.text.reading import READING_VERSION
from edgewise.text.risk_factors import RiskFactors, read_risk_factors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from edgewise.core.ports import RiskCategoryModel
    from edgewise.text.document import Document
    from edgewise.text.items.item import Item
    from edgewise.text.reading import FilingText

Rows: TypeAlias = list[dict[str, object]]
_READ = frozenset({"ok", "suspect"})


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """The document of a filing's own form.

    row:   its row of `documents`. body: its bytes.
    form:  as EDGAR prints it. filed: the filing date, which decides what items the form had.
    """

    row: Mapping[str, object]
    body: bytes
    form: str
    filed: date


def text_rows(own: OwnDocument, filing: FilingText, categories: RiskCategoryModel) -> tuple[Rows, Rows]:
    """Return the rows of `items` and of `risk_factors` of one filing; none where its form declares no items."""
    pages = Furniture(filing.document)
    wanted = _with_risk_factors(own)
    items: Rows = []
    factors: Rows = []
    for item in filing.items:
        found = _factors_of(item, filing.document, own.body) if item.key in wanted else None
        items.append(_item_row(own, item, filing.document, pages) | _division(found))
        if found:
            factors += _factor_rows(own, item, found, categories)
    if not items and form_for(own.form, own.filed):
        items.append(_without_items(own, filing.document))
    return items, factors


def unread_rows(own: OwnDocument, reason: str) -> tuple[Rows, Rows]:
    """Return rows that say of every item the form demands that the document could not be read, and why.

    Of a form that demands none, one row without an item says so.
    """
    declared = form_for(own.form, own.filed)
    if declared is None:
        return [], []
    told = {"status": "suspect", "reasons": reason, "confidence": 0.0, "characters": 0}
    kinds = [(kind.part, kind.item, kind.title) for kind in declared.required(own.filed)] or [("", "", "")]
    names = ("part", "item", "title")
    return [_common(own) | dict(zip(names, kind, strict=True)) | told for kind in kinds], []


def _without_items(own: OwnDocument, document: Document) -> dict[str, object]:
    """Return the row of a filing that holds none of the items of its form: it was read, and nothing was found."""
    told = {"status": "absent", "reasons": _codes(document.reasons) or "no_items", "confidence": 1.0, "characters": 0}
    return _common(own) | {"part": "", "item": "", "title": ""} | told


def _with_risk_factors(own: OwnDocument) -> set[tuple[str, str]]:
    declared = form_for(own.form, own.filed)
    return {kind.key for kind in declared.items if kind.risk_factors} if declared else set()


def _factors_of(item: Item, document: Document, body: bytes) -> RiskFactors:
    if item.status not in _READ or item.begin < 0:
        return RiskFactors(status="absent", reasons=(item.status,))
    return read_risk_factors(document, item.first_block + 1, item.last_block, body=body)


def _common(own: OwnDocument) -> dict[str, object]:
    return {
        "accession": own.row["accession"],
        "parser_version": READING_VERSION,
        "document_sha256": own.row["sha256"],
        "known_at": own.row["known_at"],
    }


def _item_row(own: OwnDocument, item: Item, document: Document, pages: Furniture) -> dict[str, object]:
    text = item_text(document, item, pages)
    unread = document.reasons if document.status == "absent" else ()
    return _common(own) | {
        "part": item.part,
        "item": item.item,
        "title": item.title,
        "heading": item.heading or None,
        "status": item.status,
        "reasons": _codes((*item.reasons, *unread)),
        "target": item.target or None,
        "combined_with": _codes(item.combined_with),
        "confidence": item.confidence,
        "text": text or None,
        "characters": len(text),
        **_offsets(item),
    }


def _offsets(item: Item) -> dict[str, object]:
    if item.begin < 0:
        return {}
    return {"begin": item.begin, "end": item.end, "raw_begin": item.raw_begin, "raw_end": item.raw_end}


def _division(found: RiskFactors | None) -> dict[str, object]:
    """Return what an item's row says of its division into risk factors; nothing of an item of something else."""
    if found is None:
        return {}
    return {
        "risk_factors": len(found.factors),
        "risk_status": found.status,
        "risk_reasons": _codes(found.reasons),
        "risk_coverage": found.coverage,
    }


def _factor_rows(own: OwnDocument, item: Item, found: RiskFactors, categories: RiskCategoryModel) -> Rows:
    reasons = (*(item.reasons if item.status == "suspect" else ()), *found.reasons)
    headings, bodies = [one.heading for one in found.factors], [one.body for one in found.factors]
    classes = categories.classify(headings, bodies).rename({"score": "category_score"})
    shared = _common(own) | {
        "part": item.part,
        "item": item.item,
        "category_version": categories.version,
        "status": "suspect" if "suspect" in {item.status, found.status} else "ok",
        "reasons": _codes(reasons),
        "confidence": item.confidence,
    }
    return [
        shared
        | said
        | {
            "ordinal": factor.ordinal,
            "group_heading": factor.group or None,
            "heading": factor.heading,
            "body": factor.body,
            "run_in": factor.run_in,
            "begin": factor.begin,
            "end": factor.end,
            "raw_begin": factor.raw_begin,
            "raw_end": factor.raw_end,
        }
        for factor, said in zip(found.factors, classes.iter_rows(named=True), strict=True)
    ]


def _codes(codes: Iterable[str]) -> str | None:
    return ",".join(dict.fromkeys(codes)) or None
