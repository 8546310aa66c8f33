"""Prometheus metrics of the service: of this process, or of all workers together.

Several workers write into files of one folder, which PROMETHEUS_MULTIPROC_DIR names before they start; whichever worker
is asked adds them up. Gauges then have the label `pid` where a sum would say nothing.
"""

from __future__ import annotations

import os
import re
import resource
import sys
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from edgewise.serve.lean_metrics import BoundedCodes, LeanRegistry

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.serve.scoring.batching import BatchSeen

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
METHODS = ("GET", "HEAD", "POST")
_LIVE_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")
_KIBIBYTE = 1 if sys.platform == "darwin" else 1024


class ScoringMetrics:
    """Counts and times what a worker does.

    shared: the folder in which the workers of one service count; None for a single process, which counts alone.
    """

    def __init__(self, *, model_version: str, shared: Path | None = None) -> None:
        self._shared = shared
        self.registry = LeanRegistry()
        self._outcome = BoundedCodes(known=("ok", "suspect", "absent"))
        self._make_requests()
        self._make_work()
        loaded = self._gauge("model", "1 for the model that scores.", ("model_version",), "livemax")
        loaded.labels(model_version).set(1)

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Record one answered request, by the route's pattern."""
        known = method if method in METHODS else "other"
        self._latency.labels(route, known, str(status)).observe(seconds)
        self._memory.set(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE)

    def scored(self, source: str, outcome: str) -> None:
        """Count a document: where it came from, and its status or the code of its error."""
        self._documents.labels(source, self._outcome(outcome)).inc()

    def looked_up(self, cache: str, *, hit: bool) -> None:
        """Count a look-up in a cache."""
        self._lookups.labels(cache, "hit" if hit else "miss").inc()

    def kept(self, cache: str, size: int) -> None:
        """Record how many bytes a cache holds."""
        self._cache_bytes.labels(cache).set(size)

    def waiting(self, *, documents: int, sentences: int) -> None:
        """Record what is in work or waits."""
        self._waiting_documents.set(documents)
        self._waiting_sentences.set(sentences)

    def batch(self, seen: BatchSeen) -> None:
        """Record one call of the model."""
        self._batch_seconds.observe(seen.seconds)
        self._batch_sentences.observe(seen.sentences)
        self._batch_requests.observe(seen.requests)

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        if self._shared is None:
            return generate_latest(self.registry)
        forget_dead_workers(self._shared)
        together = LeanRegistry()
        MultiProcessCollector(together, path=str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _make_requests(self) -> None:
        self._latency = Histogram(
            "edgewise_scoring_request_seconds",
            "Time to answer a request, seconds.",
            ("route", "method", "status"),
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._documents = Counter(
            "edgewise_scoring_documents",
            "Filings, documents and texts asked for, by status of the score or code of the error.",
            ("source", "outcome"),
            registry=self.registry,
        )
        self._lookups = Counter(
            "edgewise_scoring_cache_lookups", "Look-ups in a cache.", ("cache", "found"), registry=self.registry
        )

    def _make_work(self) -> None:
        self._waiting_documents = self._gauge("waiting_documents", "Documents in work or waiting.")
        self._waiting_sentences = self._gauge("waiting_sentences", "Sentences that wait for the model.")
        self._cache_bytes = self._gauge("cache_bytes", "Bytes in a cache.", ("cache",))
        self._memory = self._gauge("worker_peak_memory_bytes", "Most memory a worker had resident.", (), "liveall")
        self._batch_seconds = Histogram(
            "edgewise_scoring_batch_seconds",
            "Time of one call of the model.",
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._batch_sentences = Histogram(
            "edgewise_scoring_batch_sentences", "Sentences of one call.", buckets=SIZES, registry=self.registry
        )
        self._batch_requests = Histogram(
            "edgewise_scoring_batch_requests",
            "Requests that share one call.",
            buckets=SIZES[:6],
            registry=self.registry,
        )

    def _gauge(self, name: str, meaning: str, labels: tuple[str, ...] = (), mode: str = "livesum") -> Gauge:
        return Gauge(
            f"edgewise_scoring_{name}",
            meaning,
            labels,
            registry=self.registry,
            multiprocess_mode=mode,  # type: ignore[arg-type] # one of the library's literals
        )


def forget_dead_workers(folder: Path) -> None:
    """Take the gauges of processes that are no more out of the folder; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        match = _LIVE_FILE.fullmatch(file.name)
        if match and not _is_alive(int(match[1])):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
