from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.core.errors import InvalidInput, NotConfigured, ServiceUnavailable
from tests.programs import started

PROGRAM = Path(__file__).with_name("killed.py")


@pytest.fixture
def store(tmp_path):
    return DiskBlobStore(tmp_path / "blobs")


def test_a_killed_process_leaves_whole_blobs_only(store):
    for _ in range(3):
        command = [sys.executable, PROGRAM, store.folder]
        program = started(command, needs=["edgewise.adapters.disk"], stdout=subprocess.PIPE, text=True)
        told = [program.stdout.readline().strip() for _ in range(3)]
        program.send_signal(signal.SIGKILL)
        program.wait()
        program.stdout.close()
        assert set(told) <= set(store.keys())
        assert {store.size(key) for key in list(store.keys())} == {9 * 200_000}


def test_a_part_file_that_was_left_behind_is_no_blob_nor_is_a_foreign_file(store):
    store.put("a/key", b"x")
    (store.folder / "a" / "_part-0123").write_bytes(b"half")
    (store.folder / "a" / "Read Me.txt").write_bytes(b"somebody's note")
    assert list(store.keys()) == ["a/key"]
    with pytest.raises(InvalidInput):
        store.exists("a/_part-0123")


def test_a_put_leaves_no_part_file(store):
    store.put("a/key", b"x")
    store.put("a/key", b"y")
    assert [path.name for path in (store.folder / "a").iterdir()] == ["key"]


def test_nothing_is_created_before_the_first_blob(store):
    assert not store.exists("key")
    assert list(store.keys()) == []
    assert not store.folder.exists()


def test_a_key_cannot_be_a_blob_and_a_folder(store):
    store.put("a/b", b"x")
    for key in ("a", "a/b/c"):
        with pytest.raises(InvalidInput, match="Choose another key"):
            store.put(key, b"x")


def test_bytes_are_flushed_before_they_get_their_name(store, monkeypatch):
    steps = []
    monkeypatch.setattr(os, "fsync", lambda _: steps.append(store.exists("key")))
    store.put("key", b"x")
    assert steps == [False, True]


ANSWERS = {
    errno.ENOSPC: (ServiceUnavailable, "Free space", "disk_full"),
    errno.EDQUOT: (ServiceUnavailable, "Free space", "disk_full"),
    errno.EROFS: (NotConfigured, "rights", "disk_forbidden"),
    errno.EACCES: (NotConfigured, "rights", "disk_forbidden"),
    errno.EPERM: (NotConfigured, "hard links", "disk_forbidden"),
    errno.EIO: (ServiceUnavailable, "Check it", "service_unavailable"),
}


@pytest.mark.parametrize("code", ANSWERS, ids=os.strerror)
def test_what_the_disk_says_becomes_advice_and_leaves_nothing_behind(store, monkeypatch, code):
    def fail(_descriptor):
        raise OSError(code, os.strerror(code))

    kind, advice, reason = ANSWERS[code]
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(kind, match=advice) as caught:
        store.put("a/key", b"x")
    assert caught.value.code == reason
    assert list((store.folder / "a").iterdir()) == []
