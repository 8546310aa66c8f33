"""The truth about a document's items, with the places of each in the text of the reader under test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks.evaluations.letters import Option, Page, Sought, chosen, letters_of
from benchmarks.evaluations.scoring import TrueItem

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMBINED = "combined_with:"


def located(page: Page, rows: Sequence[dict[str, Any]]) -> list[TrueItem]:
    """Return the items of a document's truth with their places in its text.

    A combined item without fingerprints of its own has the places of the one that it is combined with.
    """
    options = [_options(page, row) for row in rows]
    spans = dict(enumerate(chosen(options)))
    items = [_at(page, row, spans[number]) for number, row in enumerate(rows)]
    by_name = {one.item.upper(): one for one in reversed(items) if one.is_found}
    return [_with_partner(one, by_name) for one in items]


def _options(page: Page, row: dict[str, Any]) -> list[Option]:
    """Return the spans that a row may mean; none where it is absent."""
    if not row["first_80"]:
        return []
    lengths = tuple({row["chars"], row["chars_with_page_furniture"]} - {0}) or (len(row["first_80"]),)
    return page.options(Sought(_first(row), letters_of(row["last_80"]), lengths))


def _first(row: dict[str, Any]) -> str:
    """Return the letters that an item begins with: its whole heading and the beginning of its body, where known."""
    first = letters_of(row["first_80"])
    longer = letters_of(row["heading"] + row["body_first_80"]) if row["heading"] else ""
    return longer if longer.startswith(first) else first


def _at(page: Page, row: dict[str, Any], span: Option | None) -> TrueItem:
    item = described(row)
    if span is None:
        return item
    ends = [span.end]
    if row["alt_last_80"]:
        other = Sought(_first(row), letters_of(row["alt_last_80"]), (row["alt_chars"],))
        near = [one for one in page.options(other) if one.begin == span.begin]
        ends += [min(near, key=lambda one: one.off).end] if near else []
    first_of_body = letters_of(row["body_first_80"])
    bodies = page.beginnings(first_of_body, span.begin, span.end) if first_of_body else []
    return replace(item, begin=span.begin, ends=tuple(ends), body=bodies[0] if bodies else -1)


def described(row: dict[str, Any]) -> TrueItem:
    """Return the item of a row without places; a row scored apart says why."""
    return TrueItem(
        part=row["part"],
        item=row["item"],
        statuses=(row["status"], *row["acceptable_statuses"]),
        apart="cross-reference index" if row["heading_style"] == "cross_reference_index" else "",
    )


def _with_partner(one: TrueItem, by_name: dict[str, TrueItem]) -> TrueItem:
    status = one.statuses[0]
    if one.is_found or not status.startswith(_COMBINED):
        return one
    partner = by_name.get(status.removeprefix(_COMBINED).upper())
    return one if partner is None else replace(one, begin=partner.begin, ends=partner.ends, body=partner.body)
