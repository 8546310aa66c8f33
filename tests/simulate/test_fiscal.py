"""Fiscal calendars against the calendars that real companies publish."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.simulate.fiscal import SUNDAY, FiscalCalendar, Month, YearEnd, nominal_month

# Quarter ends printed on the covers of the filings of J&J, Apple, NVIDIA, Marvell and Walmart.
PRINTED = {
    "Sunday nearest to the end of December": (
        FiscalCalendar(12, YearEnd.NEAREST, SUNDAY),
        ["2023-01-01", "2023-04-02", "2023-07-02", "2023-10-01", "2023-12-31", "2024-03-31"],
        [(2022, 4), (2023, 1), (2023, 2), (2023, 3), (2023, 4), (2024, 1)],
    ),
    "last Saturday of September": (
        FiscalCalendar(9, YearEnd.LAST, long_quarter=1),
        [
            "2022-12-31",
            "2023-04-01",
            "2023-07-01",
            "2023-09-30",
            "2023-12-30",
            "2024-03-30",
            "2024-06-29",
            "2024-09-28",
        ],
        [(2023, 1), (2023, 2), (2023, 3), (2023, 4), (2024, 1), (2024, 2), (2024, 3), (2024, 4)],
    ),
    "last Sunday of January": (
        FiscalCalendar(1, YearEnd.LAST, SUNDAY),
        ["2024-01-28", "2024-04-28", "2024-07-28", "2024-10-27", "2025-01-26"],
        [(2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4)],
    ),
    "Saturday nearest to the end of January": (
        FiscalCalendar(1, YearEnd.NEAREST),
        ["2024-02-03", "2024-05-04", "2024-08-03", "2024-11-02", "2025-02-01"],
        [(2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4)],
    ),
    "end of January": (
        FiscalCalendar(1),
        ["2023-10-31", "2024-01-31", "2024-04-30"],
        [(2024, 3), (2024, 4), (2025, 1)],
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_failure_case_23_quarters_end_on_the_days_that_real_companies_print(name):
    calendar, ends, labels = PRINTED[name]
    days = [date.fromisoformat(end) for end in ends]
    quarters = list(calendar.quarters(days[0], days[-1]))
    assert [quarter.end for quarter in quarters] == days
    assert [(quarter.fiscal_year, quarter.number) for quarter in quarters] == labels


def test_a_53rd_week_makes_the_declared_quarter_longer():
    apple = FiscalCalendar(9, YearEnd.LAST, long_quarter=1)
    quarter = apple.quarter_ending(date(2023, 9, 30))
    assert (quarter.end - quarter.start).days + 1 == 91
    first = apple.quarter_ending(date(2022, 12, 31))
    assert (first.end - first.start).days + 1 == 98
    longer = FiscalCalendar(1, YearEnd.NEAREST).quarter_ending(date(2024, 2, 3))
    assert (longer.end - longer.start).days + 1 == 98


def test_a_retailers_year_carries_the_number_of_the_year_it_began_in():
    gap = FiscalCalendar(1, YearEnd.NEAREST, named_after_start=True)
    assert gap.quarter_ending(date(2024, 2, 3)).fiscal_year == 2023
    assert gap.quarter_ending(date(2024, 5, 4)).fiscal_year == 2024


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (3, [("10-QT", 1), ("10-Q", 1), ("10-Q", 2), ("10-Q", 3), ("10-K", 4)]),
        (6, [("10-Q", 1), ("10-KT", 2), ("10-Q", 1), ("10-Q", 2), ("10-Q", 3)]),
        (9, [("10-Q", 1), ("10-Q", 2), ("10-KT", 3), ("10-Q", 1), ("10-Q", 2)]),
    ],
)
def test_failure_case_23_a_moved_year_end_leaves_a_transition_period(month, expected):
    calendar = FiscalCalendar(12, moved=(Month(2022, 12), month))
    quarters = list(calendar.quarters(date(2023, 1, 1), date(2024, 3, 31)))
    assert [(quarter.form, quarter.number) for quarter in quarters] == expected
    assert calendar.quarter_ending(date(2022, 12, 31)).form == "10-K"
    assert (calendar.year_end_month(date(2022, 12, 31)), calendar.year_end_month(date(2023, 1, 1))) == (12, month)


CALENDARS = st.builds(
    FiscalCalendar,
    st.integers(1, 12),
    st.sampled_from(YearEnd),
    st.integers(0, 6),
    st.sampled_from((1, 4)),
    st.booleans(),
)


@given(CALENDARS, st.dates(date(1995, 1, 1), date(2035, 1, 1)))
def test_quarters_follow_each_other_without_gap_and_years_have_four(calendar, day):
    quarters = list(calendar.quarters(day, day + timedelta(days=800)))
    for before, after in pairwise(quarters):
        assert after.start == before.end + timedelta(days=1)
        assert after.number == before.number % 4 + 1
        assert after.fiscal_year == before.fiscal_year + (before.number == 4)
    assert all(
        (q.end - q.start).days + 1 in {90, 91, 92, 98} for q in quarters if calendar.year_end.name != "MONTH_END"
    )
    assert all(q.closes == (q.number == 4) for q in quarters)
    assert all(nominal_month(q.end) == q.month and calendar.quarter_ending(q.end) == q for q in quarters)


@given(CALENDARS, st.dates(date(1995, 1, 1), date(2035, 1, 1)))
def test_the_quarter_that_ended_before_a_day_is_the_latest_such(calendar, day):
    quarter = calendar.quarter_ended_before(day)
    assert quarter.end < day <= calendar.quarter(quarter.month.plus(3)).end


def test_a_day_on_which_no_quarter_ends_is_refused_with_the_nearest():
    with pytest.raises(InvalidInput, match="nearest ends on 2023-07-02"):
        FiscalCalendar(12, YearEnd.NEAREST, SUNDAY).quarter_ending(date(2023, 6, 30))
    with pytest.raises(InvalidInput, match="every third month"):
        FiscalCalendar(12).quarter_ending(date(2023, 5, 31))
