"""Keys, rates and origins."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import NotConfigured
from edgewise.serve.api.keys import ApiAccess, Bucket, parse_keys

ANN, BOB = "ann-has-a-long-key", "bob-has-a-longer-key"
KEYS = parse_keys(f"ann:{ANN}, bob:sha256={hashlib.sha256(BOB.encode()).hexdigest()}")


@pytest.fixture
def guarded(asking_scored):
    return asking_scored(access=ApiAccess(KEYS))


@pytest.mark.parametrize(
    "headers", [{"authorization": f"Bearer {ANN}"}, {"authorization": f"bearer  {BOB}"}, {"x-api-key": BOB}]
)
def test_who_has_a_key_is_answered(guarded, headers):
    assert guarded.get("/api/scores/T04", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": ANN[:-1]},
        {"x-api-key": hashlib.sha256(BOB.encode()).hexdigest()},
        {"authorization": f"Basic {ANN}"},
        {"authorization": ANN},
        {"x-api-key": "é" * 30},
        {"x-api-key": "x" * 60_000},
    ],
)
def test_who_has_none_is_not(guarded, headers, caplog):
    answer = guarded.get("/api/scores/T04", headers={name: value.encode() for name, value in headers.items()})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    error = answer.json()["error"]
    assert error["code"] == "unauthorized"
    assert "X-API-Key" in error["advice"]
    assert len(answer.content) < 400
    assert ANN[:-1] not in answer.text + caplog.text


@pytest.mark.parametrize("path", ["/health", "/", "/openapi.json", "/metrics"])
def test_what_is_not_below_api_needs_no_key(guarded, path):
    assert guarded.get(path).status_code == 200


def test_an_answer_that_is_kept_needs_a_key_all_the_same(guarded):
    assert guarded.get("/api/scores/T04", headers={"x-api-key": ANN}).status_code == 200
    assert guarded.get("/api/scores/T04", headers={"x-api-key": ANN}).status_code == 200
    assert guarded.get("/api/scores/T04").status_code == 401


def test_an_unknown_path_below_api_needs_one(guarded):
    assert guarded.get("/api/nope").status_code == 401


def test_without_keys_everybody_is_answered(asking_scored):
    assert asking_scored(access=ApiAccess(per_minute=1)).get("/api/scores/T04").status_code == 200


def test_each_key_has_a_rate_of_its_own(asking_scored):
    client = asking_scored(access=ApiAccess(KEYS, per_minute=18))  # three at once, then one in 3.3 seconds
    told = [client.get("/api/scores/T04", headers={"x-api-key": ANN}) for _ in range(4)]
    assert [answer.status_code for answer in told] == [200, 200, 200, 429]
    assert told[3].json()["error"]["code"] == "throttled"
    assert 1 <= int(told[3].headers["retry-after"]) <= 4
    assert client.get("/api/scores/T04", headers={"x-api-key": BOB}).status_code == 200
    assert client.get("/health").status_code == 200


def test_a_bucket_fills_evenly_up_to_its_size():
    at = [0.0]
    bucket = Bucket(60, lambda: at[0])  # one a second, ten at once
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    assert bucket.take() == pytest.approx(1.0)
    at[0] = 0.75
    assert bucket.take() == pytest.approx(0.25)
    at[0] = 1.0
    assert bucket.take() == 0.0
    at[0] = 1e6
    assert [bucket.take() for _ in range(11)][-1] > 0


@given(gaps=st.lists(st.floats(0, 5), max_size=60), rate=st.floats(1, 600))
def test_a_bucket_never_gives_more_than_its_size_and_its_rate(gaps, rate):
    at = [0.0]
    bucket = Bucket(rate, lambda: at[0])
    given_ = 0
    for gap in gaps:
        at[0] += gap
        given_ += bucket.take() == 0.0
    assert given_ <= max(1.0, rate / 6) + at[0] * rate / 60 + 1e-6


def test_after_the_wait_that_was_told_there_is_one():
    at = [0.0]
    bucket = Bucket(7, lambda: at[0])
    while not (wait := bucket.take()):
        pass
    at[0] += wait + 1e-9
    assert bucket.take() == 0.0


def test_no_keys_are_no_keys():
    assert parse_keys("") == parse_keys(" , ") == {}


@pytest.mark.parametrize(
    "text", ["ann", "ann:short", f":{ANN}", f"ann:{ANN},ann:{BOB}", f"a b:{ANN}", "ann:sha256=12", f"{'n' * 65}:{ANN}"]
)
def test_a_key_that_is_none_is_refused_without_being_shown(text):
    with pytest.raises(NotConfigured, match=r"EDGEWISE_API_KEYS: entry \d") as told:
        parse_keys(text)
    assert ANN not in str(told.value)


def test_keys_are_not_shown_by_who_holds_them():
    assert ANN not in repr(ApiAccess(KEYS))
    assert KEYS["ann"].hex() not in repr(ApiAccess(KEYS))


ORIGIN = "https://desk.example"


def test_a_page_of_a_named_site_may_ask(asking_scored):
    client = asking_scored(access=ApiAccess(KEYS, origins=(ORIGIN,)))
    asked = {"origin": ORIGIN, "access-control-request-method": "GET", "access-control-request-headers": "X-API-Key"}
    before = client.options("/api/scores/T04", headers=asked)
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, ORIGIN)
    answer = client.get("/api/scores/T04", headers={"origin": ORIGIN, "x-api-key": ANN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert client.get("/api/scores/T04", headers={"origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    other = client.get("/api/scores/T04", headers={"origin": "https://evil.example", "x-api-key": ANN})
    assert "access-control-allow-origin" not in other.headers


def test_a_page_of_another_site_is_refused_before_it_asks(asking_scored):
    client = asking_scored(access=ApiAccess(origins=(ORIGIN,)))
    asked = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    refused = client.options("/api/scores/T04", headers=asked)
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    writing = client.options(
        "/api/scores/T04", headers=asked | {"origin": ORIGIN, "access-control-request-method": "PUT"}
    )
    assert writing.status_code == 400


def test_without_the_setting_no_other_site_may(scored):
    answer = scored.get("/api/scores/T04", headers={"origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers
