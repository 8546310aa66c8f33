"""Load on the scoring service: distinct 8-K texts of 600 to 900 words at a fixed rate, no answer from a cache.

The service runs as `edgewise models serve` does, the load comes from Locust on the same machine, so both share its
processors. The texts are real 8-Ks with their paragraphs exchanged, each in another combination; without the real
archive the benchmark is skipped. It leaves figures, and with --picture the distribution as an SVG.

    python benchmarks/scoring_load.py --model tone-fast --rate 100 --bar-ms 200
    python benchmarks/scoring_load.py --model tone-base --rate 10 --bar-ms 150
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import numpy as np
import psutil
from harness import CHECKOUT, real_archive, real_data, record
from load.latency_picture import picture
from prometheus_client.parser import text_string_to_metric_families

from edgewise.text.boilerplate import prose
from edgewise.text.sentence_tone import read_sentences
from edgewise.text.visible_text import read_text
from edgewise.text.words import word_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORDS = (600, 900)
WARM_UP = 20
NEAR = 200
READY_S = 60
MEMORY_BAR_MB = 600.0
START_BAR_S = 3.0
PORT = 8011
PICTURE = CHECKOUT / "docs" / "images" / "scoring-latency.svg"


@dataclass(frozen=True)
class Load:
    """What became of a load: milliseconds of each request, how many failed by reason, and how long all took."""

    ms: NDArray[np.float64]
    failures: dict[str, int]
    lasted_s: float

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(self.failures.values())


@dataclass(frozen=True)
class Cost:
    """What a service took: seconds until ready, processor seconds under load, and the most memory of a worker."""

    started_s: float
    processor_s: float
    memory_mb: float


def current_reports() -> list[str]:
    """Return the visible texts of the archive's 8-Ks and their exhibits."""
    with (real_data() / "sec.MANIFEST.tsv").open() as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["form"] == "8-K"]
    with zipfile.ZipFile(real_archive()) as archive:
        pages = [row["path"] for row in rows if row["path"].endswith((".htm", ".html"))]
        return [read_text(archive.read(page)).text for page in pages]


def texts(count: int, *, seed: int) -> Iterator[str]:
    """Yield distinct texts of 600 to 900 words: 8-Ks of that length, each paragraph of prose replaced by another one.

    Each has sentences to read; of those drawn, a few have nothing but cover, headings and signatures. Covers, headings,
    boilerplate and signatures stay where they are. The same seed gives the same texts.
    """
    draw, reports = random.Random(seed), current_reports()  # noqa: S311 - which paragraphs come together
    pool = sorted({paragraph for text in reports for paragraph in prose(text).paragraphs}, key=word_count)
    place = {paragraph: rank for rank, paragraph in enumerate(pool)}
    frames = [(text, set(prose(text).paragraphs)) for text in reports if WORDS[0] <= word_count(text) <= WORDS[1]]
    while count:
        frame, own = draw.choice(frames)
        near = (_near(draw, pool, place[line]) if line in own else line for line in frame.split("\n"))
        text = "\n".join(near)
        if WORDS[0] <= word_count(text) <= WORDS[1] and read_sentences(text).read:
            count -= 1
            yield text


def _near(draw: random.Random, pool: list[str], rank: int) -> str:
    """Return a paragraph of about as many words as the one of this rank."""
    return pool[min(max(rank + draw.randint(-NEAR, NEAR), 0), len(pool) - 1)]


@contextmanager
def service(model: str, workers: int, home: str) -> Iterator[tuple[httpx2.Client, subprocess.Popen[bytes], float]]:
    """Give a client of a fresh service, its process, and the seconds from its start until it was ready."""
    words = [sys.executable, "-m", "edgewise", "models", "serve", "--port", str(PORT), "--workers", str(workers)]
    environment = os.environ | {"EDGEWISE_HOME": home, "EDGEWISE_TONE": model, "EDGEWISE_LOG_LEVEL": "error"}
    began = time.perf_counter()
    with (
        subprocess.Popen(words, env=environment, cwd=home) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=30) as client,
    ):
        try:
            wait_until_ready(client, server)
            yield client, server, time.perf_counter() - began
        finally:
            server.terminate()
            server.wait(60)


def wait_until_ready(client: httpx2.Client, server: subprocess.Popen[bytes]) -> None:
    """Return once the service is ready; end the benchmark if it ends or takes too long."""
    deadline = time.perf_counter() + READY_S
    while server.poll() is None and time.perf_counter() < deadline:
        try:
            if client.get("/health").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.02)
    sys.exit("the service did not start")


