"""`edgewise scores` and `edgewise daily`: what a person sees."""

import re
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.app.commands import daily
from edgewise.core.clock import session_close, sessions
from edgewise.core.errors import NotConfigured, ServiceUnavailable
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION
from edgewise.lake import Lake
from edgewise.pipelines.scores import compute_scores
from edgewise.score.weights import STANDARD
from tests.factors.metrics import drawn

DAYS = sessions(date(2024, 5, 1), date(2024, 5, 15))
KNOWN = {"source_url": "simulated:test", "known_at": datetime(2020, 1, 2, tzinfo=UTC)}


def listed(number):
    return {
        "instrument_id": f"{number:010d}-01",
        "ticker": f"T{number}",
        "valid_from": date(2020, 1, 2),
        "cik": number,
        "company": f"Company {number}",
    } | KNOWN


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("scores")
    lake = Lake(str(home / "lake"))
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([listed(number) for number in range(1, 81)]))
    for day in DAYS:
        lake.append(FACTOR_METRICS, drawn(80, seed=day.day, session=day).with_columns(version=pl.lit(METRICS_VERSION)))
    bar = {"instrument_id": "0000000001-01", "session": DAYS[-1], "close": 12.5, "volume": 10, "open": 12.5}
    bar |= {"high": 12.5, "low": 12.5, "source_url": "simulated:bars", "known_at": session_close(DAYS[-1])}
    lake.append(PRICES, PRICES.frame([bar]))
    compute_scores(lake, DAYS[:-1], STANDARD, Evening(), tone_version="test")
    return home


class Evening:
    """A clock that stands."""

    def now(self):
        return datetime(2024, 5, 15, 23, tzinfo=UTC)


@pytest.fixture
def scores(edgewise, home):
    """Run a command of `scores` on that home."""

    def run(*words):
        return edgewise("scores", *words, home=home, executor="this")

    return run


def test_a_session_is_computed_and_published(scores):
    """It comes first: the others look at what it leaves."""
    ended = scores("compute", "--all", "--as-of", "2024-05-15")
    assert re.search(r"sessions 1 to 2024-05-15 · scores published \d+", ended.out)


def test_computing_tells_what_was_published_and_that_the_rest_is_kept(scores):
    again = scores("compute", "--ticker", "T1", "--ticker", "T2", "--as-of", "2024-05-15")
    assert "published before and kept: 2; 0 of them would come out differently now" in again.out
    told = scores("compute", "--all", "--as-of", "2024-05-15", "--json").json
    assert (told["sessions"], told["kept"], told["differing"], told["last_session"]) == (1, 80, 0, "2024-05-15")


def test_the_highest_scores_of_a_session(scores):
    rows = scores("top", "--limit", "5", "--json").json
    assert [row["session"] for row in rows] == ["2024-05-15"] * 5
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert rows[0]["symbol"].startswith("T")
    assert rows[0]["company"].startswith("Company")
    shown = scores("top", "--sector", "energy", "--min-score", "60")
    assert set(re.findall(r"energy|materials|utilities", shown.out)) == {"energy"}
    assert all(len(line) <= 110 for line in shown.out.splitlines())


def test_a_score_its_factors_and_how_sure_it_is(scores):
    name = scores("top", "--limit", "1", "--json").json[0]["symbol"]
    shown = scores("show", name)
    assert shown.status == 0
    assert f"{name} at the close of 2024-05-15" in shown.out
    assert "confidence" in shown.out
    assert "completeness" in shown.out
    base, points, score = re.search(r"(50) ([+-][\d.]+).* = ([\d.]+)", shown.out).groups()
    assert float(base) + float(points) == pytest.approx(float(score), abs=2e-4)


def test_the_explanation_adds_up_at_every_level_and_ends_at_what_is_known(scores):
    told = scores("explain", "T1", "--as-of", "2024-05-15", "--json").json
    assert told["score"]["session"] == "2024-05-15"
    assert told["before"]["session"] == "2024-05-08"
    for factor in told["factors"]:
        assert sum(metric["points"] for metric in factor["metrics"]) == pytest.approx(factor["points"], abs=1e-9)
    total = told["base"] + told["bounds"] + sum(factor["points"] for factor in told["factors"])
    assert total == pytest.approx(told["score"]["score"], abs=1e-9)
    momentum = next(factor for factor in told["factors"] if factor["factor"] == "momentum")
    told_of = [one for metric in momentum["metrics"] if metric["value"] is not None for one in metric["evidence"]]
    assert told_of[0]["what"] == "1 closes as traded, 2024-05-15 at 12.50 to 2024-05-15 at 12.50 USD"
    assert told_of[0]["source"] == "simulated:bars"


def test_the_tree_tells_what_is_missing_and_what_changed_in_a_week(scores):
    shown = scores("explain", "T1")
    assert "50, and what each factor adds, in points" in shown.out
    assert "not known then, in doubt, or older than" in shown.out
    assert re.search(r"since 2024-05-08 \(\d+\): ", shown.out)


