"""Every command, on a home that holds a simulated market and on an empty one: status, output, JSON, errors."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
import typer.main

from edgewise.app.main import command_line
from edgewise.core.tables import FACTORS
from edgewise.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("journey")
BANNER = "SIMULATED MARKET: nothing here is a real company, filing or price."


def paths(command=None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as the words one types."""
    command = command or typer.main.get_command(command_line())
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from paths(inner, (*words, name))


class TestHelp:
    @pytest.mark.parametrize("words", list(paths()), ids=" ".join)
    def test_every_command_explains_itself(self, edgewise, words):
        ended = edgewise(*words, "--help")
        assert ended.status == 0
        usage = next(line for line in ended.out.splitlines() if "Usage:" in line)
        assert " ".join(words) in usage
        assert ended.err == ""

    def test_all_commands_are_there(self):
        leaves = {" ".join(words) for words in paths()}
        assert leaves >= {
            "demo",
            "doctor",
            "factors build",
            "factors explain",
            "factors show",
            "filings ingest",
            "filings list",
            "filings parse",
            "filings score",
            "filings show",
            "instruments ingest",
            "prices ingest",
            "research ic",
            "runs list",
            "serve",
        }

    def test_a_word_that_is_no_command_is_refused(self, edgewise):
        ended = edgewise("fillings")
        assert ended.status == 2
        assert "filings" in ended.err


READING = [
    ("filings", "list", "--json"),
    ("filings", "list", "--counts", "--json"),
    ("filings", "list", "--form", "8-K", "--since", "2024-01-01", "--until", "2024-02-01", "--json"),
    ("factors", "show", "--json"),
    ("factors", "explain", "ZQAAA", "--json"),
    ("research", "ic", "--horizon", "1", "--json"),
    ("runs", "list", "--json"),
    ("doctor", "--json"),
]


