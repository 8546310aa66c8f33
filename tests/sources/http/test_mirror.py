from __future__ import annotations

import threading

import httpx2
import pytest

from edgewise.core.errors import Hostile, InvalidInput, NotFound, ServiceUnavailable, Throttled
from edgewise.sources.http import PoliteClient, Retry, open_fetcher
from edgewise.sources.http.mirror import MirrorTransport, mirror_base

IDENTITY = "Example Research contact@example.com"


class TestWhatIsAMirror:
    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:80", "https://mirror.example.com/edgar/"],
    )
    def test_this_machine_or_https_elsewhere(self, url):
        assert mirror_base(url) == url.rstrip("/")

    @pytest.mark.parametrize(
        "url", [None, "", "https://www.sec.gov", "https://SEC.gov", "https://data.sec.gov/x", "archive:///data"]
    )
    def test_the_service_itself_and_archives_are_none(self, url):
        assert mirror_base(url) is None

    @pytest.mark.parametrize("url", ["http://simulator:8000", "http://10.0.0.7", "http://mirror.example.com/edgar"])
    def test_plain_http_to_another_machine_must_be_meant(self, url):
        with pytest.raises(InvalidInput, match="plain=yes"):
            mirror_base(url)
        assert mirror_base(f"{url}?plain=yes") == url

    @pytest.mark.parametrize("url", ["http://www.sec.gov", "http://www.sec.gov?plain=yes"])
    def test_the_sec_is_never_asked_over_plain_http(self, url):
        with pytest.raises(InvalidInput, match="in the clear"):
            mirror_base(url)

    @pytest.mark.parametrize(
        "url", ["http://me:hunter2@127.0.0.1:8000", "http://127.0.0.1:8000?token=hunter2", "http://"]
    )
    def test_a_base_holds_no_secret_and_no_query(self, url):
        with pytest.raises(InvalidInput) as caught:
            mirror_base(url)
        assert "hunter2" not in str(caught.value)

    def test_a_host_that_only_looks_like_the_sec_is_a_mirror(self):
        assert mirror_base("https://notsec.gov") == "https://notsec.gov"


@pytest.fixture
def mirrored(service, fake_time):
    """A client of the local server as a mirror, without waiting."""
    client = PoliteClient(
        IDENTITY,
        transport=MirrorTransport(service.url),
        retry=Retry(attempts=1),
        sleep=fake_time.sleep,
        monotonic=fake_time.monotonic,
    )
    with client:
        yield client


def test_host_path_and_query_are_asked_below_the_base(mirrored, service, acts):
    service.play("/www.sec.gov/cgi-bin/x%20y?type=10-K%2FA&start=0", acts.act(200, b"page"))
    url = "https://www.sec.gov/cgi-bin/x%20y?type=10-K%2FA&start=0"
    answer = mirrored.get(url)
    assert (answer.body, answer.url) == (b"page", url)


def test_the_mirror_is_told_who_asks_and_that_it_is_meant(mirrored, service, acts):
    service.play("/data.sec.gov/a", acts.act(200, b"a"))
    mirrored.get("https://data.sec.gov/a")
    [(_, headers)] = service.asked
    assert headers["user-agent"] == IDENTITY
    assert f"http://{headers['host']}" == service.url


def test_an_error_names_the_service_s_own_url(mirrored, service, acts):
    service.play("/www.sec.gov/gone", acts.act(404))
    service.play("/www.sec.gov/blocked", acts.act(403, b"<title>Request Rate Threshold Exceeded</title>"))
    with pytest.raises(NotFound, match=r"https://www\.sec\.gov/gone"):
        mirrored.get("https://www.sec.gov/gone")
    with pytest.raises(Throttled, match=r"https://www\.sec\.gov/blocked"):
        mirrored.get("https://www.sec.gov/blocked")


def test_a_redirect_is_judged_as_the_service_s_own_and_followed_through_the_mirror(mirrored, service, acts):
    service.play("/www.sec.gov/old", acts.act(301, location="/new"))
    service.play("/www.sec.gov/new", acts.act(200, b"moved"))
    service.play("/www.sec.gov/away", acts.act(301, location="https://elsewhere.example.com/"))
    assert mirrored.get("https://www.sec.gov/old").body == b"moved"
    with pytest.raises(Hostile, match=r"elsewhere\.example\.com"):
        mirrored.get("https://www.sec.gov/away")


def test_a_mirror_that_is_not_there_is_an_outage():
    nowhere = MirrorTransport("http://127.0.0.1:9")
    with (
        PoliteClient(IDENTITY, transport=nowhere, retry=Retry(attempts=1)) as client,
        pytest.raises(ServiceUnavailable),
    ):
        client.get("https://www.sec.gov/a")


def test_connections_are_kept_and_threads_share_them(service, acts):
    body = b"x" * 10_000
    service.play("/www.sec.gov/a", acts.act(200, body))
    opened: list[object] = []

    class Counted(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            request.extensions["trace"] = lambda name, _: opened.append(name) if "connect_tcp.started" in name else None
            return super().handle_request(request)

    with httpx2.Client(transport=MirrorTransport(service.url, inner=Counted(trust_env=False))) as client:
        for _ in range(20):
            assert client.get("https://www.sec.gov/a").content == body
        assert len(opened) == 1
        wrong: list[bytes] = []

        def ask() -> None:
            for _ in range(20):
                answer = client.get("https://www.sec.gov/a").content
                if answer != body:
                    wrong.append(answer)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(opened) <= 16


def test_the_setting_opens_a_mirror_whose_copies_stay_apart(service, acts, tmp_path):
    service.play("/www.sec.gov/a", acts.act(200, b"simulated", etag='"1"'))
    fetcher = open_fetcher(service.url, identity=IDENTITY, cache=tmp_path)
    assert fetcher.get("https://www.sec.gov/a").body == b"simulated"
    fetcher.close()
    assert [path.name[:7] for path in tmp_path.iterdir()] == ["mirror-"]
