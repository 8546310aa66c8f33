"""Answers that are kept: their names, 304, and that a new state is another answer."""

import re

import pytest
from starlette.responses import Response

from edgewise.core.tables_score import SCORES
from edgewise.serve.api.answers import Kept, KeptAnswers
from edgewise.serve.api.keys import ApiAccess
from tests import scored_world as world

OF_SESSION = ["/api/scores/T04", "/api/scores/top", "/api/scores/screener?min=value:20"]
OF_BYTES = ["/api/scores/T04/history", "/api/companies/T04", "/api/companies/T01/filings"]


@pytest.mark.parametrize("path", OF_SESSION + OF_BYTES)
def test_who_has_an_answer_gets_304_and_no_body(scored, path):
    first = scored.get(path).raise_for_status()
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "public, max-age=10, must-revalidate"
    for told in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = scored.get(path, headers={"if-none-match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = scored.get(path, headers={"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_other_questions_formats_and_markets_are_other_answers(scored, asking_scored):
    tags = [
        client.get(path, headers=headers).headers["etag"]
        for client in (scored, asking_scored(simulated=True), asking_scored(version="1.2.4"))
        for path in ("/api/scores/screener", "/api/scores/screener?page=2", "/api/scores/top", "/api/scores/T04")
        for headers in ({}, {"accept": "text/csv"})
    ]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("path", OF_SESSION)
def test_an_answer_asked_for_again_is_the_same(scored, path):
    first, second = scored.get(path), scored.get(path)
    assert (first.content, first.headers) == (second.content, second.headers)


def test_a_head_has_the_name_of_the_answer_and_no_body(scored):
    head = scored.head("/api/scores/T04")
    assert (head.headers["etag"], head.content) == (scored.get("/api/scores/T04").headers["etag"], b"")


def test_errors_have_no_name(scored):
    assert "etag" not in scored.get("/api/scores/NOPE").headers


def test_a_new_state_is_another_answer(tmp_path, rooms, asking):
    from edgewise.adapters.sql import SqlServedScores, open_database  # noqa: PLC0415 - of this test alone
    from edgewise.pipelines.score_reading import ScoreReader  # noqa: PLC0415

    at = [0.0]
    database = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    database.upgrade()
    served = SqlServedScores(database)
    world.fill(rooms.lake, served)
    client = asking(rooms, scores=ScoreReader(rooms.lake, served, world.StoppedClock(), tick=lambda: at[0]))
    old = client.get("/api/scores/T04")
    served.publish(SCORES.frame([world.score_row(4, world.NEWEST, overall=99)]))
    assert client.get("/api/scores/T04").headers["etag"] == old.headers["etag"]
    at[0] = 2.0
    new = client.get("/api/scores/T04", headers={"if-none-match": old.headers["etag"]})
    assert (new.status_code, new.json()["overall"]) == (200, 99)
    assert new.headers["etag"] != old.headers["etag"]
    database.close()


def test_with_keys_only_the_caller_may_keep_an_answer(asking_scored):
    client = asking_scored(access=ApiAccess({"ann": world_key()}))
    answer = client.get("/api/scores/T04", headers={"x-api-key": "k" * 20})
    assert answer.headers["cache-control"].startswith("private")


def world_key():
    import hashlib  # noqa: PLC0415 - of this test alone

    return hashlib.sha256(b"k" * 20).digest()


def test_the_longest_unused_answer_is_forgotten_first():
    kept = KeptAnswers(limit=80)

    def put(name, size=10):
        kept.put(name, Kept(Response(name[0].encode() * size), None))

    for name in "abcdefgh":
        put(name)
    assert kept.get("a").response.body == b"a" * 10
    put("i")
    assert kept.get("b") is None
    assert kept.get("a") is not None
    put("big", 11)
    assert kept.get("big") is None


def test_kept_answers_are_counted_by_their_route(scored_rooms, asking):
    client = asking(scored_rooms)
    for _ in range(3):
        client.get("/api/scores/T04")
    counted = client.get("/metrics").text
    assert re.search(r'route="/api/scores/{ticker}".* 3\.0$', counted, re.MULTILINE)
