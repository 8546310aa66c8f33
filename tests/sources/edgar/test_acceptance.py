"""Which acceptance time to believe. U.S. Steel's times are from its header, 0001163302-25-000028."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edgewise.core import clock
from edgewise.core.errors import NoKnownAt, Unparsable
from edgewise.sources.edgar.acceptance import Habit, Reading, filer_habit, true_known_at
from edgewise.sources.edgar.records import KnownAt, KnownAtSource

STEEL_HEADER = datetime(2025, 5, 1, 20, 21, 59, tzinfo=UTC)
STEEL_STAMP = "2025-05-01T16:21:59.000Z"
STEEL_FILED = date(2025, 5, 1)
NEWEST = date(2026, 1, 30)
EASTERN_HABIT = Habit(utc=1, eastern=30, newest_filed_date=NEWEST)
UTC_HABIT = Habit(utc=300, eastern=0, newest_filed_date=NEWEST)


def known(stamp: str, filed: date | None, *, form: str = "10-Q", habit: Habit | None = None) -> KnownAt:
    return true_known_at(form=form, json_stamp=stamp, filed_date=filed, filer_habit=habit)


def test_failure_case_18_the_header_beats_the_stamp():
    found = true_known_at(form="10-Q", header_accepted=STEEL_HEADER, json_stamp=STEEL_STAMP, filed_date=STEEL_FILED)
    assert found == KnownAt(STEEL_HEADER, KnownAtSource.HEADER)


def test_failure_case_18_an_eastern_stamp_is_read_as_eastern_where_the_file_writes_so():
    found = known(STEEL_STAMP, STEEL_FILED, habit=EASTERN_HABIT)
    assert found == KnownAt(STEEL_HEADER, KnownAtSource.SUBMISSIONS_EASTERN)


def test_failure_case_18_after_the_close_stays_after_the_close():
    undecided = known(STEEL_STAMP, STEEL_FILED)
    assert undecided == KnownAt(STEEL_HEADER, KnownAtSource.SUBMISSIONS_LATER_OF_TWO)
    assert clock.tradable_session(undecided.instant) == date(2025, 5, 2)


def test_a_utc_stamp_is_read_as_utc_where_the_file_writes_so():
    found = known("2025-05-01T20:21:59.000Z", STEEL_FILED, habit=UTC_HABIT)
    assert found == KnownAt(STEEL_HEADER, KnownAtSource.SUBMISSIONS)


def test_failure_case_19_the_filing_date_decides_alone_where_it_can():
    # 21:30 Eastern would carry the next day's date; 17:30 Eastern summer time is 21:30 UTC.
    utc = known("2025-05-01T21:29:00.000Z", date(2025, 5, 1))
    assert utc == KnownAt(datetime(2025, 5, 1, 21, 29, tzinfo=UTC), KnownAtSource.SUBMISSIONS)
    # 18:03 Eastern is dated the next day and public at 6:00 of it; 18:03 UTC, early afternoon, would not be.
    eastern = known("2018-03-07T18:03:42.000Z", date(2018, 3, 8), form="10-K")
    assert eastern == KnownAt(datetime(2018, 3, 8, 11, 0, tzinfo=UTC), KnownAtSource.SUBMISSIONS_EASTERN)


def test_failure_case_19_ownership_reports_keep_the_day_until_ten():
    found = known("2022-11-05T01:03:43.000Z", date(2022, 11, 4), form="4")
    assert found == KnownAt(datetime(2022, 11, 5, 1, 3, 43, tzinfo=UTC), KnownAtSource.SUBMISSIONS)


@pytest.mark.parametrize(
    ("stamp", "filed", "hours"),
    [
        ("2025-03-07T16:10:00.000Z", date(2025, 3, 7), 5),  # the Friday before clocks go forward
        ("2025-03-10T16:10:00.000Z", date(2025, 3, 10), 4),
        ("2025-10-31T16:10:00.000Z", date(2025, 10, 31), 4),  # the Friday before they go back
        ("2025-11-03T16:10:00.000Z", date(2025, 11, 3), 5),
        ("2024-11-29T13:05:00.000Z", date(2024, 11, 29), 5),  # a half day: five minutes after the close
    ],
)
def test_failure_case_20_daylight_saving_and_half_days(stamp, filed, hours):
    found = known(stamp, filed, habit=EASTERN_HABIT)
    assert found.instant == datetime.fromisoformat(stamp) + timedelta(hours=hours)
    assert clock.tradable_session(found.instant) == clock.shift_session(filed, 1)


def test_failure_case_20_the_filing_date_steps_over_weekend_and_holiday():
    # Accepted Friday at 18:00 Eastern; Monday was Columbus Day, so it is dated and public on Tuesday.
    found = known("2025-10-10T18:00:00.000Z", date(2025, 10, 14))
    assert found == KnownAt(datetime(2025, 10, 14, 10, 0, tzinfo=UTC), KnownAtSource.SUBMISSIONS_EASTERN)


def test_where_rule_and_habit_contradict_each_other_the_later_reading_is_taken():
    # Dated the same day in spite of 17:31 Eastern: an exception, seen in Eastern files.
    found = known("2022-09-19T17:31:32.000Z", date(2022, 9, 19), form="8-K", habit=EASTERN_HABIT)
    assert found.instant == datetime(2022, 9, 19, 21, 31, 32, tzinfo=UTC)
    assert found.source is KnownAtSource.SUBMISSIONS_LATER_OF_TWO


def test_the_habit_does_not_cover_the_last_days_of_the_file():
    # The newest rows of a UTC file are Eastern until the service corrects them.
    found = known("2026-01-28T16:11:04.000Z", date(2026, 1, 28), form="8-K", habit=UTC_HABIT)
    assert found == KnownAt(datetime(2026, 1, 28, 21, 11, 4, tzinfo=UTC), KnownAtSource.SUBMISSIONS_LATER_OF_TWO)


@pytest.mark.parametrize("stamp", ["1999-05-11T04:00:00.000Z", "1999-05-11T00:00:00.000Z"])
def test_midnight_means_that_only_the_filing_date_is_known(stamp):
    found = known(stamp, date(1999, 5, 11), habit=UTC_HABIT)
    assert found == KnownAt(datetime(1999, 5, 12, 2, 0, tzinfo=UTC), KnownAtSource.FILING_DATE)


def test_evidence_is_taken_in_order():
    page, feed = (STEEL_HEADER + timedelta(seconds=seconds) for seconds in (1, 2))
    assert true_known_at(form="8-K", index_page_accepted=page, feed_accepted=feed).source is KnownAtSource.INDEX_PAGE
    assert true_known_at(form="8-K", feed_accepted=feed, json_stamp=STEEL_STAMP) == KnownAt(feed, KnownAtSource.FEED)
    dated = true_known_at(form="8-K", filed_date=date(2025, 5, 1))
    assert dated == KnownAt(datetime(2025, 5, 2, 2, 0, tzinfo=UTC), KnownAtSource.FILING_DATE)


# Apple's answer to the staff, 0000320193-24-000061: accepted on April 29, made public on June 14.
ANSWERED = datetime(2024, 4, 29, 13, 0, 18, tzinfo=UTC)
PUBLISHED = date(2024, 6, 14)
PUBLISHED_BY = datetime(2024, 6, 15, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("accepted", ["header_accepted", "index_page_accepted", "feed_accepted"])
def test_a_private_filing_is_known_from_its_dissemination_whoever_tells_the_acceptance(accepted):
    told = {accepted: ANSWERED, "disseminated_date": PUBLISHED, "filed_date": date(2024, 4, 29)}
    marked = true_known_at(form="S-1", was_private=True, **told)
    assert marked == KnownAt(PUBLISHED_BY, KnownAtSource.DISSEMINATION_DATE)
    assert true_known_at(form="S-1", **told).instant == ANSWERED


@pytest.mark.parametrize("form", ["CORRESP", "UPLOAD", "DRS", "DRS/A", "DRSLTR", "DOS", "DOS/A", "DOSLTR"])
def test_a_form_that_is_always_private_at_first_needs_no_notice(form):
    found = true_known_at(form=form, header_accepted=ANSWERED, disseminated_date=PUBLISHED)
    assert found == KnownAt(PUBLISHED_BY, KnownAtSource.DISSEMINATION_DATE)


@pytest.mark.parametrize(
    "told",
    [
        {"header_accepted": ANSWERED},
        {"index_page_accepted": ANSWERED},
        {"feed_accepted": ANSWERED},
        {"json_stamp": "2024-04-29T13:00:18.000Z"},
        {"filed_date": date(2024, 4, 29)},
        {},
    ],
)
@pytest.mark.parametrize(("form", "was_private"), [("CORRESP", False), ("S-1", True)])
def test_nothing_but_the_dissemination_tells_when_a_private_filing_was_known(told, form, was_private):
    with pytest.raises(NoKnownAt, match="private at first"):
        true_known_at(form=form, was_private=was_private, **told)


@given(
    st.datetimes(*(datetime.fromisoformat(day) for day in ("1993-01-01", "2034-12-31")), timezones=st.just(UTC)),
    st.dates(date(1993, 1, 1), date(2034, 12, 31)),
    st.sampled_from(["CORRESP", "DRS/A", "10-K"]),
)
def test_a_private_filing_is_known_neither_before_its_acceptance_nor_before_its_dissemination(accepted, day, form):
    found = true_known_at(form=form, header_accepted=accepted, disseminated_date=day, was_private=True)
    assert found.instant in {accepted, clock.latest_known_at(day)}
    assert found.instant >= max(accepted, clock.latest_known_at(day))


def test_an_ordinary_filing_with_an_acceptance_time_is_known_from_it():
    found = true_known_at(form="10-Q", header_accepted=STEEL_HEADER, disseminated_date=date(2025, 5, 2))
    assert found == KnownAt(STEEL_HEADER, KnownAtSource.HEADER)


@pytest.mark.parametrize(
    ("filed", "disseminated", "day", "source"),
    [
        # Apple's 10-Q 0000320193-97-000014: no acceptance time, public a day after it was filed.
        (date(1997, 8, 11), date(1997, 8, 12), 12, KnownAtSource.DISSEMINATION_DATE),
        (date(1997, 8, 12), date(1997, 8, 12), 12, KnownAtSource.FILING_DATE),
        (date(1997, 8, 12), date(1997, 8, 11), 12, KnownAtSource.FILING_DATE),
        (None, date(1997, 8, 12), 12, KnownAtSource.DISSEMINATION_DATE),
        (date(1997, 8, 11), None, 11, KnownAtSource.FILING_DATE),
    ],
)
def test_of_two_days_the_later_counts_where_no_time_was_recorded(filed, disseminated, day, source):
    found = true_known_at(form="10-Q", filed_date=filed, disseminated_date=disseminated)
    assert found == KnownAt(datetime(1997, 8, day + 1, 2, 0, tzinfo=UTC), source)


def test_without_any_evidence_nothing_is_known():
    with pytest.raises(NoKnownAt):
        true_known_at(form="8-K", json_stamp="")


@pytest.mark.parametrize("stamp", ["soon", "2025-05-01T16:21:59-04:00", "2025-13-01T00:00:00Z"])
def test_a_stamp_that_is_none_is_refused(stamp):
    with pytest.raises(Unparsable):
        known(stamp, STEEL_FILED)


def rows(*hours: int) -> list[tuple[str, str, date]]:
    """One row a day at these clock hours, all dated the same day, and a newest one that says nothing."""
    told = [
        ("8-K", f"2025-01-{13 + place:02d}T{hour:02d}:00:00.000Z", date(2025, 1, 13 + place))
        for place, hour in enumerate(hours)
    ]
    return [*told, ("8-K", "", date(2025, 2, 3)), ("8-K", "2025-02-03T15:00:00.000Z", date(2025, 2, 3))]


def test_the_habit_is_learnt_from_the_rows_that_only_one_reading_fits():
    # 21:00 UTC is 16:00 Eastern; 21:00 Eastern would be dated the next day. 9:00 UTC is before EDGAR opens.
    assert filer_habit(rows(21, 21, 20, 22, 15)) == Habit(4, 0, date(2025, 2, 3))
    assert filer_habit(rows(9, 8, 9, 10, 15)).reading is Reading.EASTERN
    assert filer_habit(rows(21, 21, 21)).reading is None
    assert filer_habit(rows(21, 21, 21, 9, 9)).reading is None
    assert filer_habit([]) == Habit(0, 0, None)


def test_midnight_tells_the_habit_too():
    old = [("10-Q", f"1999-05-{day:02d}T00:00:00.000Z", date(1999, 5, day)) for day in (10, 11, 12, 13)]
    assert filer_habit([*old, ("10-Q", "2003-05-12T15:00:00.000Z", date(2003, 5, 12))]).reading is Reading.EASTERN


@pytest.mark.parametrize(
    ("utc", "eastern", "reading"),
    [(4, 0, Reading.UTC), (3, 0, None), (97, 3, Reading.UTC), (96, 4, None), (1, 4, Reading.EASTERN), (2, 4, None)],
)
def test_a_habit_needs_four_rows_and_near_unanimity(utc, eastern, reading):
    assert Habit(utc, eastern, NEWEST).reading is reading


@given(
    st.datetimes(*(datetime.fromisoformat(day) for day in ("2003-07-01", "2030-01-01"))),
    st.booleans(),
    st.sampled_from([None, UTC_HABIT, EASTERN_HABIT]),
)
def test_a_filing_is_never_known_before_it_was_accepted(wall, is_eastern, habit):
    truth = clock.utc_from_eastern(wall) if is_eastern else wall.replace(tzinfo=UTC)
    misled = habit is (UTC_HABIT if is_eastern else EASTERN_HABIT)
    filed = clock.filing_date(truth, "8-K")
    eastern_wall = truth.astimezone(clock.NEW_YORK)
    assume(not misled and 6 <= eastern_wall.hour < 22 and clock.is_business_day(eastern_wall.date()))
    found = known(wall.isoformat() + "Z", filed, form="8-K", habit=habit)
    assert found.instant >= truth
