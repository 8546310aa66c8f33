from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingState, FilingWork

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def home(tmp_path):
    """A home with three filings seen ten minutes ago, 5, 15 and 25 s after publication; two were stored at 60 s."""
    home, seen_at = tmp_path / "home", datetime.now(UTC) - timedelta(minutes=10)
    with House(Settings(home=home)) as house:
        for number, lag in enumerate((5, 15, 25)):
            accepted_at = seen_at - timedelta(seconds=lag)
            accession = Accession(f"0000320193-24-{number:06d}")
            filed = accepted_at.astimezone(NEW_YORK).date()  # a later day would say that it was public the next morning
            work = FilingWork(accession, "https://x.test/", Cik(1), "8-K", filed, accepted_at=accepted_at)
            house.filings.discover([work], seen_at=seen_at)
            if number:
                at = accepted_at + timedelta(seconds=60)
                house.filings.advance([accession], FilingState.FETCHED, at=at)
    return home


def test_lags_for_programs(edgewise, home):
    answer = edgewise("filings", "lag", "--json", home=home).json
    assert (answer["simulated"], answer["filings"], answer["cut"]) == (False, 3, False)
    seen, stored, scored = (each for each in answer["lags"] if each["form"] == "8-K")
    assert (seen["p50_s"], seen["p95_s"], seen["p99_s"], seen["filings"]) == (15, 25, 25, 3)
    assert (stored["p50_s"], stored["filings"], stored["not_yet"]) == (60, 2, 1)
    assert (scored["p50_s"], scored["not_yet"]) == (None, 3)


def test_lags_for_a_person(edgewise, home):
    out = edgewise("filings", "lag", home=home).out
    assert [line.split() for line in out.splitlines() if "8-K" in line][1] == (
        ["8-K", "stored", "1", "min", "0", "s", "1", "min", "0", "s", "1", "min", "0", "s", "2", "0", "1", "0"]
    )


def test_only_the_hours_that_were_asked_for(edgewise, home):
    ended = edgewise("filings", "lag", "--hours", "0.1", home=home)
    assert ended.out == "No filing was first seen in that time.\n"


def test_a_simulated_market_is_labelled(edgewise, home):
    (home / "SIMULATED.md").write_text("simulated")
    assert edgewise("filings", "lag", "--json", home=home).json["simulated"] is True
    assert "SIMULATED MARKET" in edgewise("filings", "lag", home=home).out
