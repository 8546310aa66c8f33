"""What the scoring service works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.core.ports import ModelRegistry, SentenceToneModel
    from edgewise.lake import DocumentStore, Lake


@dataclass(frozen=True, slots=True)
class ScoringRooms:
    """The model, where filings are found, and which other models there are.

    What only stored filings and the list of models need is opened with the first question for it, by functions that
    give the same thing each time.

    open_lake, open_documents: without them, only texts can be scored; a filing or a stored document is then not found.
    open_registry:             without it, /v1/models names the loaded model alone.
    simulated:                 marks every answer, because the filings are those of a simulated market.
    """

    model: SentenceToneModel
    version: str
    open_lake: Callable[[], Lake] | None = None
    open_documents: Callable[[], DocumentStore] | None = None
    open_registry: Callable[[], ModelRegistry] | None = None
    simulated: bool = False

    @property
    def lake(self) -> Lake | None:
        """The tables, None without."""
        return self.open_lake and self.open_lake()

    @property
    def documents(self) -> DocumentStore | None:
        """The stored documents, None without."""
        return self.open_documents and self.open_documents()

    @property
    def registry(self) -> ModelRegistry | None:
        """The other models, None without."""
        return self.open_registry and self.open_registry()
