"""What the stream tells becomes log lines, metrics and the counts of the run."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

import structlog
from prometheus_client import start_http_server

from edgewise.core.errors import InvalidInput
from edgewise.pipelines.stream.events import (
    Arrived,
    Deferred,
    Failed,
    GapFound,
    Polled,
    QueueSeen,
    SourceFailed,
    StageRan,
    Swept,
)
from edgewise.serve.lags import quantile
from edgewise.serve.stream_metrics import StreamMetrics

if TYPE_CHECKING:
    from types import TracebackType

    from edgewise.app.house import House
    from edgewise.core.ports import QueueDepth
    from edgewise.pipelines.stream.events import Event

LOOPBACK = "127.0.0.1"
SUMMARY_EVERY_S = 60.0
_LAGS_AT_MOST = 10_000


@dataclass(slots=True)
class _Minute:
    """What happened since the last summary."""

    counts: Counter[str] = field(default_factory=Counter)
    lags_s: list[float] = field(default_factory=list)
    added_s: list[float] = field(default_factory=list)

    def told(self, depth: QueueDepth | None) -> dict[str, float | None]:
        """Return the fields of the summary line."""
        counted: dict[str, float | None] = {
            name: self.counts[name] for name in ("queued", "arrived", "failed", "deferred", "troubles")
        }
        if self.lags_s:
            counted |= {"lag_p95_s": _p95(self.lags_s), "added_p95_s": _p95(self.added_s)}
        if depth is not None:
            counted |= {"waiting": depth.waiting + depth.delayed, "under_way": depth.leased, "dead": depth.dead}
            counted |= {} if depth.oldest_s is None else {"oldest_s": round(depth.oldest_s)}
        return counted


class Telemetry:
    """Hears the stream's events; safe for threads. Use it as a context manager.

    counts: of the run, for its ledger; shared with the caller.
    port:   serve the metrics of this process there, 0 serves none; host: at which of this machine's addresses.
    quiet:  write no log lines.
    """

    def __init__(
        self, house: House, counts: dict[str, int], *, port: int = 0, quiet: bool = False, host: str = LOOPBACK
    ) -> None:
        self._counts, self._host, self._port, self._quiet = counts, host, port, quiet
        self._log = structlog.get_logger("edgewise.stream")
        self._lock = threading.Lock()
        self._minute = _Minute()
        self._depth: QueueDepth | None = None
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._server: Any = None
        self.metrics = StreamMetrics(
            version=version("edgewise"),
            simulated=house.simulated,
            clock=house.clock,
            machine=house.machine_clock,
            # Only what is there already: a scrape must not be what opens a client.
            source_stats=lambda: getattr(vars(house).get("fetcher"), "stats", None),
            rate_per_s=lambda: getattr(vars(house).get("limit"), "rate_per_s", None),
        )

    def __enter__(self) -> Self:
        """Serve the metrics and sum up each minute. Raises InvalidInput where the port cannot be had."""
        if self._port:
            self._serve()
        if not self._quiet:
            summing = threading.Thread(target=self._sum_up_each_minute, name="summary", daemon=True)
            summing.start()
            self._threads.append(summing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for thread in self._threads:
            thread.join()

    def tell(self, event: Event) -> None:
        """Count an event, measure it and log it."""
        self.metrics.observe(event)
        with self._lock:
            self._count(event)
        if not self._quiet:
            self._say(event)

    def sum_up(self) -> None:
        """Log what happened since the last time."""
        with self._lock:
            minute, self._minute = self._minute, _Minute()
        self._log.info("last minute", **minute.told(self._depth))

    def _serve(self) -> None:
        try:
            self._server, thread = start_http_server(self._port, addr=self._host, registry=self.metrics.registry)
        except OSError as error:
            raise InvalidInput(
                f"the metrics cannot be served at {self._host}:{self._port}: {error.strerror or error}",
                advice="Give another --metrics-port.",
            ) from error
        self._threads.append(thread)

    def _sum_up_each_minute(self) -> None:
        while not self._ended.wait(SUMMARY_EVERY_S):
            self.sum_up()

    def _count(self, event: Event) -> None:
        match event:
            case Polled():
                self._add("queued", event.new)
            case GapFound():
                self._add("missed_by_feed", event.missing)
            case Swept():
                self._add("requeued", event.requeued)
            case StageRan():
                self._add(event.stage, event.done)
                self._add("failed", event.failed)
            case Deferred():
                self._add("deferred", 1)
            case Arrived():
                self._add("arrived", 1)
                self._time(event)
            case SourceFailed():
                self._add("troubles", 1)
            case QueueSeen():
                self._depth = event.depth

    def _add(self, name: str, count: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + count
        self._minute.counts[name] += count

    def _time(self, event: Arrived) -> None:
        lag_s = _lag_of(event)
        if lag_s is not None and len(self._minute.lags_s) < _LAGS_AT_MOST:
            self._minute.lags_s.append(lag_s)
            self._minute.added_s.append(event.added_s or 0.0)

    def _say(self, event: Event) -> None:
        """Log what a person wants to know of an event: arrivals and troubles; the rest is for whoever debugs."""
        match event:
            case Polled():
                say = self._log.warning if event.rejected else self._log.debug
                say("polled", source=event.source, listed=event.listed, new=event.new, rejected=event.rejected)
            case GapFound():
                self._log.warning("gap filled", day=event.day, missing=event.missing)
            case Swept():
                (self._log.info if event.requeued else self._log.debug)("swept", requeued=event.requeued)
            case StageRan():
                self._log.debug("stage", **_stage(event))
            case Failed():
                self._log.warning("failed", accession=event.accession, reason=event.reason, detail=event.detail)
            case Deferred():
                told = {"accession": event.accession, "reason": event.reason, "attempts": event.attempts}
                self._log.info("deferred", **told, wait_s=event.wait_s)
            case Arrived():
                told = {"form": event.form, "accession": event.accession}
                self._log.info("arrived", **told, lag_s=_tenths(_lag_of(event)), added_s=_tenths(event.added_s, 2))
            case SourceFailed():
                told = {"what": event.what, "reason": event.reason, "detail": event.detail}
                self._log.warning("trouble", **told, wait_s=round(event.wait_s, 1))
            case QueueSeen():
                self._log.debug("queue", waiting=event.depth.waiting, dead=event.depth.dead)


def _lag_of(event: Arrived) -> float | None:
    """Return the seconds from when the public could know a filing to its goal."""
    return event.stored_s if event.scored_s is None else event.scored_s


def _stage(event: StageRan) -> dict[str, object]:
    told: dict[str, object] = {"stage": event.stage, "done": event.done, "failed": event.failed}
    return told | ({"reasons": dict(event.reasons)} if event.reasons else {}) | {"seconds": round(event.seconds, 3)}


def _p95(values: list[float]) -> float | None:
    return _tenths(quantile(sorted(values), 0.95), 2)


def _tenths(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
