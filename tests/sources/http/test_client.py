from __future__ import annotations

import gzip
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx2
import pytest

from edgewise.core.errors import (
    Hostile,
    InvalidInput,
    NotConfigured,
    NotFound,
    ServiceUnavailable,
    Throttled,
    TooLarge,
    Unusable,
)
from edgewise.sources.http import PoliteClient, Retry, SpacedLimit

BLOCK_PAGE = b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
STAMP = "Fri, 12 Dec 2025 12:00:00 GMT"


def streamed(status, body=b"", **options):
    """An answer whose body is still to be read, as one from the network."""
    return httpx2.Response(status, stream=httpx2.ByteStream(body), **options)


class TestAnswers:
    def test_a_plain_answer_carries_what_the_service_said(self, client, service, acts):
        url = service.play("/a.htm", acts.act(body=b"<p>10-K", content_type="Text/HTML", last_modified=STAMP))
        answer = client.get(url)
        assert (answer.url, answer.body, answer.content_type) == (url, b"<p>10-K", "text/html")
        assert answer.last_modified == datetime(2025, 12, 12, 12, tzinfo=UTC)
        assert not answer.from_cache

    def test_we_say_who_we_are_and_what_we_can_read_and_nothing_else(self, client, service, acts):
        client.get(service.play("/a", acts.act(body=b"x")))
        _, headers = service.asked[0]
        assert headers["user-agent"] == "Example Research contact@example.com"
        assert headers["accept-encoding"] == "gzip, deflate"
        assert headers.keys() == {"host", "accept", "accept-encoding", "connection", "user-agent"}

    def test_no_cookie_is_kept(self, client, service, acts):
        url = service.play("/a", acts.act(body=b"x", set_cookie="session=secret; Path=/"))
        client.get(url)
        client.get(url)
        assert "cookie" not in service.asked[1][1]

    def test_proxies_of_the_environment_are_not_used(self, monkeypatch, make_client, service, acts):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        assert make_client().get(service.play("/a", acts.act(body=b"x"))).body == b"x"

    def test_the_query_is_sent_as_it_stands(self, client, service, acts):
        path = "/cgi-bin/browse-edgar?action=getcurrent&type=&owner=include&output=atom"
        client.get(service.play(path, acts.act(body=b"x")))
        assert service.asked[0][0] == path

    def test_failure_case_42_gzip_and_deflate_are_decoded(self, client, service, acts):
        zipped = service.play("/g", acts.act(body=gzip.compress(b"words"), content_encoding="gzip"))
        deflated = service.play("/d", acts.act(body=zlib.compress(b"words"), content_encoding="deflate"))
        assert client.get(zipped).body == client.get(deflated).body == b"words"

    def test_failure_case_42_a_chunked_body_is_put_together(self, client, service, acts):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert client.get(service.play("/c", acts.raw(chunked))).body == b"abcde"

    def test_the_work_is_counted(self, client, service, acts):
        url = service.play("/a", acts.act(503), acts.act(body=b"12345"))
        client.get(url)
        stats = client.stats
        assert (stats.requests, stats.retries, stats.received_bytes) == (2, 1, 5)

    def test_waits_for_a_turn_are_added_up_also_those_in_vain(self, make_client, service, acts, fake_time):
        class Slow:
            def __init__(self):
                self.waits = [2.5, 0.5, 4.0]

            def wait(self, *, patience_s):
                fake_time.sleep(self.waits.pop(0))
                if not self.waits:
                    raise Throttled(f"no turn within {patience_s} s")

            def hold(self, seconds):
                pass

        client, url = make_client(limit=Slow(), retry=Retry(attempts=1)), service.play("/a", acts.act(body=b"x"))
        client.get(url)
        client.get(url)
        assert client.stats.limit_wait_s == 3.0
        with pytest.raises(Throttled):
            client.get(url)
        assert (client.stats.limit_wait_s, client.stats.requests) == (7.0, 2)


