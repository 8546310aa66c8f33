"""A filing's document read at once: its blocks and its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.text.document import Document, read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.items.read import read_items

if TYPE_CHECKING:
    from datetime import date

    from edgewise.text.items.item import Item

# Rises whenever items or risk factors of the same bytes can come out otherwise.
READING_VERSION = "filing-text-1"


@dataclass(frozen=True, slots=True)
class FilingText:
    """What was read of a document. items: in the form's order; empty where the form is not declared."""

    document: Document
    items: list[Item]


def read_filing(body: bytes, *, form: str, filed: date, file_name: str = "") -> FilingText:
    """Return the blocks and items of the main document of a filing.

    form:  as EDGAR prints it, "10-K405/A". filed: the filing date, which decides what items the form had.
    """
    document = read_document(body, document_type=form, file_name=file_name)
    declared = form_for(form, filed)
    return FilingText(document, read_items(document, declared, filed) if declared else [])
