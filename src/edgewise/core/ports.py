"""Ports: what Edgewise asks of outside technology. At most seven methods each, one contract suite for all adapters.

Adapters live in `edgewise.adapters.<technology>`; which one serves a port is decided by the URL in the settings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from edgewise.core.identifiers import Accession, Cik, InstrumentId
    from edgewise.core.model_registry import ModelMove, ModelStatus, RegisteredModel
    from edgewise.core.vectors import Among, VectorSpace

Item = TypeVar("Item")
Result = TypeVar("Result")


class FilingState(StrEnum):
    """How far a filing has come. One without words to score rests earlier.

    A form of insiders or institutions rests at `parsed`, a form that nobody reads at `fetched`.
    """

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
    accepted_at: UTC instant at which EDGAR accepted it; None until a source or its header tells.
    reason:    code of the last failure, '' if none; `detail` is its message.
    retry:     whether that failure may pass.
    failed_at_state: the state it had when it failed, so that a retry goes on from there.
    first_seen_at, fetched_at, scored_at: when we first saw it, first had it stored, first had it scored.
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
    retry: bool = False
    failed_at_state: FilingState | None = None
    accepted_at: datetime | None = None
    first_seen_at: datetime | None = None
    fetched_at: datetime | None = None
    scored_at: datetime | None = None
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


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be worked on, on its way through a queue.

    key:  what it is about, at most 80 letters, digits, '.', '-', '_' and ':'; a queue holds one message per key.
    body: text of any characters, of at most 64 KiB as UTF-8.
    """

    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message lent to one worker until its lease ends.

    receipt:    names this lending; a later lending of the same message has another.
    deliveries: how often the message was lent and not given back in good order, this time included.
    put_at:     when the message was first put (UTC, the queue's clock).
    """

    message: Message
    receipt: str
    deliveries: int
    put_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was lent too often without an acknowledgement: whoever works on it seems to die of it."""

    message: Message
    deliveries: int
    died_at: datetime


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How full a queue is.

    delayed:  given back, to be seen again later; some services count them as leased.
    oldest_s: seconds since the oldest waiting message was put, 0 where none waits, None where that is not told.
    """

    waiting: int
    leased: int
    delayed: int
    dead: int
    oldest_s: float | None


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


class StreamLedger(Protocol):
    """What the live stream asks of the filing ledger beyond its stages."""

    def unknown(self, accessions: Sequence[Accession]) -> set[Accession]:
        """Return those of these filings that the ledger does not know."""
        ...

    def unfinished(
        self,
        *,
        before: datetime,
        limit: int,
        max_attempts: int,
        forms_to_read: Sequence[str],
        forms_with_words: Sequence[str],
    ) -> list[FilingWork]:
        """Return filings that rest short of their goal and were not touched since `before`, the longest first.

        That is: discovered ones; fetched ones of `forms_to_read` and parsed ones of `forms_with_words`, for the others
        go no further; and failed ones whose failure may pass and that failed fewer than `max_attempts` times.
        """
        ...

    def revive(self, accessions: Sequence[Accession], *, at: datetime) -> int:
        """Put failed filings back to the state they failed at, with no attempts counted; return how many were."""
        ...

    def timed(self, *, since: datetime, limit: int = 10_000) -> list[FilingWork]:
        """Return filings first seen since then, the newest first: their instants tell the stream's lags."""
        ...


class Queue(Protocol):
    """Messages that wait to be worked on. At least once, in about the order they were put; nothing is lost.

    A message is lent for a while. Acknowledged, it is gone. Given back, or not heard of until its lease ends, it is
    lent again; lent too often (the adapter's `max_deliveries`) it becomes a dead letter.
    """

    def put(self, messages: Sequence[Message]) -> None:
        """Store messages durably. One whose key already waits, or was put within five minutes, may be left out."""
        ...

    def take(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> list[Delivery]:
        """Lend up to `limit` messages, the longest waiting first; wait up to `wait_s` for the first of them."""
        ...

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Remove these messages for good. A receipt whose message was lent again is ignored.

        One whose lease merely ended may be ignored, too: then the message is lent again.
        """
        ...

    def release(self, deliveries: Sequence[Delivery], *, delay_s: float = 0.0) -> None:
        """Give these messages back in good order, to be lent again after `delay_s`.

        Some services count this as a delivery all the same; their `max_deliveries` is larger.
        """
        ...

    def dead(self, *, limit: int = 100) -> list[DeadLetter]:
        """Return dead letters, the oldest first."""
        ...

    def redrive(self, keys: Sequence[str]) -> int:
        """Put these dead letters back into the queue with no deliveries counted; return how many were there."""
        ...

    def depth(self) -> QueueDepth:
        """Return how full the queue is; on some services the numbers are approximate."""
        ...


class Seen(Protocol):
    """The set of what was seen first by somebody, shared by all who look. Instants are the caller's clock.

    Keys are 1 to 255 printable ASCII characters.
    """

    def claim(self, keys: Sequence[str], *, at: datetime, until: datetime) -> set[str]:
        """Claim the keys that nobody holds at `at`, until `until`; return those. Of several callers one wins each.

        A claim that has ended counts as absent, whether or not the store has removed it yet.
        """
        ...

    def keep(self, keys: Sequence[str], *, until: datetime) -> None:
        """Hold these keys until `until`, whoever claimed them; never shortens."""
        ...

    def forget(self, keys: Sequence[str]) -> None:
        """Let go of these keys; unknown ones are ignored."""
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

    def get(self, run_id: str) -> Run | None:
        """Return one run, or None if it is not on record."""
        ...


class ServedScores(Protocol):
    """Copies of published scores, to be looked up faster than in the lake. Each publication is one transaction.

    There is one row per (configuration, instrument_id, session). Frames given back have `core.served.SERVED_SCHEMA`.
    """

    def publish(self, scores: pl.DataFrame) -> int:
        """Store rows of SCORES, all or none; return how many were new or differed from what was there.

        A row replaces one of an older version, and one of its own version that differs; it never replaces a newer one,
        nor its own correction. Columns that are not served may be missing. Raises SchemaMismatch for a frame without a
        served column, or with a row that is no correction and is not known at its session's close; InvalidInput for a
        version that is not like 1.2.
        """
        ...

    def newest(self, configuration: str) -> date | None:
        """Return the newest session with a row, None where nothing is served."""
        ...

    def of_session(self, configuration: str, session: date) -> pl.DataFrame:
        """Return all rows of a session, in the order of instrument_id; no rows where nothing is served."""
        ...

    def of_security(
        self, configuration: str, instrument_id: InstrumentId | str, *, since: date | None = None, limit: int
    ) -> pl.DataFrame:
        """Return up to `limit` rows of a security, of sessions from `since` on, the newest first.

        Raises InvalidInput for a limit below 0.
        """
        ...

    def changes(self, configuration: str) -> int:
        """Return a number that every publication that changed something raises; 0 before the first."""
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


class Limit(Protocol):
    """Lets requests leave one by one, evenly spaced, in the order in which they were asked for.

    Shared by all threads, and as widely as its URL says: by the processes of a machine or by many machines.
    """

    @property
    def rate_per_s(self) -> float:
        """Requests a second in force when last asked; less than this sharer's own where another asks for less."""
        ...

    def wait(self, *, patience_s: float = math.inf) -> None:
        """Return when the next request may leave.

        Raises Throttled, with `retry_after_s`, if that takes longer than `patience_s`: at once where it can be known,
        else after that time; Transient errors where the turns cannot be reached now.
        """
        ...

    def hold(self, seconds: float) -> None:
        """Let nobody leave for so long, at most an hour: the service asked to be left alone.

        Never shortens an earlier hold. Sharers that cannot be reached now are told with our next `wait`.
        """
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

        Columns: words, boilerplate_words (Int64); positive, negative, uncertainty, net (Float64, null without words);
        of a model that reads sentences also sentences, fragments (Int64) and forward_looking (Float64), named as in
        the table filing_tone.
        """
        ...

    def explain(self, *texts: str, top: int = 10) -> pl.DataFrame:
        """Return the `top` sentences of these documents of one filing that moved net tone most.

        Columns: place (Int64), sentence, balance (above 0: better), and what the model has to say of each.
        """
        ...


# Classes of tone, in the order in which every model gives their probabilities.
TONES = ("negative", "neutral", "positive")


class SentenceToneModel(Protocol):
    """Says how likely a sentence is to be bad, neither or good news for the company that it is about."""

    @property
    def version(self) -> str:
        """Name and version, for example 'tone-fast-1'; names exactly what scored."""
        ...

    @property
    def fingerprint(self) -> str | None:
        """What names the model's bytes: two that share a version and not this are two models. None without files."""
        ...

    def probabilities(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return shape (len(sentences), 3): a row per sentence, in order, columns as `TONES`, each row adding up to 1.

        A sentence has the same row alone and in any batch, to 1e-5. Text beyond what the model reads at once is read in
        pieces, never left out. No sentences give shape (0, 3).
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors: the nearer two are, the more alike the texts' meanings."""

    @property
    def version(self) -> str:
        """Name and version, for example 'minilm-1'; vectors of different versions cannot be compared."""
        ...

    @property
    def fingerprint(self) -> str:
        """What names the model's bytes: two that share a version and not this are two models."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return shape (len(texts), dimensions): a vector of length 1 per text, in order; zeros where no words.

        A text has the same vector alone and in any batch, to 1e-5. A long text has the mean of its pieces, scaled.
        """
        ...


class VectorIndex(Protocol):
    """Vectors of risk factors, asked which are nearest. Spaces never mix (`core.vectors`).

    Of a risk factor that became known in several states, each answers for its own time: at an instant T it is in the
    last state known at T.
    """

    def put(self, space: VectorSpace, rows: pl.DataFrame) -> int:
        """Store rows of `INDEXED_RISKS`, all or none, replacing those of the same key and `known_at`.

        Return how many were new or differed; the same again changes nothing. Raises SchemaMismatch; InvalidInput for a
        vector of another length, and for a space that was begun with a model of other bytes or dimensions.
        """
        ...

    def lacking(self, space: VectorSpace, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of these rows (`DESCRIBED`: no vectors) that are not stored, or are stored otherwise described.

        Raises InvalidInput for a space that was begun with a model of other bytes or dimensions.
        """
        ...

    def nearest(self, space: VectorSpace, wanted: NDArray[np.float32], *, top: int, among: Among) -> pl.DataFrame:
        """Return the `top` rows most like `wanted` among those asked for; fewer only where there are no more.

        Columns (`NEIGHBOURS`): accession, ordinal, known_at, likeness (cosine, -1 to 1), the likest first, then the
        latest known, then by key. An adapter may miss some of the nearest where `as_of` is None; it never does where
        an instant is given, so that what became known later cannot change the answer.
        Raises NotFound where nothing was ever put into this space; InvalidInput for a vector of another length or of
        zeros, for a `top` below 1, and as `put`.
        """
        ...


class RiskCategoryModel(Protocol):
    """Says what a risk factor is about. Keywords today, a trained head later."""

    @property
    def name(self) -> str:
        """Name of the kind of model, for example 'keywords'."""
        ...

    @property
    def version(self) -> str:
        """Name and version of the model and of its taxonomy; names exactly what classified."""
        ...

    def classify(self, headings: Sequence[str], bodies: Sequence[str]) -> pl.DataFrame:
        """Return one row per risk factor, in order. Pure and deterministic. Raises InvalidInput for unequal lengths.

        Columns: family, category (String, 'other' where nothing speaks); score (Float64, 0..1); runner_up (String, the
        second category, null where there is none).
        """
        ...


class ModelRegistry(Protocol):
    """Which models exist, which is used, and who decided so. Every method is one transaction.

    `alias` is a place that holds at most one version of a name: shadow or production (`core.model_registry`).
    """

    def register(self, model: RegisteredModel, *, at: datetime, who: str) -> bool:
        """Record a version as a candidate; return whether it was new. The same again changes nothing.

        Raises InvalidInput where this version is registered with other bytes.
        """
        ...

    def models(self, name: str = "") -> list[RegisteredModel]:
        """Return all versions of a name, or of all names, by name and the newest version first."""
        ...

    def model(self, name: str, version: int) -> RegisteredModel | None:
        """Return one version, or None if it is not registered."""
        ...

    def standing(self, name: str, alias: ModelStatus) -> RegisteredModel | None:
        """Return the version that stands in a place, or None where nobody does."""
        ...

    def promote(self, name: str, version: int, to: ModelStatus, *, at: datetime, who: str, why: str) -> bool:
        """Put a version into a place, or away (`archived`); return whether anything moved.

        Who stood there is archived; who comes from another place leaves it. Production is never left empty: to archive
        it is refused. Raises NotFound for an unknown version, InvalidInput for what is refused.
        """
        ...

    def roll_back(self, name: str, alias: ModelStatus, *, at: datetime, who: str, why: str) -> RegisteredModel:
        """Put back the version that stood in a place before the present one, and return it; again goes further back.

        Raises NotFound where nobody stands there, or nobody stood there before.
        """
        ...

    def moves(self, name: str) -> list[ModelMove]:
        """Return every change of what stands where, the oldest first."""
        ...