def test_the_history_is_as_published_the_newest_first(scores):
    rows = scores("history", "T3", "--days", "7", "--json").json
    assert [row["session"] for row in rows] == [f"2024-05-{day:02d}" for day in (15, 14, 13, 10, 9)]
    assert "2024-05-15" in scores("history", "T3").out


def test_a_correction_is_published_anew_and_told_in_the_history(scores, home, monkeypatch):
    metrics = drawn(80, seed=99, session=DAYS[1]).with_columns(version=pl.lit(METRICS_VERSION))
    monkeypatch.setattr("edgewise.pipelines.score_corrections.made_metrics", lambda *_, **__: metrics)
    before = Lake(str(home / "lake")).read(SCORES, where=pl.col("session") == DAYS[1])
    ended = scores("correct", "--session", str(DAYS[1]), "--reason", "prices [of May] were read twice")
    assert re.search(r"published anew \d+ · as they were \d+", ended.out)
    told = scores("history", "T7", "--as-of", str(DAYS[1])).out
    assert re.search(r"2024-05-02 was .* then corrected to .*: prices \[of May\] were read twice", told)
    assert (
        Lake(str(home / "lake")).read(SCORES, where=pl.col("session") == DAYS[1], as_of=Evening().now()).equals(before)
    )
    again = scores("correct", "--session", str(DAYS[1]), "--reason", "once more", "--json").out
    assert '"corrected": []' in again


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("compute",), "nobody is chosen"),
        (("compute", "--all", "--as-of", "2124-05-15"), "lies in the future"),
        (("top", "--sector", "gold"), "nobody is of sector"),
        (("top", "--as-of", "2023-05-15"), "no scores are published at the close of 2023-05-15"),
        (("show", "NONESUCH"), "NONESUCH"),
        (("show", "T1", "--weights", "mine"), "there is no configuration"),
        (("explain", "T1", "--as-of", "2023-05-15"), "no score of 0000000001-01 is published on 2023-05-15"),
    ],
)
def test_what_cannot_be_answered_is_told_with_what_to_do(scores, words, complaint):
    ended = scores(*words)
    assert ended.status == 1
    assert complaint in ended.complaint


def test_nothing_is_published_where_nothing_is_stored(empty):
    ended = empty("scores", "top")
    assert ended.status == 1
    assert "edgewise scores compute --all" in ended.complaint


@pytest.fixture
def day(edgewise, tmp_path, monkeypatch):
    """Run `daily` with steps that do nothing but be asked for; `fails` raises for a step's first word."""

    def run(*words, fails=()):
        asked = []

        def step(line):
            asked.append(" ".join(line))
            for name, error in dict(fails).items():
                if line[0] == name:
                    raise error
            return 0

        monkeypatch.setattr(daily, "_run", step)
        ended = edgewise("daily", *words, home=tmp_path, executor="this")
        return ended, asked

    return run


def test_the_day_is_done_in_order(day):
    ended, asked = day("--days", "2", "--json")
    assert ended.status == 0
    assert asked[0] == "instruments ingest"
    assert asked[-2:] == ["scores compute --all", "lake tidy"]
    assert "prices ingest --all --backfill 2" in asked
    assert asked.index("fundamentals build") > asked.index("prices ingest --all --backfill 2")
    assert {step["outcome"] for step in ended.json["steps"]} == {"ok"}


def test_a_step_that_fails_stops_those_that_build_on_it_and_no_others(day):
    ended, asked = day("--json", fails={"prices": ServiceUnavailable("nobody answers")})
    assert ended.status == 1
    outcome = {step["step"]: (step["outcome"], step["why"]) for step in ended.json["steps"]}
    assert outcome["prices"] == ("failed", "service_unavailable: nobody answers.")
    assert outcome["indicators"] == ("left out", "prices failed")
    assert outcome["scores"][0] == "left out"
    assert outcome["news"] == ("ok", "")
    assert "scores compute --all" not in asked


def test_a_provider_without_a_key_is_skipped_and_told(day):
    ended, asked = day(fails={"ratings": NotConfigured("there is no key")})
    assert ended.status == 0
    assert re.search(r"ratings +skipped", ended.out)
    assert "there is no key" in ended.out
    assert asked[-2] == "scores compute --all"


def test_the_day_can_be_taken_up_at_a_step(day):
    last = ["indicators build", "factors build", "scores compute --all", "lake tidy"]
    assert day("--from", "indicators")[1] == last
    assert day("--only", "news", "--only", "scores")[1] == ["news ingest --backfill 4", "scores compute --all"]
    ended, asked = day("--from", "lunch")
    assert ended.status == 1
    assert "there is no step 'lunch'" in ended.complaint
    assert asked == []