class TestOnASimulatedMarket:
    @pytest.mark.parametrize("words", READING, ids=" ".join)
    def test_json_is_alone_on_the_output_and_the_errors_say_simulated(self, simulated, words):
        ended = simulated(*words)
        assert ended.status == 0, ended.err
        assert isinstance(ended.json, list | dict)
        assert ended.err.strip() == BANNER

    @pytest.mark.parametrize("words", READING, ids=" ".join)
    def test_people_get_the_same_as_text(self, simulated, words):
        ended = simulated(*words[:-1])
        assert ended.status == 0
        assert ended.out.strip()
        assert BANNER in ended.err
        with pytest.raises(json.JSONDecodeError):
            ended.json  # noqa: B018 - raises

    def test_all_filings_are_counted_by_state(self, simulated, travelled):
        rows = simulated("filings", "list", "--counts", "--json").json
        assert rows == [{"state": "scored", "reason": "", "filings": travelled.filings}]

    def test_a_list_goes_on_after_its_last_filing(self, simulated):
        first = simulated("filings", "list", "--limit", "3", "--json").json
        second = simulated("filings", "list", "--limit", "3", "--after", first[-1]["accession"], "--json").json
        both = [row["accession"] for row in first + second]
        assert both == sorted(set(both))
        assert len(both) == 6

    def test_forms_may_be_typed_in_any_case(self, simulated):
        rows = simulated("filings", "list", "--form", "10-k", "--limit", "2", "--json").json
        assert [row["form"] for row in rows] == ["10-K", "10-K"]

    def test_filters_hold(self, simulated):
        one = simulated("filings", "list", "--form", "10-Q", "--limit", "1", "--json").json[0]
        words = ("--cik", str(one["cik"]), "--since", one["filed_date"], "--until", one["filed_date"], "--json")
        assert one in simulated("filings", "list", *words).json

    def test_one_filing_is_shown_from_its_state_down_to_the_hashes_of_its_bytes(self, simulated):
        accession = simulated("filings", "list", "--form", "10-K", "--limit", "1", "--json").json[0]["accession"]
        account = simulated("filings", "show", accession, "--json").json
        assert account["work"]["state"] == "scored"
        assert {row["accession"] for row in account["filings"]} == {accession}
        assert all(re.fullmatch("[0-9a-f]{64}", row["sha256"]) for row in account["documents"])
        assert account["tone"][0]["inputs"].split(",") == [row["text_sha256"] for row in account["texts"]]
        assert account["sentences"]
        text = simulated("filings", "show", accession)
        assert accession in text.out
        assert "[]" not in text.out

    def test_the_text_of_a_filing_is_printed_as_it_is_read_and_with_json_as_json(self, simulated):
        accession = simulated("filings", "list", "--form", "8-K", "--limit", "1", "--json").json[0]["accession"]
        plain = simulated("filings", "show", accession, "--text").out
        assert "SIMULATED MARKET - NOT A REAL FILING" in plain
        both = simulated("filings", "show", accession, "--text", "--json").json
        assert both["texts"][0]["text"].split() == plain.split()[: len(both["texts"][0]["text"].split())]

    def test_the_cross_section_is_in_order_and_as_of_an_earlier_day_it_is_an_earlier_one(self, simulated):
        rows = simulated("factors", "show", "--json").json
        scores = [row["z"] for row in rows]
        assert scores == sorted(scores, reverse=True)
        assert {row["session"] for row in rows} == {"2024-06-28"}
        earlier = simulated("factors", "show", "--as-of", "2024-03-01", "--json").json
        assert {row["session"] for row in earlier} == {"2024-03-01"}

    def test_the_parts_of_an_explained_value_add_up_to_it(self, simulated):
        told = simulated("factors", "explain", "ZQAAA", "--session", "2024-05-01", "--json").json
        assert told["value"]["session"] == "2024-05-01"
        assert sum(part["part"] for part in told["parts"]) == pytest.approx(told["value"]["raw"], abs=1e-12)

    def test_a_value_that_rests_on_nothing_is_explained_as_such(self, simulated, copied):
        silent = Lake(str(copied / "lake")).read(FACTORS).filter(pl.col("raw").is_null()).row(0, named=True)
        ended = simulated("factors", "explain", silent["instrument_id"], "--session", str(silent["session"]))
        assert ended.status == 0
        assert "raw none, z none" in ended.out
        assert "No filing counts." in ended.out

    def test_building_again_leaves_the_values_as_they_are(self, simulated):
        before = simulated("factors", "show", "--session", "2024-05-01", "--json").json
        words = ("factors", "build", "--since", "2024-04-29", "--until", "2024-05-03", "--json")
        built = simulated(*words)
        assert (built.status, built.json["sessions"]) == (0, 5)
        assert simulated("factors", "show", "--session", "2024-05-01", "--json").json == before

    def test_the_planted_effect_is_found(self, simulated):
        told = simulated("research", "ic", "--horizon", "1", "--horizon", "5", "--json").json
        assert [one["horizon"] for one in told] == [1, 5]
        assert all(one["ic"]["newey_west"]["low"] > 0.05 for one in told)
        shown = simulated("research", "ic", "--horizon", "1").out
        assert not re.search(r"\d\.\d000\b", shown)

    def test_nothing_waits_after_the_journey(self, simulated):
        for verb, done in {"ingest": "fetched", "parse": "parsed", "score": "scored"}.items():
            words = ("filings", verb, *(["--resume"] if verb == "ingest" else []), "--json")
            assert simulated(*words).json == {done: 0, "failed": 0, "reasons": {}}

    def test_a_run_is_in_the_ledger_with_its_counts(self, simulated):
        simulated("filings", "parse")
        newest = simulated("runs", "list", "--limit", "1", "--json").json[0]
        assert (newest["command"], newest["outcome"], newest["counts"]) == (
            "filings parse",
            "ok",
            {"parsed": 0, "failed": 0},
        )
        began = datetime.fromisoformat(newest["started_at"])
        assert began <= datetime.fromisoformat(newest["finished_at"]) <= datetime.now(UTC)

    def test_the_list_of_tickers_adds_nothing_the_second_time(self, simulated):
        assert simulated("instruments", "ingest", "--json").json == {
            "listed": 66,
            "added": 0,
            "no_longer_in_use": None,
        }

    def test_prices_are_stored_and_what_was_left_out_is_counted(self, simulated, tmp_path):
        bars = [("ZQAAA", "2024-07-01", 10), ("NOBODY", "2024-07-01", 10), ("ZQAAB", "2024-07-04", 10)]
        file = tmp_path / "prices.csv"
        pl.DataFrame(
            [
                {"ticker": t, "session": day, "open": p, "high": p, "low": p, "close": p, "volume": 5}
                for t, day, p in bars
            ]
        ).write_csv(file)
        assert simulated("prices", "ingest", str(file), "--json").json == {
            "rows": 1,
            "rejected": {"not_a_session": 1},
            "unresolved": {"NOBODY": 1},
            "splits": 0,
        }
        shown = simulated("prices", "ingest", str(file)).out
        assert "(tickers: NOBODY)" in shown
        assert "rejected for not_a_session: 1" in shown


