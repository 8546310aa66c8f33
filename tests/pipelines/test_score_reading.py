"""Scores as people ask for them, over the scored world of tests/scored_world.py."""

import threading
from datetime import UTC, datetime

import pytest

from edgewise.adapters.sql import SqlServedScores, open_database
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_score import SCORES
from edgewise.lake import Lake
from edgewise.pipelines.score_day import FIELDS, METRIC_FIELDS, read_day
from edgewise.pipelines.score_reading import Bound, Question, ScoreReader, fitting
from edgewise.score.contributions import BASE, factor_points
from edgewise.score.weights import STANDARD
from tests import scored_world as world


def screened(day, question):
    return day.rows[fitting(day, question)]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('state') / 'state.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="module")
def reader(database, tmp_path_factory):
    return world.reader_over(Lake(str(tmp_path_factory.mktemp("lake"))), database)


@pytest.fixture
def empty(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield Lake(str(tmp_path / "lake")), SqlServedScores(database)
    database.close()


def expected(**fits):
    """Return the numbers of the rated securities whose row of the newest session has at least these values."""
    rows = [world.score_row(number, world.NEWEST) for number in world.NUMBERS]
    return [
        row["cik"] for row in rows if all(row[name] is not None and row[name] >= least for name, least in fits.items())
    ]


def test_the_newest_session_is_told_with_its_close(reader):
    day = reader.day()
    assert (day.session, day.known_at) == (world.NEWEST, datetime(2024, 5, 1, 20, tzinfo=UTC))
    assert day.rows["ticker"].to_list() == [f"T{number:02d}" for number in world.NUMBERS]
    assert day.sectors == ["Energy", "Technology"]


def test_nothing_served_is_told_with_what_to_do(empty):
    lake, served = empty
    with pytest.raises(NotFound, match="edgewise scores compute"):
        ScoreReader(lake, served, world.StoppedClock()).day()
    assert read_day(lake, served, "standard") is None


def test_scores_without_metrics_and_tickers_are_served_all_the_same(empty):
    lake, served = empty
    served.publish(SCORES.frame([world.score_row(4, world.NEWEST)]))
    day = ScoreReader(lake, served, world.StoppedClock()).day()
    (row,) = day.rows.to_dicts()
    assert (row["instrument_id"], row["ticker"], row["debt_to_equity"]) == (world.instrument(4), None, None)


@pytest.mark.parametrize("asked", ["T09", "t09", " T09 "])
def test_a_score_is_found_by_its_ticker(reader, asked):
    day, row = reader.score(asked)
    assert day.session == world.NEWEST
    assert row["company"] == "Company 9"
    assert {name: row[name] for name in FACTOR_COLUMNS} == {
        name: world.score_row(9, world.NEWEST)[name] for name in FACTOR_COLUMNS
    }


def test_the_points_of_every_score_add_up_to_it(reader):
    for row in reader.day().rows.filter(status="rated").to_dicts():
        assert BASE + sum(factor_points(row, STANDARD).values()) == pytest.approx(row["score"], abs=1e-9)


def test_a_symbol_of_the_past_is_told_with_when_it_was_in_use(reader):
    with pytest.raises(NotFound, match="1990-01-02 to 2019-12-31"):
        reader.score("OLD")


def test_an_unknown_symbol_is_told_with_what_is_near(reader):
    with pytest.raises(NotFound, match="Near it are T20, T10, T09"):
        reader.score("T0X")


def test_a_listed_security_without_a_score_is_told_as_such(reader):
    with pytest.raises(NotFound, match="NEW is not scored on 2024-05-01"):
        reader.score("NEW")


@pytest.mark.parametrize("text", ["", "'; DROP TABLE served_scores", "A" * 10_000, "%00", "../x", "\x00"])
def test_what_is_no_ticker_is_refused(reader, text):
    with pytest.raises(InvalidInput, match="is not a ticker"):
        reader.score(text)


def test_a_history_is_newest_first_and_as_long_as_asked(reader):
    _, rows = reader.history("T04", days=365)
    assert rows["session"].to_list() == world.SESSIONS[::-1]
    _, rows = reader.history("T04", days=1)
    assert rows["session"].to_list() == world.SESSIONS[:0:-1]
    assert rows["score"].to_list() == [world.score_row(4, day)["score"] for day in world.SESSIONS[:0:-1]]


def test_a_history_of_nothing_is_told(reader):
    with pytest.raises(NotFound, match="NEW was not scored since 2024-04-21"):
        reader.history("NEW", days=10)
    with pytest.raises(InvalidInput, match="-1"):
        reader.history("T04", days=-1)


def test_the_best_are_rated_and_in_order(reader):
    _, rows = reader.top(limit=5)
    best = sorted(expected(score=1.0), key=lambda number: -world.score_row(number, world.NEWEST)["score"])
    assert rows["cik"].to_list() == best[:5]
    _, rows = reader.top(sector="Energy", min_score=50, limit=100)
    wanted = [number for number in expected(score=50.0) if number % 2 == 0]
    assert sorted(rows["cik"].to_list()) == wanted
    assert wanted


def test_a_sector_that_is_not_there_is_told_with_those_that_are(reader):
    with pytest.raises(InvalidInput, match="Energy, Technology"):
        reader.top(sector="Tech", limit=5)


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        (
            (Bound("value", 60.0),),
            [number for number in world.NUMBERS if world.factor_of(number, 0, world.NEWEST) >= 60],
        ),
        ((Bound("overall", 1.0),), [number for number in world.NUMBERS if number != 7]),
        ((Bound("completeness", 1.0),), [number for number in world.NUMBERS if number != 9]),
        ((Bound("debt_to_equity", most=1.0),), [1, 2, 4, 5, 6, 7, 8, 9, 10]),
        ((Bound("debt_to_equity", 0.5, 0.5),), [5]),
        ((Bound("metric.filing_tone", 0.2),), [20, 21, 22, 23, 24]),
        ((Bound("close", 3.0), Bound("market_value", most=4e9)), [3, 4]),
        ((Bound("news", 0.0), Bound("close", 8.0, 10.0)), [8, 10]),
        ((Bound("interest_cover"),), []),
    ],
)
def test_limits_choose_and_who_has_no_value_does_not_fit(reader, bounds, wanted):
    rows = screened(reader.day(), Question(bounds, sort="ticker", descending=False))
    assert rows["cik"].to_list() == wanted


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_chosen_and_sorted_by(reader, field):
    day = reader.day()
    assert screened(day, Question((Bound(field, -1e300, 1e300),))).height == day.rows[field].drop_nulls().len()
    for descending in (True, False):
        told = screened(day, Question(sort=field, descending=descending))[field].to_list()
        known = [value for value in told if value is not None]
        assert known == sorted(known, reverse=descending)
        assert told == known + [None] * (len(told) - len(known))


