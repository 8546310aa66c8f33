"""`ratings` and `news` as a person has them: files in, consensus and averages out; without a key, a word about it."""

from __future__ import annotations

import json

import pytest

from edgewise.core.tables import INSTRUMENTS
from edgewise.lake import Lake
from tests.opinions.said import at

KEY = "hunter2hunter2"
CSV = """ticker,firm,action,grade,published_at,target,currency
AAPL,Citi,init,Buy,2024-03-01T15:00:00Z,200,USD
AAPL,KeyBanc,main,Hold,2024-03-04T15:00:00Z,,
AAPL,Nobody,main,Moonshot,2024-03-05T15:00:00Z,,
"""
STORIES = """id,ticker,headline,published_at
1,AAPL,Strong growth at Apple,2024-03-05T15:00:00Z
2,AAPL,Strong growth at Apple,2024-03-05T16:00:00Z
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that knows one ticker, and files to bring in beside it."""
    folder = tmp_path_factory.mktemp("opinions")
    span = {"cik": 320193, "ticker": "AAPL", "instrument_id": "0000320193-01", "valid_from": at("1980-12-12").date()}
    rest = {name: None for name in INSTRUMENTS.schema if INSTRUMENTS[name].nullable}
    told = {"company": "Apple Inc.", "source_url": "hand", "known_at": at("2020-01-01")}
    Lake(str(folder / "lake")).upsert(INSTRUMENTS, INSTRUMENTS.frame([rest | told | span]))
    (folder / "ratings.csv").write_text(CSV)
    (folder / "news.csv").write_text(STORIES)
    return folder


def test_a_provider_without_a_key_is_left_out_and_it_is_said_once(empty):
    for noun, provider in (("ratings", "benzinga"), ("news", "polygon")):
        ended = empty(noun, "ingest", "--json")
        assert ended.status == 0
        assert ended.json["skipped"] == [
            {"provider": provider, "reason": "no_key", "setting": f"EDGEWISE_{provider.upper()}_KEY"}
        ]
    assert empty("news", "ingest").out.count("skipped polygon: it has no key") == 1


def test_ratings_of_a_file_become_a_consensus(edgewise, home):
    ended = edgewise("ratings", "ingest", str(home / "ratings.csv"), "nothing.csv", "--json", home=home)
    assert (ended.json["stored"], ended.json["suspect"], ended.json["failed"]) == (3, 1, 1)
    assert ended.json["reasons"] == {"unknown_grade": 1}
    assert [one["reason"] for one in ended.json["failures"]] == ["not_found"]
    shown = edgewise("ratings", "show", "AAPL", "--as-of", "2024-03-31", "--json", home=home).json
    assert [(row["firms"], row["mean"], row["doubtful"]) for row in shown["consensus"]] == [(2, 3.5, 1)]
    assert [row["mean_target"] for row in shown["targets"]] == [200.0]
    before = edgewise("ratings", "show", "AAPL", "--as-of", "2024-03-03", "--json", home=home).json
    assert [row["mean"] for row in before["consensus"]] == [4.0]
    told = edgewise("ratings", "show", "aapl", "--as-of", "2024-03-31", home=home).out
    assert "AAPL, as known at 2024-03-31 23:59:59 UTC; newest known_at 2024-03-05 15:00:00; grades from 1" in told
    assert "3.50" in told
    assert "200.00 USD" in told
    assert "unknown_grade" in told


def test_news_of_a_file_become_averages(edgewise, home):
    assert edgewise("news", "ingest", str(home / "news.csv"), "--json", home=home).json["stored"] == 2
    shown = edgewise("news", "show", "AAPL", "--as-of", "2024-03-06", "--json", home=home).json
    assert [(row["days"], row["stories"], row["tone_by"]) for row in shown["windows"]] == [
        (7, 1, "lexicon-1"),
        (30, 1, "lexicon-1"),
    ]
    assert shown["stories"][0]["copies"] == 2
    assert "Strong growth at Apple" in edgewise("news", "show", "AAPL", "--as-of", "2024-03-06", home=home).out


@pytest.mark.parametrize("noun", ["ratings", "news"])
def test_where_nothing_was_known_the_command_that_brings_it_in_is_told(edgewise, home, noun):
    told = edgewise(noun, "show", "aapl", "--as-of", "2021-03-06", home=home)
    assert (told.status, f"edgewise {noun} ingest --ticker AAPL" in told.out) == (0, True)


def test_a_key_is_nowhere_to_be_read(empty):
    settings = empty("doctor", "--settings", "--json", benzinga_key=KEY, polygon_key=KEY)
    assert KEY not in settings.out
    refused = empty("ratings", "ingest", "--json", benzinga_key=KEY, ratings="ftp://somewhere")
    assert refused.status == 1
    assert KEY not in refused.out + refused.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--since", "2024-01-01", "--hours", "3"), "all say where to begin"),
        (("--until", "2020-01-01"), "before the span begins"),
        (("x.csv", "--ticker", "AAPL"), "brought in whole"),
        (("--ticker", "no ticker!"), "not a ticker"),
    ],
)
def test_options_that_do_not_go_together_are_refused(empty, words, complaint):
    ended = empty("news", "ingest", *words, polygon_key=KEY, edgar="archive:///nowhere", identity="A a@b.example")
    assert ended.status == 1
    assert complaint in ended.complaint
    assert KEY not in json.dumps([ended.out, ended.err])
