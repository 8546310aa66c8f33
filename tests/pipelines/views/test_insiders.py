"""The view of insiders: by hand, against `insider_activity` on a lake cut at each close, and without the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.lake import Lake
from edgewise.lake.leaks import copy_known
from edgewise.ownership.insiders import insider_activity
from edgewise.pipelines.views.insiders import insiders_view, known_since
from tests.ownership.trades import amendment, frame, instant, line, sale
from tests.pipelines.views.listed import peers

MARCH = sessions(date(2024, 3, 1), date(2024, 3, 28))
FIELDS = ("buyers", "sellers", "net_value", "cluster_buyers")
NOTHING = (0, 0, 0.0, 0)


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def worth(listed: pl.DataFrame, usd: float | None = 1e6) -> pl.DataFrame:
    return listed.select("instrument_id", "session", market_value=pl.lit(usd, pl.Float64))


def view(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    return insiders_view(lake, listed, market_values=worth(listed))


def on(rows: pl.DataFrame, session: date, cik: int = 7):
    got = rows.filter(pl.col("session") == session, pl.col("instrument_id") == f"{cik:010d}-01").select(FIELDS).rows()
    return got[0] if got else None


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    """The same, each session by itself, from all forms about each company that were known at its close."""
    rows = []
    for session, cik, name in listed.select("session", "cik", "instrument_id").sort("session", "cik").iter_rows():
        close = session_close(session)
        known = lake.history(INSIDER_TRADES, as_of=close).filter(
            (pl.col("issuer_cik") == cik) & (pl.col("known_at") >= known_since(session))
        )
        if known.is_empty():
            continue
        found = insider_activity(known, as_of=close, days=(90,))
        row = found.row(0, named=True) if found.height else dict.fromkeys(FIELDS, 0) | {"purchases": 1}
        trusted = row["purchases"] + row.get("sales", 0) > 0 or row["doubtful"] == 0
        told = {field: row[field] if trusted else None for field in FIELDS}
        rows.append({"instrument_id": name, "session": session, "observed_on": session} | told)
    schema = {"instrument_id": pl.String, "session": pl.Date, "observed_on": pl.Date}
    counts = {name: pl.Float64 if name == "net_value" else pl.Int64 for name in FIELDS}
    return pl.DataFrame(rows, schema=schema | counts)


def test_bought_less_sold_from_the_first_close_at_which_the_form_was_known(lake):
    """The form of 4 March came on 5 March at 22:00 UTC, after the close: the session of the 6th is the first."""
    lake.append(INSIDER_TRADES, frame(line("a"), sale("b", owner_ciks=[71], shares=30.0, known_at=instant(5, 20))))
    got = view(lake, peers(MARCH, 7))
    assert on(got, date(2024, 3, 4)) is None
    assert on(got, date(2024, 3, 5)) == (0, 1, -300.0, 0)
    assert on(got, date(2024, 3, 6)) == (1, 1, 700.0, 1)
    row = got.row(0, named=True)
    assert (row["observed_on"], row["market_value"]) == (date(2024, 3, 5), 1e6)


def test_who_reports_and_did_nothing_has_zeros_and_who_was_never_seen_no_row(lake):
    lake.append(INSIDER_TRADES, frame(line("a", code="A"), line("b", issuer_cik=8, kind="none", status="absent")))
    got = view(lake, peers(MARCH, 7, 8, 9))
    last = MARCH[-1]
    assert (on(got, last, 7), on(got, last, 8), on(got, last, 9)) == (NOTHING, NOTHING, None)


def test_a_trade_leaves_after_ninety_days(lake):
    """4 March is day 1 and 1 June day 90, a Saturday: the 31st of May is the last session, 3 June the first without."""
    lake.append(INSIDER_TRADES, frame(line("a")))
    got = view(lake, peers(sessions(date(2024, 5, 28), date(2024, 6, 4)), 7))
    assert on(got, date(2024, 5, 31))[0] == 1
    assert on(got, date(2024, 6, 3)) == NOTHING


def test_a_late_form_counts_from_when_it_was_known(lake):
    lake.append(INSIDER_TRADES, frame(line("a", transaction_date=date(2024, 1, 5), known_at=instant(20, 15))))
    got = view(lake, peers(MARCH, 7))
    assert [on(got, day) for day in (date(2024, 3, 19), date(2024, 3, 20))] == [None, (1, 0, 1000.0, 1)]


def test_a_form_known_at_the_close_counts_at_that_close(lake):
    at = session_close(date(2024, 3, 20))
    lake.append(INSIDER_TRADES, frame(line("a"), sale("b", shares=40.0, owner_ciks=[71], known_at=at)))
    got = view(lake, peers(MARCH, 7))
    assert [on(got, date(2024, 3, day)) for day in (19, 20)] == [(1, 0, 1000.0, 1), (1, 1, 600.0, 1)]


def test_an_amendment_replaces_from_its_own_close_on(lake):
    lake.append(INSIDER_TRADES, frame(line("a", shares=1000.0), amendment("b", shares=100.0, known_at=instant(12, 15))))
    got = view(lake, peers(MARCH, 7))
    assert [on(got, day)[2] for day in (date(2024, 3, 11), date(2024, 3, 12))] == [10_000.0, 1000.0]


def test_an_amendment_may_say_that_it_was_a_gift(lake):
    """Its line is none of the market, and yet takes one away."""
    lake.append(INSIDER_TRADES, frame(line("a"), amendment("b", code="G", known_at=instant(12, 15))))
    got = view(lake, peers(MARCH, 7))
    assert [on(got, date(2024, 3, day)) for day in (11, 12)] == [(1, 0, 1000.0, 1), NOTHING]


def test_an_amendment_of_a_form_without_trades_is_not_without_its_original(lake):
    """A 4/A adds a purchase to a form that told a grant: without that form, the line would be in doubt."""
    grant = line("a", code="A", shares=7.0)
    old = {"known_at": instant(5, month=1), "filed_date": date(2024, 1, 5), "transaction_date": date(2024, 1, 4)}
    lake.append(INSIDER_TRADES, frame(line("0", code="A", **old), grant, amendment("b", shares=50.0)))
    assert on(view(lake, peers(MARCH, 7)), MARCH[-1]) == (1, 0, 500.0, 1)


def test_a_line_that_was_told_anew_is_what_it_was_told_last(lake):
    """A later version of the same line says that it was a gift: the first one must not come back."""
    lake.append(INSIDER_TRADES, frame(line("a"), line("a", code="G", known_at=instant(12, 15))))
    got = view(lake, peers(MARCH, 7))
    assert [on(got, date(2024, 3, day)) for day in (11, 12)] == [(1, 0, 1000.0, 1), NOTHING]


def test_who_once_reported_together_is_one_buyer(lake):
    """Long before, owners 70 and 71 filed one form: what they buy apart now, one party buys."""
    joint = line("0", code="A", owner_ciks=[70, 71], known_at=instant(5, month=1), transaction_date=date(2024, 1, 4))
    apart = [line("a"), line("b", owner_ciks=[71], shares=50.0)]
    lake.append(INSIDER_TRADES, frame(joint, *apart))
    assert on(view(lake, peers(MARCH, 7)), MARCH[-1])[0] == 1


def test_planned_sales_are_sales_and_gifts_options_and_tranches_are_what_they_are(lake):
    """Failure case 28."""
    planned = sale("b", owner_ciks=[71], plan=True, plan_noted=True, shares=20.0)
    rows = (planned, line("a"), line("a", 2), line("c", code="G"), line("d", derivative=True), line("e", code="M"))
    lake.append(INSIDER_TRADES, frame(*rows))
    assert on(view(lake, peers(MARCH, 7)), MARCH[-1]) == (1, 1, 1800.0, 1)


def test_the_issuer_of_the_form_counts_not_who_filed_it(lake):
    """Failure case 27: a fund that is listed itself reports on company 7."""
    lake.append(INSIDER_TRADES, frame(line("a", owner_ciks=[8])))
    got = view(lake, peers(MARCH, 7, 8))
    assert (on(got, MARCH[-1], 7), on(got, MARCH[-1], 8)) == ((1, 0, 1000.0, 1), None)


def test_a_price_that_is_not_known_leaves_the_value_unknown(lake):
    lake.append(INSIDER_TRADES, frame(line("a", price=None)))
    assert on(view(lake, peers(MARCH, 7)), MARCH[-1]) == (1, 0, None, 1)


def test_where_only_doubtful_lines_stand_nothing_is_known(lake):
    """Law 3: zero would say that nobody traded."""
    lake.append(INSIDER_TRADES, frame(line("a", status="suspect", reasons="price_implausible")))
    got = view(lake, peers(sessions(date(2024, 3, 28), date(2024, 6, 28)), 7))
    assert on(got, MARCH[-1]) == (None, None, None, None)
    assert on(got, date(2024, 6, 28)) == NOTHING


def test_every_class_of_a_company_has_its_row_and_its_own_market_value(lake):
    lake.append(INSIDER_TRADES, frame(line("a")))
    listed = peers(MARCH[-1:], 7, classes=2)
    got = insiders_view(lake, listed, market_values=worth(listed.head(1)))
    assert got["buyers"].to_list() == [1, 1]
    assert got["market_value"].to_list() == [1e6, None]


def test_forms_from_before_the_year_before_do_not_count(lake):
    old = {"known_at": datetime(2022, 12, 31, tzinfo=UTC), "transaction_date": date(2022, 12, 30)}
    lake.append(INSIDER_TRADES, frame(line("a", **old)))
    assert view(lake, peers([date(2024, 1, 2)], 7)).is_empty()
    assert on(view(lake, peers([date(2023, 12, 29)], 7)), date(2023, 12, 29)) == NOTHING


def test_a_lake_without_forms_and_no_sessions_give_no_rows(lake):
    assert view(lake, peers(MARCH, 7)).is_empty()
    assert view(lake, peers([], 7)).columns == [
        *("instrument_id", "session", "observed_on", *FIELDS),
        "market_value",
    ]


DAYS = st.dates(date(2023, 11, 20), date(2024, 3, 28))


@st.composite
def forms(draw):
    """A form of one to three lines, some of them amendments; days so near to each other that windows are crossed."""
    number, traded = draw(st.integers(0, 999_999)), draw(DAYS)
    known = datetime(traded.year, traded.month, traded.day, tzinfo=UTC) + timedelta(
        days=draw(st.integers(0, 40)), hours=draw(st.sampled_from([15, 21, 23]))
    )
    head = {"issuer_cik": draw(st.sampled_from([7, 8])), "owner_ciks": draw(st.sampled_from([[70], [71], [70, 72]]))}
    head |= {"known_at": known, "filed_date": known.date(), "period_end": draw(st.sampled_from([None, traded]))}
    if draw(st.booleans()):
        head |= {"form": "4/A", "original_filed_date": known.date() - timedelta(days=draw(st.integers(0, 20)))}
    lines = []
    for place in range(1, draw(st.integers(1, 3)) + 1):
        told = {"code": draw(st.sampled_from(["P", "S", "A"])), "shares": draw(st.sampled_from([100.0, 50.0]))}
        told |= {"price": draw(st.sampled_from([10.0, None])), "status": draw(st.sampled_from(["ok", "ok", "suspect"]))}
        told |= {"transaction_date": draw(st.sampled_from([traded, traded, None])), "direct": draw(st.booleans())}
        lines.append(line(f"0000000001-24-{number:06d}", place, **head | told))
    if draw(st.integers(0, 4)) == 0:
        lines.append(lines[-1] | {"known_at": known + timedelta(days=3), "code": "P", "shares": 70.0})
    return lines


@settings(max_examples=20)
@given(st.lists(forms(), max_size=14, unique_by=lambda lines: lines[0]["accession"]))
def test_it_says_what_the_lake_cut_at_each_close_says(filed):
    rows = [line for lines in filed for line in lines]
    listed = peers(sessions(date(2024, 2, 27), date(2024, 3, 28))[::3], 7, 8)
    with TemporaryDirectory() as folder:
        lake = Lake(folder)
        lake.append(INSIDER_TRADES, frame(*rows))
        got = view(lake, listed).drop("market_value")
        some = listed.filter(pl.col("session").is_in(got["session"].unique().sort()[-4:].implode()))
        expected = slowly(lake, some)
        assert_frame_equal(got.join(expected, on=["session"], how="semi"), expected, check_row_order=False)


@settings(max_examples=10)
@given(st.lists(forms(), min_size=3, max_size=14, unique_by=lambda lines: lines[0]["accession"]))
def test_what_becomes_known_later_changes_nothing_and_sessions_may_be_asked_apart(filed):
    days = sessions(date(2024, 3, 4), date(2024, 3, 14))[::2]
    with TemporaryDirectory() as folder, TemporaryDirectory() as copy:
        lake = Lake(folder)
        lake.append(INSIDER_TRADES, frame(*(line for lines in filed for line in lines)))
        cut = copy_known(lake, copy, session_close(days[-1]), [INSIDER_TRADES], {})
        whole = view(lake, peers(days, 7, 8))
        assert_frame_equal(view(cut, peers(days, 7, 8)), whole)
        apart = pl.concat([view(lake, peers([day], 7, 8)) for day in days])
        assert_frame_equal(apart, whole)
