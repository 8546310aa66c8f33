"""What a worker shares with its parent, and what the parent must not have done before it forks."""

import subprocess
import sys


def told_by(code):
    """Return what a fresh interpreter prints."""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return ended.stdout.split()


def test_the_parent_of_the_workers_has_one_thread_and_no_library_that_starts_more():
    """Forks of a process with other threads may wait for ever for what those held."""
    heavy = ["numpy", "polars", "onnxruntime", "torch", "deltalake", "prometheus_client"]
    loaded = told_by(
        "import sys\n"
        "from edgewise.app.main import command_line\n"
        "command_line('models')\n"
        "from edgewise.app.scoring_worker import import_shared\n"
        "import_shared()\n"
        "from edgewise.app.workers import can_fork\n"
        f"print(can_fork(), 'fastapi' in sys.modules, *(name for name in {heavy} if name in sys.modules))"
    )
    assert loaded == [str(sys.platform == "linux"), "True"]
