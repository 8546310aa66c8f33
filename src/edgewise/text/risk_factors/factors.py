"""Item 1A as single risk factors."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One risk factor.

    ordinal:     its place in the filing, from 1. group: heading of its group; '' where there is none.
    heading, body: its text; lines joined by line ends; page numbers and running heads left out.
    run_in:      whether the heading begins the first paragraph of the body instead of standing above it.
    begin, end:  offsets into Document.text. heading_end: where its heading ends there.
    raw_begin, raw_end: offsets into the bytes, of the blocks that hold it.
    first_block, last_block: numbers of its first block and after its last one.
    """

    ordinal: int
    group: str
    heading: str
    body: str
    run_in: bool
    begin: int
    end: int
    heading_end: int
    raw_begin: int
    raw_end: int
    first_block: int
    last_block: int


@dataclass(frozen=True, slots=True)
class RiskFactors:
    """The risk factors of one item.

    factors:  in their order. status: ok; suspect, with reasons; absent: the item holds none, for a reason.
    coverage: share of the item's characters, page furniture left out, that stand in factors, 0 to 1; 0 without any.
    summary_bullets: how many bullets of a summary were left out.
    """

    factors: list[RiskFactor] = field(default_factory=list)
    coverage: float = 0.0
    status: str = "absent"
    reasons: tuple[str, ...] = ()
    summary_bullets: int = 0
