"""What every place of served scores does, whatever keeps it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.adapters.sql import SqlServedScores
from edgewise.adapters.sql.models import served_scores, served_sessions
from edgewise.core.errors import InvalidInput, SchemaMismatch
from edgewise.core.served import FACTOR_COLUMNS, SERVED_SCHEMA
from edgewise.core.tables_score import SCORES

MONDAY, TUESDAY = date(2024, 4, 29), date(2024, 4, 30)
APPLE, BERKSHIRE, CARVANA = "0000320193-01", "0001067983-02", "0001690820-01"


@pytest.fixture
def served(database):
    return SqlServedScores(database)


def score(instrument_id=APPLE, session=MONDAY, **fields):
    return {
        "instrument_id": instrument_id,
        "session": session,
        "configuration": "standard",
        "version": "1.1",
        "cik": int(instrument_id[:10]),
        "sector": "Technology",
        "overall": 72,
        "score": 71.6180339887498949,
        "rating": "Buy",
        "sector_percentile": 83.25,
        "completeness": 0.93,
        "freshness": 0.61,
        "stability": None,
        "confidence": "High",
        "stretch": 1.7,
        "status": "rated",
        "reasons": None,
        "inputs_fingerprint": "0123456789abcdef",
        "code_fingerprint": "fedcba9876543210",
        "computed_at": datetime(2024, 5, 1, tzinfo=UTC),
        "known_at": datetime(session.year, session.month, session.day, 20, tzinfo=UTC),
        **{name: 100 / (number + 3) for number, name in enumerate(FACTOR_COLUMNS)},
    } | fields


def frame(*rows):
    return SCORES.frame(list(rows))


def seen(*rows):
    return frame(*rows).select(SERVED_SCHEMA.keys())


def test_the_factors_are_those_of_the_table():
    names = list(SCORES.schema)
    assert list(FACTOR_COLUMNS) == names[names.index("confidence") + 1 : names.index("stretch")]


def test_the_tables_hold_every_column_that_is_served():
    """That the migrations make what the models say, their own tests see; that the models say enough is seen here."""
    made_of_others = {"instrument_id", "session", "configuration", "known_at"}
    kept = {column.name for column in served_scores.c} - {"place", "security", "corrected_at"}
    assert kept == set(SERVED_SCHEMA) - made_of_others


def test_where_nothing_is_served_there_is_nothing(served):
    assert (served.newest("standard"), served.changes("standard")) == (None, 0)
    assert_frame_equal(served.of_session("standard", MONDAY), pl.DataFrame(schema=SERVED_SCHEMA))
    assert served.of_security("standard", APPLE, limit=5).is_empty()


def test_what_is_published_comes_back_to_the_last_bit_in_the_order_of_securities(served):
    nothing = dict.fromkeys(("overall", "score", "rating", "sector", "confidence", "sector_percentile", "stretch"))
    odd = score(BERKSHIRE, **nothing, freshness=None, value=None, status="not_rated", reasons="not_traded,too_late")
    assert served.publish(frame(odd, score())) == 2
    assert_frame_equal(served.of_session("standard", MONDAY), seen(score(), odd), check_exact=True)


def test_nothing_published_is_nothing_new(served):
    assert served.publish(SCORES.empty()) == 0


def test_publishing_again_changes_nothing(served):
    rows = frame(score(), score(BERKSHIRE), score(session=TUESDAY))
    served.publish(rows)
    before = served.changes("standard")
    assert served.publish(rows.reverse()) == 0
    assert served.changes("standard") == before


def test_of_what_is_published_again_only_what_differs_counts(served):
    served.publish(frame(score(), score(BERKSHIRE)))
    assert served.publish(frame(score(), score(BERKSHIRE, value=None), score(CARVANA))) == 2
    assert_frame_equal(
        served.of_session("standard", MONDAY), seen(score(), score(BERKSHIRE, value=None), score(CARVANA))
    )


def test_a_newer_version_replaces_and_an_older_one_does_not(served):
    served.publish(frame(score(version="1.9")))
    assert served.publish(frame(score(version="1.10", overall=10))) == 1
    assert served.publish(frame(score(version="1.9", overall=99))) == 0
    assert served.of_session("standard", MONDAY)["overall"].to_list() == [10]


def test_of_two_versions_in_one_publication_the_newer_one_is_served(served):
    assert served.publish(frame(score(version="1.10", overall=10), score(version="1.9", overall=99))) == 1
    assert served.of_session("standard", MONDAY)["version"].to_list() == ["1.10"]


def test_what_was_not_published_again_stays(served):
    served.publish(frame(score(), score(BERKSHIRE)))
    served.publish(frame(score(version="2.1")))
    assert served.of_session("standard", MONDAY)["version"].to_list() == ["2.1", "1.1"]


def test_configurations_do_not_mix(served):
    served.publish(
        frame(score(), score(configuration="cheap", overall=1), score(configuration="cheap", session=TUESDAY))
    )
    assert (served.newest("standard"), served.newest("cheap")) == (MONDAY, TUESDAY)
    assert served.of_session("standard", MONDAY)["overall"].to_list() == [72]
    assert served.of_security("cheap", APPLE, limit=9)["session"].to_list() == [TUESDAY, MONDAY]
    assert served.of_session("'; DROP TABLE served_scores; --", MONDAY).is_empty()


def test_the_newest_session_is_the_latest_whatever_came_last(served):
    served.publish(frame(score(session=TUESDAY)))
    served.publish(frame(score(session=MONDAY)))
    assert served.newest("standard") == TUESDAY


def test_a_history_is_told_newest_first_from_a_day_on_and_up_to_a_limit(served):
    days = [date(2024, 4, day) for day in (22, 23, 24, 25, 26)]
    for day in (days[3], days[0], days[4], days[1], days[2]):
        served.publish(frame(score(session=day), score(BERKSHIRE, session=day)))

    def told(**asked):
        return served.of_security("standard", BERKSHIRE, **asked)["session"].to_list()

    assert told(limit=9) == days[::-1]
    assert told(limit=2) == [days[4], days[3]]
    assert told(limit=9, since=days[2]) == [days[4], days[3], days[2]]
    assert told(limit=0) == []
    assert_frame_equal(served.of_security("standard", BERKSHIRE, limit=1), seen(score(BERKSHIRE, session=days[4])))


def test_a_limit_below_zero_and_an_id_that_is_none_are_refused(served):
    with pytest.raises(InvalidInput, match="-1"):
        served.of_security("standard", APPLE, limit=-1)
    with pytest.raises(InvalidInput, match="instrument id"):
        served.of_security("standard", "AAPL", limit=1)


def test_a_version_that_is_no_number_is_refused_and_nothing_is_stored(served):
    with pytest.raises(InvalidInput, match="'one' is not a version"):
        served.publish(frame(score(), score(BERKSHIRE, version="one")))
    assert served.newest("standard") is None


def test_a_frame_that_is_none_of_scores_is_refused(served):
    with pytest.raises(SchemaMismatch, match="growth is missing, not Float64"):
        served.publish(frame(score()).drop("growth"))


def test_a_score_known_at_another_instant_than_the_close_is_refused(served):
    with pytest.raises(SchemaMismatch, match="close"):
        served.publish(frame(score(known_at=datetime(2024, 4, 29, 21, tzinfo=UTC))))


def test_a_correction_is_served_in_place_of_what_it_corrects_and_tells_when_and_why(served):
    served.publish(frame(score(), score(BERKSHIRE)))
    known_at = datetime(2024, 5, 3, 7, 30, 0, 123456, tzinfo=UTC)
    corrected = score(overall=40, score=40.25, correction="a split was missing", known_at=known_at)
    assert served.publish(frame(corrected)) == 1
    told = served.of_session("standard", MONDAY)
    assert_frame_equal(told, seen(corrected, score(BERKSHIRE)))
    assert served.of_security("standard", APPLE, limit=1)["known_at"].to_list() == [known_at]
    assert served.publish(frame(score())) == 0  # what was published first does not come back over it
    assert served.publish(frame(score(version="1.2"))) == 1


def test_columns_that_are_not_served_may_be_missing(served):
    assert served.publish(seen(score())) == 1


def test_a_nan_is_served_as_null(served):
    served.publish(frame(score(value=float("nan"))))
    assert served.of_session("standard", MONDAY)["value"].to_list() == [None]


def test_an_error_halfway_stores_nothing(served):
    with pytest.raises(InvalidInput):
        served.publish(frame(score(), score(session=TUESDAY, rating="x" * 5, version="1.x")))
    assert served.changes("standard") == 0


def test_a_text_that_is_too_long_is_refused_in_our_words_or_kept_whole(served, database):
    rows = frame(score(), score(BERKSHIRE, rating="x" * 40))
    if database.name.startswith("sqlite"):
        served.publish(rows)
        assert served.of_session("standard", MONDAY)["rating"].to_list() == ["Buy", "x" * 40]
        return
    with pytest.raises(InvalidInput, match="refuses a value"):
        served.publish(rows)
    assert served.newest("standard") is None


def test_writers_at_once_take_turns(served):
    days = [date(2024, 4, day) for day in (22, 23, 24, 25)]
    rows = [frame(*(score(who, day) for who in (APPLE, BERKSHIRE))) for day in days]
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(served.publish, rows * 2))
    assert sum(written) == 8
    assert [served.of_session("standard", day).height for day in days] == [2] * 4


ids = st.sampled_from([APPLE, BERKSHIRE, CARVANA])
days = st.sampled_from([MONDAY, TUESDAY])
numbers = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
drawn = st.builds(
    lambda who, day, version, value, sector: score(who, day, version=version, value=value, sector=sector),
    ids,
    days,
    st.sampled_from(["1.1", "1.2", "1.10"]),
    numbers,
    st.one_of(st.none(), st.sampled_from(["", "a,b", 'say "x"', "é\n"])),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    publications=st.lists(
        st.lists(drawn, max_size=5, unique_by=lambda row: (row["instrument_id"], row["session"])), max_size=5
    )
)
def test_any_publications_leave_the_last_row_of_the_newest_version(served, database, publications):
    with database.write() as connection:
        connection.execute(served_scores.delete())
        connection.execute(served_sessions.delete())
    expected = {}
    for rows in publications:
        written = 0
        for row in rows:
            old = expected.get((row["session"], row["instrument_id"]))
            newer = old is None or [int(part) for part in row["version"].split(".")] >= [
                int(part) for part in old["version"].split(".")
            ]
            if newer and row != old:
                expected[row["session"], row["instrument_id"]] = row
                written += 1
        assert served.publish(frame(*rows)) == written
    for day in (MONDAY, TUESDAY):
        own = [row for (session, _), row in sorted(expected.items()) if session == day]
        assert_frame_equal(served.of_session("standard", day), seen(*own), check_exact=True)
