"""Who has left the market, folded beside who is in it. Failure case 31: reused, renamed, delisted, share classes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import INSTRUMENTS
from edgewise.sources.edgar.tickers import UNKNOWN_START, current, fold, identify, resolve, resolve_last
from edgewise.sources.listings.fold import fold_listings
from edgewise.sources.listings.listed import LISTED

FIRST = datetime(2024, 3, 1, 15, tzinfo=UTC)
SECOND = datetime(2024, 9, 2, 15, tzinfo=UTC)
THIRD = datetime(2025, 1, 2, 15, tzinfo=UTC)
TODAY = date(2024, 9, 2)
URL = "https://api.polygon.io/v3/reference/tickers"


def entries(*rows):
    """Return a vintage of the SEC's list: (ticker, cik)."""
    told = [(ticker, cik, f"Company {cik}", "NYSE") for ticker, cik in rows]
    schema = {"ticker": pl.String, "cik": pl.Int64, "company": pl.String, "exchange": pl.String}
    return pl.DataFrame(told, schema=schema, orient="row")


def listed(*rows):
    """Return rows of a provider's list: (ticker, cik, last day or None, share class, kind, when it was told)."""
    told = []
    for row in rows:
        ticker, cik, ended, share_class, kind, told_at = (*row, *(None, None, "CS", None)[len(row) - 2 :])
        told.append((ticker, cik, f"Company {cik}", None, kind, share_class, ended, told_at))
    return pl.DataFrame(told, schema=LISTED, orient="row")


def sec(*rows, at=FIRST, known=None):
    return fold(INSTRUMENTS.empty() if known is None else known, entries(*rows), at)


def folded(known, ended, in_use=None, *, at=SECOND):
    return fold_listings(known, ended, listed() if in_use is None else in_use, at, source_url=URL)


def spans(instruments, ticker):
    """Return the spans of a symbol that are not void: (instrument, first day, last day, registrant)."""
    own = current(instruments).filter(ticker=ticker).sort("valid_from")
    return own.select("instrument_id", "valid_from", "valid_to", "cik").rows()


def test_a_company_that_left_comes_in_under_an_id_of_its_registrant_and_was_not_known_before():
    came = folded(sec(("AAA", 1)), listed(("GONE", 7, date(2012, 5, 4))))
    assert (came.rows, came.securities, came.left_out) == (1, 1, Counter())
    row = came.instruments.row(-1, named=True)
    assert row == {
        "instrument_id": "0000000007-01",
        "ticker": "GONE",
        "valid_from": UNKNOWN_START,
        "valid_to": date(2012, 5, 4),
        "cik": 7,
        "company": "Company 7",
        "exchange": None,
        "source_url": URL,
        "known_at": SECOND,
    }
    then = came.instruments.filter(pl.col("known_at") < SECOND)
    assert then.equals(sec(("AAA", 1)))


def test_failure_case_31_a_symbol_that_another_company_has_now_names_each_in_its_days():
    came = folded(sec(("SNI", 3)), listed(("SNI", 2, date(2018, 3, 6)), ("SNI", 1, date(2007, 12, 31))))
    assert spans(came.instruments, "SNI") == [
        ("0000000001-01", UNKNOWN_START, date(2007, 12, 31), 1),
        ("0000000002-01", date(2008, 1, 1), date(2018, 3, 6), 2),
        ("0000000003-01", date(2018, 3, 7), None, 3),
    ]
    days = [date(2007, 12, 31), date(2008, 1, 2), date(2018, 3, 6), date(2018, 3, 7)]
    asked = pl.DataFrame({"ticker": ["SNI"] * 4, "session": days})
    assert identify(asked, came.instruments)["instrument_id"].str.slice(9, 1).to_list() == ["1", "2", "2", "3"]
    assert [str(resolve(came.instruments, "SNI", day))[9] for day in days] == ["1", "2", "2", "3"]
    # Before the list was fetched the symbol was known to name its holder of today on every day.
    before = came.instruments.filter(pl.col("known_at") < SECOND)
    assert resolve(before, "SNI", date(2007, 12, 31)) == "0000000003-01"


def test_a_void_span_names_nothing_and_is_not_told():
    came = folded(sec(("SNI", 3)), listed(("SNI", 2, date(2018, 3, 6))))
    gone = fold(came.instruments, entries(("X", 3)), THIRD, max_loss=1.0)
    with pytest.raises(NotFound) as nothing:
        resolve(gone, "SNI", date(2025, 6, 2))
    assert nothing.value.advice == "It was in use from 1990-01-02 to 2018-03-06, 2018-03-07 to 2025-01-01."


