"""What the scoring service works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.core.ports import ModelRegistry, SentenceToneModel
    from edgewise.lake import DocumentStore, Lake


@dataclass(frozen=True, slots=True)
class ScoringRooms:
    """The model, where filings are found, and which other models there are.

    lake, documents: without them, only texts can be scored; a filing or a stored document is then not found.
    registry:        without it, /v1/models names the loaded model alone.
    simulated:       marks every answer, because the filings are those of a simulated market.
    """

    model: SentenceToneModel
    version: str
    lake: Lake | None = None
    documents: DocumentStore | None = None
    registry: ModelRegistry | None = None
    simulated: bool = False
