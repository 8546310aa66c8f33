"""The live stream as Prometheus metrics: what one process did, counted as it tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from edgewise.core.errors import Transient
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
from edgewise.serve.hours import edgar_is_open, market_is_open
from edgewise.serve.lags import FORM_GROUPS, HISTORY, OTHER, Milestone, form_group
from edgewise.serve.lean_metrics import BoundedCodes, LeanRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client import Metric

    from edgewise.core.clock import Clock
    from edgewise.core.ports import QueueDepth
    from edgewise.pipelines.stream.events import Event

LAG_BUCKETS_S = (0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 90.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0)
WORK_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SOURCES = ("feed", "index")
STAGES = ("fetch", "parse", "score")
WHAT = ("feed", "index", "sweep", "queue", "edgar", "store")


class SourceStats(Protocol):
    """What a client of the outside did since it was made, as `sources.http` counts it."""

    @property
    def requests(self) -> int: ...  # noqa: D102 - the name says it
    @property
    def retries(self) -> int: ...  # noqa: D102 - as above
    @property
    def throttled(self) -> int: ...  # noqa: D102 - as above
    @property
    def cache_hits(self) -> int: ...  # noqa: D102 - as above
    @property
    def received_bytes(self) -> int: ...  # noqa: D102 - as above
    @property
    def limit_wait_s(self) -> float: ...  # noqa: D102 - as above


class StreamMetrics:
    """Counts what a stream tells, in a registry of its own. Safe for threads.

    version, simulated: name what runs; lags of a simulated market carry simulated="true".
    clock:        the time of the filings, for the hours of EDGAR and of the exchange.
    machine:      the machine's clock, for when a source was last asked.
    source_stats: what the client of the source did, None where there is none (yet); asked at every scrape.
    rate_per_s:   requests a second that are allowed, None without a limit; asked at every scrape.
    """

    def __init__(
        self,
        *,
        version: str,
        simulated: bool,
        clock: Clock,
        machine: Clock,
        source_stats: Callable[[], SourceStats | None] = lambda: None,
        rate_per_s: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.registry = LeanRegistry()
        self._simulated, self._machine = str(simulated).lower(), machine
        self._reason = BoundedCodes(known=[kind.reason for kind in Transient.__subclasses__()])
        build_info(self.registry, version=version, simulated=simulated)
        self.registry.register(Hours(clock))
        self.registry.register(_Source(source_stats, rate_per_s))
        ProcessCollector(registry=self.registry)
        self._make_intake()
        self._make_work()
        self._make_lags()
        self._make_troubles()
        self._queue = queue_gauges(self.registry)

    def observe(self, event: Event) -> None:
        """Count one event."""
        match event:
            case Polled():
                self._polled(event)
            case GapFound():
                self._gap_filings.inc(event.missing)
            case Swept():
                self._sweeps.inc()
                self._swept_filings.inc(event.requeued)
            case StageRan():
                self._stage_ran(event)
            case Deferred():
                self._deferred.labels(self._reason(event.reason)).inc()
            case Arrived():
                self._has_arrived(event)
            case SourceFailed():
                self._trouble(event)
            case QueueSeen():
                set_queue(self._queue, event.depth)

    def _make_intake(self) -> None:
        self._polls = self._counter("edgewise_stream_polls", "Times a source was asked.", "source", "outcome")
        self._poll_seconds = self._histogram(
            "edgewise_stream_poll_seconds", "Seconds to ask a source once, with success.", "source"
        )
        self._last_poll = Gauge(
            "edgewise_stream_last_poll_timestamp_seconds",
            "When a source last answered this process, seconds since 1970 UTC; absent before.",
            ("source",),
            registry=self.registry,
        )
        self._listed = self._counter("edgewise_stream_listed_filings", "Filings that a source listed.", "source")
        self._new = self._counter("edgewise_stream_new_filings", "Filings queued for the first time.", "source")
        self._rejected = self._counter(
            "edgewise_stream_rejected_lines", "Lines of a source that could not be read.", "source"
        )
        self._gap_filings = self._counter(
            "edgewise_stream_gap_filings", "Filings in a day's index that the feed had not shown."
        )
        self._sweeps = self._counter("edgewise_stream_sweeps", "Sweeps for filings that rest short of their goal.")
        self._swept_filings = self._counter("edgewise_stream_swept_filings", "Filings that sweeps queued again.")
        for source in SOURCES:
            for outcome in ("ok", "failed"):
                self._polls.labels(source, outcome)
            for metric in (self._listed, self._new, self._rejected):
                metric.labels(source)

    def _make_work(self) -> None:
        self._filings = self._counter(
            "edgewise_stream_stage_filings", "Filings that a stage finished with.", "stage", "outcome"
        )
        self._stage_seconds = self._histogram("edgewise_stream_stage_seconds", "Seconds a stage took a batch.", "stage")
        self._failures = self._counter("edgewise_stream_failures", "Filings that failed.", "stage", "reason")
        self._deferred = self._counter(
            "edgewise_stream_deferred", "Filings given back after a passing failure.", "reason"
        )
        self._arrived = self._counter("edgewise_stream_arrived", "Filings that came as far as they go.", "form")
        for stage in STAGES:
            for outcome in ("done", "failed"):
                self._filings.labels(stage, outcome)
        for form in FORM_GROUPS:
            self._arrived.labels(form)

    def _make_lags(self) -> None:
        self._lag = Histogram(
            "edgewise_stream_lag_seconds",
            "Seconds from when the public could know a filing to its milestone; of a simulated market, simulated ones.",
            ("to", "form", "simulated"),
            buckets=LAG_BUCKETS_S,
            registry=self.registry,
        )
        self._untimed = self._counter(
            "edgewise_stream_untimed_filings",
            "Arrived filings without a lag: no_instant, history (public for over a week), clock_behind.",
            "why",
        )
        self._added = Histogram(
            "edgewise_stream_added_seconds",
            "Seconds from first seen to its goal that were not fetching.",
            ("simulated",),
            buckets=LAG_BUCKETS_S,
            registry=self.registry,
        )
        self._fetch = self._histogram("edgewise_stream_fetch_seconds", "Seconds to fetch a filing, waits included.")
        self._added.labels(self._simulated)
        for why in ("no_instant", "history", "clock_behind"):
            self._untimed.labels(why)

    def _make_troubles(self) -> None:
        self._troubles = self._counter(
            "edgewise_stream_troubles", "Times a source or a store could not be used.", "what", "reason"
        )
        for what in WHAT:
            for kind in Transient.__subclasses__():
                self._troubles.labels(what, kind.reason)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, buckets=WORK_BUCKETS_S, registry=self.registry)

    def _polled(self, event: Polled) -> None:
        source = event.source if event.source in SOURCES else OTHER
        self._polls.labels(source, "ok").inc()
        self._poll_seconds.labels(source).observe(event.seconds)
        self._last_poll.labels(source).set(self._machine.now().timestamp())
        self._listed.labels(source).inc(event.listed)
        self._new.labels(source).inc(event.new)
        self._rejected.labels(source).inc(event.rejected)

    def _stage_ran(self, event: StageRan) -> None:
        stage = event.stage if event.stage in (*STAGES, "store") else OTHER
        self._filings.labels(stage, "done").inc(event.done)
        self._filings.labels(stage, "failed").inc(event.failed)
        self._stage_seconds.labels(stage).observe(event.seconds)
        for reason, count in event.reasons.items():
            self._failures.labels(stage, self._reason(reason)).inc(count)

    def _has_arrived(self, event: Arrived) -> None:
        form = form_group(event.form)
        self._arrived.labels(form).inc()
        self._fetch.observe(max(0.0, event.fetch_s))
        if event.added_s is not None:
            self._added.labels(self._simulated).observe(max(0.0, event.added_s))
        if event.seen_s is None or event.seen_s > HISTORY.total_seconds():
            self._untimed.labels("no_instant" if event.seen_s is None else "history").inc()
            return
        if event.seen_s < 0:
            self._untimed.labels("clock_behind").inc()
        for to, lag in zip(Milestone, (event.seen_s, event.stored_s, event.scored_s), strict=True):
            if lag is not None and lag >= 0:
                self._lag.labels(to, form, self._simulated).observe(lag)

    def _trouble(self, event: SourceFailed) -> None:
        what = event.what if event.what in WHAT else OTHER
        self._troubles.labels(what, self._reason(event.reason)).inc()
        if event.what in SOURCES:
            self._polls.labels(event.what, "failed").inc()


class Hours(Collector):
    """Tells at each scrape whether EDGAR and the market are open."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Yield both as 0 or 1."""
        at = self._clock.now()
        yield GaugeMetricFamily("edgewise_edgar_open", "Whether EDGAR accepts filings now.", edgar_is_open(at))
        yield GaugeMetricFamily("edgewise_market_open", "Whether the exchange trades now.", market_is_open(at))


