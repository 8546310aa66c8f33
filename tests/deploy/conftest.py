"""What our processes export, and what deploy/ asks of it."""

from __future__ import annotations

import importlib.util
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork, QueueDepth
from edgewise.pipelines.stream import events
from edgewise.serve.api.rooms import Rooms
from edgewise.serve.metrics import RequestMetrics
from edgewise.serve.stream_metrics import StreamMetrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NOW = datetime(2024, 5, 1, 20, tzinfo=UTC)
NOT_OURS = re.compile(r"up|ALERTS|edgewise:[\w:]+")


class Stopped:
    def now(self):
        return NOW


def one_of_each():
    """One event of every kind."""
    return [
        events.Polled("feed", 1, 1, 0, 0.1),
        events.GapFound("2024-05-01", 1),
        events.Swept(1),
        events.SourceFailed("feed", "throttled", "", 1.0),
        events.StageRan("fetch", 1, 1, 0.1, {"truncated": 1}),
        events.Deferred("0000320193-24-000123", "throttled", 1, 1.0),
        events.Arrived("0000320193-24-000123", "8-K", 1.0, 2.0, 3.0, 0.5, 0.5),
        events.QueueSeen(QueueDepth(1, 1, 1, 1, 1.0)),
    ]


def rooms():
    """Rooms in which there is one of everything."""
    work = FilingWork(
        Accession("0000320193-24-000123"),
        "https://example.test/",
        Cik(320193),
        form="8-K",
        accepted_at=NOW - timedelta(minutes=1),
        first_seen_at=NOW,
        fetched_at=NOW,
        scored_at=NOW,
    )
    table = SimpleNamespace(name="filings", rows=1, newest_known_at=NOW)
    return Rooms(
        SimpleNamespace(tables=lambda: [table]),
        SimpleNamespace(counts=lambda: {(FilingState.SCORED, ""): 1}),
        Stopped(),
        "1.2.3",
        stream_ledger=SimpleNamespace(timed=lambda **_: [work]),
        queue=SimpleNamespace(depth=lambda: QueueDepth(1, 1, 1, 1, 1.0)),
    )


@pytest.fixture(scope="session")
def families():
    """Every metric family that our processes export."""
    stats = SimpleNamespace(requests=1, retries=0, throttled=0, cache_hits=0, received_bytes=1, limit_wait_s=0.5)
    stream = StreamMetrics(
        version="1.2.3",
        simulated=False,
        clock=Stopped(),
        machine=Stopped(),
        source_stats=lambda: stats,
        rate_per_s=lambda: 8.0,
    )
    for event in one_of_each():
        stream.observe(event)
    served = RequestMetrics()
    served.observe("/health", "GET", 200, 0.1)
    text = generate_latest(stream.registry).decode() + "\n" + served.exposition(rooms()).decode()
    return list(text_string_to_metric_families(text))


@pytest.fixture(scope="session")
def exported(families):
    """The names of their samples."""
    return {sample.name for family in families for sample in family.samples}


def metrics_of(query):
    """Return the metric names in a PromQL query: the words outside of labels and ranges that are no functions."""
    bare = re.sub(r'"[^"]*"', "", query)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    words = re.findall(r"[a-zA-Z_:][\w:]*(?!\w|\s*\()", bare)
    return {word for word in words if word not in {"and", "or", "unless", "bool", "offset"}}


def unknown_metrics(queries, exported):
    """Return the metrics that these queries name and nobody exports."""
    named = set().union(*map(metrics_of, queries))
    return {name for name in named if name not in exported and not NOT_OURS.fullmatch(name)}


def loaded(path):
    """Return a script of deploy/ as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up.
    import sys  # noqa: PLC0415 - as above

    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
