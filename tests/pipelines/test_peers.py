"""Who is scored on a session and with whom: by hand."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.tables import FILINGS, INSTRUMENTS
from edgewise.core.tables_companies import COMPANIES
from edgewise.factors.measure import PEERS_SCHEMA
from edgewise.lake import Lake
from edgewise.pipelines.peers import peers_at

BEFORE, DAY, AFTER = date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)


def listed(name, cik, first=date(2020, 1, 2), last=None):
    row = {"instrument_id": name, "ticker": name, "valid_from": first, "valid_to": last, "cik": cik, "company": name}
    return row | {"source_url": "test", "known_at": datetime(2020, 1, 2, tzinfo=UTC)}


def filing(number, cik, sic, known, role="issuer"):
    row = {"accession": f"0000000001-24-{number:06d}", "cik": cik, "role": role, "form": "10-Q", "sic": sic}
    row |= {"known_at_source": "header", "documents": 1, "source_url": "test"}
    return row | {"first_seen_at": known, "known_at": known}


def asked(cik, sic, known):
    return {"cik": cik, "sic": sic, "former_names": [], "source_url": "test", "known_at": known}


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    lake.append(
        INSTRUMENTS,
        INSTRUMENTS.frame(
            [listed("A", 1), listed("A2", 1), listed("B", 2, last=DAY), listed("C", 3, first=DAY), listed("D", 4)]
        ),
    )
    lake.append(
        FILINGS,
        FILINGS.frame(
            [
                filing(1, 1, 3571, datetime(2023, 1, 3, 15, tzinfo=UTC)),
                # After the close of DAY: it counts from the session after.
                filing(2, 1, 6021, datetime(2024, 5, 2, 20, 30, tzinfo=UTC)),
                filing(3, 2, 1311, datetime(2023, 1, 3, 15, tzinfo=UTC)),
                filing(4, 3, 9995, datetime(2023, 1, 3, 15, tzinfo=UTC)),
                filing(5, 4, 1311, datetime(2023, 1, 3, 15, tzinfo=UTC), role="owner"),
            ]
        ),
    )
    return lake


def told(lake, day):
    return peers_at(lake, [day]).drop("session", "cik").rows()


def test_a_security_is_there_from_the_day_it_was_listed_to_its_last(lake):
    names = {day: peers_at(lake, [day])["instrument_id"].to_list() for day in (BEFORE, DAY, AFTER)}
    assert names == {BEFORE: ["A", "A2", "B", "D"], DAY: ["A", "A2", "B", "C", "D"], AFTER: ["A", "A2", "C", "D"]}


def test_all_classes_of_a_company_have_its_industry_as_it_was_known_at_the_close(lake):
    technology, bank = ("information_technology", "D", "other"), ("financials", "H", "bank")
    assert told(lake, DAY)[:2] == [("A", *technology), ("A2", *technology)]
    assert told(lake, AFTER)[:2] == [("A", *bank), ("A2", *bank)]


def test_who_told_no_industry_has_none_and_a_shell_has_no_sector(lake):
    rows = {row[0]: row[1:] for row in told(lake, DAY)}
    assert rows["B"] == ("energy", "B", "other")
    assert rows["C"] == (None, None, "other")
    assert rows["D"] == (None, None, None)  # an owner's form says nothing about the company


def test_what_edgar_said_of_a_company_counts_from_the_session_at_whose_close_it_had_been_asked(lake):
    at_noon, at_the_close = (datetime(2024, 5, 2, hour, tzinfo=UTC) for hour in (16, 20))
    rows = [asked(4, 1311, at_noon), asked(1, 4911, at_the_close), asked(2, None, at_noon), asked(3, 2911, at_noon)]
    lake.append(COMPANIES, COMPANIES.frame(rows))
    sectors = {day: {row[0]: row[1] for row in told(lake, day)} for day in (BEFORE, DAY, AFTER)}
    technology, energy = "information_technology", "energy"
    assert sectors[BEFORE] == {"A": technology, "A2": technology, "B": energy, "D": None}
    assert sectors[DAY] == {"A": technology, "A2": technology, "B": energy, "C": energy, "D": energy}
    # What EDGAR said at the close and what a filing said half an hour later: the later one.
    assert sectors[AFTER] == {"A": "financials", "A2": "financials", "C": energy, "D": energy}


def test_several_sessions_at_once_are_as_each_alone(lake):
    days = [BEFORE, DAY, AFTER]
    assert peers_at(lake, days).equals(pl.concat([peers_at(lake, [day]) for day in days]))
    assert peers_at(lake, []).schema == PEERS_SCHEMA


def test_a_span_that_is_void_lists_nobody(tmp_path):
    lake = Lake(str(tmp_path))
    later = {"known_at": datetime(2024, 6, 3, tzinfo=UTC)}
    first = listed("A", 1, first=date(1990, 1, 2))
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([first]))
    void = first | {"valid_to": date(1990, 1, 1)} | later
    gone = listed("B", 2, first=date(1990, 1, 2), last=DAY) | {"ticker": "A"} | later
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([void, first | {"valid_from": AFTER} | later, gone]))
    found = peers_at(lake, [DAY, AFTER])
    assert found.select("instrument_id", "session").rows() == [("B", DAY), ("A", AFTER)]


def test_what_is_no_share_of_a_company_is_nobody_s_peer(lake):
    beside = [listed("D-PB", 4) | {"ticker": "D-PB"}, listed("W", 4) | {"ticker": "DDDDW"}]
    lake.append(INSTRUMENTS, INSTRUMENTS.frame([*beside, listed("E", 4) | {"ticker": "DDDD"}]))
    assert peers_at(lake, [DAY]).filter(cik=4)["instrument_id"].to_list() == ["D", "E"]
