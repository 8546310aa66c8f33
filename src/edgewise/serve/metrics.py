"""Prometheus metrics of the service: requests as they happen; filings, tables, lags and queue as they are when asked.

What is shared by all watchers and workers, ledger and queue, is told here once: one scrape sees all of them.
"""

from __future__ import annotations

from collections import Counter as Counts
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest

from edgewise.serve.lags import ALL, QUANTILES, lags
from edgewise.serve.lean_metrics import REASONS_AT_MOST, BoundedCodes, LeanRegistry
from edgewise.serve.stream_metrics import Hours, build_info, queue_gauges, set_queue

if TYPE_CHECKING:
    from edgewise.core.ports import FilingLedger
    from edgewise.lake import Lake
    from edgewise.serve.api.rooms import Rooms
    from edgewise.serve.lags import Lag

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)
METHODS = ("GET", "HEAD")
LAGS_OVER = timedelta(hours=1)
TIMED_AT_MOST = 10_000


class RequestMetrics:
    """Counts and times requests, in a registry of its own so that two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = LeanRegistry()
        ProcessCollector(registry=self.registry)
        self._latency = Histogram(
            "edgewise_request_seconds",
            "Time to answer a request, seconds.",
            ("route", "method", "status"),
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Record one answered request; methods that no route has count together, so that strangers make no labels."""
        known = method if method in METHODS else "other"
        self._latency.labels(route, known, str(status)).observe(seconds)

    def exposition(self, rooms: Rooms) -> bytes:
        """Return the metrics in Prometheus' text format, with the present state of ledger, lake, stream and queue."""
        return generate_latest(self.registry) + generate_latest(shared_state(rooms))


def shared_state(rooms: Rooms) -> CollectorRegistry:
    """Return a registry that shows the state of these rooms now.

    Raises what ledger, lake and queue raise: a scrape that shows half of it would hide an outage.
    """
    registry = CollectorRegistry()
    build_info(registry, version=rooms.version, simulated=rooms.simulated)
    registry.register(Hours(rooms.clock))
    _show_filings(registry, rooms.filings)
    _show_tables(registry, rooms.lake)
    if rooms.stream_ledger is not None:
        since = rooms.clock.now() - LAGS_OVER
        timed = rooms.stream_ledger.timed(since=since, limit=TIMED_AT_MOST)
        _show_lags(registry, [lag for lag in lags(timed) if lag.form == ALL], len(timed), simulated=rooms.simulated)
    if rooms.queue is not None:
        set_queue(queue_gauges(registry), rooms.queue.depth())
    return registry


def _show_filings(registry: CollectorRegistry, filings: FilingLedger) -> None:
    by_state = Gauge("edgewise_filings", "Filings in the ledger.", ("state", "reason"), registry=registry)
    counted = Counts[tuple[str, str]]()
    reason_of = BoundedCodes(known=("",), at_most=REASONS_AT_MOST)
    for (state, reason), count in sorted(filings.counts().items(), key=lambda each: (-each[1], each[0])):
        counted[str(state), reason_of(reason)] += count
    for labels, count in counted.items():
        by_state.labels(*labels).set(count)


def _show_tables(registry: CollectorRegistry, lake: Lake) -> None:
    rows = Gauge("edgewise_table_rows", "Rows in a table of the lake.", ("table",), registry=registry)
    newest = Gauge(
        "edgewise_table_newest_known_at_seconds",
        "Newest known_at of a table, seconds since 1970 UTC.",
        ("table",),
        registry=registry,
    )
    for table in lake.tables():
        rows.labels(table.name).set(table.rows)
        if table.newest_known_at is not None:
            newest.labels(table.name).set(table.newest_known_at.timestamp())


def _show_lags(registry: CollectorRegistry, found: list[Lag], seen: int, *, simulated: bool) -> None:
    by_quantile = Gauge(
        "edgewise_ledger_lag_seconds",
        "Lag from publication to a milestone over the filings first seen in the last hour; absent without any.",
        ("to", "quantile", "simulated"),
        registry=registry,
    )
    filings = Gauge(
        "edgewise_ledger_lag_filings",
        "Those filings: timed, not_yet there, no_instant of publication, or history (public for over a week).",
        ("to", "timed"),
        registry=registry,
    )
    last_hour = Gauge(
        "edgewise_ledger_seen_filings", "Filings first seen in the last hour, 10,000 at most.", registry=registry
    )
    last_hour.set(seen)
    for lag in found:
        for share, value in zip(QUANTILES, (lag.p50_s, lag.p95_s, lag.p99_s), strict=True):
            if value is not None:
                by_quantile.labels(lag.to, str(share), str(simulated).lower()).set(value)
        for timed, count in (
            ("timed", lag.filings),
            ("not_yet", lag.not_yet),
            ("no_instant", lag.no_instant),
            ("history", lag.history),
        ):
            filings.labels(lag.to, timed).set(count)
