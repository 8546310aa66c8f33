"""`edgewise simulate`: a market written, and served by a process of its own until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import httpx2
import pytest

from edgewise.app.commands.simulate import _instant
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.http import open_fetcher

ENTRY = [sys.executable, "-c", "from edgewise.app.main import main; main()", "simulate", "serve"]
MARKET = ("--companies", "22", "--years", "1", "--end", "2024-06-28")


def test_a_market_is_written_and_never_over_another(edgewise, tmp_path):
    written = edgewise("simulate", "market", "--folder", str(tmp_path / "m"), *MARKET, "--json").json
    assert written["simulated"] is True
    assert written["plan"]["companies"] == 22
    assert (tmp_path / "m" / "SIMULATED.md").is_file()
    assert edgewise("simulate", "market", "--folder", str(tmp_path / "m"), *MARKET).status == 1


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_a_served_market_is_asked_in_the_secs_place_until_it_is_stopped(market, tmp_path, stopped_by):
    ready = tmp_path / "ready.json"
    options = ["--folder", market.folder, "--from", "2024-06-28T20:10:00Z", "--speed", "0", "--ready-file", ready]
    process = subprocess.Popen([*ENTRY, *options], stderr=subprocess.PIPE, env=dict(os.environ, PYTHONUNBUFFERED="1"))
    try:
        until = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        assert told["pid"] == process.pid
        assert httpx2.get(f"{told['url']}/_/clock").json()["now"] == "2024-06-28T20:10:00Z"
        fetcher = open_fetcher(told["url"], identity="Example Research contact@example.com")
        assert len(next(Edgar(fetcher).feed_pages()).entries) > 0
        fetcher.close()
    finally:
        process.send_signal(stopped_by)
        _, errors = process.communicate(timeout=30)
    assert b"SIMULATED market on http://127.0.0.1:" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--from", "2024-06-28"), "holds no simulated market"),
        (("--from", "soon"), "--from 'soon' is not an instant"),
        (("--from", "2024-06-28", "--until", "2024-06-01"), "after its end"),
        (("--from", "2024-06-28", "--faults", "504=1"), "known are 503"),
        (("--from", "2024-06-28", "--delay", "a-b"), "--delay 'a-b' is no range of seconds"),
        (("--from", "2024-06-28", "--delay", "5-2"), "the lesser number first"),
    ],
)
def test_what_cannot_be_served_is_told(edgewise, tmp_path, options, complaint):
    ended = edgewise("simulate", "serve", "--folder", str(tmp_path), *options)
    assert ended.status == 1
    assert complaint in ended.complaint


def test_a_bare_day_is_a_day_in_new_york():
    assert _instant("2024-06-28", option="--from") == datetime(2024, 6, 28, 4, tzinfo=UTC)
    assert _instant("2024-06-28", option="--until", ends=True) == datetime(2024, 6, 29, 4, tzinfo=UTC)
