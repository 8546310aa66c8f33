from __future__ import annotations

import errno
import io
import json
import os

import pytest

from edgewise.core.errors import NotConfigured, NotFound, ServiceUnavailable
from edgewise.sources.http import draft as module
from edgewise.sources.http.draft import Draft, Version

URL = "https://www.sec.gov/large.zip"
FIRST = Version(validator='"1"', etag='"1"', size=10)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "large.zip"


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


def written(path, body, version=FIRST, then=lambda: None):
    """Write some of a document, in two pieces, and do something else before the draft is left."""
    with Draft(path, URL) as draft:
        draft.begin(version)
        draft.write(body[:5])
        draft.write(body[5:])
        then()


def leave(path, body=b"12345", version=FIRST, error=ServiceUnavailable):
    """Write some of a document, and fail."""

    def break_off():
        raise error("it broke off")

    with pytest.raises(error):
        written(path, body, version, then=break_off)


@pytest.mark.parametrize("error", [ServiceUnavailable, KeyboardInterrupt])
def test_what_was_interrupted_is_continued(path, error):
    leave(path, error=error)
    assert names(path) == ["large.zip.part", "large.zip.part.json"]
    with Draft(path, URL) as draft:
        assert (draft.held, draft.version) == (5, FIRST)
        draft.write(b"67890")
        draft.finish()
    assert path.read_bytes() == b"1234567890"
    assert names(path) == ["large.zip"]


def test_a_permanent_error_leaves_nothing(path):
    leave(path, error=NotFound)
    assert names(path) == []


def test_what_cannot_be_continued_is_not_left(path):
    leave(path, version=Version(size=10))
    assert names(path) == []


def test_what_was_not_finished_is_not_left(path):
    written(path, b"1")
    assert names(path) == []


def test_another_document_is_not_continued(path):
    leave(path)
    with Draft(path, URL + "?other") as draft:
        assert (draft.held, draft.version) == (0, Version())
        assert (path.parent / "large.zip.part").stat().st_size == 0


def test_of_a_whole_document_the_last_byte_is_asked_for_again(path):
    leave(path, b"1234567890")
    with Draft(path, URL) as draft:
        assert draft.held == 9
        draft.write(b"0")
        draft.finish()
    assert path.read_bytes() == b"1234567890"


def test_bytes_beyond_the_notes_are_not_believed(path):
    leave(path)
    with (path.parent / "large.zip.part").open("ab") as file:
        file.write(b"\0\0\0")
    with Draft(path, URL) as draft:
        assert draft.held == 5
        draft.write(b"67890")
        draft.finish()
    assert path.read_bytes() == b"1234567890"


@pytest.mark.parametrize(
    "change", [{"held": 0}, {"held": 6}, {"held": -1}, {"validator": ""}, {"size": 4}, {"other": 1}]
)
def test_notes_that_do_not_fit_their_draft_are_not_believed(path, change):
    leave(path)
    notes = path.parent / "large.zip.part.json"
    notes.write_text(json.dumps(json.loads(notes.read_text()) | change))
    with Draft(path, URL) as draft:
        assert draft.held == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"held": 5}', "\0\0\0"])
def test_notes_that_are_none_are_not_believed(path, text):
    leave(path)
    (path.parent / "large.zip.part.json").write_text(text)
    with Draft(path, URL) as draft:
        assert draft.held == 0


def test_notes_are_taken_on_the_way(path, monkeypatch):
    monkeypatch.setattr(module, "NOTED_BYTES", 4)
    notes = path.parent / "large.zip.part.json"
    with Draft(path, URL) as draft:
        draft.begin(FIRST)
        draft.write(b"123")
        assert not notes.exists()
        draft.write(b"45")
        assert json.loads(notes.read_text())["held"] == 5
        draft.write(b"678")
        assert json.loads(notes.read_text())["held"] == 5
        draft.begin(FIRST)  # what they tell of is gone
        assert not notes.exists()


@pytest.fixture
def disk(monkeypatch):
    """Puts a disk of so many bytes below drafts, which writes at most three at a time."""

    def put(room):
        class Small(io.FileIO):
            def write(self, data):
                if self.tell() >= room:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return super().write(bytes(data[: min(3, room - self.tell())]))

        monkeypatch.setattr(module, "open", lambda fd, *_, **__: Small(fd, "r+b"), raising=False)

    return put


def test_a_write_may_take_less_than_it_was_given(path, disk):
    disk(100)
    with Draft(path, URL) as draft:
        draft.begin(FIRST)
        draft.write(b"1234567890")
        draft.finish()
    assert path.read_bytes() == b"1234567890"


def test_a_full_disk_is_told_and_given_its_room_back(path, disk):
    disk(8)
    path.write_bytes(b"of yesterday")
    with pytest.raises(NotConfigured, match=r"No space left on device\. Free space there"):
        written(path, b"1234567890")
    assert names(path) == ["large.zip"]
    assert path.read_bytes() == b"of yesterday"


def test_a_disk_too_full_for_notes_is_told_and_given_its_room_back(path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(type(path), "write_text", full)
    with pytest.raises(NotConfigured, match="No space left"):
        leave(path)
    assert names(path) == []


def test_a_link_in_the_draft_s_place_is_not_followed(path):
    (path.parent / "precious").write_bytes(b"precious")
    (path.parent / "large.zip.part").symlink_to("precious")
    with pytest.raises(NotConfigured, match="cannot be written"), Draft(path, URL):
        pass
    assert (path.parent / "precious").read_bytes() == b"precious"


def test_whoever_comes_while_another_finishes_begins_his_own(path, monkeypatch):
    """The draft is renamed between our opening it and our locking it: it is not ours to write to any more."""
    lock, raced = module.fcntl.flock, []

    def late(file, how):
        if not raced:
            raced.append((path.parent / "large.zip.part").rename(path))
        lock(file, how)

    monkeypatch.setattr(module.fcntl, "flock", late)
    with Draft(path, URL) as draft:
        draft.begin(FIRST)
        draft.write(b"12345")
        assert path.read_bytes() == b""
        draft.finish()
    assert path.read_bytes() == b"12345"
