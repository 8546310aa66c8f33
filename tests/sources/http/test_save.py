"""What every fetcher does when it saves: the live client, one of a mirror, an archive in a folder and one in a zip."""

from __future__ import annotations

import random
import zipfile
from functools import partial

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, Throttled, TooLarge, Unparsable, WriteConflict
from edgewise.sources.http import Archive, NoLimit, PoliteClient, Retry
from edgewise.sources.http.draft import Draft
from edgewise.sources.http.mirror import MirrorTransport

IDENTITY = "Example Research contact@example.com"
BODY = random.Random(1).randbytes(3_000_000)  # several pieces, whoever reads it
BLOCK = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
FILES = {"/large.zip": BODY, "/empty": b"", "/block": BLOCK}
LIMIT = 10_000_000


@pytest.fixture(params=["live", "mirror", "folder", "zip"])
def place(request, service, acts, tmp_path):
    """A fetcher of `FILES` and the URL of a path."""
    host = service.url.removeprefix("http://")
    root = tmp_path / "archive"
    if request.param == "folder":
        for path, body in FILES.items():
            (root / host).mkdir(parents=True, exist_ok=True)
            (root / host / path[1:]).write_bytes(body)
        fetcher = Archive(f"archive://{root}")
    elif request.param == "zip":
        with zipfile.ZipFile(f"{root}.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            for path, body in FILES.items():
                bundle.writestr(host + path, body)
        fetcher = Archive(f"archive://{root}.zip")
    else:
        before = f"/{host}" if request.param == "mirror" else ""
        for path, body in FILES.items():
            service.play(before + path, acts.act(body=body))
        service.play(f"{before}/gone", acts.act(404))
        transport = MirrorTransport(service.url) if before else None
        fetcher = PoliteClient(IDENTITY, limit=NoLimit(), retry=Retry(attempts=1), transport=transport)
    yield fetcher, service.url
    fetcher.close()


@pytest.fixture
def out(tmp_path):
    """An empty folder to save to."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def save(place, out):
    fetcher, url = place
    return lambda path, **options: fetcher.save(url + path, out / "kept", **({"max_bytes": LIMIT} | options))


def test_the_file_holds_the_body_and_nothing_else_is_left(save, place, out):
    saved = save("/large.zip")
    assert (saved.path, saved.size) == (out / "kept", len(BODY))
    assert saved.path.read_bytes() == BODY
    assert saved.url == place[1] + "/large.zip" == place[0].get(place[1] + "/large.zip").url
    assert list(out.iterdir()) == [saved.path]


def test_an_empty_body_is_an_empty_file(save):
    assert save("/empty").path.read_bytes() == b""


def test_every_byte_is_told_of_once(save):
    told = []
    save("/large.zip", on_bytes=told.append)
    assert sum(told) == len(BODY)
    assert max(told) < len(BODY) / 2  # and as it comes


@pytest.mark.parametrize(
    ("path", "limit", "error"),
    [("/gone", LIMIT, NotFound), ("/large.zip", len(BODY) - 1, TooLarge), ("/block", LIMIT, (Throttled, Unparsable))],
)
def test_what_fails_leaves_the_file_of_before_as_it_was(save, out, path, limit, error):
    (out / "kept").write_bytes(b"of yesterday")
    with pytest.raises(error):
        save(path, max_bytes=limit)
    assert (out / "kept").read_bytes() == b"of yesterday"
    assert list(out.iterdir()) == [out / "kept"]


def test_the_largest_allowed_body_is_saved(save):
    assert save("/large.zip", max_bytes=len(BODY)).size == len(BODY)


def test_a_place_that_cannot_be_written_is_told(place, out):
    fetcher, url = place
    fetch = partial(fetcher.save, url + "/large.zip", max_bytes=LIMIT)
    with pytest.raises(NotConfigured, match=r"missing.* cannot be written"):
        fetch(out / "missing" / "kept")
    (out / "folder").mkdir()
    with pytest.raises(NotConfigured, match=r"folder .*is a folder"):
        fetch(out / "folder")
    assert list(out.iterdir()) == [out / "folder"]


def test_one_at_a_time_saves_to_a_path(save, out):
    with Draft(out / "kept", "https://other.example.com/") as draft:
        with pytest.raises(WriteConflict, match="being fetched already"):
            save("/large.zip")
        draft.write(b"mine")
        draft.finish()
    assert (out / "kept").read_bytes() == b"mine"
    save("/large.zip")


def test_what_is_no_url_is_refused(place, out):
    with pytest.raises(InvalidInput):
        place[0].save("nothing", out / "kept", max_bytes=LIMIT)
    assert list(out.iterdir()) == []
