from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.tables import FACTORS

TONE = "/api/factors/filing_tone"
IDS = [f"{company:010d}-01" for company in range(1, 8)]
BEFORE_RESTATEMENT = "2024-05-02T11:59:59.999999Z"
AT_RESTATEMENT = "2024-05-02T12:00:00Z"


@dataclass
class StoppedClock:
    at: datetime

    def now(self):
        return self.at


def values(answer, *names):
    return [tuple(item[name] for name in names) for item in answer.raise_for_status().json()["items"]]


def test_the_list_describes_every_factor(client):
    (about,) = client.get("/api/factors").json()
    assert (about["name"], about["version"], about["direction"]) == ("filing_tone", "1", "higher is better")
    assert about["inputs"] == ["filing_tone", "filings"]


class TestCrossSection:
    def test_a_value_says_what_it_is_and_what_it_rests_on(self, client):
        answer = client.get(TONE, params={"session": "2024-04-29", "limit": 1}).json()
        assert answer == {
            "items": [
                {
                    "factor": "filing_tone",
                    "version": "1",
                    "instrument_id": "0000000001-01",
                    "session": "2024-04-29",
                    "raw": 1.29,
                    "z": None,
                    "sector": "3571",
                    "inputs": 1,
                    "newest_input": "0000320193-24-000123",
                    "input_model": "lexicon-1",
                    "known_at": "2024-04-29T20:00:00Z",
                }
            ],
            "next": "2024-04-29.0000000001-01",
        }

    def test_without_a_session_the_newest_is_meant(self, client):
        assert values(client.get(TONE), "instrument_id", "session") == [(each, "2024-05-01") for each in IDS]

    @pytest.mark.parametrize("days", [0, 31, 32, 4000, -4000])
    def test_the_newest_session_is_found_however_old_it_is(self, shared_rooms, asking, days):
        later = StoppedClock(shared_rooms.clock.now() + timedelta(days=days))
        answer = asking(shared_rooms, clock=later).get(TONE)
        assert values(answer, "session") == [("2024-05-01",)] * 7

    def test_as_of_an_instant_the_newest_session_is_the_newest_known_then(self, client):
        answer = client.get(TONE, params={"as_of": "2024-04-30T19:59:59Z"})
        assert {session for (session,) in values(answer, "session")} == {"2024-04-29"}

    @pytest.mark.parametrize(("as_of", "raw"), [(BEFORE_RESTATEMENT, 2.3), (AT_RESTATEMENT, 99.0), (None, 99.0)])
    def test_a_restatement_counts_from_the_instant_it_was_known(self, client, as_of, raw):
        asked = {"session": "2024-04-30"} | ({"as_of": as_of} if as_of else {})
        assert ("0000000002-01", raw) in values(client.get(TONE, params=asked), "instrument_id", "raw")

    @pytest.mark.parametrize(("as_of", "ids"), [(BEFORE_RESTATEMENT, IDS[:3]), (AT_RESTATEMENT, [IDS[0], IDS[2]])])
    def test_a_sector_filter_never_revives_an_outdated_row(self, client, as_of, ids):
        answer = client.get(TONE, params={"session": "2024-04-30", "sector": "3571", "as_of": as_of})
        assert [each for (each,) in values(answer, "instrument_id")] == ids

    def test_a_zone_other_than_utc_means_the_same_instant(self, client):
        eastern = client.get(TONE, params={"session": "2024-04-30", "as_of": "2024-05-02T08:00:00-04:00"})
        utc = client.get(TONE, params={"session": "2024-04-30", "as_of": AT_RESTATEMENT})
        assert eastern.json() == utc.json()

    @settings(deadline=None)
    @given(limit=st.integers(1, 9), sector=st.sampled_from([None, "3571", "6021"]))
    def test_a_walk_meets_each_security_once_and_in_order(self, walk, limit, sector):
        pages = walk(TONE, limit=limit, **({"sector": sector} if sector else {}))
        expected = {None: IDS, "3571": IDS[:3], "6021": IDS[3:]}[sector]
        assert [item["instrument_id"] for page in pages for item in page] == expected
        assert {len(page) for page in pages[:-1]} <= {limit}

    def test_a_walk_stays_in_its_session_when_a_newer_one_is_stored_meanwhile(self, rooms, asking, factor_rows):
        client = asking(rooms)
        old, new = date(2024, 4, 30), date(2024, 5, 1)
        rooms.lake.append(FACTORS, factor_rows((1, old, {}), (2, old, {})))
        first = client.get(TONE, params={"limit": 1}).json()
        rooms.lake.append(FACTORS, factor_rows((1, new, {}), (2, new, {})))
        second = client.get(TONE, params={"limit": 1, "after": first["next"]}).json()
        assert [(item["instrument_id"], item["session"]) for item in second["items"]] == [(IDS[1], "2024-04-30")]
        assert second["next"] is None

    def test_a_session_without_values_is_an_empty_page(self, client):
        assert client.get(TONE, params={"session": "2024-05-02"}).json() == {"items": [], "next": None}

    def test_nothing_built_yet_says_how_to_build(self, rooms, asking):
        answer = asking(rooms).get(TONE)
        assert answer.status_code == 404
        assert answer.json()["error"]["advice"] == "Build it: edgewise factors build."

    def test_nothing_known_by_then_is_not_found(self, client):
        answer = client.get(TONE, params={"as_of": "2001-01-01T00:00:00Z"})
        assert answer.status_code == 404
        assert "as of 2001-01-01 00:00:00+00:00" in answer.json()["error"]["message"]

    def test_an_unknown_factor_is_told_the_names_there_are(self, client):
        answer = client.get("/api/factors/momentum")
        assert answer.status_code == 404
        assert answer.json()["error"]["advice"] == "There are: filing_tone."

    def test_a_day_without_trading_is_told_the_nearest_sessions(self, client):
        answer = client.get(TONE, params={"session": "2024-05-04"})
        assert answer.status_code == 422
        assert answer.json()["error"]["advice"] == "The nearest are 2024-05-03 and 2024-05-06."

    @pytest.mark.parametrize("after", ["x", "2024-05-01", "2024-05-01.", ".0000000001-01", "2024-13-01.0000000001-01"])
    def test_a_place_that_nobody_gave_out_is_refused(self, client, after):
        answer = client.get(TONE, params={"after": after})
        assert answer.status_code == 422
        assert answer.json()["error"]["message"] == f"{after!r} is not a place in this list"

    def test_a_place_in_another_session_is_refused(self, client):
        answer = client.get(TONE, params={"session": "2024-04-29", "after": "2024-04-30.0000000001-01"})
        assert answer.status_code == 422
        assert answer.json()["error"]["message"] == "`after` stands in session 2024-04-30, not in 2024-04-29"

    def test_a_value_that_is_no_number_is_null(self, rooms, asking, factor_rows):
        rows = [(1, date(2024, 5, 1), {"raw": float("nan"), "z": float("inf")})]
        rooms.lake.append(FACTORS, factor_rows(*rows))
        assert values(asking(rooms).get(TONE), "raw", "z") == [(None, None)]


