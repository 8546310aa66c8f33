"""Purchases and sales in the market by window, on lines made by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.ownership.insiders import insider_activity, open_market_lines
from tests.ownership.trades import amendment, frame, instant, line, sale


def activity(*rows, as_of=None, days=30, **more) -> dict[str, object]:
    found = insider_activity(frame(*rows), as_of=as_of or instant(20), days=(days,), **more)
    return found.row(0, named=True) if found.height else {}


def test_bought_less_sold_by_hand():
    got = activity(
        line("a"), line("a", 2, shares=50.0, price=11.0), sale("b", owner_ciks=[71], shares=30.0, price=12.0)
    )
    assert (got["purchases"], got["sales"], got["buyers"], got["sellers"]) == (2, 1, 1, 1)
    assert (got["shares_bought"], got["shares_sold"], got["net_shares"]) == (150, 30, 120)
    assert (got["value_bought"], got["value_sold"], got["net_value"]) == (1550, 360, 1190)


@pytest.mark.parametrize("code", ["A", "M", "F", "G", "C", "J", "X", "D", "W"])
def test_gifts_exercises_grants_and_withholdings_are_no_purchases(code):
    """Failure case 28."""
    assert activity(line("a", code=code)) == {}


@pytest.mark.parametrize("told", [{"derivative": True}, {"kind": "holding"}, {"equity_swap": True}])
def test_nor_are_options_holdings_and_swaps(told):
    """Failure case 28: the derivative table."""
    assert activity(line("a", **told)) == {}


def test_tranches_with_the_same_date_and_price_all_count():
    """Failure case 28."""
    assert activity(line("a"), line("a", 2), line("a", 3))["shares_bought"] == 300


def test_the_window_goes_by_the_day_of_the_transaction():
    as_of = instant(2, month=4)
    first = date(2024, 4, 2) - timedelta(days=29)
    assert activity(line("a", transaction_date=first), as_of=as_of)["purchases"] == 1
    assert activity(line("a", transaction_date=first - timedelta(days=1)), as_of=as_of) == {}
    assert activity(line("a", transaction_date=first - timedelta(days=1)), as_of=as_of, days=90)["purchases"] == 1


def test_a_line_counts_from_the_microsecond_it_was_known():
    before = instant(5) - timedelta(microseconds=1)
    assert activity(line("a"), as_of=before) == {}
    assert activity(line("a"), as_of=instant(5))["purchases"] == 1


def test_an_amendment_replaces_from_its_own_instant_on():
    rows = (line("a", shares=1000.0), amendment("b", shares=100.0))
    assert activity(*rows, as_of=instant(12) - timedelta(microseconds=1))["shares_bought"] == 1000
    assert activity(*rows, as_of=instant(12))["shares_bought"] == 100


def test_doubtful_lines_are_left_out_and_counted_unless_asked_for():
    doubtful = line("b", status="suspect", reasons="price_by_footnote", price=None)
    got = activity(line("a"), doubtful)
    assert (got["shares_bought"], got["doubtful"]) == (100, 1)
    asked = activity(line("a"), doubtful, suspect=True)
    assert (asked["shares_bought"], asked["value_bought"], asked["net_value"]) == (200, None, None)


def test_joint_filers_are_one_buyer_and_those_connected_by_a_third_form_too():
    """Failure case 28."""
    joint = line("a", owner_ciks=[70, 71])
    alone = line("b", owner_ciks=[71], shares=5.0)
    chained = line("c", owner_ciks=[71, 72], shares=6.0)
    stranger = line("d", owner_ciks=[80], shares=7.0)
    got = activity(joint, alone, chained, stranger)
    assert (got["buyers"], got["shares_bought"]) == (2, 118)


def test_a_line_that_a_fund_and_its_partner_both_report_counts_once():
    fund = line("a", owned_after=900.0)
    partner = line("b", owner_ciks=[71], owned_after=900.0, direct=False)
    assert activity(fund, partner)["shares_bought"] == 100
    # Two who bought as many on the same day, each directly, are two.
    assert activity(fund, line("b", owner_ciks=[71], owned_after=900.0))["shares_bought"] == 200


@pytest.mark.parametrize(("last", "buyers"), [(date(2024, 3, 15), 3), (date(2024, 3, 18), 2)])
def test_three_buyers_within_ten_sessions_are_a_cluster(last, buyers):
    """4 to 15 March are ten sessions; the 18th is the eleventh."""
    bought = (line("a"), line("b", owner_ciks=[71], shares=2.0), line("c", owner_ciks=[72], transaction_date=last))
    rows = [row | {"known_at": instant(19), "filed_date": date(2024, 3, 19)} for row in bought]
    got = activity(*rows)
    assert (got["cluster_buyers"], got["cluster"]) == (buyers, buyers >= 3)


def test_a_purchase_on_a_sunday_counts_with_the_next_session():
    assert activity(line("a", transaction_date=date(2024, 3, 3)))["cluster_buyers"] == 1


def test_an_instant_without_zone_is_refused():
    with pytest.raises(InvalidInput):
        insider_activity(frame(line("a")), as_of=datetime(2024, 3, 5))  # noqa: DTZ001 - the point


LINES = st.builds(
    line,
    st.sampled_from("abcdef"),
    shares=st.floats(1, 1e6),
    owner_ciks=st.lists(st.integers(70, 75), min_size=1, max_size=2, unique=True),
    known_at=st.integers(5, 25).map(instant),
    transaction_date=st.integers(1, 5).map(lambda day: date(2024, 3, day)),
    form=st.sampled_from(["4", "4/A"]),
    original_filed_date=st.just(date(2024, 3, 5)),
)


@settings(max_examples=12)
@given(st.lists(LINES, max_size=6, unique_by=lambda row: row["accession"]), st.integers(5, 25))
def test_what_is_learnt_later_and_the_order_of_rows_change_nothing(rows, day):
    whole, known = frame(*rows), frame(*(row for row in rows if row["known_at"] <= instant(day)))
    expected = insider_activity(known, as_of=instant(day))
    assert insider_activity(whole, as_of=instant(day)).equals(expected)
    lines = open_market_lines(whole.reverse(), as_of=instant(day))
    assert lines.equals(open_market_lines(known, as_of=instant(day)))
