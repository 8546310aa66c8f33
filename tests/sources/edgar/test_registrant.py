"""What a list of submissions says of the registrant: values as EDGAR prints them, and what a hostile list could say."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.sources.edgar.registrant import category_of, fiscal_year_end_of, industry_of, state_of, words_of

FIELDS = (words_of, industry_of, fiscal_year_end_of, state_of, category_of)
NOTHING = (None, "", True, 3.5, [], ["3571"], {}, {"sic": "3571"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("said", "code"),
    [("3571", 3571), ("0100", 100), (6021, 6021), ("0000", None), (0, None), ("35711", None), (35711, None),
     ("-357", None), (-357, None), ("3571.0", None), (" 3571", None), ("٣٥٧١", None), ("9" * 5000, None)],
)  # fmt: skip
def test_an_industry_has_up_to_four_digits_and_zeros_are_none(said, code):
    assert industry_of(said) == code


@pytest.mark.parametrize(
    ("said", "end"),
    [("0926", "0926"), ("1231", "1231"), ("0229", "0229"), ("0230", None), ("1301", None), ("0000", None),
     ("926", None), (926, None), ("--09-26", None)],
)  # fmt: skip
def test_a_fiscal_year_ends_on_a_day_of_some_year(said, end):
    assert fiscal_year_end_of(said) == end


def test_a_state_is_a_code_of_two():
    codes = ("DE", "2M", "de", "Delaware", "D\n")
    assert [state_of(said) for said in codes] == ["DE", "2M", None, None, None]


def test_kinds_of_filer_stand_on_lines_of_their_own():
    said = {
        "Large accelerated filer": "Large accelerated filer",
        "Non-accelerated filer<br>Smaller reporting company": "Non-accelerated filer | Smaller reporting company",
        "<br>Emerging growth company": "Emerging growth company",
        "Accelerated filer<BR/>\n<br />Well-known": "Accelerated filer | Well-known",
        "<br>": None,
    }
    assert {words: category_of(words) for words in said} == said


def test_words_are_one_line_that_shows_all_there_is():
    assert words_of("  Two\tHarbors \n Corp. ") == "Two Harbors Corp."
    assert words_of("A\u202eB\x00C\u200bD\ud800E") == "ABCDE"
    assert words_of("Société Générale") == "Société Générale"
    assert words_of("\u200b \n") is None


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_missing_or_of_another_type_is_nothing(field):
    assert [field(said) for said in NOTHING] == [None] * len(NOTHING)


@given(JSON)
def test_whatever_stands_there_is_nothing_or_can_be_stored(said):
    codes = [industry_of(said)]
    assert codes == [None] or 0 < codes[0] < 10_000
    texts = [field(said) for field in (words_of, fiscal_year_end_of, state_of, category_of)]
    assert pl.Series(texts, dtype=pl.String).to_list() == texts
    assert all(text is None or (text.strip() and text.isprintable()) for text in texts)
