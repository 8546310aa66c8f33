"""Ports: what Edgewise asks of outside technology. At most seven methods each, one contract suite for all adapters.

Adapters live in `edgewise.adapters.<technology>`; which one serves a port is decided by the URL in the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import polars as pl

    from edgewise.core.identifiers import Accession, Cik

Item = TypeVar("Item")
Result = TypeVar("Result")


class FilingState(StrEnum):
    """How far a filing has come. A filing without words to score (an ownership form, say) rests at `fetched`."""

    DISCOVERED = "discovered"
    FETCHED = "fetched"
    PARSED = "parsed"
    SCORED = "scored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FilingWork:
    """One filing and how far it has come: the row of operational state behind `filings list`.

    location:  URL of the submission or of the folder that holds its documents.
    form:      '' until a source tells it.
    reason:    code of the last failure, '' if none; `detail` is its message.
    failed_at_state: the state it had when it failed, so that a retry goes on from there.
    """

    accession: Accession
    location: str
    cik: Cik
    form: str = ""
    filed_date: date | None = None
    state: FilingState = FilingState.DISCOVERED
    attempts: int = 0
    reason: str = ""
    detail: str = ""
    failed_at_state: FilingState | None = None
    first_seen_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one filing could not go on."""

    accession: Accession
    reason: str
    detail: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation of a command: what ran, when, and what came of it."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    counts: Mapping[str, int] | None = None


class FilingLedger(Protocol):
    """Which filings are known and how far each has come. Every method is one transaction and safe to repeat."""

    def discover(self, work: Iterable[FilingWork], *, seen_at: datetime) -> int:
        """Record filings not yet known; return how many were new.

        Known ones keep their state and first-seen instant, but an empty form or filed date is filled in.
        """
        ...

    def pending(
        self, state: FilingState, *, limit: int, after: str = "", forms: Sequence[str] = (), max_attempts: int = 3
    ) -> list[FilingWork]:
        """Return up to `limit` filings in `state` with accession > `after`, in accession order.

        `FAILED` gives the failed ones with fewer than `max_attempts` attempts whose failure allows a retry.
        """
        ...

    def advance(self, accessions: Sequence[Accession], state: FilingState, *, at: datetime) -> None:
        """Set the state of these filings and clear their failure. Call it after the effect is stored."""
        ...

    def fail(self, failures: Sequence[Failure], *, at: datetime) -> None:
        """Record these failures, one more attempt each; the state becomes failed."""
        ...

    def get(self, accession: Accession) -> FilingWork | None:
        """Return one filing, or None if it is not known."""
        ...

    def select(
        self,
        *,
        state: FilingState | None = None,
        cik: Cik | None = None,
        forms: Sequence[str] = (),
        reason: str = "",
        since: date | None = None,
        until: date | None = None,
        limit: int = 50,
        after: str = "",
    ) -> list[FilingWork]:
        """Return filings that fit all filters, newest accession last, in accession order, at most `limit`."""
        ...

    def counts(self) -> dict[tuple[FilingState, str], int]:
        """Return how many filings there are by (state, reason); reason is '' for those that did not fail."""
        ...


class RunLedger(Protocol):
    """What ran, when, and with what outcome."""

    def begin(self, run: Run) -> None:
        """Record that a run started."""
        ...

    def finish(self, run_id: str, *, at: datetime, outcome: str, counts: Mapping[str, int]) -> None:
        """Record how it ended."""
        ...

    def recent(self, *, limit: int = 20) -> list[Run]:
        """Return the latest runs, newest first."""
        ...


class BlobStore(Protocol):
    """Bytes under a key, written once. Keys are lower-case letters, digits, '.', '-' and '/'."""

    def put(self, key: str, data: bytes) -> bool:
        """Store `data` under `key` unless it is there; return whether it was stored. Never leaves half a blob."""
        ...

    def get(self, key: str) -> bytes:
        """Return the bytes. Raises NotFound."""
        ...

    def exists(self, key: str) -> bool:
        """Return whether `key` is stored."""
        ...

    def size(self, key: str) -> int:
        """Return the stored size in bytes. Raises NotFound."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield all keys that start with `prefix`, in order."""
        ...


class Executor(Protocol):
    """Runs one function over many items, somewhere."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in the order of the items. An error in the function is raised when its turn comes."""
        ...

    def close(self) -> None:
        """Stop the workers."""
        ...


class ToneModel(Protocol):
    """Scores the tone of texts. A lexicon today, trained models later; the version names exactly what scored."""

    @property
    def version(self) -> str:
        """Name and version, for example 'lexicon-1'."""
        ...

    def score(self, texts: Sequence[str]) -> pl.DataFrame:
        """Return one row per text, in order. Pure and deterministic.

        Columns: words, boilerplate_words (Int64); positive, negative, uncertainty, net (Float64, null without words).
        """
        ...
