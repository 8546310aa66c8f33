from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput, NotFound, ServiceUnavailable, Throttled
from edgewise.sources.http.verdict import Page, error_page, refusal

URL = "https://www.sec.gov/Archives/edgar/data/1/a.htm"
RATE_PAGE = b"""<!DOCTYPE html>\r\n<html><head><meta charset="utf-8">
<title>SEC.gov | Request Rate Threshold Exceeded</title></head><body><h1>Request Rate Threshold Exceeded</h1></body>"""
TOOL_PAGE = b"""\xef\xbb\xbf<!DOCTYPE html><html><head><title>SEC.gov</title></head><body>
<h1 class="x">Your Request Originates from an Undeclared Automated Tool</h1></body></html>"""
DOWN_PAGE = b"<!DOCTYPE html>\n<html><head>\n<title>SEC.gov | File Unavailable</title></head></html>"
DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
NO_KEY = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (RATE_PAGE, Page.BLOCKED),
        (TOOL_PAGE, Page.BLOCKED),
        (DOWN_PAGE, Page.DOWN),
        (DENIED, Page.MISSING),
        (NO_KEY, Page.MISSING),
        (b"", None),
        (b'{"title": "Request Rate Threshold Exceeded"}', None),
        (b"<html><title>10-K</title><p>an Undeclared Automated Tool</p>", None),
        (b"Request Rate Threshold Exceeded", None),
        (b"<html>" + b" " * 9000 + RATE_PAGE, None),
        (b"<Error><Code>InternalError</Code></Error>", None),
    ],
)
def test_error_pages_are_known_by_their_title_only(body, page):
    assert error_page(body) is page


@pytest.mark.parametrize("page", [RATE_PAGE, TOOL_PAGE])
@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_failure_case_41_a_block_page_is_a_block_whatever_its_status(status, page):
    error = refusal(URL, status, page)
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 600
    assert "ten minutes" in str(error)
    assert "EDGEWISE_IDENTITY" in str(error)


def test_the_services_own_wish_goes_before_our_ten_minutes():
    assert refusal(URL, 403, RATE_PAGE, retry_after_s=5.0).retry_after_s == 5.0


@pytest.mark.parametrize(("status", "page"), [(404, b""), (410, b"x"), (404, NO_KEY), (403, DENIED), (403, NO_KEY)])
def test_what_does_not_exist_is_not_found(status, page):
    assert isinstance(refusal(URL, status, page), NotFound)


def test_a_403_that_nothing_explains_is_a_block_never_a_missing_document():
    assert refusal(URL, 403, b"<html><h1>Access Denied</h1>").retry_after_s == 600


def test_a_429_without_a_wish_may_be_tried_again_soon():
    error = refusal(URL, 429, b"slow down")
    assert isinstance(error, Throttled)
    assert error.retry_after_s is None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 204, 206, 301, 304])
def test_no_whole_document_is_an_outage(status):
    assert isinstance(refusal(URL, status, b""), ServiceUnavailable)


@pytest.mark.parametrize("page", [DOWN_PAGE, DENIED])
def test_an_error_page_with_status_200_is_no_document(page):
    assert isinstance(refusal(URL, 200, page), ServiceUnavailable)


def test_an_outage_that_asks_for_patience_says_how_much():
    error = refusal(URL, 503, DOWN_PAGE, retry_after_s=90.0)
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 90
    assert "90 s" in str(error)


@pytest.mark.parametrize("status", [400, 401, 405, 414])
def test_our_own_mistake_is_not_tried_again(status):
    assert isinstance(refusal(URL, status, b""), InvalidInput)


def test_a_good_answer_is_no_error():
    assert refusal(URL, 200, b"<html><title>10-K</title>") is None
