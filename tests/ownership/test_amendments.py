"""What an amendment replaces, on lines made by hand."""

from __future__ import annotations

from datetime import date

from edgewise.ownership.amendments import standing_lines
from tests.ownership.trades import amendment, frame, line


def standing(*rows) -> list[tuple[str, int, str | None]]:
    return standing_lines(frame(*rows)).select("accession", "line", "reasons").rows()


def test_a_corrected_number_replaces_the_line():
    assert standing(line("a", shares=1000.0), amendment("b", shares=100.0)) == [("b", 1, None)]


def test_a_corrected_day_replaces_the_line_with_the_same_code_and_shares():
    assert standing(line("a"), amendment("b", transaction_date=date(2024, 3, 1))) == [("b", 1, None)]


def test_a_forgotten_line_is_added_and_the_others_stay():
    forgotten = amendment("b", transaction_date=date(2024, 3, 1), shares=7.0)
    assert standing(line("a"), forgotten) == [("a", 1, None), ("b", 1, None)]


def test_an_amendment_of_an_amendment_replaces_both():
    later = amendment("c", shares=90.0, known_at=amendment("b")["known_at"].replace(day=20))
    assert standing(line("a", shares=900.0), amendment("b", shares=80.0), later) == [("c", 1, None)]


def test_fewer_lines_of_the_same_day_replace_what_is_alike_and_are_doubted():
    rows = [line("a", 1, shares=10.0, price=1.0), line("a", 2, shares=20.0, price=2.0)]
    assert standing(*rows, amendment("b", shares=11.0, price=1.0)) == [("a", 2, None), ("b", 1, "amendment_partial")]


def test_one_that_has_nothing_in_common_but_day_and_code_is_doubted():
    assert standing(line("a"), amendment("b", shares=7.0, price=3.0)) == [("b", 1, "amendment_differs")]


def test_one_without_its_original_is_doubted():
    other = line("a", owner_ciks=[99])
    assert standing(other, amendment("b")) == [("a", 1, None), ("b", 1, "original_unknown")]


def test_a_form_filed_another_day_is_not_touched():
    another = line("a", filed_date=date(2024, 3, 4))
    assert standing(another, line("b"), amendment("c", shares=90.0)) == [("a", 1, None), ("c", 1, None)]


def test_table_one_never_replaces_table_two():
    option = line("a", derivative=True)
    assert ("a", 1, None) in standing(option, amendment("b"))
