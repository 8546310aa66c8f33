# ruff: noqa: INP001 - a script, not a package
"""Write the Grafana dashboard: `python deploy/grafana/dashboard.py` writes edgewise.json beside it, to be imported.

A panel says what it shows; ids and places are counted, not typed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).with_name("edgewise.json")
SCHEMA_VERSION = 39
WIDE, HIGH, ROW_HIGH = 24, 8, 1
SOURCE = {"type": "prometheus", "uid": "${source}"}
MINE = '{instance=~"$instance"}'


@dataclass(frozen=True)
class Panel:
    """One panel. queries: (PromQL, legend) each. unit: Grafana's name of it. about: what to read from it."""

    title: str
    about: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    red_from: float | None = None


def rate(metric: str, *by: str, a_minute: bool = True) -> str:
    """Return the query of a counter's speed over the chosen processes, summed by labels."""
    return f"{'60 * ' * a_minute}sum by ({', '.join(by)}) (rate({metric}{MINE}[$__rate_interval]))"


def quantile(share: float, metric: str, *by: str, labels: str = "") -> str:
    """Return the query of a histogram's quantile over the chosen processes."""
    chosen = MINE.replace("}", f",{labels}}}") if labels else MINE
    buckets = f"sum by ({', '.join(('le', *by))}) (rate({metric}_bucket{chosen}[$__rate_interval]))"
    return f"histogram_quantile({share}, {buckets})"


def quantiles(metric: str, labels: str = "") -> tuple[tuple[str, str], ...]:
    """Return the queries of p50, p95 and p99."""
    return tuple(
        (quantile(share, metric, "simulated", labels=labels), f"p{share * 100:g} simulated={{{{simulated}}}}")
        for share in (0.5, 0.95, 0.99)
    )