class TestRetries:
    def test_an_outage_is_tried_again(self, client, service, acts, fake_time):
        url = service.play("/a", acts.act(503), acts.act(500), acts.act(body=b"x"))
        assert client.get(url).body == b"x"
        assert len(service.asked) == 3
        assert fake_time.slept == [0.25, 0.5]

    def test_after_five_attempts_the_outage_is_told(self, client, service, acts):
        with pytest.raises(ServiceUnavailable, match="status 503"):
            client.get(service.play("/a", acts.act(503)))
        assert len(service.asked) == 5

    @pytest.mark.parametrize(
        "cut_short",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"abcdef" * 99)[:-9],
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"no http at all\r\n\r\n",
            b"",
        ],
        ids=["length", "within-chunk", "no-last-chunk", "gzip", "headers", "garbage", "nothing"],
    )
    def test_failure_case_42_a_body_cut_short_is_asked_for_again(self, client, service, acts, cut_short):
        url = service.play("/a", acts.raw(cut_short), acts.act(body=b"whole"))
        assert client.get(url).body == b"whole"
        service.play("/a", acts.raw(cut_short))
        with pytest.raises(ServiceUnavailable):
            client.get(url)

    @pytest.mark.parametrize(
        "error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.ConnectTimeout, httpx2.ReadError]
    )
    def test_no_connection_is_an_outage(self, make_client, error):
        def fail(request):
            raise error("", request=request)

        client = make_client(transport=httpx2.MockTransport(fail))
        with pytest.raises(ServiceUnavailable, match=error.__name__):
            client.get("https://www.sec.gov/a")
        assert client.stats.requests == 5

    def test_what_does_not_exist_is_asked_for_once(self, client, service, acts):
        with pytest.raises(NotFound, match="/a"):
            client.get(service.play("/a", acts.act(404)))
        assert len(service.asked) == 1

    def test_a_body_that_drips_for_ever_is_cut_off_at_the_deadline(self, make_client, fake_time):
        class Drip(httpx2.SyncByteStream):
            def __iter__(self):
                while True:
                    fake_time.now += 100
                    yield b"."

        client = make_client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Drip())))
        with pytest.raises(ServiceUnavailable, match="too slowly"):
            client.get("https://www.sec.gov/a")
        assert fake_time.now <= 500


class TestThrottling:
    def test_failure_case_41_a_wish_within_our_patience_is_granted(self, client, service, acts, fake_time):
        url = service.play("/a", acts.act(429, retry_after="7"), acts.act(body=b"x"))
        assert client.get(url).body == b"x"
        assert sum(fake_time.slept) == 7
        assert client.stats.throttled == 1

    def test_a_wish_given_as_a_date_is_granted(self, make_client, fake_time):
        later = {"Retry-After": "Fri, 12 Dec 2025 12:00:09 GMT", "Date": STAMP}
        answers = iter([streamed(503, headers=later), streamed(200, b"x")])
        client = make_client(transport=httpx2.MockTransport(lambda _: next(answers)))
        assert client.get("https://www.sec.gov/a").body == b"x"
        assert sum(fake_time.slept) == 9

    @pytest.mark.parametrize("status", [200, 403])
    def test_failure_case_41_a_block_page_is_neither_a_document_nor_asked_again(self, client, service, acts, status):
        with pytest.raises(Throttled, match="ten minutes") as caught:
            client.get(service.play("/a.htm", acts.act(status, BLOCK_PAGE, content_type="text/html")))
        assert caught.value.retry_after_s == 600
        assert len(service.asked) == 1

    def test_while_we_are_blocked_nobody_asks_for_anything(self, client, service, acts, fake_time):
        blocked, other = service.play("/a", acts.act(403, BLOCK_PAGE)), service.play("/b", acts.act(body=b"x"))
        with pytest.raises(Throttled):
            client.get(blocked)
        fake_time.now += 300
        with pytest.raises(Throttled, match="300 s more") as caught:
            client.get(other)
        assert caught.value.retry_after_s == 300
        assert len(service.asked) == 1
        fake_time.now += 300
        assert client.get(other).body == b"x"

    def test_near_the_end_of_a_block_the_rest_is_waited_for(self, client, service, acts, fake_time):
        blocked, other = service.play("/a", acts.act(403, BLOCK_PAGE)), service.play("/b", acts.act(body=b"x"))
        with pytest.raises(Throttled):
            client.get(blocked)
        fake_time.now += 550
        assert client.get(other).body == b"x"
        assert sum(fake_time.slept) == pytest.approx(50)

    def test_what_the_service_wishes_is_told_to_all_who_share_the_limit(self, service, acts, fake_time):
        times = {"sleep": fake_time.sleep, "monotonic": fake_time.monotonic}
        limit = SpacedLimit(8, **times)
        blocked, other = service.play("/a", acts.act(403, BLOCK_PAGE)), service.play("/b", acts.act(body=b"x"))
        with (
            PoliteClient("A b@c.de", limit=limit, **times) as one,
            PoliteClient("A b@c.de", limit=limit, **times) as two,
        ):
            with pytest.raises(Throttled):
                one.get(blocked)
            with pytest.raises(Throttled, match="600 s more"):
                two.get(other)
        assert len(service.asked) == 1

    def test_the_limit_is_given_no_more_patience_than_the_deadline_leaves(self, make_client, service, acts, fake_time):
        url = service.play("/a", acts.act(body=b"x"))
        client = make_client(retry=Retry(deadline_s=10, patience_s=60))
        client.get(url)
        client._limit.hold(20)
        with pytest.raises(Throttled):
            client.get(url)
        assert fake_time.now == 0

    def test_failure_case_41_threads_share_one_limit(self, service, acts, fake_time):
        url = service.play("/a", acts.act(body=b"x"))
        left, guard = [], threading.Lock()

        class Counted:
            def wait(self, *, patience_s):
                assert patience_s == 60
                with guard:
                    left.append(fake_time.now)

        with (
            PoliteClient("A b@c.de", limit=Counted()) as client,
            ThreadPoolExecutor(8) as threads,
        ):
            assert list(threads.map(lambda _: client.get(url).body, range(40))) == [b"x"] * 40
            assert (client.stats.requests, client.stats.received_bytes) == (40, 40)
        assert len(left) == 40

    def test_every_request_waits_for_its_turn_redirects_and_retries_too(self, service, acts):
        turns = []

        class Counted:
            def wait(self, *, patience_s):
                turns.append(len(service.asked))
                assert patience_s == 60

            def hold(self, seconds):
                raise AssertionError(seconds)

        url = service.play("/a", acts.act(503), acts.act(302, location="/b"))
        service.play("/b", acts.act(body=b"x"))
        with PoliteClient("A b@c.de", limit=Counted(), sleep=lambda _: None) as client:
            assert client.get(url).body == b"x"
        assert turns == [0, 1, 2]


