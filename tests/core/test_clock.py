"""Sessions, acceptance instants and filing dates. Expected values come from the exchange's and the SEC's notices."""

from __future__ import annotations

import runpy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import exchange_calendars
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.tseries.holiday import USFederalHolidayCalendar

from edgewise.core import clock
from edgewise.core.errors import InvalidInput

EASTERN_NOON_2024 = datetime(2024, 7, 1, 16, 0, tzinfo=UTC)
instants = st.datetimes(datetime(1994, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


def eastern(text: str) -> datetime:
    return clock.utc_from_eastern(datetime.fromisoformat(text))


class TestSessions:
    def test_a_normal_day_closes_at_16_and_a_half_day_at_13_eastern(self):
        assert clock.session_close(date(2024, 11, 27)) == datetime(2024, 11, 27, 21, 0, tzinfo=UTC)
        assert clock.session_close(date(2024, 11, 29)) == datetime(2024, 11, 29, 18, 0, tzinfo=UTC)

    def test_the_close_moves_with_daylight_saving(self):
        assert clock.session_close(date(2024, 3, 8)) == datetime(2024, 3, 8, 21, 0, tzinfo=UTC)
        assert clock.session_close(date(2024, 3, 11)) == datetime(2024, 3, 11, 20, 0, tzinfo=UTC)

    def test_sessions_of_the_week_of_thanksgiving_2024(self):
        assert clock.sessions(date(2024, 11, 25), date(2024, 12, 1)) == [
            date(2024, 11, 25), date(2024, 11, 26), date(2024, 11, 27), date(2024, 11, 29),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("wall", "day"),
        [
            ("2024-11-27T09:30", date(2024, 11, 27)),
            ("2024-11-27T09:29:59", date(2024, 11, 26)),
            ("2024-11-28T12:00", date(2024, 11, 27)),
            ("2024-12-01T12:00", date(2024, 11, 29)),
            ("2024-01-01T12:00", date(2023, 12, 29)),
            ("2001-09-16T12:00", date(2001, 9, 10)),
        ],
        ids=["at the bell", "before the bell", "Thanksgiving", "a Sunday", "New Year", "a week without sessions"],
    )
    def test_the_last_session_that_had_opened(self, wall, day):
        assert clock.last_opened_session(eastern(wall)) == day

    def test_before_the_calendar_no_session_had_opened(self):
        with pytest.raises(InvalidInput, match="lies outside"):
            clock.last_opened_session(datetime(1990, 1, 1, tzinfo=UTC))

    def test_the_exchange_was_shut_after_the_eleventh_of_september_and_for_president_carter(self):
        assert not clock.is_session(date(2001, 9, 12))
        assert not clock.is_session(date(2025, 1, 9))

    def test_shifting_counts_sessions_not_days(self):
        assert clock.shift_session(date(2024, 11, 27), 1) == date(2024, 11, 29)
        assert clock.shift_session(date(2024, 12, 2), -2) == date(2024, 11, 27)

    def test_a_day_that_is_no_session_is_refused_with_its_neighbours(self):
        with pytest.raises(InvalidInput, match="2024-11-27 and 2024-11-29"):
            clock.session_close(date(2024, 11, 28))

    def test_a_range_backwards_is_refused(self):
        with pytest.raises(InvalidInput, match="Swap"):
            clock.sessions(date(2024, 2, 1), date(2024, 1, 1))

    def test_years_outside_the_calendar_are_refused(self):
        with pytest.raises(InvalidInput, match="Check the year"):
            clock.sessions(date(1066, 10, 14), date(1066, 10, 15))


class TestTradableSession:
    @pytest.mark.parametrize(
        ("accepted", "session"),
        [
            ("2024-11-27 15:59:59", date(2024, 11, 27)),
            ("2024-11-27 16:00:00", date(2024, 11, 29)),
            ("2024-11-28 12:00:00", date(2024, 11, 29)),
            ("2024-11-29 12:59:59", date(2024, 11, 29)),
            ("2024-11-29 13:00:00", date(2024, 12, 2)),
            ("2024-11-29 15:00:00", date(2024, 12, 2)),
            ("2024-03-08 16:30:00", date(2024, 3, 11)),
            ("2024-03-10 07:00:00", date(2024, 3, 11)),
            ("2024-11-03 01:30:00", date(2024, 11, 4)),
        ],
    )
    def test_failure_case_20_half_days_holidays_and_clock_changes(self, accepted, session):
        assert clock.tradable_session(eastern(accepted)) == session

    def test_failure_case_18_after_the_close_stays_after_the_close(self):
        # U.S. Steel, 0001163302-25-000028: the header says 16:21:59 Eastern, the JSON says 16:21:59Z.
        header, mislabelled = eastern("2025-05-01 16:21:59"), datetime(2025, 5, 1, 16, 21, 59, tzinfo=UTC)
        assert clock.tradable_session(header) == date(2025, 5, 2)
        assert clock.tradable_session(mislabelled) == date(2025, 5, 1)

    @given(instants)
    def test_nobody_trades_before_knowing(self, instant):
        session = clock.tradable_session(instant)
        assert instant < clock.session_close(session)
        assert clock.session_close(clock.shift_session(session, -1)) <= instant

    @given(st.lists(st.one_of(st.none(), instants), max_size=20))
    def test_the_series_and_the_single_form_agree_and_nulls_stay(self, values):
        series = pl.Series("known_at", values, dtype=pl.Datetime("us", "UTC"))
        expected = [None if value is None else clock.tradable_session(value) for value in values]
        assert clock.tradable_sessions(series).to_list() == expected

    def test_an_instant_without_a_zone_is_refused(self):
        with pytest.raises(InvalidInput, match="zone"):
            clock.tradable_session(datetime(2024, 1, 1))  # noqa: DTZ001

    def test_an_instant_in_milliseconds_taken_for_microseconds_is_noticed(self):
        with pytest.raises(InvalidInput, match="unit"):
            clock.tradable_sessions(pl.Series([1_700_000_000_000]).cast(pl.Datetime("us", "UTC")))


class TestFilingDate:
    @pytest.mark.parametrize(
        ("accepted", "form", "filed"),
        [
            ("2025-05-01 16:21:59", "10-Q", date(2025, 5, 1)),
            ("2025-05-01 17:30:00", "10-Q", date(2025, 5, 1)),
            ("2025-05-01 17:30:01", "10-Q", date(2025, 5, 2)),
            ("2025-05-02 17:45:00", "8-K", date(2025, 5, 5)),
            ("2025-05-01 21:59:00", "4", date(2025, 5, 1)),
            ("2025-05-01 21:59:00", "4/A", date(2025, 5, 1)),
            ("2023-12-01 18:00:00", "SC 13G", date(2023, 12, 4)),
            ("2024-12-02 18:00:00", "SC 13G", date(2024, 12, 2)),
            (
                "2024-10-11 18:00:00",
                "10-K",
                date(2024, 10, 15),
            ),  # the Monday is Columbus Day: the exchange is open, EDGAR not
            ("2024-03-28 18:00:00", "10-K", date(2024, 3, 29)),  # Good Friday: EDGAR is open, the exchange not
        ],
    )
    def test_failure_case_19_the_filing_date_is_not_the_day_of_acceptance(self, accepted, form, filed):
        assert clock.filing_date(eastern(accepted), form) == filed

    @given(instants, st.sampled_from(["10-K", "8-K", "4", "SC 13D/A"]))
    def test_the_filing_date_is_a_business_day_and_never_before_acceptance(self, instant, form):
        filed = clock.filing_date(instant, form)
        accepted_day = instant.astimezone(clock.NEW_YORK).date()
        assert clock.is_business_day(filed)
        assert timedelta(0) <= filed - accepted_day <= timedelta(days=6)

    def test_a_filing_known_only_by_date_was_public_by_22_eastern(self):
        assert clock.latest_known_at(date(2024, 7, 1)) == datetime(2024, 7, 2, 2, 0, tzinfo=UTC)
        assert clock.latest_known_at(date(2024, 12, 2)) == datetime(2024, 12, 3, 3, 0, tzinfo=UTC)


class TestPublication:
    @pytest.mark.parametrize(
        ("accepted", "form", "published"),
        [
            ("2025-05-01 16:21:59", "10-Q", "2025-05-01 16:21:59"),
            ("2025-05-01 17:45:00", "10-Q", "2025-05-02 06:00:00"),
            ("2025-05-02 17:45:00", "8-K", "2025-05-05 06:00:00"),
            ("2025-05-01 21:59:00", "4", "2025-05-01 21:59:00"),
            ("2024-10-11 18:00:00", "10-K", "2024-10-15 06:00:00"),
        ],
    )
    def test_failure_case_19_an_evening_filing_is_public_when_edgar_opens_on_its_filing_date(
        self, accepted, form, published
    ):
        filed = clock.filing_date(eastern(accepted), form)
        assert clock.published_at(eastern(accepted), filed) == eastern(published)

    def test_on_columbus_day_the_exchange_trades_before_the_evening_filing_of_friday_is_public(self):
        accepted = eastern("2024-10-11 18:00:00")
        assert clock.tradable_session(accepted) == date(2024, 10, 14)
        assert clock.tradable_session(clock.published_at(accepted, date(2024, 10, 15))) == date(2024, 10, 15)

    @given(instants, st.sampled_from(["10-K", "4"]))
    def test_nothing_is_public_before_it_is_accepted(self, instant, form):
        assert clock.published_at(instant, clock.filing_date(instant, form)) >= instant


class TestParsing:
    def test_a_day_beyond_the_calendar_is_refused(self):
        with pytest.raises(InvalidInput, match="calendar"):
            clock.latest_known_at(date(9999, 12, 31))

    def test_a_header_stamp_is_eastern(self):
        assert clock.parse_acceptance("20251219170037") == datetime(2025, 12, 19, 22, 0, 37, tzinfo=UTC)
        assert clock.parse_acceptance("20250501162159") == datetime(2025, 5, 1, 20, 21, 59, tzinfo=UTC)

    @pytest.mark.parametrize("wrong", ["", "2025", "20251319170037", "2025-12-19 17:00:37"])
    def test_a_stamp_of_another_shape_is_refused(self, wrong):
        with pytest.raises(InvalidInput, match="14 digits"):
            clock.parse_acceptance(wrong)

    def test_a_wall_time_with_a_zone_is_refused(self):
        with pytest.raises(InvalidInput, match="zone"):
            clock.utc_from_eastern(EASTERN_NOON_2024)


class TestSeries:
    def test_closes_of_a_series_keep_nulls(self):
        days = pl.Series("session", [date(2024, 11, 29), None])
        assert clock.session_closes(days).to_list() == [datetime(2024, 11, 29, 18, 0, tzinfo=UTC), None]

    def test_a_series_with_a_stray_day_is_refused(self):
        with pytest.raises(InvalidInput, match="2024-11-28"):
            clock.session_closes(pl.Series([date(2024, 11, 28)]))

    def test_ordinals_count_sessions(self):
        days = pl.Series([date(2024, 11, 27), date(2024, 11, 29), None])
        first, second, missing = clock.session_ordinals(days).to_list()
        assert (second - first, missing) == (1, None)


class TestDaysOfNewYork:
    def test_sessions_and_closes_are_those_of_the_exchange_s_calendar(self):
        first, last = clock.FIRST_SESSION, clock.LAST_SESSION
        calendar = exchange_calendars.get_calendar("XNYS", start=str(first), end=str(last))
        days = [day.date() for day in calendar.sessions]
        assert clock.sessions(first, last) == days
        assert clock.session_closes(pl.Series(days)).to_list() == [at.to_pydatetime() for at in calendar.closes]

    def test_edgar_is_shut_on_federal_holidays_and_weekends(self):
        first, last = clock.FIRST_SESSION, clock.LAST_SESSION
        holidays = {day.date() for day in USFederalHolidayCalendar().holidays(start=str(first), end=str(last))}
        for day in pl.date_range(first, last, eager=True):
            assert clock.is_business_day(day) == (day.isoweekday() < 6 and day not in holidays), day

    def test_the_file_is_what_its_script_writes(self):
        script = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "new_york_days.py"))
        assert script["FILE"].read_text(encoding="ascii") == script["text"]()
