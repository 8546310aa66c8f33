"""What a worker shares with its parent, and what the parent must not have done before it forks."""

import subprocess
import sys

import pytest

from tests.tiny_models import tone_folder


def told_by(code):
    """Return what a fresh interpreter prints."""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return ended.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are no forks")
def test_the_parent_of_the_workers_has_loaded_the_model_and_has_one_thread(tmp_path):
    """Forks of a process with other threads may wait for ever for what those held; ONNX Runtime's reports are one."""
    told = told_by(
        "import os, sys\n"
        "from edgewise.app.main import command_line\n"
        "command_line('models')\n"
        "from edgewise.app.scoring_worker import ask_for_one_thread, shared_model\n"
        "from edgewise.app.settings import Settings\n"
        "ask_for_one_thread()\n"
        f"model = shared_model(Settings(tone={str(tone_folder(tmp_path / 't'))!r}))\n"
        "from edgewise.app.workers import can_fork\n"
        "needless = {'polars', 'deltalake', 'sqlalchemy', 'torch'} & set(sys.modules)\n"
        "print(can_fork(), 'fastapi' in sys.modules, 'onnxruntime' in sys.modules, *needless, flush=True)\n"
        "if not os.fork():\n"
        "    print(model.probabilities(['Severe losses.']).tobytes().hex(), flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(model.probabilities(['Severe losses.']).tobytes().hex())"
    )
    assert told[:-2] == ["True", "True", "True"]
    assert told[-2] == told[-1]


def test_a_model_that_has_to_be_fetched_or_counts_words_is_each_workers_own():
    told = told_by(
        "from edgewise.app.scoring_worker import ask_for_one_thread, shared_model\n"
        "from edgewise.app.settings import Settings\n"
        "from edgewise.app.workers import can_fork\n"
        "ask_for_one_thread()\n"
        "print(*(shared_model(Settings(tone=tone)) for tone in ('', 'registry://tone-fast@production')), can_fork())"
    )
    assert told == ["None", "None", str(sys.platform == "linux")]
