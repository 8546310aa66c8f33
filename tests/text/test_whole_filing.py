"""A filing's tone counts the words of all its documents together."""

from __future__ import annotations

import polars as pl
import pytest

from edgewise.text.whole_filing import whole_filing

SCHEMA = {
    "words": pl.Int64,
    "boilerplate_words": pl.Int64,
    "positive": pl.Float64,
    "negative": pl.Float64,
    "uncertainty": pl.Float64,
    "net": pl.Float64,
}


def test_words_are_counted_together_and_a_long_document_weighs_more():
    # 100 words with 6 good and 1 bad; 300 words with 3 good and 9 bad: P = 9, N = 10 of 400.
    documents = pl.DataFrame(
        [(100, 10, 0.06, 0.01, 0.02, 5 / 8), (300, 0, 0.01, 0.03, 0.0, -6 / 13)], schema=SCHEMA, orient="row"
    )
    whole = whole_filing(documents).row(0, named=True)
    assert (whole["words"], whole["boilerplate_words"]) == (400, 10)
    assert whole["positive"] == pytest.approx(9 / 400)
    assert whole["negative"] == pytest.approx(10 / 400)
    assert whole["uncertainty"] == pytest.approx(2 / 400)
    assert whole["net"] == pytest.approx(-1 / 20)


def test_one_document_keeps_its_own_tone_and_an_empty_one_changes_nothing():
    documents = pl.DataFrame([(100, 10, 0.06, 0.01, 0.02, 5 / 8)], schema=SCHEMA, orient="row")
    empty = pl.DataFrame([(0, 7, None, None, None, None)], schema=SCHEMA, orient="row")
    assert whole_filing(documents).row(0) == pytest.approx(documents.row(0))
    assert whole_filing(pl.concat([documents, empty]))["net"][0] == pytest.approx(5 / 8)


def test_no_words_give_nulls_not_zeros():
    empty = pl.DataFrame([(0, 7, None, None, None, None)], schema=SCHEMA, orient="row")
    assert whole_filing(empty).row(0) == (0, 7, None, None, None, None)