def test_who_asks_today_for_a_company_that_left_means_the_last_that_had_the_symbol():
    known = folded(sec(("AAA", 1)), listed(("T", 2, date(2018, 3, 6)), ("T", 4, date(2012, 1, 3)))).instruments
    assert resolve_last(known, "T", TODAY) == "0000000002-01"
    assert resolve_last(known, "T", date(2012, 1, 3)) == "0000000004-01"
    assert resolve_last(known, "AAA", TODAY) == "0000000001-01"
    with pytest.raises(NotFound):
        resolve_last(known, "NOBODY", TODAY)


def test_failure_case_31_a_renamed_share_class_stays_one_security():
    in_use = listed(("META", 1, None, "BBG000000001"))
    came = folded(sec(("META", 1)), listed(("FB", 1, date(2022, 6, 8), "BBG000000001")), in_use)
    assert came.securities == 0
    assert spans(came.instruments, "FB") == [("0000000001-01", UNKNOWN_START, date(2022, 6, 8), 1)]
    assert spans(came.instruments, "META") == [("0000000001-01", UNKNOWN_START, None, 1)]


def test_a_chain_of_renamings_of_a_company_that_left_is_one_security():
    chain = listed(("A", 5, date(2005, 1, 3), "BBG00000000A"), ("B", 5, date(2012, 1, 3), "BBG00000000A"))
    known = folded(sec(("AAA", 1)), chain).instruments
    assert {row[0] for ticker in "AB" for row in spans(known, ticker)} == {"0000000005-01"}


def test_a_share_class_that_a_successor_took_over_stays_one_security_with_both_registrants():
    in_use = listed(("GOOG", 2, None, "BBG000000001"))
    came = folded(sec(("GOOG", 2)), listed(("GOOG", 1, date(2015, 10, 2), "BBG000000001")), in_use)
    assert spans(came.instruments, "GOOG") == [
        ("0000000002-01", UNKNOWN_START, date(2015, 10, 2), 1),
        ("0000000002-01", date(2015, 10, 3), None, 2),
    ]


def test_without_share_classes_a_symbol_of_the_same_type_that_took_the_place_of_another_is_its_renaming():
    in_use = listed(("META", 1, None))
    assert folded(sec(("META", 1)), listed(("FB", 1, date(2022, 6, 8))), in_use).securities == 0
    both = listed(("XYZ", 1, None), ("XYZ-PA", 1, None, None, "PFD"))
    old = listed(("ABC", 1, date(2020, 1, 3)), ("ABC-PA", 1, date(2020, 1, 3), None, "PFD"))
    known = folded(sec(("XYZ", 1), ("XYZ-PA", 1)), old, both).instruments
    assert [spans(known, one)[0][0] for one in ("ABC", "ABC-PA")] == ["0000000001-01", "0000000001-02"]


@pytest.mark.parametrize(
    ("in_use", "ended"),
    [
        (("NEW", 1, None), ("OLDW", 1, date(2022, 6, 8), None, "WARRANT")),  # another type
        (("ABC", 1, None), ("ABC-B", 1, date(2022, 6, 8))),  # a class beside it
        (("ABC", 1, None), ("ABCL", 1, date(2022, 6, 8))),
        (("CHK", 1, None, "BBG00000000B"), ("OLD", 1, date(2022, 6, 8), "BBG00000000A")),  # the old shares were void
        (("NEW", 1, None, None, None), ("OLD", 1, date(2022, 6, 8), None, None)),  # nobody tells the type
    ],
)
def test_two_classes_are_never_one_security(in_use, ended):
    known = folded(sec((in_use[0], 1)), listed(ended), listed(in_use)).instruments
    assert spans(known, ended[0])[0][0] == "0000000001-02"
    assert spans(known, in_use[0])[0][0] == "0000000001-01"


def test_a_security_that_had_another_symbol_took_the_place_of_no_third():
    figi = "BBG000000001"
    ended = listed(("OLD", 1, date(2022, 6, 8), figi), ("ODD", 1, date(2022, 6, 8)))
    known = folded(sec(("NEW", 1)), ended, listed(("NEW", 1, None, figi))).instruments
    assert [spans(known, one)[0][0] for one in ("OLD", "ODD")] == ["0000000001-01", "0000000001-02"]


