from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from edgewise.core.ports import QueueDepth
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
from edgewise.serve.lean_metrics import REASONS_AT_MOST, BoundedCodes
from edgewise.serve.stream_metrics import StreamMetrics

TRADING = datetime(2024, 5, 1, 15, tzinfo=UTC)  # Wednesday, 11:00 Eastern


class Stopped:
    def __init__(self, at=TRADING):
        self.at = at

    def now(self):
        return self.at


def arrived(form="8-K", *, seen_s=2.0, stored_s=40.0, scored_s=41.0, fetch_s=0.5, added_s=0.3):
    return Arrived("0000320193-24-000123", form, seen_s, stored_s, scored_s, fetch_s, added_s)


@pytest.fixture
def metrics():
    return StreamMetrics(version="1.2.3", simulated=False, clock=Stopped(), machine=Stopped())


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


class TestExact:
    def test_a_poll(self, metrics):
        metrics.observe(Polled("feed", listed=100, new=3, rejected=1, seconds=0.2))
        metrics.observe(Polled("feed", listed=100, new=0, rejected=0, seconds=0.4))
        assert value(metrics, "edgewise_stream_polls_total", source="feed", outcome="ok") == 2
        assert value(metrics, "edgewise_stream_listed_filings_total", source="feed") == 200
        assert value(metrics, "edgewise_stream_new_filings_total", source="feed") == 3
        assert value(metrics, "edgewise_stream_rejected_lines_total", source="feed") == 1
        assert value(metrics, "edgewise_stream_poll_seconds_sum", source="feed") == pytest.approx(0.6)
        assert value(metrics, "edgewise_stream_last_poll_timestamp_seconds", source="feed") == 1714575600

    def test_a_source_that_never_answered_has_no_last_poll(self, metrics):
        metrics.observe(SourceFailed("feed", "throttled", "", 600.0))
        assert value(metrics, "edgewise_stream_last_poll_timestamp_seconds", source="feed") is None
        assert value(metrics, "edgewise_stream_polls_total", source="feed", outcome="failed") == 1
        assert value(metrics, "edgewise_stream_troubles_total", what="feed", reason="throttled") == 1

    def test_trouble_with_a_store_is_no_failed_poll(self, metrics):
        metrics.observe(SourceFailed("store", "disk_full", "", 1.0))
        assert value(metrics, "edgewise_stream_troubles_total", what="store", reason="disk_full") == 1
        assert value(metrics, "edgewise_stream_polls_total", source="feed", outcome="failed") == 0

    def test_gaps_and_sweeps(self, metrics):
        for event in (GapFound("2024-04-30", 7), GapFound("2024-05-01", 2), Swept(0), Swept(4)):
            metrics.observe(event)
        assert value(metrics, "edgewise_stream_gap_filings_total") == 9
        assert value(metrics, "edgewise_stream_sweeps_total") == 2
        assert value(metrics, "edgewise_stream_swept_filings_total") == 4

    def test_a_stage(self, metrics):
        metrics.observe(StageRan("parse", 5, 2, 0.3, {"truncated": 1, "unparsable": 1}))
        assert value(metrics, "edgewise_stream_stage_filings_total", stage="parse", outcome="done") == 5
        assert value(metrics, "edgewise_stream_stage_filings_total", stage="parse", outcome="failed") == 2
        assert value(metrics, "edgewise_stream_failures_total", stage="parse", reason="truncated") == 1
        assert value(metrics, "edgewise_stream_stage_seconds_count", stage="parse") == 1
        assert value(metrics, "edgewise_stream_stage_seconds_bucket", stage="parse", le="0.25") == 0
        assert value(metrics, "edgewise_stream_stage_seconds_bucket", stage="parse", le="0.5") == 1

    def test_a_deferred_filing(self, metrics):
        metrics.observe(Deferred("0000320193-24-000123", "not_yet_available", 2, 2.0))
        assert value(metrics, "edgewise_stream_deferred_total", reason="not_yet_available") == 1

    def test_an_arrival(self, metrics):
        metrics.observe(arrived())
        labels = {"form": "8-K", "simulated": "false"}
        for to, lag in (("seen", 2.0), ("stored", 40.0), ("scored", 41.0)):
            assert value(metrics, "edgewise_stream_lag_seconds_sum", to=to, **labels) == lag
        assert value(metrics, "edgewise_stream_lag_seconds_bucket", to="stored", le="30.0", **labels) == 0
        assert value(metrics, "edgewise_stream_lag_seconds_bucket", to="stored", le="60.0", **labels) == 1
        assert value(metrics, "edgewise_stream_added_seconds_sum", simulated="false") == 0.3
        assert value(metrics, "edgewise_stream_fetch_seconds_sum") == 0.5
        assert value(metrics, "edgewise_stream_arrived_total", form="8-K") == 1

    def test_a_form_without_words_has_no_lag_to_a_score(self, metrics):
        metrics.observe(arrived("4/A", scored_s=None))
        labels = {"form": "ownership", "simulated": "false"}
        assert value(metrics, "edgewise_stream_lag_seconds_count", to="stored", **labels) == 1
        assert value(metrics, "edgewise_stream_lag_seconds_count", to="scored", **labels) is None

    @pytest.mark.parametrize(
        ("seen_s", "why"), [(None, "no_instant"), (8 * 86400.0, "history"), (-3.0, "clock_behind")]
    )
    def test_what_cannot_be_timed_is_counted(self, metrics, seen_s, why):
        metrics.observe(arrived(seen_s=seen_s, stored_s=None, scored_s=None))
        assert value(metrics, "edgewise_stream_untimed_filings_total", why=why) == 1
        assert value(metrics, "edgewise_stream_lag_seconds_count", to="seen", form="8-K", simulated="false") is None
        assert value(metrics, "edgewise_stream_arrived_total", form="8-K") == 1

    def test_the_queue(self, metrics):
        metrics.observe(QueueSeen(QueueDepth(waiting=5, leased=2, delayed=1, dead=3, oldest_s=12.5)))
        found = {state: value(metrics, "edgewise_queue_messages", state=state) for state in ("waiting", "dead")}
        assert found == {"waiting": 5, "dead": 3}
        assert value(metrics, "edgewise_queue_oldest_seconds", state="waiting") == 12.5

    def test_an_age_that_is_not_told_is_absent_and_not_the_last_one(self, metrics):
        for oldest_s in (12.5, None):
            metrics.observe(QueueSeen(QueueDepth(1, 0, 0, 0, oldest_s)))
        assert value(metrics, "edgewise_queue_oldest_seconds", state="waiting") is None


