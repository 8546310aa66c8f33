"""The door: identity and rate. Failure case 41."""

from __future__ import annotations

import http.client
import time
from datetime import timedelta

import httpx2
import pytest

from edgewise.core.errors import Throttled
from edgewise.simulate.server import Rules
from edgewise.simulate.server.guard import Guard
from edgewise.sources.http.limit import SpacedLimit
from edgewise.sources.http.verdict import Page, error_page

TICKERS = "https://www.sec.gov/files/company_tickers.json"
WHO = {"user-agent": "Example Research contact@example.com"}


class TestGuard:
    def test_ten_in_a_second_are_let_in_and_the_eleventh_is_not(self):
        guard = Guard(Rules())
        answers = [guard.refusal(WHO, at_s=100 + 0.09 * number, now_s=0) for number in range(12)]
        assert [answer is None for answer in answers] == [True] * 10 + [False] * 2

    @pytest.mark.parametrize(("spacing_s", "let_in"), [(0.1001, True), (0.0999, False)])
    def test_the_window_is_any_second_and_not_the_clocks(self, spacing_s, let_in):
        guard = Guard(Rules())
        answers = [guard.refusal(WHO, at_s=0.55 + spacing_s * number, now_s=0) for number in range(100)]
        assert all(answer is None for answer in answers) is let_in

    def test_a_block_ends_ten_minutes_after_the_rate_has_dropped(self):
        guard = Guard(Rules())
        for number in range(11):
            refusal = guard.refusal(WHO, at_s=number / 100, now_s=0)
        assert refusal is not None
        assert guard.refusal(WHO, at_s=50, now_s=599.9) is not None
        assert guard.refusal(WHO, at_s=60, now_s=600.0) is None

    def test_asking_on_fast_prolongs_it_and_asking_on_slowly_does_not(self):
        fast, slow = Guard(Rules(real_seconds=True)), Guard(Rules(real_seconds=True))
        for number in range(11):
            fast.refusal(WHO, at_s=number / 100, now_s=0)
            slow.refusal(WHO, at_s=number / 100, now_s=0)
        for tenth in range(1, 5000):
            fast.refusal(WHO, at_s=tenth / 11, now_s=0)
        for second in range(1, 590):
            slow.refusal(WHO, at_s=second, now_s=0)
        assert fast.refusal(WHO, at_s=700, now_s=0) is not None
        assert slow.refusal(WHO, at_s=700, now_s=0) is None

    def test_one_identity_does_not_pay_for_another(self):
        guard = Guard(Rules())
        for number in range(20):
            guard.refusal(WHO, at_s=number / 100, now_s=0)
        assert guard.refusal({"user-agent": "Somebody Else else@example.com"}, at_s=0.2, now_s=0) is None

    @pytest.mark.parametrize("headers", [{}, {"user-agent": ""}, {"user-agent": "curl/8"}, {"user-agent": "a@b"}])
    def test_nobody_without_an_address_is_let_in(self, headers):
        page = Guard(Rules()).refusal(headers, at_s=0, now_s=0)
        assert page.status == 403
        assert b"Undeclared Automated Tool" in page.body
        assert error_page(page.body) is Page.BLOCKED


class TestOverHttp:
    def test_an_undeclared_client_sees_the_block_page(self, simulated):
        with simulated("2024-06-28T20:00") as (served, _):
            connection = http.client.HTTPConnection(served.url.removeprefix("http://"))
            connection.request("GET", "/www.sec.gov/files/company_tickers.json")
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
        assert (answer.status, error_page(body)) == (403, Page.BLOCKED)

    def test_a_greedy_client_is_blocked_and_told_so_and_let_in_again_later(self, simulated):
        with simulated("2024-06-28T20:00", rules=Rules(document_delay_s=(0, 0))) as (served, client):
            for _ in range(10):
                client.get(TICKERS)
            with pytest.raises(Throttled, match="blocks us"):
                client.get(TICKERS)
            time.sleep(1.0)  # the rate counts real seconds
            served.clock.set(now=served.clock.now() + timedelta(seconds=601))
            assert httpx2.get(served.url + TICKERS.removeprefix("https:/"), headers=WHO).status_code == 200
            assert [arrival.status for arrival in served.log.since()] == [200] * 10 + [403, 200]

    def test_a_polite_client_is_never_blocked_and_the_log_shows_every_second(self, simulated):
        with simulated("2024-06-28T20:00", rules=Rules(), limit=SpacedLimit(10.0)) as (served, client):
            for _ in range(25):
                client.get(TICKERS)
            arrivals = served.log.since()
        assert {arrival.status for arrival in arrivals} == {200}
        stamps = [arrival.at_s for arrival in arrivals]
        assert max(sum(begins <= at < begins + 1 for at in stamps) for begins in stamps) <= 10