class TestHistory:
    def test_values_stand_in_the_order_of_their_sessions(self, client):
        answer = client.get(f"{TONE}/0000000003-01")
        assert values(answer, "session", "raw") == [("2024-04-29", 3.29), ("2024-04-30", 3.3), ("2024-05-01", 3.01)]

    @pytest.mark.parametrize(
        ("asked", "days"),
        [
            ({"since": "2024-04-30"}, [30, 1]),
            ({"until": "2024-04-30"}, [29, 30]),
            ({"since": "2024-04-30", "until": "2024-04-30"}, [30]),
            ({"after": "2024-04-30"}, [1]),
            ({"since": "2024-05-02"}, []),
        ],
    )
    def test_days_are_inclusive_and_a_place_is_not(self, client, asked, days):
        answer = client.get(f"{TONE}/0000000003-01", params=asked)
        assert [int(session[-2:]) for (session,) in values(answer, "session")] == days

    @pytest.mark.parametrize(("as_of", "raw"), [(BEFORE_RESTATEMENT, 2.3), (AT_RESTATEMENT, 99.0)])
    def test_a_restatement_counts_from_the_instant_it_was_known(self, client, as_of, raw):
        answer = client.get(f"{TONE}/0000000002-01", params={"as_of": as_of})
        assert values(answer, "raw") == [(2.29,), (raw,), (2.01,)]

    @settings(deadline=None)
    @given(limit=st.integers(1, 5))
    def test_a_walk_meets_each_session_once_and_in_order(self, walk, limit):
        pages = walk(f"{TONE}/0000000002-01", limit=limit)
        sessions = [item["session"] for page in pages for item in page]
        assert sessions == ["2024-04-29", "2024-04-30", "2024-05-01"]

    def test_a_security_without_values_is_not_found(self, client):
        answer = client.get(f"{TONE}/0000000099-01")
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "no value of filing_tone is stored for 0000000099-01"

    def test_a_ticker_is_told_how_an_instrument_id_looks(self, client):
        answer = client.get(f"{TONE}/AAPL")
        assert answer.status_code == 422
        assert answer.json()["error"]["advice"] == "It looks like 0000320193-01."

    def test_swapped_days_are_refused(self, client):
        asked = {"since": "2024-05-02", "until": "2024-05-01"}
        assert client.get(f"{TONE}/0000000003-01", params=asked).status_code == 422


@pytest.mark.parametrize("path", [TONE, f"{TONE}/0000000003-01"])
@pytest.mark.parametrize(
    "as_of",
    [
        "2024-05-01T20:00:00",  # no zone
        "2024-05-01",
        "2024-05-01T20:00:00 00:00",  # a plus sign that was not sent as %2B
        "20240501",  # seconds since 1970 to some parsers
        "1714593600",
        "yesterday",
        "0001-01-01T00:00:00+14:00",  # before the first instant of UTC
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_an_instant_that_is_not_exact_is_told_how_to_write_one(client, path, as_of):
    answer = client.get(path, params={"as_of": as_of})
    assert answer.status_code == 422
    assert "2024-05-01T20:00:00Z" in answer.json()["error"]["advice"]


@settings(deadline=None)
@given(as_of=st.datetimes(timezones=st.just(UTC)))
def test_no_answer_holds_a_row_known_later_than_as_of(client, as_of):
    answer = client.get(f"{TONE}/0000000002-01", params={"as_of": as_of.isoformat()})
    known = [datetime.fromisoformat(row["known_at"]) for row in answer.json().get("items", [])]
    assert answer.status_code == (200 if known else 404)
    assert all(instant <= as_of for instant in known)
