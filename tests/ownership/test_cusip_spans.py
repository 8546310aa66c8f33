"""Spans of CUSIPs: made by hand, and what must hold of any sightings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.tables_holdings import CUSIPS
from edgewise.ownership.cusip_spans import FIRST_DAY, corrected, spans

DAY = timedelta(days=1)
SEEN = {
    "cusip": pl.String,
    "first_seen": pl.Date,
    "instrument_id": pl.String,
    "source_url": pl.String,
    "known_at": CUSIPS["known_at"].dtype,
}
NOBODY = CUSIPS.empty()


def known(number: int) -> datetime:
    """The instant from which the file of that number was public: each is about five days, 1-5, 6-10 and so on."""
    return datetime(2024, 1, 1, 3, tzinfo=UTC) + timedelta(days=5 * number + 10)


def on(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number)


def seen(*told: tuple[str, int, str]) -> pl.DataFrame:
    """Return sightings: CUSIP, number of its day, security."""
    rows = [(cusip, on(day), security, f"{day // 5}.zip", known(day // 5)) for cusip, day, security in told]
    return pl.DataFrame(rows, schema=SEEN, orient="row")


def told(cusip: str, file: int, security: str, valid_from: date = FIRST_DAY) -> pl.DataFrame:
    """Return what a file of the user's says, had when the file of that number was."""
    row = {"cusip": cusip, "valid_from": valid_from, "instrument_id": security, "source_url": "file:mine.csv"}
    return CUSIPS.frame([row | {"known_at": known(file)}])


def as_of(rows: pl.DataFrame, instant: datetime) -> list[tuple[str, date, date | None, str]]:
    """Return the spans that hold as of an instant: the newest version of each, the empty ones left out."""
    newest = rows.filter(pl.col("known_at") <= instant).sort("known_at")
    newest = newest.unique(["cusip", "valid_from"], keep="last").sort("cusip", "valid_from")
    holds = pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("valid_from"))
    return newest.filter(holds).select("cusip", "valid_from", "valid_to", "instrument_id").rows()


def test_a_cusip_seen_with_one_security_names_it_before_between_and_after():
    found = spans(seen(("X", 22, "A"), ("X", 3, "A"), ("X", 31, "A")), NOBODY)
    assert found.rows() == [("X", FIRST_DAY, None, "A", "0.zip", known(0))]


def test_seen_with_another_it_names_that_from_then_on_and_the_end_is_known_with_it():
    found = spans(seen(("X", 3, "A"), ("X", 4, "A"), ("X", 12, "B"), ("X", 13, "B"), ("X", 31, "A")), NOBODY)
    assert found.rows() == [
        ("X", FIRST_DAY, None, "A", "0.zip", known(0)),
        ("X", FIRST_DAY, on(11), "A", "2.zip", known(2)),
        ("X", on(12), None, "B", "2.zip", known(2)),
        ("X", on(12), on(30), "B", "6.zip", known(6)),
        ("X", on(31), None, "A", "6.zip", known(6)),
    ]


def test_two_changes_in_one_file_are_told_at_once():
    found = spans(seen(("X", 10, "A"), ("X", 11, "B"), ("X", 12, "A")), NOBODY)
    assert found.drop("source_url", "known_at").rows() == [
        ("X", FIRST_DAY, on(10), "A"),
        ("X", on(11), on(11), "B"),
        ("X", on(12), None, "A"),
    ]


def test_a_security_whose_cusip_changes_has_both_for_managers_report_the_old_one_for_a_while():
    found = spans(seen(("X", 3, "A"), ("Y", 12, "A")), NOBODY)
    assert as_of(found, known(9)) == [("X", FIRST_DAY, None, "A"), ("Y", FIRST_DAY, None, "A")]


def test_a_file_of_the_user_s_alone_counts_from_when_it_could_be_had():
    mine = told("X", 4, "C")
    found = pl.concat([spans(seen(("X", 3, "A"), ("X", 12, "B"), ("X", 31, "B"), ("Y", 3, "D")), mine), mine])
    others = [("Y", FIRST_DAY, None, "D")]
    assert as_of(found, known(3)) == [("X", FIRST_DAY, on(11), "A"), ("X", on(12), None, "B"), *others]
    assert as_of(found, known(4)) == as_of(found, known(9)) == [("X", FIRST_DAY, None, "C"), *others]
    CUSIPS.check(found)


