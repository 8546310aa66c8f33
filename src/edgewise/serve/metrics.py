"""Prometheus metrics: requests as they happen, filings and tables as they are when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from edgewise.core.ports import FilingLedger
    from edgewise.lake import Lake

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)
METHODS = ("GET", "HEAD")


class RequestMetrics:
    """Counts and times requests, in a registry of its own so that two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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

    def exposition(self, lake: Lake, filings: FilingLedger) -> bytes:
        """Return the metrics in Prometheus' text format, with the present state of ledger and lake."""
        return generate_latest(self.registry) + generate_latest(_state(lake, filings))


def _state(lake: Lake, filings: FilingLedger) -> CollectorRegistry:
    registry = CollectorRegistry()
    by_state = Gauge("edgewise_filings", "Filings in the ledger.", ("state", "reason"), registry=registry)
    for (state, reason), count in filings.counts().items():
        by_state.labels(str(state), reason).set(count)
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
    return registry
