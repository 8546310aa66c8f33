"""`edgewise models serve` as processes: several workers, one count, and an end that loses no request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import free_port

COMMAND = [sys.executable, "-c", "from edgewise.app.main import main; main()", "models", "serve"]
# Read for a second or more by any machine: every sentence is another.
LONG = "".join(f"The company won contract number {n} for the supply of parts in region {n}. " for n in range(6_000))


@contextmanager
def serving(home, *options, **settings):
    """Give a client of the service, ready, and its process."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
    environment |= {"EDGEWISE_HOME": str(home)} | settings
    words = [*COMMAND, "--port", str(port), *options]
    with (
        subprocess.Popen(words, env=environment, cwd=home, stderr=subprocess.PIPE, text=True) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        try:
            wait_until_ready(client, server)
            yield client, server
        finally:
            server.terminate()
            server.told = server.communicate(timeout=60)[1]


def wait_until_ready(client, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError(server.communicate(timeout=60)[1])


def sample(client, name):
    """Return the sum of a metric's samples; asked by a connection of its own, so that any worker may answer."""
    families = text_string_to_metric_families(httpx2.get(client.base_url.join("/metrics"), trust_env=False).text)
    return sum(one.value for family in families for one in family.samples if one.name == name)


def score(client, text):
    """Score a text by a connection of its own."""
    url = client.base_url.join("/v1/score")
    return httpx2.post(url, json={"text": text, "top": 0}, trust_env=False, timeout=60)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_asked_for_is_answered_before_it_ends_and_new_ones_are_refused(tmp_path, workers):
    with serving(tmp_path, "--workers", workers) as (client, server), ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(score, client, LONG + f"Text {n}.") for n in range(2)]
        deadline = time.monotonic() + 30
        while sample(client, "edgewise_scoring_waiting_documents") < 2:
            assert time.monotonic() < deadline
        server.send_signal(signal.SIGTERM)
        refused = False
        while not refused and server.poll() is None:
            try:
                score(client, "Sales rose.")
                time.sleep(0.02)
            except httpx2.TransportError:
                refused = True
        assert refused
        assert not all(answer.done() for answer in asked)  # not only because it has ended
        answers = [answer.result(60) for answer in asked]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["tone"]["sentences"] == 6_000
    assert server.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in server.told


def test_several_workers_count_together_and_a_killed_one_is_replaced(tmp_path):
    with serving(tmp_path, EDGEWISE_SCORING_WORKERS="2") as (client, server):
        for n in range(20):
            assert score(client, f"Profit rose by {n} percent in the year.").status_code == 200
        assert sample(client, "edgewise_scoring_documents_total") == 20
        workers = children_of(server.pid)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while len(set(children_of(server.pid)) - {workers[0]}) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert sample(client, "edgewise_scoring_documents_total") == 20
        assert score(client, "Profit rose again in the year.").status_code == 200


def children_of(pid):
    """Return the processes that serve: children of the parent, but for the one that tracks its resources."""
    return [one.pid for one in psutil.Process(pid).children() if serves(one)]


def serves(process):
    try:
        alive = process.status() != psutil.STATUS_ZOMBIE
        return alive and "resource_tracker" not in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ended, or was reaped, since it was listed
        return False


@pytest.mark.parametrize("workers", ["1", "2"])
def test_settings_that_do_not_hold_end_it_with_a_sentence(tmp_path, workers):
    environment = os.environ | {"EDGEWISE_HOME": str(tmp_path), "EDGEWISE_DOCUMENTS": "gopher://nowhere"}
    words = [*COMMAND, "--port", str(free_port()), "--workers", workers]
    ended = subprocess.run(
        words, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "EDGEWISE_DOCUMENTS cannot be gopher://" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_no_text_reaches_the_log(tmp_path):
    with serving(tmp_path, EDGEWISE_LOG="json", EDGEWISE_LOG_LEVEL="debug") as (client, server):
        score(client, "Zyxwv rose.")
        client.post("/v1/score", json={"text": "Zyxwv\u0000"})
    assert "POST /v1/score 200" in server.told
    assert "Zyxwv" not in server.told