def test_equals_stand_in_the_order_of_their_tickers(reader):
    for descending in (True, False):
        rows = screened(reader.day(), Question(sort="freshness", descending=descending))
        assert rows["ticker"].to_list() == sorted(rows["ticker"])


def test_a_metric_called_like_a_factor_is_another_field(reader):
    assert {name for name in METRIC_FIELDS if name.startswith("metric.")} == {
        "metric.filing_tone",
        "metric.filing_tone_change",
        "metric.risk_factor_change",
        "metric.text_similarity",
    }
    _, row = reader.score("T10")
    assert row["metric.filing_tone"] == 0.1
    assert row["filing_tone"] == world.score_row(10, world.NEWEST)["filing_tone"]


def test_an_unknown_field_is_told_with_near_and_all_fields(reader):
    with pytest.raises(InvalidInput, match=r"no field 'valu'.*Near it are value.*Fields: overall, "):
        screened(reader.day(), Question((Bound("valu", 1.0),)))
    with pytest.raises(InvalidInput, match="no field 'instrument_id'"):
        screened(reader.day(), Question(sort="instrument_id"))


def test_a_company_is_told_with_its_newest_filing(reader):
    told = reader.company("t01")
    assert (told.ticker, told.cik, told.company, told.sector, told.industry) == (
        "T01",
        1,
        "Company 1",
        "Technology",
        "other",
    )
    assert told.newest_filing["accession"] == world.SECOND
    assert told.other_tickers == ["T01-P"]
    assert told.as_of == datetime(2024, 5, 1, 20, tzinfo=UTC)
    assert reader.company("NEW").newest_filing is None


