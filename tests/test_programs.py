"""Programs that begin with their libraries imported are programs as any others."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.programs import started

PIPES = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
TELLS = """
import os, sys
print(os.getcwd(), sorted(os.environ), sys.argv[1:], "json" in sys.modules, os.getpid() == os.getpgid(0), flush=True)
sys.exit(sys.stdin.readline().strip())
"""


def test_it_has_the_place_words_environment_and_end_that_it_was_given(tmp_path):
    command = [sys.executable, "-c", TELLS, "one", tmp_path]
    told = started(command, text=True, cwd=tmp_path, env={"ONLY": "this"}, start_new_session=True, **PIPES)
    told.stdin.write("a reason\n")
    out, err = told.communicate(timeout=30)
    assert out.strip() == f"{tmp_path} ['ONLY'] {['one', str(tmp_path)]} True True"
    assert (err, told.returncode) == ("a reason\n", 1)


def test_it_is_killed_as_any_other_and_tells_how_it_ended():
    sleeper = started([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"], **PIPES)
    with sleeper:
        assert sleeper.stdout.readline() == b"1\n"
        assert sleeper.poll() is None
        os.kill(sleeper.pid, 9)
        assert sleeper.wait(30) == -9
        assert sleeper.poll() == -9


def test_what_one_does_to_a_module_no_other_sees():
    first = started([sys.executable, "-c", "import json; json.loads = None"], needs=["json"])
    assert first.wait(30) == 0
    second = started([sys.executable, "-c", "import json; json.loads('1')"], needs=["json"])
    assert second.wait(30) == 0
