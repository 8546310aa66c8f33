"""`edgewise holdings cusips` with the SEC's files of fails, from an archive."""

from __future__ import annotations

import json

import pytest

from tests.sources.edgar.fails_files import APPLE, NVIDIA, file, row


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive" / "www.sec.gov" / "files"
    fails = folder / "data" / "fails-deliver-data"
    fails.mkdir(parents=True)
    for half, day in (("202402b", "20240220"), ("202403a", "20240305")):
        (fails / f"cnsfails{half}.zip").write_bytes(file(row(day, APPLE, "AAPL"), row(day, "037833101", "AAPL")))
    listed = {"fields": ["cik", "name", "ticker", "exchange"], "data": [[320193, "Apple Inc.", "AAPL", "Nasdaq"]]}
    (folder / "company_tickers_exchange.json").write_text(json.dumps(listed))
    return f"archive://{tmp_path / 'archive'}"


def cusips(empty, archive, *words: str):
    return empty("holdings", "cusips", *words, edgar=archive)


def test_half_months_are_read_and_what_came_is_told(empty, archive):
    told = cusips(empty, archive, "--fails", "2024-02b", "--fails", "cnsfails202403a", "--json").json
    assert told["files"] == 2
    assert (told["lines"], told["sightings"], told["cusips"], told["named"], told["rows"]) == (4, 2, 1, 1, 1)
    assert told["refused"] == {"cusip_check_digit": 2}
    again = cusips(empty, archive, "--fails", "2024-02b", "--resume")
    assert "resumed 1" in again.out


def test_of_a_quarter_what_is_there_comes_and_the_rest_is_kept_as_failed(empty, archive):
    told = cusips(empty, archive, "--quarter", "2024Q1", "--json").json
    assert (told["files"], told["failed"]) == (2, 4)
    assert told["failures"]["2024-01a"]["reason"] == "not_found"
    assert "holdings cusips --fails 2024-01a" in told["failures"]["2024-01a"]["command"]
    shown = empty("doctor", "data", edgar=archive)
    assert "cusips" in shown.out


def test_a_zip_of_the_user_s_own_is_read(empty, archive, tmp_path):
    mine = tmp_path / "cnsfails202401a.zip"
    mine.write_bytes(file(row("20240103", APPLE, "AAPL"), row("20240103", NVIDIA, "NVDA")))
    told = cusips(empty, archive, "--fails", str(mine), "--json").json
    assert (told["files"], told["cusips"], told["named"]) == (1, 2, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--fails 2024-03b"),
        (("mine.csv",), "--known"),
        (("mine.csv", "--known", "2024-01-02", "--fails", "2024-03b"), "either FILE or"),
        (("--fails", "2024-03b", "--known", "2024-01-02"), "--known goes with FILE"),
        (("mine.csv", "--known", "2024-01-02", "--resume"), "--resume with the files"),
        (("--fails", "2024-3"), "2024-03a"),
        (("--fails", "mine.zip"), "2024-03a"),
        (("--quarter", "2024Q5"), "2024Q1"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_to_do(empty, archive, words, said):
    ended = cusips(empty, archive, *words)
    assert ended.status == 1
    assert "invalid_input" in ended.complaint
    assert said in ended.complaint