def test_a_row_that_older_sightings_made_wrong_becomes_what_it_would_have_been():
    late = spans(seen(("X", 12, "A"), ("X", 22, "B")), NOBODY)
    whole = spans(seen(("X", 3, "B"), ("X", 12, "A"), ("X", 18, "B"), ("X", 22, "B")), NOBODY)
    rows = pl.concat([whole, corrected(late, whole)])
    CUSIPS.check(rows)
    assert {(on(22), on(21))} == set(corrected(late, whole).filter(valid_from=on(22))["valid_from", "valid_to"].rows())
    for file in range(9):
        assert as_of(rows, known(file)) == as_of(whole, known(file))


SIGHTINGS = st.lists(st.tuples(st.sampled_from("XYZ"), st.integers(0, 40), st.sampled_from("ABC")), max_size=30)


def one_each(told: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """Return the sightings with one security for each CUSIP and day, as they are read."""
    return [(cusip, day, security) for (cusip, day), security in {one[:2]: one[2] for one in told}.items()]


def plainly(told: list[tuple[str, int, str]], cusip: str, day: date, file: int) -> str | None:
    """Return what a CUSIP named, by rules 1 to 3 day by day: the last security seen by then, else the first seen."""
    mine = sorted((on(number), security) for one, number, security in told if one == cusip and number // 5 <= file)
    before = [security for number, security in mine if number <= day]
    return before[-1] if before else mine[0][1] if mine else None


@given(SIGHTINGS, st.integers(-400, 60), st.integers(0, 9))
def test_spans_say_of_each_day_what_the_sightings_known_then_say(told, number, file):
    told = one_each(told)
    found = as_of(spans(seen(*told), NOBODY), known(file))
    for cusip in "XYZ":
        naming = [
            one[3] for one in found if one[0] == cusip and one[1] <= on(number) and (one[2] or date.max) >= on(number)
        ]
        assert naming == [one for one in [plainly(told, cusip, on(number), file)] if one]


@given(SIGHTINGS)
def test_spans_of_a_cusip_touch_and_never_overlap(told):
    rows = spans(seen(*one_each(told)), NOBODY)
    CUSIPS.check(rows)
    for file in range(9):
        for cusip in "XYZ":
            own = [one for one in as_of(rows, known(file)) if one[0] == cusip]
            assert [after[1] for after in own[1:]] == [before[2] + DAY for before in own[:-1]]
            assert [one[2] for one in own[-1:]] in ([], [None])


@given(SIGHTINGS, SIGHTINGS, st.integers(0, 9) | st.none())
def test_whatever_was_there_before_the_rows_are_as_if_all_had_been(early, late, mine):
    """Any two parts of the files, the second brought in later; a file of the user's before, between or after."""
    early, late = one_each(early), one_each(late)
    both = one_each([*early, *late])
    user = NOBODY if mine is None else told("X", mine, "D")
    whole = spans(seen(*both), user)
    for before in (spans(seen(*early), user), spans(seen(*early), NOBODY)):
        rows = pl.concat([whole, corrected(before, pl.concat([whole, user])), user])
        CUSIPS.check(rows)
        for file in range(10):
            assert as_of(rows, known(file)) == as_of(pl.concat([whole, user]), known(file))


@given(SIGHTINGS, st.integers(0, 9))
def test_what_is_seen_later_changes_nothing_before(told, file):
    told = one_each(told)
    cut = [one for one in told if one[1] // 5 <= file]
    rows = spans(seen(*told), NOBODY).filter(pl.col("known_at") <= known(file))
    assert rows.equals(spans(seen(*cut), NOBODY))


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_does_not_matter(order):
    rows = [("X", 3, "A"), ("X", 12, "B"), ("Y", 4, "B"), ("X", 31, "A")]
    assert spans(seen(*rows[::order]), NOBODY).equals(spans(seen(*rows), NOBODY))


def test_the_middle_of_a_month_may_stand_in_both_its_files():
    """A CUSIP that the first file has with one symbol on the 15th, the second with another on the same day."""
    rows = [("X", on(3), "Z", "", known(0)), ("X", on(15), "A", "a", known(3)), ("X", on(15), "B", "b", known(4))]
    found = spans(pl.DataFrame(rows, schema=SEEN, orient="row"), NOBODY)
    CUSIPS.check(found)
    assert as_of(found, known(3)) == [("X", FIRST_DAY, on(14), "Z"), ("X", on(15), None, "A")]
    assert as_of(found, known(4)) == [("X", FIRST_DAY, on(14), "Z"), ("X", on(15), None, "B")]
