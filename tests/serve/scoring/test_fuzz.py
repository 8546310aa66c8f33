"""The service keeps its own description: schemathesis asks what the schema allows and what it forbids, for a while."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from edgewise.serve.scoring import Limits, ScoringRooms, create_app
from edgewise.text.lexicon_sentences import LexiconSentences

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
SECONDS = 30


@pytest.fixture
def address():
    app = create_app(ScoringRooms(LexiconSentences(), "1.2.3"), Limits())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def fuzz(address, folder, *options):
    words = [SCHEMATHESIS, "run", f"{address}/openapi.json", "--no-color", "--continue-on-failure", *options]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.slow
def test_no_question_breaks_the_service_or_its_own_description(address, tmp_path):
    done = fuzz(address, tmp_path, "--max-time", str(SECONDS), "--seed", "7")
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "No issues found" in done.stdout
