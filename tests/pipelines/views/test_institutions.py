"""The view of institutions: by hand, against `institutional_ownership` on a lake cut at each close, and time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables_fundamentals import SHARE_COUNTS
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.lake import Lake
from edgewise.lake.leaks import copy_known
from edgewise.ownership.institutions import identify_cusips, institutional_ownership, lines_held, positions
from edgewise.pipelines.views.institutions import institutions_view, newest_complete_quarter
from tests.ownership.test_institutions import APPLE, CISCO, GOOGLE, Q2, Q3, Q4, at, line, report
from tests.pipelines.views.listed import peers

CIKS = {APPLE: 1, CISCO: 2, GOOGLE: 3}
NOVEMBER = sessions(date(2023, 11, 13), date(2023, 11, 30))
FIRST = date(2023, 11, 15)  # the third quarter was due on 14 November
LONG_AGO = at(1, 2)
COUNTS = ("holders", "shares", "opened", "closed", "managers_both", "shares_before")
TABLES = (HOLDING_REPORTS, HOLDINGS, CUSIPS, SHARE_COUNTS)


def named(cusip: str, cik: int, known_at: datetime = LONG_AGO, classed: int = 1) -> dict[str, object]:
    told = {"cusip": cusip, "valid_from": date(1990, 1, 2), "source_url": "", "known_at": known_at}
    return told | {"instrument_id": f"{cik:010d}-{classed:02d}"}


def counted(cik: int, shares: float | None, known_at: datetime, **told) -> dict[str, object]:
    row = {"cik": cik, "counted_on": known_at.date(), "shares": shares, "status": "ok", "known_at": known_at}
    return dict.fromkeys(SHARE_COUNTS.schema) | row | told


def filed(manager: int, period: date, known_at: datetime, /, *, accession: str = "", **held):
    """A report of a manager and its lines: shares by CUSIP, the names of which follow `c_`."""
    name = accession or f"{manager}-{period}"
    shares = {cusip: held.pop(key) for cusip, key in ((APPLE, "apple"), (CISCO, "cisco"), (GOOGLE, "google"))
              if key in held}  # fmt: skip
    lines = [
        line(name, known_at, cusip, amount, number, period=period, manager=manager)
        for number, (cusip, amount) in enumerate(shares.items(), start=1)
    ]
    return report(name, known_at, period=period, manager=manager, **held), lines


def fill(lake: Lake, *reports, links=None, counts=()) -> Lake:
    lake.upsert(HOLDING_REPORTS, HOLDING_REPORTS.frame([one for one, _ in reports]))
    lake.upsert(HOLDINGS, HOLDINGS.frame([each for _, lines in reports for each in lines]))
    lake.upsert(CUSIPS, CUSIPS.frame([named(*pair) for pair in CIKS.items()] if links is None else links))
    lake.upsert(SHARE_COUNTS, SHARE_COUNTS.frame(list(counts)))
    return lake


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def on(rows: pl.DataFrame, session: date, cik: int = 1, fields=COUNTS):
    got = rows.filter(pl.col("session") == session, pl.col("instrument_id") == f"{cik:010d}-01").select(fields).rows()
    return got[0] if got else None


TWO_QUARTERS = (
    filed(1, Q2, at(8, 1), apple=100, cisco=10),
    filed(2, Q2, at(8, 1), cisco=20),
    filed(1, Q3, at(11, 1), apple=150),
    filed(2, Q3, at(11, 1), apple=30, cisco=20),
)


def test_a_quarter_counts_once_all_reports_were_due():
    """45 days after 30 September is 14 November; 45 after 31 December 2023 is 14 February."""
    got = [newest_complete_quarter(date(2023, 11, day)) for day in (14, 15)]
    assert got == [Q2, Q3]
    assert newest_complete_quarter(date(2024, 2, 14)) == Q3
    assert newest_complete_quarter(date(2024, 2, 15)) == Q4


def test_who_opened_and_closed_and_what_is_held_by_hand(lake):
    """Apple: manager 1 keeps, 2 opens. Cisco: 1 closes, 2 keeps. Both reported on both quarters."""
    got = institutions_view(fill(lake, *TWO_QUARTERS), peers(NOVEMBER, 1, 2, 3))
    assert on(got, FIRST, 1) == (2, 180, 1, 0, 2, 100)
    assert on(got, FIRST, 2) == (1, 20, 0, 1, 2, 30)
    assert on(got, FIRST, 3) is None
    assert got.filter(pl.col("session") == FIRST)["observed_on"].to_list() == [Q3, Q3]
    before = got.filter(pl.col("session") == date(2023, 11, 14))
    assert before["observed_on"].unique().to_list() == [Q2]


def test_failure_case_29_a_restatement_and_new_holdings_count_from_their_close_on(lake):
    more = (
        filed(1, Q3, at(11, 17, 23), accession="r", form="13F-HR/A", amendment="RESTATEMENT", apple=90),
        filed(2, Q3, at(11, 21), accession="n", form="13F-HR/A", amendment="NEW HOLDINGS", google=7),
    )
    got = institutions_view(fill(lake, *TWO_QUARTERS, *more), peers(NOVEMBER, 1, 3))
    assert [on(got, date(2023, 11, day), 1)[1] for day in (16, 17, 20)] == [180, 180, 120]
    assert [on(got, date(2023, 11, day), 3) for day in (20, 21)] == [None, (1, 7, 1, 0, 2, None)]


def test_a_late_report_counts_when_it_comes_and_changes_who_is_compared(lake):
    """Manager 3 reports late on the third quarter, and had reported on the second: Apple is closed, and it counts."""
    more = (filed(3, Q2, at(8, 1), apple=50), filed(3, Q3, at(11, 22), cisco=1))
    got = institutions_view(fill(lake, *TWO_QUARTERS, *more), peers(NOVEMBER, 1, 2))
    assert [on(got, date(2023, 11, day), 1) for day in (21, 22)] == [(2, 180, 1, 0, 2, 150), (2, 180, 1, 1, 3, 150)]
    assert on(got, date(2023, 11, 22), 2) == (2, 21, 1, 1, 3, 30)


def test_a_report_known_at_the_close_counts_at_that_close(lake):
    late = filed(3, Q3, session_close(date(2023, 11, 22)), apple=50)
    got = institutions_view(fill(lake, *TWO_QUARTERS, late), peers(NOVEMBER, 1))
    assert [on(got, date(2023, 11, day), 1, ("shares",)) for day in (21, 22)] == [(180,), (230,)]


def test_puts_principal_notices_and_reports_in_confidence(lake):
    """Failure case 29."""
    put = line("4", at(11, 1), APPLE, 999, manager=4, put_call="Put")
    principal = line("4", at(11, 1), APPLE, 999, 2, manager=4, amount_kind="PRN")
    odd = (report("4", at(11, 1), manager=4), [put, principal])
    notice = (report("5", at(11, 1), manager=5, form="13F-NT"), [])
    hidden = (filed(6, Q2, at(8, 1), cisco=5), filed(6, Q3, at(11, 1), confidential=True, apple=1))
    got = institutions_view(fill(lake, *TWO_QUARTERS, odd, notice, *hidden), peers(NOVEMBER, 1))
    assert on(got, FIRST, 1) == (3, 181, 1, 0, 2, 100)


def test_shares_outstanding_are_those_known_at_the_end_of_each_quarter(lake):
    """The count of October is of the quarter before its report, but nobody knew it on 30 September."""
    counts = (counted(1, 800.0, at(5, 1)), counted(1, 1000.0, at(8, 1)), counted(1, 2000.0, at(10, 30)))
    got = institutions_view(fill(lake, *TWO_QUARTERS, counts=counts), peers(NOVEMBER, 1, 2))
    assert on(got, FIRST, 1, ("outstanding", "outstanding_before")) == (1000.0, 800.0)
    assert on(got, FIRST, 2, ("outstanding", "outstanding_before")) == (None, None)


@pytest.mark.parametrize("told", [{"status": "suspect", "reasons": "not_on_cover"}, {"shares": None}])
def test_a_count_in_doubt_or_withdrawn_is_none_and_no_older_one_steps_in(lake, told):
    counts = (counted(1, 800.0, at(5, 1)), counted(1, 1000.0, at(8, 1)) | told)
    got = institutions_view(fill(lake, *TWO_QUARTERS, counts=counts), peers(NOVEMBER, 1))
    assert on(got, FIRST, 1, ("outstanding", "outstanding_before")) == (None, 800.0)


def test_of_several_classes_each_has_its_holders_and_none_a_share(lake):
    """Failure case 31: the count is of the whole company."""
    links = [named(APPLE, 1), named(CISCO, 1, classed=2)]
    full = fill(lake, *TWO_QUARTERS, links=links, counts=(counted(1, 1000.0, at(5, 1)),))
    got = institutions_view(full, peers([FIRST], 1, classes=2))
    assert got["shares"].to_list() == [180, 20]
    assert got["outstanding"].to_list() == [None, None]


def test_a_cusip_names_a_security_from_when_that_was_known(lake):
    got = institutions_view(fill(lake, *TWO_QUARTERS, links=[named(APPLE, 1, at(11, 20))]), peers(NOVEMBER, 1))
    assert [on(got, date(2023, 11, day), 1) is None for day in (17, 20)] == [True, False]


def test_nothing_known_and_nobody_listed_give_no_rows(lake):
    assert institutions_view(lake, peers(NOVEMBER, 1)).is_empty()
    assert institutions_view(lake, peers([], 1)).schema == institutions_view(lake, peers(NOVEMBER, 1)).schema


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    """The same, each session by itself, from all that the lake knew at its close."""
    parts = []
    for session in listed["session"].unique().sort():
        close = session_close(session)
        reports, lines, links = (lake.history(table, as_of=close) for table in (HOLDING_REPORTS, HOLDINGS, CUSIPS))
        shares = lake.history(SHARE_COUNTS, as_of=close).select(
            "known_at", "shares", instrument_id=pl.format("{}-01", pl.col("cik").cast(pl.String).str.zfill(10))
        )
        owned = institutional_ownership(
            identify_cusips(positions(lines_held(reports, lines, close)), links, close),
            reports,
            close,
            shares_outstanding=shares,
        )
        complete = owned.filter("complete")
        newest = complete.filter(pl.col("period_end") == newest_complete_quarter(session))
        before = complete.with_columns(period_end=pl.col("period_end").dt.offset_by("3mo").dt.month_end()).select(
            "instrument_id", "period_end", shares_before="shares", share_before="ownership_share"
        )
        both = newest.join(before, on=["instrument_id", "period_end"], how="left").with_columns(session=pl.lit(session))
        parts.append(both.join(listed, on=["instrument_id", "session"], how="semi"))
    return pl.concat(parts).select(
        *("instrument_id", "session", "holders", "shares", "opened", "closed", "managers_both", "shares_before"),
        *("breadth_change", "ownership_share", "share_before"),
    )


KNOWN = st.sampled_from([date(2023, 8, 1), date(2023, 11, 1), *NOVEMBER[::3]])


@st.composite
def reports(draw, number: int):
    manager, period = draw(st.integers(1, 4)), draw(st.sampled_from([Q2, Q3, Q3, date(2023, 3, 31)]))
    day = draw(KNOWN)
    known = datetime(day.year, day.month, day.day, draw(st.sampled_from([15, 23])), tzinfo=UTC)
    what = draw(st.sampled_from([None, None, "RESTATEMENT", "NEW HOLDINGS"]))
    told = {"amendment": what, "form": "13F-HR/A"} if what else {}
    told |= {"status": draw(st.sampled_from(["ok", "ok", "ok", "suspect"])), "confidential": draw(st.booleans())}
    held = draw(st.dictionaries(st.sampled_from(["apple", "cisco", "google"]), st.integers(0, 99)))
    return filed(manager, period, known, accession=f"a{number}", **told, **held)


WORLDS = st.integers(2, 12).flatmap(lambda many: st.tuples(*(reports(number) for number in range(many))))
COUNTED = (counted(1, 1000.0, at(5, 1)), counted(1, 2000.0, at(8, 1)), counted(2, 50.0, at(3, 1)))


@settings(max_examples=12)
@given(WORLDS)
def test_it_says_what_the_lake_cut_at_each_close_says(world):
    listed = peers(NOVEMBER[1::4], 1, 2, 3)
    with TemporaryDirectory() as folder:
        lake = fill(Lake(folder), *world, counts=COUNTED)
        got = institutions_view(lake, listed)
        share, before = pl.col("shares") / pl.col("outstanding"), pl.col("shares_before") / pl.col("outstanding_before")
        change = pl.when(pl.col("managers_both") > 0).then(
            (pl.col("opened") - pl.col("closed")) / pl.col("managers_both")
        )
        told = got.with_columns(breadth_change=change, ownership_share=share, share_before=before)
        expected = slowly(lake, listed)
        assert_frame_equal(told.select(expected.columns), expected, check_row_order=False, check_dtypes=False)


@settings(max_examples=8)
@given(WORLDS)
def test_what_becomes_known_later_changes_nothing_and_sessions_may_be_asked_apart(world):
    days = NOVEMBER[:8:2]
    with TemporaryDirectory() as folder, TemporaryDirectory() as copy:
        lake = fill(Lake(folder), *world, counts=COUNTED)
        cut = copy_known(lake, copy, session_close(days[-1]), TABLES, {})
        whole = institutions_view(lake, peers(days, 1, 2, 3))
        assert_frame_equal(institutions_view(cut, peers(days, 1, 2, 3)), whole)
        assert_frame_equal(pl.concat([institutions_view(lake, peers([day], 1, 2, 3)) for day in days]), whole)


def test_a_line_that_was_told_anew_as_a_put_is_no_share_any_more(lake):
    """Only the newest version of a line counts, also where an older one would have been of interest."""
    first, [told] = filed(1, Q3, at(11, 1), apple=100)
    again = told | {"put_call": "Put", "known_at": at(11, 20)}
    got = institutions_view(fill(lake, (first, [told, again]), filed(2, Q3, at(11, 1), apple=1)), peers(NOVEMBER, 1))
    assert [on(got, date(2023, 11, day), 1)[1] for day in (17, 20)] == [101, 1]


def test_a_report_about_another_day_of_the_quarter_before_is_the_one_before(lake):
    """A manager that wrote 29 September reported on the third quarter all the same."""
    odd = filed(1, date(2023, 9, 29), at(11, 1), apple=100)
    got = institutions_view(fill(lake, odd, filed(1, Q4, at(2, 1, year=2024), cisco=1)), peers([date(2024, 2, 20)], 1))
    assert on(got, date(2024, 2, 20), 1, ("closed", "managers_both", "holders")) == (1, 1, 0)