class _Source(Collector):
    """Tells at each scrape what the client of the source did."""

    def __init__(self, stats: Callable[[], SourceStats | None], rate_per_s: Callable[[], float | None]) -> None:
        self._stats, self._rate_per_s = stats, rate_per_s

    def collect(self) -> Iterator[Metric]:
        """Yield its counters, and the rate that is allowed."""
        if (rate := self._rate_per_s()) is not None:
            yield GaugeMetricFamily(
                "edgewise_source_limit_requests_per_second", "Requests a second allowed to all sharers.", rate
            )
        if (stats := self._stats()) is None:
            return
        for name, meaning, count in (
            ("edgewise_source_requests", "Requests sent to the source.", stats.requests),
            ("edgewise_source_retries", "Requests that were sent again.", stats.retries),
            ("edgewise_source_throttled", "Answers that told us to slow down or blocked us.", stats.throttled),
            ("edgewise_source_cache_hits", "Answers that were taken from the cache.", stats.cache_hits),
            ("edgewise_source_received_bytes", "Bytes of bodies as they came over the wire.", stats.received_bytes),
            ("edgewise_source_limit_wait_seconds", "Seconds that fetchers waited for their turns.", stats.limit_wait_s),
        ):
            yield CounterMetricFamily(name, meaning, count)