def load(rate: int, seconds: int, folder: Path) -> Load:
    """Let Locust post at `rate` requests a second."""
    times, summary = folder / "times.json", folder / "summary"
    words = [
        "-m",
        "locust",
        "-f",
        str(CHECKOUT / "benchmarks" / "load" / "locustfile.py"),
        "--headless",
        "--only-summary",
    ]
    words += ["--host", f"http://127.0.0.1:{PORT}", "-u", str(rate), "-r", str(rate), "-t", f"{seconds}s"]
    words += ["--json-file", str(summary), "--stop-timeout", "10"]
    environment = os.environ | {"SCORING_TEXTS": str(folder / "texts.jsonl"), "SCORING_TIMES": str(times)}
    subprocess.run([sys.executable, *words], env=environment, check=False, capture_output=True)
    (told,) = json.loads(summary.with_suffix(".json").read_text())
    lasted_s = told["last_request_timestamp"] - told["start_time"]
    seen = json.loads(times.read_text())
    return Load(np.array(seen["ms"]), seen["failures"], lasted_s)


def processes(server: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return a service and its workers, once it is ready."""
    parent = psutil.Process(server.pid)
    return [parent, *parent.children()]


def processor_s(serving: list[psutil.Process]) -> float:
    """Return the processor seconds that a service and its workers took so far: what other work does not blur."""
    try:
        times = [one.cpu_times() for one in serving]
    except psutil.NoSuchProcess:
        sys.exit("a worker ended under the load")
    return sum(one.user + one.system for one in times)


def memory_mb(client: httpx2.Client) -> float:
    """Return the most memory that a worker had, MB."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    name = "edgewise_scoring_worker_peak_memory_bytes"
    return max(sample.value for family in families for sample in family.samples if sample.name == name) / 1e6


def main() -> None:
    """Load a service and record how it did."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        made = list(texts(WARM_UP + asked.rate * (asked.seconds + 5), seed=7))
        (folder / "texts.jsonl").write_text("\n".join(map(json.dumps, made[WARM_UP:])))
        with service(asked.model, asked.workers, home) as (client, server, started_s):
            version = client.get("/health").json()["model_version"]
            for text in made[:WARM_UP]:
                client.post("/v1/score", json={"text": text}).raise_for_status()
            serving = processes(server)
            before_s = processor_s(serving)
            seen = load(asked.rate, asked.seconds, folder)
            used_s = processor_s(serving) - before_s
            memory = memory_mb(client)
    report(asked, version, seen, Cost(started_s, used_s, memory))


def report(asked: argparse.Namespace, version: str, seen: Load, cost: Cost) -> None:
    """Record the figures of one run."""
    ms = seen.ms
    p50, p95, p99 = np.percentile(ms, [50, 95, 99])
    name, rate = version.rpartition("-")[0].replace("-", "_"), len(ms) / seen.lasted_s
    details = {
        "model": version,
        "workers": asked.workers,
        "requests": len(ms),
        "failed": seen.failures,
        "processor_ms_a_request": round(cost.processor_s / len(ms) * 1e3, 2),
        "requests_per_s": round(rate, 1),
        "p50_ms": round(float(p50), 1),
        "p99_ms": round(float(p99), 1),
        "longest_ms": round(float(ms.max()), 1),
        "words_a_text": WORDS,
        "load_from": "Locust on the same machine",
    }
    at = f"{name}_at_{asked.rate}"
    shared = {"higher_is_better": False, "details": details}
    record("serve", f"scoring_{at}_p95", value=float(p95), unit="ms, 95th percentile", bar=asked.bar_ms, **shared)
    record("serve", f"scoring_{at}_failed", value=seen.failed, unit="requests", bar=0, **shared)
    record(
        "serve",
        f"scoring_{at}_rate",
        value=rate,
        unit="requests/s",
        bar=0.98 * asked.rate,
        higher_is_better=True,
        details=details,
    )
    record(
        "serve",
        f"scoring_{name}_memory",
        value=cost.memory_mb,
        unit="MB, peak of a worker",
        bar=MEMORY_BAR_MB,
        **shared,
    )
    record("serve", f"scoring_{name}_start", value=cost.started_s, unit="s until ready", bar=START_BAR_S, **shared)
    if asked.picture:
        PICTURE.write_text(
            picture(ms, f"{version}, {asked.rate} requests a second, {asked.workers} worker(s)", asked.bar_ms)
        )
        print(f"drawn: {PICTURE.relative_to(CHECKOUT)}")


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="as EDGEWISE_TONE; empty for the default")
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--seconds", type=int, default=60, help="how long")
    parser.add_argument("--workers", type=int, default=1, help="processes of the service")
    parser.add_argument("--bar-ms", type=float, default=200.0, help="what the 95th percentile has to stay below")
    parser.add_argument("--picture", action="store_true", help="draw the distribution for the docs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
