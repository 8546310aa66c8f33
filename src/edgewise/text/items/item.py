"""What is known of one item of a filing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a filing.

    part, item:    as the form numbers it: "II", "7A"; part is '' where the form has none.
    title:         the form's own. heading: as displayed; '' where it was not found.
    status:        ok; suspect, with reasons; by_reference, with a target; absent.
    combined_with: keys of other items under the same heading.
    confidence:    calibrated probability that status and both ends are right.
    begin, end:    offsets into Document.text; heading_end: where its heading ends. -1 where it was not found.
    raw_begin, raw_end: offsets into the bytes; -1 where it was not found.
    first_block, last_block: its blocks, the last exclusive; -1 where it was not found.
    reference_share: share of its letters in sentences that only point elsewhere, 0 to 1.
    """

    part: str
    item: str
    title: str
    heading: str
    status: str
    reasons: tuple[str, ...] = ()
    target: str = ""
    combined_with: tuple[str, ...] = ()
    confidence: float = 1.0
    begin: int = -1
    heading_end: int = -1
    end: int = -1
    raw_begin: int = -1
    raw_end: int = -1
    first_block: int = -1
    last_block: int = -1
    reference_share: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        """Part and item."""
        return self.part, self.item
