"""Text similarity: the items of each pair of reports weighed by their words."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.factors.text_similarity import FACTOR, items_compared
from tests.factors.views import directions_of, metrics_of

SCHEMA = {
    **dict.fromkeys(("accession", "previous_accession", "part", "item"), pl.String),
    "new_words": pl.Int64,
    "cosine": pl.Float64,
    "status": pl.String,
}


def items(*rows):
    """Rows of (item, words, cosine, status) of one pair."""
    return pl.DataFrame([("b", "a", "", *row) for row in rows], schema=SCHEMA, orient="row")


def similarity(*rows):
    told = items_compared(items(*rows))
    if told.is_empty():
        return None
    return metrics_of(FACTOR, **told.select("cosine_words", "compared_words").row(0, named=True))["text_similarity"]


def test_items_count_by_their_words():
    """(3000 * 0.9 + 1000 * 0.5) / 4000."""
    assert similarity(("1", 3000, 0.9, "ok"), ("1A", 1000, 0.5, "ok")) == pytest.approx(0.8)
    assert directions_of(FACTOR) == {"text_similarity": 1}


def test_an_item_that_was_not_compared_does_not_count():
    assert similarity(("1", 3000, 0.9, "ok"), ("9", 5000, None, "absent")) == pytest.approx(0.9)
    assert similarity(("9", 5000, None, "absent")) is None


def test_doubtful_items_are_left_out_and_more_than_half_of_them_leave_nothing():
    assert similarity(("1", 500, 0.9, "ok"), ("7", 500, 0.1, "suspect")) == pytest.approx(0.9)
    assert similarity(("1", 499, 0.9, "ok"), ("7", 500, 0.1, "suspect")) is None
    doubted = items_compared(items(("1", 499, 0.9, "ok"), ("7", 500, 0.1, "suspect")))
    assert doubted.select("cosine_words", "compared_words").row(0) == (None, None)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "1A", "2", "3", "7"]),
        st.integers(1, 10**6),
        st.one_of(st.none(), st.floats(0, 1)),
        st.sampled_from(["ok", "suspect"]),
    ),
    unique_by=lambda row: row[0],
)


@given(ROWS, st.randoms())
def test_it_lies_between_the_items_and_the_order_of_rows_does_not_matter(rows, random):
    mixed = random.sample(rows, len(rows))
    assert_frame_equal(items_compared(items(*mixed)), items_compared(items(*rows)), check_exact=True)
    cosines = [cosine for _, _, cosine, status in rows if cosine is not None and status == "ok"]
    if (told := similarity(*rows)) is not None:
        assert min(cosines) - 1e-9 <= told <= max(cosines) + 1e-9
