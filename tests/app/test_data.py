"""`edgewise doctor data` and `instruments members` on a lake of three companies written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_companies import COMPANIES
from edgewise.lake import Lake
from edgewise.pipelines.failures import Refused, record_outcomes

SEEN = datetime(2024, 6, 28, 12, tzinfo=UTC)
SPANS = [
    ("0000000001-01", "ONE", date(1990, 1, 2), None, 1),
    ("0000000002-01", "TWO", date(1990, 1, 2), date(2024, 3, 1), 2),
    ("0000000003-01", "TRE", date(2024, 6, 3), None, 3),
]
# Security, session, volume; known at the close, 20:00 UTC or, in winter, 21:00.
BARS = [
    ("0000000001-01", date(2024, 2, 28), 100, 21),
    ("0000000001-01", date(2024, 6, 27), None, 20),
    ("0000000002-01", date(2024, 2, 28), 50, 21),
]
MEMBERS = "ticker,member_from,removed_on\nTWO,2010-01-04,2024-03-04\nTRE,2024-06-24,\n"


def instrument(instrument_id, ticker, valid_from, valid_to, cik):
    told = {"instrument_id": instrument_id, "ticker": ticker, "valid_from": valid_from, "valid_to": valid_to}
    return told | {"cik": cik, "company": ticker, "source_url": "test", "known_at": SEEN}


def bar(instrument_id, session, volume, hour):
    levels = dict.fromkeys(("open", "high", "low", "close"), 10.0)
    known_at = datetime(session.year, session.month, session.day, hour, tzinfo=UTC)
    told = {"instrument_id": instrument_id, "session": session, "volume": volume, "known_at": known_at}
    return told | levels | {"source_url": "test", "status": "ok" if volume else "suspect"}


@pytest.fixture
def home(tmp_path):
    lake = Lake(str(tmp_path / "home" / "lake"))
    lake.upsert(INSTRUMENTS, INSTRUMENTS.frame([instrument(*span) for span in SPANS]))
    lake.upsert(PRICES, PRICES.frame([bar(*one) for one in BARS]))
    return tmp_path / "home"


@pytest.fixture
def data(empty, home):
    return lambda *words, **settings: empty("doctor", "data", *words, **{"home": home} | settings)


def of(ended, name):
    return next(one for one in ended.json["tables"] if one["table"] == name)


def test_a_table_is_measured_by_what_was_known_against_who_was_listed_on_that_day(data):
    """Failure case 38: on the day in February the company that was delisted since counts, the later one does not."""
    now = of(data("--as-of", "2024-06-28", "--json"), "prices")
    assert (now["rows"], now["have"], now["others"], now["known"], now["share"]) == (3, 1, 1, 2, 0.5)
    assert (now["first_day"], now["last_day"]) == ("2024-02-28", "2024-06-27")
    assert now["newest_known_at"] == "2024-06-27T20:00:00Z"
    assert now["nulls"] == {"close": 0.0, "volume": pytest.approx(1 / 3)}
    assert now["suspect"] == pytest.approx(1 / 3)
    then = of(data("--as-of", "2024-02-28", "--json"), "prices")
    assert (then["rows"], then["have"], then["known"], then["last_day"]) == (2, 2, 2, "2024-02-28")
    assert of(data("--as-of", "2024-02-28T20:59:59Z", "--json"), "prices")["rows"] == 0


def test_of_companies_the_days_are_those_on_which_edgar_was_asked_in_new_york(data, home):
    said = {"cik": 1, "former_names": [], "source_url": "test"}
    asked = [said | {"sic": 3571, "known_at": datetime(2024, 6, 2, 2, tzinfo=UTC)}]
    asked.append(said | {"known_at": datetime(2024, 6, 27, 12, tzinfo=UTC)})
    Lake(str(home / "lake")).upsert(COMPANIES, COMPANIES.frame(asked))
    then, now = (of(data("--as-of", day, "--json"), "companies") for day in ("2024-06-10", "2024-06-28"))
    assert (then["first_day"], then["last_day"], then["nulls"]) == ("2024-06-01", "2024-06-01", {"sic": 0.0})
    assert (now["rows"], now["have"], now["known"], now["nulls"]) == (1, 1, 2, {"sic": 1.0})
    assert (now["first_day"], now["command"]) == ("2024-06-27", "edgewise fundamentals ingest --all")


def test_what_is_not_there_comes_with_the_command_that_brings_it(data):
    ended = data("--as-of", "2024-06-28")
    assert ended.status == 0
    assert "no rows in news: edgewise news ingest" in ended.out
    assert "nothing in prices was known then" in data("--as-of", "2024-01-02").out
    assert "1 of 2, 50.0%" in ended.out
    assert "volume 33.3%" in ended.out


def test_a_provider_without_a_key_is_told_and_one_that_needs_none_is_not(data):
    told = data("--json").json["without_key"]
    assert {(one["provider"], one["what"], one["setting"]) for one in told} == {
        ("polygon", "prices", "EDGEWISE_POLYGON_KEY"),
        ("alpha_vantage", "prices", "EDGEWISE_ALPHA_VANTAGE_KEY"),
        ("polygon", "news", "EDGEWISE_POLYGON_KEY"),
        ("benzinga", "ratings", "EDGEWISE_BENZINGA_KEY"),
    }
    with_some = data("--json", prices="yahoo", news="archive:///somewhere", benzinga_key="k")
    assert with_some.json["without_key"] == []


def test_a_failure_that_may_pass_is_wrong_until_it_has_come_and_one_that_may_not_is_only_told(data, home):
    lake = Lake(str(home / "lake"))
    again = "edgewise prices ingest --ticker"
    refused = {"ONE": Refused("throttled", f"{again} ONE"), "TWO": Refused("not_found", f"{again} TWO")}
    record_outcomes(lake, "prices", refused, refused, at=SEEN)
    failed = data("--as-of", "2024-06-28", "--json")
    assert failed.status == 1
    assert [(one["reason"], one["retry"], one["command"]) for one in failed.json["failures"]] == [
        ("not_found", False, f"{again} TWO"),
        ("throttled", True, f"{again} ONE"),
    ]
    record_outcomes(lake, "prices", ["ONE"], {}, at=datetime(2024, 6, 29, 12, tzinfo=UTC))
    mended = data("--json")
    assert (mended.status, [one["examples"] for one in mended.json["failures"]]) == (0, [["TWO"]])
    assert data("--as-of", "2024-06-28").status == 1  # as it was known then


def test_fewer_companies_than_asked_for_are_wrong(data):
    assert data("--as-of", "2024-06-28", "--least", "0.5", "--json").json["below_least"] == []
    ended = data("--as-of", "2024-06-28", "--least", "0.51")
    assert (ended.status, "under 51.0% of the known have rows in: prices" in ended.out) == (1, True)


def test_members_are_those_of_the_day_that_is_asked_about(data, empty, home, tmp_path):
    """Failure case 38."""
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS)
    stored = empty("instruments", "members", str(file), "--json", home=home).json
    assert (stored["spans"], stored["unresolved"]) == (2, 0)
    shown = empty("instruments", "members", "--on", "2024-03-03", "--json", home=home).json
    assert [row["ticker"] for row in shown] == ["TWO"]
    february = data("--sp500", "--as-of", "2024-02-28", "--json")
    assert (of(february, "prices")["rows"], of(february, "prices")["share"]) == (1, 1.0)
    june = data("--sp500", "--as-of", "2024-06-28", "--json")
    assert (of(june, "prices")["rows"], of(june, "prices")["share"]) == (0, 0.0)
    assert data("--sp500", "--as-of", "2024-05-02").complaint.startswith("Error (not_found) nobody is known")


def test_without_a_file_of_members_the_setting_is_named(data):
    ended = data("--sp500")
    assert ended.status == 1
    assert "EDGEWISE_INDEX_MEMBERS" in ended.complaint