def build_info(registry: CollectorRegistry, *, version: str, simulated: bool) -> None:
    """Tell which version runs, and whether on a simulated market."""
    info = Gauge("edgewise_build_info", "What runs; always 1.", ("version", "simulated"), registry=registry)
    info.labels(version, str(simulated).lower()).set(1)


def queue_gauges(registry: CollectorRegistry) -> tuple[Gauge, Gauge]:
    """Return the gauges of a queue: messages by state, and the age of the oldest that waits."""
    messages = Gauge("edgewise_queue_messages", "Messages of the one shared queue.", ("state",), registry=registry)
    oldest = Gauge(
        "edgewise_queue_oldest_seconds",
        "Age of the oldest waiting message; absent where the queue does not tell.",
        ("state",),
        registry=registry,
    )
    return messages, oldest


def set_queue(gauges: tuple[Gauge, Gauge], depth: QueueDepth) -> None:
    """Set the gauges of a queue to how full it is."""
    messages, oldest = gauges
    states: Mapping[str, int] = {
        "waiting": depth.waiting,
        "leased": depth.leased,
        "delayed": depth.delayed,
        "dead": depth.dead,
    }
    for state, count in states.items():
        messages.labels(state).set(count)
    if depth.oldest_s is None:
        oldest.clear()
    else:
        oldest.labels("waiting").set(depth.oldest_s)
