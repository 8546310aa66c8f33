"""Request ids, failures nobody foresaw, and logs that never hold a text."""

import logging
import re

import pytest

from edgewise.serve.scoring import ScoringRooms

SECRET = "POISON: merger with Zyxwv Corp. is not public yet"


@pytest.mark.parametrize("given", ["a", "trace-01.2_B", "x" * 64])
def test_the_callers_request_id_comes_back(client, given):
    assert client.get("/health", headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", "a\tb", "<script>"])
def test_what_cannot_be_an_id_is_replaced(client, given):
    found = client.get("/health", headers={"x-request-id": given}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", found)


def test_every_answer_has_an_id_of_its_own(client):
    paths = ["/health", "/nope", "/v1/score", "/metrics"]
    assert len({client.get(path).headers["x-request-id"] for path in paths}) == 4


def test_a_failure_nobody_foresaw_is_answered_and_logged_without_the_text(client, caplog):
    with caplog.at_level(logging.DEBUG, logger="edgewise"):
        answer = client.post("/v1/score", json={"text": SECRET})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "unexpected_error")
    assert "x-request-id" in answer.headers
    assert "ValueError" in caplog.text
    assert "conftest.py" in caplog.text
    assert "Zyxwv" not in caplog.text + answer.text


def test_a_failing_entry_of_a_batch_is_logged_without_the_text(client, caplog):
    with caplog.at_level(logging.DEBUG, logger="edgewise"):
        client.post("/v1/score/batch", json={"documents": [{"text": SECRET}]})
    assert "entry 0 of a batch failed" in caplog.text
    assert "Zyxwv" not in caplog.text


def test_what_is_scored_or_refused_leaves_no_text_in_the_log(client, caplog):
    with caplog.at_level(logging.DEBUG, logger="edgewise"):
        for body in ({"text": "Zyxwv rose."}, {"text": "Zyxwv", "top": "Zyxwv"}, {"Zyxwv": 1}, ["Zyxwv"]):
            client.post("/v1/score", json=body)
    assert "POST /v1/score 200" in caplog.text
    assert "Zyxwv" not in caplog.text


def test_head_is_get_without_the_body(client):
    head, get = client.head("/v1/models"), client.get("/v1/models")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("simulated", [True, False])
def test_answers_about_a_simulated_market_are_marked(service, model, simulated):
    client = service(rooms=ScoringRooms(model, "1", simulated=simulated))
    for path in ("/health", "/nope"):
        assert ("x-edgewise-data" in client.get(path).headers) is simulated
