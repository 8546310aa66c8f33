"""What changed in a filing against an earlier one of the same form: item by item, and risk factor by risk factor.

The frames say what is different, not whether it matters; `difference` shows it word by word. Neither text is kept in
them. Whoever joins two filings chooses the earlier one by `known_at`; nothing here looks at dates.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.text.matching import match_factors
from edgewise.text.similarity import Similarities, similarities
from edgewise.text.words import word_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgewise.text.matching import Factor

# Rises whenever the same texts can come out as changed otherwise.
CHANGE_VERSION = "changes-1"

# Only of these is the text the item's own: by reference, it is a sentence that says where to look.
COMPARED = frozenset({"ok", "suspect"})

_ITEM_CHANGES = {
    "part": pl.String(),
    "item": pl.String(),
    "old_status": pl.String(),
    "new_status": pl.String(),
    "old_words": pl.Int64(),
    "new_words": pl.Int64(),
    "cosine": pl.Float64(),
    "jaccard": pl.Float64(),
    "minimum_edit": pl.Float64(),
    "simple": pl.Float64(),
}
_RISK_CHANGES = {
    "new_ordinal": pl.Int64(),
    "old_ordinal": pl.Int64(),
    "status": pl.String(),
    "moved": pl.Boolean(),
    "new_heading": pl.String(),
    "old_heading": pl.String(),
    "similarity": pl.Float64(),
    "words_added": pl.Int64(),
    "words_removed": pl.Int64(),
    "split_of": pl.Int64(),
    "merged_into": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class ItemText:
    """One item of a filing: `part` is '' in forms without parts, `status` ok, suspect, by_reference or absent.

    text: the item's text; null or '' if there is none.
    """

    part: str
    item: str
    status: str
    text: str | None


def item_changes(old: Iterable[ItemText], new: Iterable[ItemText]) -> pl.DataFrame:
    """Return one row per item of either filing: those of `new` in its order, then those that only `old` has in its.

    part, item:             the item.
    old_status, new_status: its status in each; null where the filing does not have the item at all.
    old_words, new_words:   words of its text, numbers not counted; null with the status, 0 without a text.
    cosine, jaccard, minimum_edit, simple: similarities, 0 to 1 (see `similarity`); null unless the item is ok or
        suspect in both and has words in both. What a suspect item gives is there to look at; keep it out of factors.
    Raises InvalidInput, if an item stands twice in one filing.
    """
    before, after = _by_key(old), _by_key(new)
    keys = list(dict.fromkeys([*after, *before]))
    rows = [_item_row(key, before.get(key), after.get(key)) for key in keys]
    return pl.DataFrame(rows, schema=_ITEM_CHANGES, orient="row")


def risk_changes(old: Iterable[Factor], new: Iterable[Factor]) -> pl.DataFrame:
    """Return one row per risk factor of either filing: those of `new` in its order, then what was dropped of `old`.

    new_ordinal, old_ordinal: places in the filings, from 1; null of a dropped and of a new one.
    status:                   kept, reworded, new or dropped.
    moved:                    whether a kept or reworded one stands elsewhere; null of the others.
    new_heading, old_heading: null with the ordinal.
    similarity:               minimum edit similarity of heading and body, 0 to 1; null of a new or dropped one.
    words_added, words_removed: by the shortest edit; of a new or dropped one, all its words.
    split_of, merged_into:    an ordinal of the other filing; null except where `matching.Match` says.
    Raises InvalidInput, if an ordinal stands twice in one filing.
    """
    olds, news = list(old), list(new)
    before = {factor.ordinal: factor.heading for factor in olds}
    after = {factor.ordinal: factor.heading for factor in news}
    rows = [
        {
            "new_ordinal": match.new,
            "old_ordinal": match.old,
            "status": match.status,
            "moved": match.moved,
            "new_heading": None if match.new is None else after[match.new],
            "old_heading": None if match.old is None else before[match.old],
            "similarity": match.similarity,
            "words_added": match.words_added,
            "words_removed": match.words_removed,
            "split_of": match.split_of,
            "merged_into": match.merged_into,
        }
        for match in match_factors(olds, news)
    ]
    return pl.DataFrame(rows, schema=_RISK_CHANGES, orient="row")


def _by_key(items: Iterable[ItemText]) -> dict[tuple[str, str], ItemText]:
    found: dict[tuple[str, str], ItemText] = {}
    for item in items:
        if found.setdefault((item.part, item.item), item) is not item:
            raise InvalidInput(
                f"item {item.item} of part {item.part or '-'} stands twice in one filing",
                advice="Give each item once; items that share a text each carry it.",
            )
    return found


def _item_row(key: tuple[str, str], old: ItemText | None, new: ItemText | None) -> dict[str, object]:
    part, item = key
    found = Similarities(None, None, None, None)
    if old and new and {old.status, new.status} <= COMPARED:
        found = similarities(old.text, new.text)
    return {
        "part": part,
        "item": item,
        "old_status": old and old.status,
        "new_status": new and new.status,
        "old_words": old and word_count(old.text or ""),
        "new_words": new and word_count(new.text or ""),
        **asdict(found),
    }