class TestLimits:
    def test_failure_case_43_a_zip_bomb_on_the_wire_is_refused(self, client, service, acts):
        bomb = gzip.compress(b"\0" * 20_000_000)
        with pytest.raises(TooLarge, match="decodes to more than 100000 bytes"):
            client.get(service.play("/a", acts.act(body=bomb, content_encoding="gzip")), max_bytes=100_000)
        assert len(service.asked) == 1

    def test_failure_case_43_a_huge_body_is_not_read_to_its_end(self, client, service, acts):
        with pytest.raises(TooLarge):
            client.get(service.play("/a", acts.act(body=b"x" * 30_000_000)), max_bytes=1000)
        assert client.stats.received_bytes < 1_000_000

    def test_a_huge_error_page_does_not_hide_the_status(self, client, service, acts):
        with pytest.raises(NotFound):
            client.get(service.play("/a", acts.act(404, b"<html>" * 1_000_000)), max_bytes=1000)


class TestRedirects:
    def test_the_answer_says_where_it_was_read(self, client, service, acts):
        url = service.play("/a", acts.act(301, location="/b"))
        service.play("/b", acts.act(body=b"x"))
        assert client.get(url).url == service.url + "/b"

    def test_a_circle_ends(self, client, service, acts):
        url = service.play("/a", acts.act(302, location="/b"))
        service.play("/b", acts.act(302, location="/a"))
        with pytest.raises(Unusable, match="more than 5 times"):
            client.get(url)
        assert len(service.asked) == 6

    def test_another_host_is_not_asked(self, client, service, acts):
        with pytest.raises(Hostile, match=r"evil\.example"):
            client.get(service.play("/a", acts.act(302, location="http://evil.example/")))

    def test_hosts_of_the_sec_are_followed_over_https(self, make_client):
        def answer(request):
            if request.url.host == "www.sec.gov":
                return streamed(301, headers={"Location": "https://data.sec.gov/b"})
            return streamed(200, b"x")

        client = make_client(transport=httpx2.MockTransport(answer))
        assert client.get("https://www.sec.gov/a").url == "https://data.sec.gov/b"

    def test_a_redirect_to_nowhere_is_an_outage(self, client, service, acts):
        with pytest.raises(ServiceUnavailable, match="status 302"):
            client.get(service.play("/a", acts.act(302)))


