"""`edgewise prices` as a person has it: what was known, and providers that cannot be asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest

from edgewise.core.clock import session_close, session_open, sessions
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake

NAME = "0000000001-01"
DAYS = sessions(date(2024, 6, 3), date(2024, 6, 14))
SPLIT = DAYS[6]
CLOSES = [100.0 + at if day < SPLIT else 26.0 for at, day in enumerate(DAYS)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with one security: ten closes, a split four for one at the seventh."""
    home = tmp_path_factory.mktemp("prices")
    (home / "sec").mkdir()
    lake = Lake(str(home / "lake"))
    base = {"instrument_id": NAME, "source_url": "test:"}
    named = {"ticker": "AAA", "valid_from": date(1990, 1, 2), "cik": 1, "company": "A"}
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([base | named | {"known_at": datetime(2024, 1, 2, tzinfo=UTC)}]))
    rows = [
        base
        | dict.fromkeys(("open", "high", "low", "close"), close)
        | {"session": day, "volume": 100, "provider": "polygon", "status": "ok", "known_at": session_close(day)}
        for day, close in zip(DAYS, CLOSES, strict=True)
    ]
    lake.append(PRICES, PRICES.frame(rows))
    split = base | {"ex_session": SPLIT, "kind": "split", "ratio": 4.0, "known_at": session_open(SPLIT)}
    lake.append(CORPORATE_ACTIONS, CORPORATE_ACTIONS.frame([split]))
    return home


@pytest.fixture
def here(edgewise, home):
    return lambda *words, **settings: edgewise(
        *words, **{"home": home, "edgar": f"archive://{home / 'sec'}", "executor": "this"} | settings
    )


def shown(here, as_of: date, *words: str) -> dict:
    return here("prices", "show", "aaa", "--as-of", str(as_of), "--json", *words).json


def test_failure_case_39_prices_are_shown_as_known_then_raw_or_on_that_days_count(here):
    raw = shown(here, DAYS[-1], "--sessions", "6")
    assert [row["close"] for row in raw["prices"]] == CLOSES[-6:]
    assert [row["ratio"] for row in raw["actions"]] == [4.0]
    after, before = (shown(here, day, "--adjusted")["prices"] for day in (DAYS[-1], DAYS[5]))
    assert [row["close"] for row in after] == [close / 4 for close in CLOSES[:6]] + CLOSES[6:]
    assert [row["close"] for row in before] == CLOSES[:6]


def test_what_was_not_known_then_is_not_found(here):
    assert "edgewise prices ingest" in here("prices", "show", "AAA", "--as-of", "2024-06-01").complaint


def test_a_provider_without_a_key_says_so_and_one_companys_failure_is_a_row(here, home):
    asked = ("prices", "ingest", "--ticker", "AAA")
    refused = here(*asked, prices="polygon")
    assert refused.status == 1
    assert "EDGEWISE_POLYGON_KEY is not set" in refused.complaint
    replayed = here(*asked, "--json", prices="polygon,alpha_vantage", price_source=f"archive://{home / 'sec'}")
    assert replayed.status == 0
    assert replayed.json["failed"] == {"AAA": "polygon: not_found; alpha_vantage: not_found"}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("x.csv", "--all"),
        ("--all", "--since", "2024-01-02", "--backfill", "3"),
        ("--limit", "3"),
        ("--ticker", "AAA", "--again"),
        ("--all", "--splits", "x.csv"),
    ],
)
def test_options_that_do_not_go_together_are_refused(here, words):
    assert here("prices", "ingest", *words).status == 1


def test_prices_of_a_file_are_judged_once_the_events_of_a_file_are_in(edgewise, tmp_path):
    """Failure case 39: four for one that nobody told is in quarantine, and out of it when a file tells it."""
    home = tmp_path / "home"
    base = {"instrument_id": NAME, "source_url": "test:"}
    named = {"ticker": "AAA", "valid_from": date(1990, 1, 2), "cik": 1, "company": "A"}
    lake = Lake(str(home / "lake"))
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([base | named | {"known_at": datetime(2024, 1, 2, tzinfo=UTC)}]))
    files = {"prices": tmp_path / "prices.csv", "events": tmp_path / "events.csv"}
    rows = "".join(f"AAA,{day},{close},{close},{close},{close},100\n" for day, close in zip(DAYS, CLOSES, strict=True))
    files["prices"].write_text("ticker,session,open,high,low,close,volume\n" + rows)
    files["events"].write_text(f"ticker,ex_session,split_ratio\nAAA,{SPLIT},4\nZZZ,{SPLIT},2\n")
    (tmp_path / "sec").mkdir()
    run = partial(edgewise, home=home, edgar=f"archive://{tmp_path / 'sec'}", executor="this")
    assert run("prices", "ingest", str(files["prices"]), "--json").json["rows"] == len(DAYS)
    assert run("prices", "judge", "--json").json["suspect"] == {"looks_like_split": 1}
    assert "left out for a symbol that names nothing: 1" in run("prices", "actions", str(files["events"])).out
    assert run("prices", "judge", "--json").json["suspect"] == {}
    shown = run("prices", "show", "AAA", "--as-of", str(DAYS[-1]), "--json").json
    assert {row["status"] for row in shown["prices"]} == {"ok"}
