"""Every way in which a question can be wrong has its status, says what to do, and repeats nothing that was sent."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest

from edgewise.serve.scoring import Limits, ScoringRooms, create_app

SECRET = "Merger with Zyxwv Corp. is not public yet"
ACCESSION = "0000320193-24-000123"


def post(client, body, path="/v1/score", kind="application/json"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, content=content, headers={"content-type": kind})


def error_of(answer):
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "advice"]
    assert all(isinstance(text, str) and text for text in body["error"].values())
    return body["error"]


WRONG = {
    "an empty body": (b"", 400),
    "no JSON": (SECRET.encode(), 400),
    "half of it": (b'{"text": "' + SECRET.encode(), 400),
    "two of them": (b'{"text": "a"} {"text": "b"}', 400),
    "not a number": (b'{"text": NaN}', 400),
    "bytes that are no UTF-8": (b'{"text": "\xff\xfe"}', 400),
    "half a character": (b'{"text": "\\ud800"}', 400),
    "a hundred thousand brackets": (b"[" * 100_000, 400),
    "a list": ([{"text": SECRET}], 422),
    "null": (None, 422),
    "a string": (SECRET, 422),
    "nothing": ({}, 422),
    "two of three": ({"text": SECRET, "accession": ACCESSION}, 422),
    "an unknown name": ({"text": SECRET, SECRET: 1}, 422),
    "a number for the text": ({"text": 7}, 422),
    "null for the text": ({"text": None}, 422),
    "no words": ({"text": " \n\t "}, 422),
    "an empty text": ({"text": ""}, 422),
    "a bell": ({"text": f"{SECRET}\u0007"}, 422),
    "a null character": ({"text": "a\u0000b"}, 422),
    "Windows-1252 taken for Latin-1": ({"text": "the company\u0092s sales"}, 422),
    "no accession number": ({"accession": SECRET}, 422),
    "no SHA-256": ({"sha256": "A" * 64}, 422),
    "more sentences than are shown": ({"text": "Fine.", "top": 51}, 422),
    "a negative number of sentences": ({"text": "Fine.", "top": -1}, 422),
    "half a sentence": ({"text": "Fine.", "top": 1.5}, 422),
    "true for the number of sentences": ({"text": "Fine.", "top": True}, 422),
    "a text for the number of sentences": ({"text": "Fine.", "top": "3"}, 422),
}


@pytest.mark.parametrize(("body", "status"), WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_refused_with_advice(client, body, status):
    answer = post(client, body)
    assert answer.status_code == status
    error_of(answer)
    assert SECRET not in answer.text.replace(f"{SECRET[:40]}: Extra", "")
    assert len(answer.content) < 1000


def test_a_number_is_an_integer_however_it_is_written(client):
    assert post(client, b'{"text": "Fine.", "top": 3.0}').status_code == 200


def test_the_place_of_a_control_character_is_told(client):
    error = error_of(post(client, {"text": "Sales rose.\u0007"}))
    assert error["code"] == "control_characters"
    assert "U+0007 at position 11" in error["message"]


@pytest.mark.parametrize("text", ["Sales\trose.\r\nMargins fell.\fPage 2", "\u201cRecord\u201d year \u2013 \U0001f680"])
def test_layout_and_all_other_characters_are_no_control_characters(client, text):
    assert post(client, {"text": text}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"])
def test_a_body_that_is_not_declared_as_json_is_refused(client, kind):
    answer = post(client, {"text": "Fine."}, kind=kind)
    assert answer.status_code == 415
    assert "application/json" in error_of(answer)["advice"]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])
def test_json_by_any_name_is_taken(client, kind):
    assert post(client, {"text": "Fine."}, kind=kind).status_code == 200


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch"])
def test_a_body_over_the_limit_is_refused_and_the_next_request_goes_on(service, path):
    client = service(request_bytes=1000, batch_bytes=1000)
    answer = post(client, {"text": "x" * 2000}, path=path)
    assert answer.status_code == 413
    assert "1000 bytes" in error_of(answer)["message"]
    assert client.get("/health").status_code == 200


def test_five_megabytes_are_too_many_by_default_and_a_whole_10k_is_not(client, model):
    assert post(client, {"text": "Profit rose in the third quarter. " * 150_000}).status_code == 413
    words = post(client, {"text": "Profit rose again in the third quarter of it.\n" * 7_000}).json()["tone"]["words"]
    assert words == 63_000
    assert sum(map(len, model.batches)) < 100  # equal sentences are asked for once


def test_a_body_whose_length_is_a_lie_is_counted(service):
    client = service(request_bytes=1000)

    def parts():
        for _ in range(200):
            yield b" " * 100

    answer = client.post("/v1/score", content=parts(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_a_body_that_does_not_arrive_is_given_up(model):
    async def parts():
        yield b'{"text": '
        await asyncio.sleep(60)

    async def ask():
        app = create_app(ScoringRooms(model, "1"), Limits(body_s=0.05))
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.post("/v1/score", content=parts(), headers={"content-type": "application/json"})

    answer = asyncio.run(ask())
    assert answer.status_code == 408
    assert "0.05 seconds" in error_of(answer)["message"]


@pytest.mark.parametrize("path", ["/nope", "/v1", "/v1/", "/v1/score/", "/V1/SCORE", "/api/filings", "/%00"])
def test_an_unknown_path_is_not_found(client, path):
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 404
    error_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/score", "POST"),
        ("HEAD", "/v1/score/batch", "POST"),
        ("PUT", "/v1/score", "POST"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("DELETE", "/health", "GET, HEAD"),
        ("BREW", "/metrics", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/metrics"])
def test_a_parameter_that_a_route_does_not_have_is_refused(client, path):
    assert client.get(path, params={"verbose": "1"}).status_code == 422


class TestBatch:
    @pytest.mark.parametrize(
        "body",
        [{}, [], {"documents": {}}, {"documents": []}, {"documents": None}, {"documents": [{}], "more": 1}, 7],
        ids=str,
    )
    def test_what_is_no_list_of_documents_is_refused(self, client, body):
        answer = post(client, body, path="/v1/score/batch")
        assert answer.status_code == 422
        assert "documents" in error_of(answer)["advice"]

    def test_more_entries_than_the_limit_are_refused(self, service):
        client = service(batch_documents=2)
        answer = post(client, {"documents": [{"text": "Fine."}] * 3}, path="/v1/score/batch")
        assert answer.status_code == 422
        assert "3 entries, more than 2" in error_of(answer)["message"]

    def test_one_bad_entry_is_a_row_with_an_error_and_the_others_are_scored(self, client):
        entries = [
            {"text": "Profit rose."},
            7,
            {"text": ""},
            {"accession": ACCESSION},
            {"sha256": "0" * 64},
            {"nope": SECRET},
            {"text": "POISON in this one."},
            {"text": "Losses grew."},
        ]
        body = post(client, {"documents": entries}, path="/v1/score/batch").raise_for_status().json()
        rows = body["results"]
        assert [row["index"] for row in rows] == list(range(8))
        assert [(row["error"] or {"code": "scored"})["code"] for row in rows] == [
            "scored",
            "invalid_input",
            "empty_text",
            "not_found",
            "not_found",
            "invalid_input",
            "unexpected_error",
            "scored",
        ]
        assert body["failed"] == 6
        assert SECRET not in json.dumps(body)

    def test_a_batch_gives_what_each_alone_gives(self, client):
        texts = [f"Profit rose by {n} percent in the year. Losses of {n} declined in all regions." for n in range(40)]
        alone = [post(client, {"text": text}).json() for text in texts]
        entries = {"documents": [{"text": text} for text in texts]}
        together = post(client, entries, path="/v1/score/batch").json()["results"]
        assert [row["score"] for row in together] == alone