class TestScrape:
    @pytest.mark.parametrize(
        ("at", "edgar", "market"),
        [
            (TRADING, 1, 1),
            (TRADING + timedelta(hours=8), 1, 0),
            (TRADING + timedelta(hours=12), 0, 0),
            (datetime(2024, 7, 4, 15, tzinfo=UTC), 0, 0),
        ],
    )
    def test_the_hours(self, at, edgar, market):
        metrics = StreamMetrics(version="1", simulated=False, clock=Stopped(at), machine=Stopped())
        assert value(metrics, "edgewise_edgar_open") == edgar
        assert value(metrics, "edgewise_market_open") == market

    def test_the_client_of_the_source_is_asked_each_time(self):
        stats = SimpleNamespace(requests=1, retries=2, throttled=3, cache_hits=4, received_bytes=5, limit_wait_s=6.5)
        given = []
        metrics = StreamMetrics(
            version="1",
            simulated=False,
            clock=Stopped(),
            machine=Stopped(),
            source_stats=lambda: given[0] if given else None,
            rate_per_s=lambda: 8.0,
        )
        assert value(metrics, "edgewise_source_requests_total") is None
        given.append(stats)
        assert value(metrics, "edgewise_source_requests_total") == 1
        stats.requests = 9
        assert value(metrics, "edgewise_source_requests_total") == 9
        assert value(metrics, "edgewise_source_received_bytes_total") == 5
        assert value(metrics, "edgewise_source_limit_wait_seconds_total") == 6.5
        assert value(metrics, "edgewise_source_limit_requests_per_second") == 8

    def test_a_simulated_market_is_labelled(self):
        metrics = StreamMetrics(version="1.2.3", simulated=True, clock=Stopped(), machine=Stopped())
        metrics.observe(arrived())
        assert value(metrics, "edgewise_build_info", version="1.2.3", simulated="true") == 1
        assert value(metrics, "edgewise_stream_lag_seconds_count", to="seen", form="8-K", simulated="true") == 1


class TestLimits:
    def test_strangers_make_no_labels(self, metrics):
        def series():
            return {
                (sample.name, *sorted(sample.labels.items()))
                for family in metrics.registry.collect()
                for sample in family.samples
            }

        def flood(numbers):
            for number in numbers:
                metrics.observe(arrived(f"FORM {number}"))
                metrics.observe(Polled(f"source {number}", 1, 1, 0, 0.1))
                metrics.observe(SourceFailed(f"what {number}", f"reason_{number}", "", 1.0))
                metrics.observe(StageRan(f"stage {number}", 0, 1, 0.1, {f"reason_{number}": 1}))
                metrics.observe(Deferred("x", f"Reason {number}!", 1, 1.0))

        flood(range(REASONS_AT_MOST))
        before = series()
        flood(range(100, 400))
        assert series() == before

    def test_further_reasons_are_other(self):
        label = BoundedCodes(at_most=2)
        assert [label(code) for code in ("one", "two", "three", "one", "Not a code")] == [
            "one",
            "two",
            "other",
            "one",
            "other",
        ]

    def test_threads_lose_no_count(self, metrics):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: metrics.observe(StageRan("fetch", 1, 0, 0.01)), range(2_000)))
        assert value(metrics, "edgewise_stream_stage_filings_total", stage="fetch", outcome="done") == 2_000