GLANCE = (
    Panel(
        "Stored after publication, p95",
        "Over the filings first seen in the last hour. The target is below 90 s.",
        "s",
        (("edgewise:stored_lag_seconds:p95", "simulated={{simulated}}"),),
        kind="stat",
        red_from=90,
    ),
    Panel(
        "Filings seen in the last hour",
        "By all watchers, from the ledger.",
        "short",
        (("edgewise:seen_filings:last_hour", "filings"),),
        kind="stat",
    ),
    Panel(
        "Dead letters",
        "Filings whose workers did not come back: edgewise filings retry.",
        "short",
        (('max(edgewise_queue_messages{state="dead"})', "dead"),),
        kind="stat",
        red_from=1,
    ),
    Panel(
        "Firing alerts",
        "What Prometheus fires now.",
        "short",
        (('count(ALERTS{alertstate="firing",alertname=~"Edgewise.+"}) or vector(0)', "alerts"),),
        kind="stat",
        red_from=1,
    ),
)
LAG = (
    Panel(
        "Last hour, all watchers, by the ledger",
        "p50, p95 and p99 to seen, stored and scored: lags that filings really had.",
        "s",
        (("max by (to, quantile, simulated) (edgewise_ledger_lag_seconds)", "{{to}} {{quantile}} {{simulated}}"),),
    ),
    Panel(
        "To stored, by the watchers",
        "Estimated from the histograms of the chosen processes.",
        "s",
        quantiles("edgewise_stream_lag_seconds", 'to="stored"'),
        red_from=90,
    ),
    Panel(
        "Added by us",
        "From first seen to its goal, without fetching. The bar is p95 below 1 s.",
        "s",
        quantiles("edgewise_stream_added_seconds"),
        red_from=1,
    ),
    Panel(
        "Filings without a lag",
        "A minute: no instant of publication, history, or our clock is behind.",
        "short",
        ((rate("edgewise_stream_untimed_filings_total", "why"), "{{why}}"),),
    ),
)
WORK = (
    Panel(
        "Throughput by stage",
        "Filings a minute that a stage finished with.",
        "short",
        ((rate("edgewise_stream_stage_filings_total", "stage", "outcome"), "{{stage}} {{outcome}}"),),
    ),
    Panel(
        "Failures by reason",
        "A minute. The reasons are explained in docs/failures.md.",
        "short",
        (
            (rate("edgewise_stream_failures_total", "stage", "reason"), "{{stage}} {{reason}}"),
            (rate("edgewise_stream_deferred_total", "reason"), "deferred {{reason}}"),
        ),
    ),
    Panel(
        "Seconds a batch, p95 by stage",
        "How long a stage takes a batch, and one fetch.",
        "s",
        (
            (quantile(0.95, "edgewise_stream_stage_seconds", "stage"), "{{stage}}"),
            (quantile(0.95, "edgewise_stream_fetch_seconds"), "one fetch"),
        ),
    ),
    Panel(
        "Filings by state",
        "Of the whole ledger.",
        "short",
        (("max by (state, reason) (edgewise_filings)", "{{state}} {{reason}}"),),
    ),
)
QUEUE = (
    Panel(
        "Depth",
        "The queue is shared: every process tells the same.",
        "short",
        (("max by (state) (edgewise_queue_messages)", "{{state}}"),),
    ),
    Panel(
        "Age of the oldest",
        "Of those that wait.",
        "s",
        (("max(edgewise_queue_oldest_seconds)", "oldest"),),
        red_from=900,
    ),
)
SOURCES = (
    Panel(
        "Polls",
        "A minute, by source and outcome.",
        "short",
        ((rate("edgewise_stream_polls_total", "source", "outcome"), "{{source}} {{outcome}}"),),
    ),
    Panel(
        "Seconds since the last poll",
        "Of whichever watcher had the turn. The index is read once a day.",
        "s",
        (("time() - max by (source) (edgewise_stream_last_poll_timestamp_seconds)", "{{source}}"),),
    ),
    Panel(
        "Gaps and sweeps",
        "Filings that the feed had missed, and those queued again, a minute.",
        "short",
        (
            (rate("edgewise_stream_gap_filings_total"), "missed by the feed"),
            (rate("edgewise_stream_swept_filings_total"), "queued again"),
            (rate("edgewise_stream_rejected_lines_total"), "unreadable lines"),
        ),
    ),
    Panel(
        "Rate used, beside the limit",
        "Requests a second of the chosen processes together, and the rate they share.",
        "reqps",
        (
            (rate("edgewise_source_requests_total", a_minute=False), "used"),
            ("min(edgewise_source_limit_requests_per_second)", "limit"),
        ),
    ),
    Panel(
        "Throttling and troubles",
        "A minute: answers that slowed us down, and what could not be used.",
        "short",
        (
            (rate("edgewise_source_throttled_total"), "throttled"),
            (rate("edgewise_source_retries_total"), "retries"),
            (f"{rate('edgewise_stream_troubles_total', 'what', 'reason')} > 0", "{{what}} {{reason}}"),
        ),
    ),
    Panel(
        "Received",
        "Bytes a second over the wire.",
        "Bps",
        ((rate("edgewise_source_received_bytes_total", "instance", a_minute=False), "{{instance}}"),),
    ),
)
PROCESSES = (
    Panel(
        "Memory",
        "Resident. Flat on the busiest day.",
        "bytes",
        ((f"process_resident_memory_bytes{MINE}", "{{instance}}"),),
    ),
    Panel(
        "Cores used",
        "Processor seconds a second.",
        "short",
        ((rate("process_cpu_seconds_total", "instance", a_minute=False), "{{instance}}"),),
    ),
)
ROWS = {
    "At a glance": GLANCE,
    "Lag from publication": LAG,
    "Work": WORK,
    "Queue": QUEUE,
    "Sources": SOURCES,
    "Processes": PROCESSES,
}


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    return {
        "uid": "edgewise",
        "title": "Edgewise: the live stream",
        "tags": ["edgewise"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_source(), _instance()]},
        "annotations": {"list": []},
        "panels": list(_panels()),
    }


def rendered() -> str:
    """Return the text of edgewise.json."""
    return json.dumps(dashboard(), indent=2) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    ids, top = count(1), 0
    for title, panels in ROWS.items():
        place = _place(0, top, WIDE, ROW_HIGH)
        yield {"id": next(ids), "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}
        top += ROW_HIGH
        across = 4 if panels is GLANCE else 2
        wide = WIDE // across
        for number, panel in enumerate(panels):
            row, column = divmod(number, across)
            yield _panel(next(ids), panel, _place(column * wide, top + row * HIGH, wide, HIGH))
        top += -(-len(panels) // across) * HIGH


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    steps += [] if panel.red_from is None else [{"color": "red", "value": panel.red_from}]
    drawn = {"thresholdsStyle": {"mode": "off" if panel.red_from is None else "line"}, "fillOpacity": 10}
    defaults = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": defaults | ({"custom": drawn} if panel.kind == "timeseries" else {}),
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + at), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for at, (query, legend) in enumerate(panel.queries)
        ],
    }


def _place(x: int, y: int, w: int, h: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": w, "h": h}


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}}


def _instance() -> dict[str, Any]:
    return {
        "name": "instance",
        "label": "Process",
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": "label_values(edgewise_build_info, instance)", "refId": "instance"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


if __name__ == "__main__":
    FILE.write_text(rendered())
