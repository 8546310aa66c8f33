"""Large files over lines that break, of services that change, lie, drip and block: saved is what was served."""

from __future__ import annotations

import gzip
import re
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import Hostile, ServiceUnavailable, Throttled, TooLarge, Unusable
from edgewise.sources.http import NoLimit, PoliteClient, Retry
from edgewise.sources.http import draft as draft_module
from edgewise.sources.http import transfer as module

IDENTITY = "Example Research contact@example.com"
BODY = bytes(range(256)) * 400  # 102,400 bytes
BLOCK = b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
NOON, LATER = "Fri, 12 Dec 2025 12:00:00 GMT", "Fri, 12 Dec 2025 18:00:00 GMT"
LIMIT = 1 << 30
NONE = ""


@dataclass
class File:
    """A file as a service has it that knows ranges; each answer sends `sends` bytes at most, then the line breaks."""

    body: bytes = BODY
    etag: str = '"1"'
    last_modified: str = NONE
    ranges: bool = True
    sends: int | None = None

    def __call__(self, handler) -> None:
        asked, held = handler.headers.get("Range"), handler.headers.get("If-Range")
        same = held in {None, self.etag, self.last_modified}
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and same and self.ranges else 0
        told = {"ETag": self.etag, "Last-Modified": self.last_modified, "Content-Length": len(self.body) - start}
        if start:
            told["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        answer(handler, 206 if start else 200, told)
        part = self.body[start:]
        handler.wfile.write(part[: self.sends])
        handler.close_connection = True


def answer(handler, status, headers, body=b""):
    handler.send_response(status)
    for name, value in headers.items():
        if value != NONE:
            handler.send_header(name, str(value))
    handler.end_headers()
    handler.wfile.write(body)


def says(status, body=b"", **headers):
    """An answer of exactly these headers; the line ends with it."""

    def send(handler):
        answer(handler, status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        handler.close_connection = True

    return send


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def save(client, service, out):
    """Saves what these acts serve one after the other."""

    def run(*acts, max_bytes=LIMIT, **options):
        return client.save(service.play("/f", *acts), out / "f", max_bytes=max_bytes, **options)

    return run


@pytest.fixture
def ranges(service):
    """What each request asked for: Range and If-Range."""
    return lambda: [(headers.get("range"), headers.get("if-range")) for _, headers in service.asked]


def left(out):
    return sorted(file.name for file in out.iterdir())


def test_a_file_comes_with_what_the_service_said_of_it(save, service, out):
    saved = save(File(last_modified=NOON))
    assert (saved.etag, saved.size, saved.last_modified) == ('"1"', len(BODY), datetime(2025, 12, 12, 12, tzinfo=UTC))
    assert saved.path.read_bytes() == BODY
    assert left(out) == ["f"]
    [(_, headers)] = service.asked
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"] == IDENTITY
    assert not {"range", "if-range"} & headers.keys()


def test_a_broken_transfer_is_continued_where_it_broke(save, ranges):
    assert save(File(sends=30_000), File(sends=20_000), File()).path.read_bytes() == BODY
    assert ranges() == [(None, None), ("bytes=30000-", '"1"'), ("bytes=50000-", '"1"')]


def test_a_reset_connection_and_a_service_that_is_down_are_waited_for(save, ranges, fake_time):
    assert save(File(sends=30_000), says(503), says(429, retry_after=7), File()).path.read_bytes() == BODY
    assert ranges()[1:] == [("bytes=30000-", '"1"')] * 3
    assert max(fake_time.slept) == 7


def test_a_date_is_as_good_a_validator_once_it_is_settled(save, ranges):
    file = File(etag='W/"1"', last_modified=NOON)
    file.sends = 30_000
    assert save(file, File(etag='W/"1"', last_modified=NOON)).path.read_bytes() == BODY
    assert ranges()[1] == ("bytes=30000-", NOON)


@pytest.mark.parametrize("etag", [NONE, 'W/"1"'])
@pytest.mark.parametrize("modified", [NONE, "not past"])
def test_without_a_strong_validator_it_begins_anew(save, ranges, etag, modified):
    """A date that is not past may be of two versions, and a weak ETag means that bytes may differ."""
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)  # however long the test takes to ask
    stamp = format_datetime(soon, usegmt=True) if modified else NONE
    broken = File(etag=etag, last_modified=stamp, sends=30_000)
    assert save(broken, File(etag=etag, last_modified=stamp)).path.read_bytes() == BODY
    assert ranges()[1] == (None, None)


def test_a_service_that_knows_no_ranges_is_asked_from_the_beginning(save, ranges):
    assert save(File(ranges=False, sends=30_000), File(ranges=False)).path.read_bytes() == BODY
    assert len(ranges()) == 2


@pytest.mark.parametrize("new", [BODY[::-1] + b"more", BODY[:20_001]], ids=["longer", "shorter"])
def test_a_file_that_changed_begins_anew(save, new):
    saved = save(File(sends=30_000), File(body=new, etag='"2"', sends=20_000), File(body=new, etag='"2"'))
    assert (saved.etag, saved.path.read_bytes()) == ('"2"', new)


@pytest.mark.parametrize(
    "part",
    [
        {"ETag": '"2"', "Content-Range": "bytes 30000-102399/102400"},  # of another version, whatever If-Range said
        {"Content-Range": "bytes 30000-102399/102400"},  # of nobody knows which
        {"ETag": '"1"', "Last-Modified": LATER, "Content-Range": "bytes 30000-102399/102400"},
        {"ETag": '"1"', "Content-Range": "bytes 29999-102398/102400"},
        {"ETag": '"1"', "Content-Range": "bytes 30001-102399/102400"},
        {"ETag": '"1"', "Content-Range": "bytes 30000-102400/102401"},
        {"ETag": '"1"', "Content-Range": "bytes 30000-102400/102400"},
        {"ETag": '"1"', "Content-Range": "bytes 30000-29999/102400"},
        {"ETag": '"1"', "Content-Range": "bytes 30000-102399/*"},
        {"ETag": '"1"', "Content-Range": "bytes */102400"},
        {"ETag": '"1"', "Content-Range": f"bytes 30000-102399/{'9' * 5000}"},
        {"ETag": '"1"', "Content-Type": "multipart/byteranges; boundary=x"},
        {"ETag": '"1"', "Content-Range": "bytes 30000-30001/102400"},  # and more comes than that
        {"ETag": '"1"', "Content-Range": "bytes 30000-102399/102400", "Content-Encoding": "gzip"},
    ],
)
def test_a_part_that_does_not_fit_is_not_put_to_the_rest(save, ranges, part):
    def ill(handler):
        answer(handler, 206, part | {"Content-Length": 72_400}, b"x" * 72_400)

    saved = save(File(last_modified=NOON, sends=30_000), ill, File(etag='"3"'))
    assert (saved.etag, saved.path.read_bytes()) == ('"3"', BODY)
    assert ranges()[2] == (None, None)


def test_a_part_that_is_shorter_than_the_rest_is_kept(save, ranges):
    def stingy(handler):
        told = {"ETag": '"1"', "Content-Range": "bytes 30000-39999/102400", "Content-Length": 10_000}
        answer(handler, 206, told, BODY[30_000:40_000])

    assert save(File(sends=30_000), stingy, File()).path.read_bytes() == BODY
    assert ranges()[2] == ("bytes=40000-", '"1"')


def test_where_nothing_lies_beyond_it_begins_anew(save, ranges):
    assert save(File(sends=30_000), says(416, content_range="bytes */20000"), File()).path.read_bytes() == BODY
    assert ranges()[2] == (None, None)


def test_redirects_are_followed_with_the_question_and_judged(client, service, out, ranges):
    service.play("/new", File(sends=30_000), File())
    url = service.play("/old", says(302, location="/new"))
    assert client.save(url, out / "f", max_bytes=LIMIT).path.read_bytes() == BODY
    assert ranges()[-1] == ("bytes=30000-", '"1"')
    service.play("/old", says(302, location="https://elsewhere.example.com/"))
    with pytest.raises(Hostile):
        client.save(url, out / "f", max_bytes=LIMIT)


@pytest.mark.parametrize("status", [200, 403])
def test_a_block_page_is_never_the_file_and_costs_nothing_that_is_held(save, ranges, out, status):
    (out / "f").write_bytes(b"of yesterday")
    block = says(status, BLOCK, content_length=len(BLOCK), etag='"9"')
    with pytest.raises(Throttled):
        save(File(sends=30_000), block)
    assert (out / "f").read_bytes() == b"of yesterday"
    assert left(out) == ["f", "f.part", "f.part.json"]
    assert (out / "f.part").read_bytes() == BODY[:30_000]
    assert len(ranges()) == 2


def test_the_next_client_continues_what_one_gave_up(save, out, service, ranges, make_client):
    with pytest.raises(ServiceUnavailable):
        save(File(sends=30_000), says(503))
    told = []
    saved = make_client().save(service.play("/f", File()), out / "f", max_bytes=LIMIT, on_bytes=told.append)
    assert saved.path.read_bytes() == BODY
    assert ranges()[-1] == ("bytes=30000-", '"1"')
    assert (told[0], sum(told)) == (30_000, len(BODY))
    assert left(out) == ["f"]


def test_a_whole_draft_is_confirmed_by_its_last_byte(save, out, ranges, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(draft_module.Draft, "finish", cut)
        with pytest.raises(KeyboardInterrupt):
            save(File())
    assert left(out) == ["f.part", "f.part.json"]
    assert save(File()).path.read_bytes() == BODY
    assert ranges()[-1] == ("bytes=102399-", '"1"')


@pytest.mark.parametrize("short", [File(sends=30_000, ranges=False), says(200, BODY[:-1], content_length=len(BODY))])
def test_fewer_bytes_than_announced_are_never_the_file(save, service, out, short):
    with pytest.raises(ServiceUnavailable):
        save(short)
    assert len(service.asked) == 5
    assert "f" not in left(out)


def test_a_body_without_an_end_of_its_own_is_refused(save, out):
    with pytest.raises(Unusable, match="without its length") as caught:
        save(says(200, BODY))
    assert caught.value.code == "no_length"
    assert left(out) == []


def test_a_chunked_body_is_whole_at_its_end_and_not_before(save, acts):
    head = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n'
    cut = acts.raw(head + b"2710\r\n" + BODY[:10_000] + b"\r\n3\r\n" + BODY[10_000:10_001])
    rest = File(sends=20_000)
    assert save(cut, rest, File()).path.read_bytes() == BODY
    assert save(acts.raw(head + b"3\r\nabc\r\n0\r\n\r\n")).path.read_bytes() == b"abc"


def test_what_is_encoded_all_the_same_is_decoded_and_not_continued(save, ranges):
    packed = gzip.compress(BODY, mtime=0)
    told = {"content_encoding": "gzip", "etag": '"1"', "content_length": len(packed)}
    saved = save(says(200, packed[:-100], **told), says(200, packed, **told))
    assert (saved.size, saved.path.read_bytes()) == (len(BODY), BODY)
    assert ranges() == [(None, None)] * 2


def test_too_large_a_file_is_refused_before_it_comes(save, service, out):
    with pytest.raises(TooLarge, match="102400 bytes"):
        save(says(200, b"", content_length=len(BODY)), max_bytes=len(BODY) - 1)
    assert (len(service.asked), left(out)) == (1, [])


def test_too_large_a_body_is_stopped_where_it_becomes_so(save, out, acts, client):
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 100
    with pytest.raises(TooLarge):
        save(acts.raw(endless), max_bytes=100_000)
    assert client.stats.received_bytes < 400_000
    assert left(out) == []


def test_attempts_count_anew_after_progress_and_only_then(save, service, monkeypatch):
    monkeypatch.setattr(module, "FLOOR_BYTES", 8_500)
    assert save(File(sends=9_000)).path.read_bytes() == BODY
    assert len(service.asked) == 12  # 102,400 bytes
    service.asked.clear()
    with pytest.raises(ServiceUnavailable):
        save(File(body=BODY[::-1], etag='"2"', sends=9_000), File(body=BODY[::-1], etag='"2"', sends=2_000))
    assert len(service.asked) == 5


def test_a_service_that_changes_and_breaks_for_ever_is_given_up(save, service, monkeypatch):
    monkeypatch.setattr(module, "FLOOR_BYTES", 1_000)
    asked = iter(range(10_000))

    def fickle(handler):
        File(etag=f'"{next(asked)}"', sends=9_000)(handler)

    with pytest.raises(ServiceUnavailable):
        save(fickle)
    assert 5 < len(service.asked) <= 5 * (module.MOST_CHANGES + 1)


class Pace:
    """A wire without a network, on which `bytes_at_once` come every `every_s` seconds of a clock that is ours."""

    def __init__(self, clock, size, bytes_at_once, every_s):
        self.clock, self.size, self.at_once, self.every_s = clock, size, bytes_at_once, every_s
        self.requests = 0

    def __call__(self, request):
        self.requests += 1
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        headers = {"ETag": '"1"', "Content-Length": str(self.size - start)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{self.size - 1}/{self.size}"
        return httpx2.Response(206 if start else 200, headers=headers, content=self.drip(start))

    def drip(self, start):
        for begin in range(start, self.size, self.at_once):
            self.clock.now += self.every_s
            yield bytes(min(self.at_once, self.size - begin))


def paced(make_client, out, pace):
    client = make_client(transport=httpx2.MockTransport(pace), limit=NoLimit())
    return client.save("https://www.sec.gov/f", out / "f", max_bytes=LIMIT)


def test_a_slow_line_takes_the_time_that_it_needs(make_client, fake_time, out):
    pace = Pace(fake_time, 64 << 20, 1 << 18, 12.0)  # 175 kbit/s
    assert paced(make_client, out, pace).size == 64 << 20
    assert fake_time.now > 3000  # the policy's deadline is 300
    assert pace.requests == 1


def test_a_service_that_drips_is_cut_off_and_given_up(make_client, fake_time, out):
    pace = Pace(fake_time, 64 << 20, 100, 5.0)
    with pytest.raises(ServiceUnavailable, match="arrives too slowly: 1200 bytes in 60 s"):
        paced(make_client, out, pace)
    assert pace.requests == 5
    assert fake_time.now < 360


def test_a_line_that_stalls_now_and_then_gets_there(make_client, fake_time, out):
    """Every connection brings two megabytes and then drips."""

    class Stalling(Pace):
        def drip(self, start):
            yield bytes(min(2 << 20, self.size - start))
            yield from super().drip(start + (2 << 20))

    pace = Stalling(fake_time, 20 << 20, 100, 5.0)
    assert paced(make_client, out, pace).size == 20 << 20
    assert 8 < pace.requests < 11


VERSIONS = st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=3)
CUTS = st.lists(st.tuples(st.integers(0, 40_000), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=150, deadline=None)
@given(versions=VERSIONS, cuts=CUTS, page=st.sampled_from([1, 1000, 8192]))
def test_whatever_breaks_and_changes_the_file_is_one_that_was_served(tmp_path_factory, versions, cuts, page):
    """Each request is cut after some bytes; at some the file changes before, some answers know no ranges."""
    script, present = iter(cuts), [0]

    def serve(request):
        sends, changes, ranges = next(script, (None, False, True))
        present[0] = min(present[0] + changes, len(versions) - 1)
        body, etag = versions[present[0]], f'"{present[0]}"'
        asked = request.headers.get("range") if ranges and request.headers.get("if-range") == etag else None
        start = int(asked[6:-1]) if asked else 0
        headers = {"ETag": etag, "Content-Length": str(len(body) - start)}
        headers |= {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if asked else {}
        return httpx2.Response(206 if asked else 200, headers=headers, content=cut(body[start:], sends))

    def cut(body, sends):
        for begin in range(0, len(body[:sends]), 3_000):
            yield body[:sends][begin : begin + 3_000]
        if sends is not None and sends < len(body):
            raise httpx2.RemoteProtocolError("the line broke")

    path = tmp_path_factory.mktemp("out") / "f"
    transport = httpx2.MockTransport(serve)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "PAGE_BYTES", page)
        patched.setattr(draft_module, "NOTED_BYTES", 2_000)
        for _ in range(len(cuts) + 1):
            with PoliteClient(
                IDENTITY, transport=transport, limit=NoLimit(), retry=Retry(attempts=3), sleep=lambda _: None
            ) as client:
                try:
                    saved = client.save("https://www.sec.gov/f", path, max_bytes=LIMIT)
                except ServiceUnavailable:
                    assert not path.exists()
                    continue
            break
    assert path.read_bytes() == versions[present[0]]
    assert (saved.etag, saved.size) == (f'"{present[0]}"', len(versions[present[0]]))
    assert left(path.parent) == ["f"]


CHILD = """
    import resource, sys
    from pathlib import Path
    from edgewise.sources.http import NoLimit, PoliteClient

    url, path = sys.argv[1], Path(sys.argv[2])
    with PoliteClient("Example Research contact@example.com", limit=NoLimit()) as client:
        client.save(url + "/small", path, max_bytes=1 << 30)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        client.save(url + "/large", path, max_bytes=1 << 30)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def child(*said):
    command = [sys.executable, "-c", textwrap.dedent(CHILD), *map(str, said)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_large_file_is_never_in_memory(service, out):
    """200 MB come; the process that saves them may have grown by 30 MB (in KiB, as Linux counts)."""
    piece, count = bytes(1_000_000), 200

    def large(handler):
        answer(handler, 200, {"Content-Length": count * len(piece)})
        for _ in range(count):
            handler.wfile.write(piece)

    service.play("/small", File())
    service.play("/large", large)
    with child(service.url, out / "f") as saving:
        grown, _ = saving.communicate(timeout=120)
    assert (out / "f").stat().st_size == count * len(piece)
    assert int(grown) < 30_000


def test_what_a_killed_process_has_noted_is_continued(client, service, out, ranges):
    """It is killed without a word while it waits for the rest; only what was noted on the way is believed."""
    body, sent = BODY * 250, 20_000_000

    def stalls(handler):
        answer(handler, 200, {"ETag": '"1"', "Content-Length": len(body)}, body[:sent])
        handler.wfile.flush()
        time.sleep(30)

    service.play("/small", File())
    url = service.play("/large", stalls, File(body=body))
    with child(service.url, out / "f") as saving:
        until = time.monotonic() + 60
        while not (out / "f.part.json").exists() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)
        saving.send_signal(signal.SIGKILL)
    service.asked.clear()
    assert client.save(url, out / "f", max_bytes=LIMIT).path.read_bytes() == body
    [(asked, _)] = ranges()
    assert draft_module.NOTED_BYTES <= int(asked[6:-1]) < sent