def test_a_share_class_that_names_two_securities_is_not_believed():
    figi = "BBG000000001"
    day = date(2012, 1, 3)
    twins = folded(sec(("AAA", 1)), listed(("X", 2, day, figi), ("X-B", 2, day, figi))).instruments
    assert [spans(twins, one)[0][0] for one in ("X", "X-B")] == ["0000000002-01", "0000000002-02"]
    two_in_use = listed(("AAA", 1, None, figi), ("AAB", 1, None, figi))
    known = folded(sec(("AAA", 1), ("AAB", 1)), listed(("OLD", 1, day, figi)), two_in_use).instruments
    assert spans(known, "OLD")[0][0] == "0000000001-03"


def test_of_two_registrants_with_one_symbol_and_day_the_one_told_last_counts():
    day, then, later = date(2012, 1, 3), datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    came = folded(sec(("AAA", 1)), listed(("T", 8, day, None, "CS", then), ("T", 9, day, None, "CS", later)))
    assert [row[3] for row in spans(came.instruments, "T")] == [9]
    assert came.left_out == {"ticker_of_two": 1}


def test_what_contradicts_the_secs_lists_is_left_out_and_counted():
    known = sec(("B", 2), ("C", 3), at=SECOND, known=sec(("A", 1), ("B", 2)))
    ended = listed(
        ("B", 2, date(2020, 1, 3)),  # the SEC lists it
        ("C", 9, date(2024, 9, 2)),  # the SEC's list has shown another with it since that day
        ("D", 9, date(2031, 1, 3)),
        ("E", 9, date(1980, 1, 3)),
    )
    came = folded(known, ended, at=SECOND)
    assert came.left_out == {"still_listed": 1, "overlaps": 1, "not_over": 1, "too_early": 1}
    assert came.rows == 0


def test_the_day_that_a_provider_tells_is_the_last_where_the_secs_list_only_showed_that_a_symbol_was_gone():
    known = sec(("A", 1), at=SECOND, known=sec(("A", 1), ("B", 2)))
    assert spans(known, "B") == [("0000000002-01", UNKNOWN_START, date(2024, 9, 1), 2)]
    came = folded(known, listed(("B", 2, date(2024, 6, 14))))
    assert spans(came.instruments, "B") == [("0000000002-01", UNKNOWN_START, date(2024, 6, 14), 2)]
    assert (came.rows, came.securities) == (1, 0)


def test_a_former_life_of_a_symbol_is_the_same_security():
    known = sec(("A", 1), ("B", 2), at=SECOND, known=sec(("A", 1)))
    came = folded(known, listed(("B", 2, date(2019, 1, 3))))
    assert spans(came.instruments, "B") == [
        ("0000000002-01", UNKNOWN_START, date(2019, 1, 3), 2),
        ("0000000002-01", date(2024, 9, 2), None, 2),
    ]


def test_who_has_a_symbol_again_after_another_had_it_has_two_spans():
    came = folded(sec(("A", 1)), listed(("A", 1, date(2010, 1, 4)), ("A", 2, date(2015, 1, 5))))
    assert spans(came.instruments, "A") == [
        ("0000000001-01", UNKNOWN_START, date(2010, 1, 4), 1),
        ("0000000002-01", date(2010, 1, 5), date(2015, 1, 5), 2),
        ("0000000001-01", date(2015, 1, 6), None, 1),
    ]


def test_a_registrant_has_no_more_securities_than_an_id_has_room_for():
    many = listed(*((f"E{number}", 5, date(2012, 1, 3)) for number in range(101)))
    came = folded(sec(("AAA", 1)), many)
    assert (came.securities, came.left_out) == (99, {"too_many_classes": 2})


def test_a_symbol_that_comes_back_on_the_secs_list_is_the_security_it_was():
    came = folded(sec(("AAA", 1)), listed(("B", 2, date(2019, 1, 3)))).instruments
    back = fold(came, entries(("AAA", 1), ("B", 2)), THIRD)
    assert [row[0] for row in spans(back, "B")] == ["0000000002-01", "0000000002-01"]


def test_an_instant_before_what_is_known_is_refused():
    with pytest.raises(InvalidInput):
        folded(sec(("AAA", 1), at=SECOND), listed(), at=FIRST)


TICKERS, CIKS = st.sampled_from(["A", "AB", "A-B", "AW", "C", "CD"]), st.integers(1, 4)
DAYS = st.dates(date(2019, 12, 30), date(2020, 1, 6))
FIGIS = st.sampled_from([None, None, "BBG000000001", "BBG000000002"])
KINDS = st.sampled_from(["CS", "CS", "WARRANT", None])
TOLD = st.sampled_from([None, datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)])
ENDED = st.lists(st.tuples(TICKERS, CIKS, DAYS, FIGIS, KINDS, TOLD), max_size=10)
IN_USE = st.dictionaries(TICKERS, st.tuples(CIKS, FIGIS, KINDS), min_size=1)