class TestIngesting:
    """On a fresh home, from the archive of the simulated market."""

    def test_filings_travel_from_discovery_to_scores_in_steps_that_go_on_where_they_were(self, empty, market):
        archive = {"edgar": f"archive://{market.folder}"}
        first = empty("filings", "ingest", "--cik", "9810000001", "--form", "8-K", "--limit", "4", "--json", **archive)
        assert first.status == 0, first.err
        assert "SIMULATED MARKET" in empty("filings", "list").err
        assert first.json == {"found": 4, "new": 4, "fetched": 4, "failed": 0, "reasons": {}}
        resumed = empty("filings", "ingest", "--resume", "--json", **archive)
        assert resumed.json == {"fetched": 0, "failed": 0, "reasons": {}}
        assert empty("filings", "parse", "--limit", "3", "--json", **archive).json["parsed"] == 3
        assert empty("filings", "parse", **archive).out.startswith("parsed 1")
        assert empty("filings", "score", "--json", **archive).json["scored"] == 4

    def test_a_ticker_names_its_registrant_and_an_index_its_days(self, empty, market):
        words = ("--source", "index", "--ticker", "ZQAAA", "--since", "2024-04-01", "--until", "2024-04-30", "--json")
        ended = empty("filings", "ingest", *words, edgar=f"archive://{market.folder}")
        assert ended.status == 0, ended.err
        listed = empty("filings", "list", "--json").json
        assert ended.json["fetched"] == len(listed) > 0
        assert all("2024-04-01" <= row["filed_date"] <= "2024-04-30" for row in listed)


# What is typed, and what must stand in the one sentence that comes back.
MISTAKES = {
    "an unknown accession": (("filings", "show", "0000000001-24-000001"), "not_found", "filings ingest"),
    "no accession": (("filings", "show", "AAPL"), "invalid_input", "10, 2 and 6 digits"),
    "a ticker near others": (("filings", "ingest", "--ticker", "ZQAAAX"), "not_found", "ZQAAA"),
    "an unknown ticker": (("factors", "explain", "NOBODY"), "not_found", "NOBODY"),
    "an unknown form": (("filings", "ingest", "--form", "10K"), "invalid_input", "10-K"),
    "an unknown form in a list": (("filings", "list", "--form", "10K"), "invalid_input", "10-K"),
    "a bad day": (("filings", "ingest", "--since", "1.5.2024"), "invalid_input", "2024-05-31"),
    "a bad last day": (("filings", "list", "--until", "2024-02-30"), "invalid_input", "--until"),
    "days in disorder": (
        ("filings", "ingest", "--since", "2024-05-02", "--until", "2024-05-01"),
        "invalid_input",
        "Swap them",
    ),
    "days of a list in disorder": (
        ("filings", "list", "--since", "2024-05-02", "--until", "2024-05-01"),
        "invalid_input",
        "Swap them",
    ),
    "sessions in disorder": (
        ("research", "ic", "--since", "2024-05-02", "--until", "2024-05-01"),
        "invalid_input",
        "Swap them",
    ),
    "sessions to build in disorder": (
        ("factors", "build", "--since", "2024-05-02", "--until", "2024-05-01"),
        "invalid_input",
        "Swap them",
    ),
    "a weekend to build": (
        ("factors", "build", "--since", "2024-05-04", "--until", "2024-05-05"),
        "invalid_input",
        "no session",
    ),
    "a future to build": (("factors", "build", "--until", "2034-05-05"), "invalid_input", "future"),
    "an unknown factor to show": (("factors", "show", "momentum"), "not_found", "filing_tone"),
    "a weekend to show": (("factors", "show", "--session", "2024-05-04"), "invalid_input", "2024-05-03"),
    "sessions without values": (("research", "ic", "--since", "2031-01-01"), "not_found", "2031-01-01"),
    "two beginnings": (
        ("filings", "ingest", "--since", "2024-05-02", "--backfill", "3"),
        "invalid_input",
        "--backfill",
    ),
    "a choice while resuming": (
        ("filings", "ingest", "--resume", "--form", "8-K"),
        "invalid_input",
        "Leave out --resume",
    ),
    "an index without days": (("filings", "ingest", "--source", "index"), "invalid_input", "since"),
    "lists without registrants": (("filings", "ingest", "--source", "submissions"), "invalid_input", "CIK"),
    "a bad registrant": (("filings", "list", "--cik", "Apple"), "invalid_input", "320193"),
    "an unknown factor to build": (("factors", "build", "momentum"), "not_found", "filing_tone"),
    "an unknown factor to measure": (("research", "ic", "momentum"), "not_found", "filing_tone"),
    "a bad instant": (("factors", "show", "--as-of", "yesterday"), "invalid_input", "2024-05-01T20:21:59Z"),
    "an instant without zone": (("factors", "show", "--as-of", "2024-05-01T10:00:00"), "invalid_input", "Z for UTC"),
    "a missing price file": (("prices", "ingest", "nowhere.csv"), "not_found", "Check the path"),
    "another kind of file": (("prices", "ingest", "prices.xlsx"), "invalid_input", "Convert it"),
}