class TestCache:
    def test_failure_case_42_an_unchanged_body_comes_from_the_cache(self, make_client, service, acts, tmp_path):
        url = service.play(
            "/a", acts.act(body=b"x", etag='"1"', last_modified=STAMP, content_type="text/plain"), acts.act(304)
        )
        client = make_client(cache=tmp_path)
        first, second = client.get(url), client.get(url)
        assert service.asked[1][1]["if-none-match"] == '"1"'
        assert service.asked[1][1]["if-modified-since"] == STAMP
        assert not first.from_cache
        assert second.from_cache
        assert (second.body, second.content_type, second.last_modified) == (
            first.body,
            first.content_type,
            first.last_modified,
        )
        stats = client.stats
        assert (stats.requests, stats.cache_hits, stats.received_bytes) == (2, 1, 1)

    def test_the_cache_outlives_the_client(self, make_client, service, acts, tmp_path):
        url = service.play("/a", acts.act(body=b"x", etag='"1"'), acts.act(304))
        make_client(cache=tmp_path).get(url)
        assert make_client(cache=tmp_path).get(url).from_cache

    def test_a_changed_body_replaces_the_old_one(self, make_client, service, acts, tmp_path):
        url = service.play("/a", acts.act(body=b"x", etag='"1"'), acts.act(body=b"y", etag='"2"'), acts.act(304))
        client = make_client(cache=tmp_path)
        assert [client.get(url).body for _ in range(3)] == [b"x", b"y", b"y"]
        assert service.asked[2][1]["if-none-match"] == '"2"'

    @pytest.mark.parametrize("headers", [{}, {"etag": '"1"', "cache_control": "private, No-Store"}])
    def test_what_cannot_be_confirmed_or_may_not_be_kept_is_not(self, make_client, service, acts, tmp_path, headers):
        url = service.play("/a", acts.act(body=b"x", **headers))
        make_client(cache=tmp_path).get(url)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("case", ["block page", "error", "cut short", "damaged", "too large"])
    def test_failure_case_41_and_42_nothing_but_a_whole_document_is_cached(
        self, make_client, service, acts, tmp_path, case
    ):
        bad = {
            "block page": acts.act(200, BLOCK_PAGE, etag='"1"'),
            "error": acts.act(503, b"down", etag='"1"'),
            "cut short": acts.raw(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 10\r\n\r\nabc'),
            "damaged": acts.act(body=gzip.compress(b"abc")[:-2], content_encoding="gzip", etag='"1"'),
            "too large": acts.act(body=b"x" * 1000, etag='"1"'),
        }[case]
        with pytest.raises((Throttled, ServiceUnavailable, TooLarge)):
            make_client(cache=tmp_path).get(service.play("/a", bad), max_bytes=999)
        assert not list(tmp_path.iterdir())

    def test_a_304_nobody_asked_for_is_an_outage(self, make_client, service, acts, tmp_path):
        with pytest.raises(ServiceUnavailable, match="status 304"):
            make_client(cache=tmp_path).get(service.play("/a", acts.act(304)))

    def test_the_limit_holds_for_kept_bodies_too(self, make_client, service, acts, tmp_path):
        url = service.play("/a", acts.act(body=b"12345", etag='"1"'), acts.act(304))
        client = make_client(cache=tmp_path)
        client.get(url)
        with pytest.raises(TooLarge, match="5 bytes"):
            client.get(url, max_bytes=4)


class TestMistakes:
    def test_without_an_identity_there_is_no_client(self):
        with pytest.raises(NotConfigured, match="EDGEWISE_IDENTITY"):
            PoliteClient(None)

    def test_a_rate_above_ten_is_refused(self):
        with pytest.raises(InvalidInput, match="at most 10"):
            PoliteClient("A b@c.de", rate_per_s=11)

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "https://www.sec.gov/a\r\nX: y", "https://a..b\u3002c./"])
    def test_a_bad_url_is_never_sent(self, make_client, url):
        client = make_client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))
        with pytest.raises(InvalidInput):
            client.get(url)

    def test_a_live_service_cannot_be_listed(self, client):
        with pytest.raises(InvalidInput, match="archive://"):
            client.listing("https://www.sec.gov/")

    def test_a_policy_of_one_attempt_asks_once(self, make_client, service, acts):
        with pytest.raises(ServiceUnavailable):
            make_client(retry=Retry(attempts=1)).get(service.play("/a", acts.act(503)))
        assert len(service.asked) == 1