@given(IN_USE, ENDED, st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_rows_and_the_same_again_adds_none(in_use, ended, random):
    known, active = sec(*((ticker, told[0]) for ticker, told in in_use.items())), _active(in_use)
    shuffled = random.sample(ended, len(ended))
    one, other = folded(known, listed(*ended), active), folded(known, listed(*shuffled), active[::-1])
    order = ["instrument_id", "ticker", "valid_from", "known_at"]
    assert one.instruments.sort(order).equals(other.instruments.sort(order))
    assert one.left_out == other.left_out
    assert folded(one.instruments, listed(*ended), active, at=THIRD).rows == 0


@given(IN_USE, ENDED)
def test_every_symbol_names_one_security_a_day_and_all_that_came_their_own_on_their_last(in_use, ended):
    came = folded(sec(*((ticker, told[0]) for ticker, told in in_use.items())), listed(*ended), _active(in_use))
    left = current(came.instruments).filter(pl.col("valid_to").is_not_null())
    assert came.left_out.total() + left.height >= len({(ticker, cik) for ticker, cik, *_ in ended})
    for name, ticker, last in left.select("instrument_id", "ticker", "valid_to").iter_rows():
        assert resolve(came.instruments, ticker, last) == name
    for ticker in current(came.instruments)["ticker"].unique():
        own = spans(came.instruments, ticker)
        assert all(one[2] is not None and one[2] < other[1] for one, other in pairwise(own))
    # A security is one class: no two of its symbols end on one day, and each id is of a registrant's own numbers.
    assert left.select("instrument_id", "valid_to").is_duplicated().sum() == 0
    assert all(1 <= int(name[-2:]) <= 99 for name in left["instrument_id"])


@given(IN_USE, ENDED)
def test_symbols_in_use_name_today_what_they_did_and_the_next_vintage_changes_nothing(in_use, ended):
    vintage = entries(*((ticker, told[0]) for ticker, told in in_use.items()))
    known = fold(INSTRUMENTS.empty(), vintage, FIRST)
    came = folded(known, listed(*ended), _active(in_use)).instruments
    for ticker in in_use:
        assert resolve(came, ticker, TODAY) == resolve(known, ticker, TODAY)
    assert fold(came, vintage, THIRD).height == came.height
    assert came.filter(pl.col("known_at") < SECOND).equals(known)
    dropped = fold(came, vintage.clear(), THIRD, max_loss=1.0)
    ends = current(dropped)["valid_to"]
    assert ends.null_count() == 0
    assert ends.max() == THIRD.date() - timedelta(days=1)


VINTAGE = st.dictionaries(TICKERS, CIKS, min_size=1)
AROUND = DAYS | st.dates(date(2024, 2, 27), date(2024, 3, 4)) | st.dates(date(2024, 8, 30), date(2024, 9, 5))
LATER = st.lists(st.tuples(TICKERS, CIKS, AROUND, FIGIS, KINDS), max_size=8)


@given(VINTAGE, VINTAGE, LATER)
def test_after_several_vintages_too_a_symbol_names_one_registrant_a_day(first, second, ended):
    known = fold(sec(*first.items()), entries(*second.items()), SECOND, max_loss=1.0)
    active = listed(*((ticker, cik, None) for ticker, cik in second.items()))
    came = folded(known, listed(*ended), active, at=THIRD)
    assert folded(came.instruments, listed(*ended), active, at=THIRD + timedelta(days=1)).rows == 0
    for ticker in current(came.instruments)["ticker"].unique():
        own = spans(came.instruments, ticker)
        assert all(one[2] is not None and one[2] < other[1] for one, other in pairwise(own))
    for ticker in second:
        assert resolve(came.instruments, ticker, THIRD.date()) == resolve(known, ticker, THIRD.date())
    new = came.instruments.tail(came.rows).filter(pl.col("valid_to") >= pl.col("valid_from"))
    for name, ticker, last in new.select("instrument_id", "ticker", "valid_to").iter_rows():
        assert resolve(came.instruments, ticker, last) == name
    assert fold(came.instruments, entries(*second.items()), THIRD).height == came.instruments.height


def _active(in_use):
    return listed(*((ticker, cik, None, figi, kind) for ticker, (cik, figi, kind) in in_use.items()))