class TestMistakes:
    @pytest.mark.parametrize("mistake", MISTAKES)
    def test_a_mistake_is_told_in_one_sentence_with_advice(self, simulated, mistake):
        words, code, said = MISTAKES[mistake]
        ended = simulated(*words)
        assert (ended.status, ended.out) == (1, "")
        assert ended.complaint.startswith(f"Error ({code}) ")
        assert said in ended.complaint
        assert len([line for line in ended.err.splitlines() if line.strip() and line != BANNER]) == 2

    @pytest.mark.parametrize(
        "words",
        [
            ("filings", "list", "--state", "lost"),
            ("research", "ic", "--horizon", "0"),
            ("filings", "list", "--limit", "0"),
        ],
        ids=" ".join,
    )
    def test_a_value_that_an_option_cannot_have_is_a_usage_error(self, simulated, words):
        ended = simulated(*words)
        assert ended.status == 2
        assert "Invalid value" in ended.err


class TestOnAnEmptyHome:
    @pytest.mark.parametrize(
        "words",
        [("filings", "ingest"), ("filings", "ingest", "--ticker", "AAPL"), ("instruments", "ingest")],
        ids=" ".join,
    )
    def test_the_live_sec_is_not_asked_by_nobody(self, empty, words):
        ended = empty(*words)
        assert ended.status == 1
        assert ended.complaint.startswith("Error (not_configured) ")
        assert "EDGEWISE_IDENTITY" in ended.complaint

    @pytest.mark.parametrize(
        ("words", "advice"),
        [
            (("factors", "build"), "edgewise filings ingest"),
            (("factors", "show"), "edgewise factors build"),
            (("factors", "explain", "AAPL"), "edgewise instruments ingest"),
            (("research", "ic"), "edgewise factors build"),
        ],
        ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
    )
    def test_what_is_not_there_yet_is_told_with_the_command_that_makes_it(self, empty, words, advice):
        ended = empty(*words)
        assert (ended.status, ended.out) == (1, "")
        assert ended.complaint.startswith("Error (not_found) ")
        assert advice in ended.complaint

    def test_lists_are_empty_not_wrong(self, empty):
        assert empty("filings", "list", "--json").json == []
        assert empty("filings", "list", "--counts", "--json").json == []
        assert empty("runs", "list", "--json").json == []
        assert empty("filings", "list").out == "No filings fit. Bring some in: edgewise filings ingest\n"
        assert empty("runs", "list").out == "Nothing ran yet.\n"

    def test_there_is_nothing_to_parse_or_score(self, empty):
        assert empty("filings", "parse").out == "parsed 0 · failed 0\n"
        assert empty("filings", "score", "--json").json == {"scored": 0, "failed": 0, "reasons": {}}

    def test_nothing_says_simulated(self, empty):
        assert empty("filings", "list").err == ""

    @pytest.mark.parametrize(
        ("setting", "value", "words"),
        [
            ("rate_per_s", "11", ("filings", "list")),
            ("executor", "spark://cluster", ("filings", "parse")),
            ("executor", "processes://0", ("filings", "parse")),
            ("executor", "processes://two", ("filings", "parse")),
            ("executor", "this://4", ("filings", "parse")),
            ("database", "mysql://host/db", ("filings", "list")),
            ("documents", "gs://bucket", ("doctor", "--json")),
            ("edgar", "ftp://www.sec.gov", ("filings", "ingest")),
            ("edgar", "archive:///no/such/folder", ("filings", "ingest")),
        ],
    )
    def test_a_setting_that_does_not_hold_is_told_without_a_traceback(self, empty, setting, value, words):
        ended = empty(*words, **{setting: value})
        assert ended.status == 1
        assert "Traceback" not in ended.err
        assert ended.complaint.startswith("Error (") or "wrong" in ended.out


