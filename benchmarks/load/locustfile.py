"""The load on a scoring service: every user posts one text a second, and no text twice.

Each has a moment of its own within the second: Locust starts users together, and by its own `constant_throughput` they
post together ever after, as a hundred at once and not a hundred a second.

SCORING_TEXTS names a file of one JSON string a line; run by `benchmarks/scoring_load.py`, or by hand:

    SCORING_TEXTS=texts.jsonl locust -f benchmarks/load/locustfile.py --host http://127.0.0.1:8001
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from pathlib import Path

import gevent
from locust import FastHttpUser, events, task

TEXTS = iter([json.loads(line) for line in Path(os.environ["SCORING_TEXTS"]).read_text().splitlines()])
TIMES = os.environ.get("SCORING_TIMES")
took_ms: list[float] = []
failures: Counter[str] = Counter()


class Reader(FastHttpUser):
    """Asks for one score a second; later, if the answer takes longer than that."""

    def on_start(self) -> None:
        """Wait for a moment of one's own within the first second."""
        self.due_s = time.perf_counter() + random.random()  # noqa: S311 - a moment, no secret
        gevent.sleep(self.due_s - time.perf_counter())

    def wait_time(self) -> float:
        """Return the seconds until the same moment of the next second; 0 if the answer took longer."""
        self.due_s += 1
        return max(0.0, self.due_s - time.perf_counter())

    @task
    def score(self) -> None:
        """Score the next text."""
        text = next(TEXTS, None)
        if text is None:
            self.environment.runner.quit()
            return
        with self.client.post("/v1/score", json={"text": text}, catch_response=True) as answer:
            if answer.status_code != 200 or not answer.json()["tone"]["words"]:
                answer.failure(f"status {answer.status_code}")


@events.request.add_listener
def _keep(response_time: float, exception: Exception | None, **_told: object) -> None:
    took_ms.append(response_time)
    if exception is not None:
        failures[f"{type(exception).__name__}: {exception}"] += 1


@events.quitting.add_listener
def _write(**_told: object) -> None:
    if TIMES:
        Path(TIMES).write_text(json.dumps({"ms": took_ms, "failures": failures}))
