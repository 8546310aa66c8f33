"""What the stream tells becomes log lines, metrics and the counts of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import structlog

from edgewise.pipelines.stream.events import (
    Arrived,
    Deferred,
    GapFound,
    Polled,
    QueueSeen,
    SourceFailed,
    StageRan,
    Swept,
)

if TYPE_CHECKING:
    from types import TracebackType

    from edgewise.app.house import House
    from edgewise.pipelines.stream.events import Event


class Telemetry:
    """Hears the stream's events; safe for threads."""

    def __init__(self, house: House, counts: dict[str, int], *, port: int = 0, quiet: bool = False) -> None:
        self._house, self._counts, self._port, self._quiet = house, counts, port, quiet
        self._log = structlog.get_logger("edgewise.stream")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def tell(self, event: Event) -> None:
        """Log an event and count it."""
        match event:
            case Polled():
                self._add("queued", event.new)
                self._log.info("polled", source=event.source, listed=event.listed, new=event.new)
            case GapFound():
                self._add("missed_by_feed", event.missing)
                self._log.warning("gap found", day=event.day, missing=event.missing)
            case Swept():
                self._add("requeued", event.requeued)
            case StageRan():
                self._add(event.stage, event.done)
                self._add("failed", event.failed)
            case Deferred():
                self._log.info("deferred", accession=event.accession, reason=event.reason, wait_s=event.wait_s)
            case Arrived():
                self._add("arrived", 1)
                self._log.info("arrived", accession=event.accession, form=event.form, added_s=event.added_s)
            case SourceFailed():
                self._add("troubles", 1)
                self._log.warning("trouble", what=event.what, reason=event.reason, detail=event.detail)
            case QueueSeen():
                self._log.debug("queue", waiting=event.depth.waiting, dead=event.depth.dead)

    def _add(self, name: str, count: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + count