def test_a_company_is_told_where_nothing_is_scored(empty):
    lake, served = empty
    lake.append(INSTRUMENTS, world.instruments())
    told = ScoreReader(lake, served, world.StoppedClock()).company("T01")
    assert (told.company, told.sector, told.as_of) == ("Company 1", None, world.NOW)


def test_filings_come_newest_first_with_the_tone_of_the_whole(reader):
    record, rows = reader.filings("T01", limit=10)
    assert record.cik == 1
    assert rows.select("accession", "net_tone", "tone_model").rows() == [
        (world.SECOND, None, None),
        (world.FIRST, 0.2, "b-1"),
    ]
    assert reader.filings("T01", limit=1)[1].height == 1


class Tick:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def test_a_newer_session_is_seen_after_a_second_and_nothing_is_read_before(empty):
    lake, served = empty
    tick = Tick()
    served.publish(SCORES.frame([world.score_row(4, world.SESSIONS[0])]))
    reader = ScoreReader(lake, served, world.StoppedClock(), tick=tick)
    first = reader.day()
    served.publish(SCORES.frame([world.score_row(4, world.NEWEST)]))
    tick.at = 0.9
    assert reader.day() is first
    tick.at = 1.1
    assert reader.held() is None
    newer = reader.day()
    assert (first.session, newer.session) == (world.SESSIONS[0], world.NEWEST)
    assert first.stamp != newer.stamp
    tick.at = 2.5
    assert reader.day() is newer


def test_another_state_of_an_old_session_and_a_new_name_are_other_states(empty):
    lake, served = empty
    tick = Tick()
    served.publish(SCORES.frame([world.score_row(4, day) for day in world.SESSIONS]))
    reader = ScoreReader(lake, served, world.StoppedClock(), tick=tick)
    stamps = [reader.day().stamp]
    for change in (
        lambda: served.publish(SCORES.frame([world.score_row(4, world.SESSIONS[0], value=1.0)])),
        lambda: lake.append(INSTRUMENTS, world.instruments()),
        lambda: served.publish(SCORES.frame([world.score_row(4, world.SESSIONS[0], value=1.0)])),
    ):
        change()
        tick.at += 2
        stamps.append(reader.day().stamp)
    assert len(set(stamps)) == 3
    assert stamps[2] == stamps[3]


def test_who_asks_while_a_newer_one_is_read_gets_the_one_before(empty):
    lake, served = empty
    tick = Tick()
    served.publish(SCORES.frame([world.score_row(4, world.NEWEST)]))
    began, go_on = threading.Event(), threading.Event()

    class Slow:
        def __getattr__(self, name):
            return getattr(served, name)

        def of_session(self, *asked):
            if tick.at:
                began.set()
                assert go_on.wait(20)
            return served.of_session(*asked)

    reader = ScoreReader(lake, Slow(), world.StoppedClock(), tick=tick)
    old = reader.day()
    served.publish(SCORES.frame([world.score_row(4, world.NEWEST, value=1.0)]))
    tick.at = 5.0
    thread = threading.Thread(target=reader.day)
    thread.start()
    assert began.wait(20)
    assert reader.day() is old
    go_on.set()
    thread.join()
    assert reader.day().stamp != old.stamp


def test_an_explanation_is_of_the_session_asked_for(reader):
    told = reader.explain("T04", as_of=world.close_of(world.SESSIONS[0]))
    assert told.score["session"] == world.SESSIONS[0]
    assert reader.explain("T04").score["session"] == world.NEWEST
    with pytest.raises(NotFound):
        reader.explain("T04", as_of=datetime(2024, 4, 27, tzinfo=UTC))