class TestDoctor:
    def states(self, ended):
        return {row["checked"]: row["state"] for row in ended.json}

    def test_all_is_well_where_all_is_well(self, simulated):
        ended = simulated("doctor")
        assert ended.status == 0
        assert ended.out.rstrip().endswith("all well")
        assert BANNER in ended.err

    def test_nobody_to_ask_the_sec_is_wrong(self, empty):
        ended = empty("doctor", "--json")
        assert ended.status == 1
        assert self.states(ended)["source of filings"] == "wrong"
        assert {state for name, state in self.states(ended).items() if name != "source of filings"} == {"ok"}

    def test_a_home_that_cannot_be_a_folder_is_a_finding(self, empty, tmp_path):
        (tmp_path / "file").write_text("not a folder")
        for home in (tmp_path / "file", tmp_path / "file" / "below"):
            ended = empty("doctor", "--json", home=home)
            assert ended.status == 1
            assert self.states(ended)["disk"] == "wrong"
            assert str(tmp_path / "file") in ended.json[0]["found"]

    def test_a_store_that_cannot_be_written_is_a_finding(self, empty, tmp_path):
        (tmp_path / "file").write_text("not a folder")
        assert self.states(empty("doctor", "--json", documents=tmp_path / "file"))["documents"] == "wrong"

    def test_failed_filings_and_a_failed_run_are_warnings_with_advice(self, empty, market):
        archive = {"edgar": f"archive://{market.folder}"}
        empty("filings", "ingest", "--form", "NOPE", **archive)
        rows = {row["checked"]: row for row in empty("doctor", "--json", **archive).json}
        assert rows["last run"]["state"] == "warning"
        assert "edgewise runs list" in rows["last run"]["advice"]

    def test_every_setting_is_listed_with_its_meaning_and_no_password(self, empty):
        rows = empty("doctor", "--settings", "--json", database="postgresql://me:hush@host/db").json
        assert {row["setting"] for row in rows} >= {"EDGEWISE_HOME", "EDGEWISE_IDENTITY", "EDGEWISE_EXECUTOR"}
        assert all(row["meaning"] for row in rows)
        assert {row["value"] for row in rows if row["setting"] == "EDGEWISE_DATABASE"} == {"(set)"}

    def test_settings_that_do_not_hold_are_told_below_the_list_that_helps_to_mend_them(self, empty):
        ended = empty("doctor", "--settings", rate_per_s="11")
        assert ended.status == 1
        assert "EDGEWISE_RATE_PER_S" in ended.out
        assert "less than or equal to 10" in ended.complaint


def ask(url: str) -> tuple[int, dict]:
    """Return status and JSON of an answer, also of a refusal."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_the_server_answers_on_its_port_says_simulated_and_stops(copied):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-c", "from edgewise.app.main import main; main()", "serve", "--port", str(port)]
    environment = os.environ | {"EDGEWISE_HOME": str(copied)}
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            for _ in range(300):
                time.sleep(0.1)
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            status, health = ask(f"http://127.0.0.1:{port}/health")
            assert (status, health["simulated"]) == (200, True)
            status, refusal = ask(f"http://127.0.0.1:{port}/no-such-route")
            assert status == 404
            assert isinstance(refusal, dict)
        finally:
            server.terminate()
            _, err = server.communicate(timeout=20)
    assert f"127.0.0.1:{port}" in err
    assert "Traceback" not in err
