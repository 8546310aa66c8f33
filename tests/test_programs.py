"""Programs that begin with their libraries imported are programs as any others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.programs import started, whole_lines

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


def test_killed_again_before_its_end_is_told_it_stays_as_it_was(monkeypatch):
    with started([sys.executable, "-c", ""]) as ended:
        assert ended.wait(30) == 0
        monkeypatch.setattr(ended, "poll", lambda: None)
        ended.kill()


def test_one_that_cannot_begin_is_no_program(tmp_path):
    with pytest.raises(ChildProcessError, match="nobody tells the pid"):
        started([sys.executable, "-c", ""], cwd=tmp_path / "missing")


def test_what_one_does_to_a_module_no_other_sees():
    first = started([sys.executable, "-c", "import json; json.loads = None"], needs=["json"])
    assert first.wait(30) == 0
    second = started([sys.executable, "-c", "import json; json.loads('1')"], needs=["json"])
    assert second.wait(30) == 0


def test_a_line_that_a_kill_has_cut_is_no_whole_line():
    assert whole_lines(["7 3\n", "12 13\n", "12 1"]) == ["7 3\n", "12 13\n"]
    assert whole_lines(["12"]) == []
