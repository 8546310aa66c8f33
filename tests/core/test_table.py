"""A table's declaration is checked, and a frame's complaints come all at once."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.core import tables
from edgewise.core.errors import SchemaMismatch
from edgewise.core.table import Column, Instant, Table, any_of

KNOWN_AT = Column("known_at", Instant, "when it was known")
NOON = datetime(2024, 1, 2, 17, tzinfo=UTC)
RATINGS = Table(
    "ratings",
    "An example.",
    key=("who",),
    columns=(Column("who", pl.String, "rater"), Column("stars", pl.Int64, "1 to 5", nulls="not rated"), KNOWN_AT),
)


class TestDeclaration:
    @pytest.mark.parametrize(
        ("columns", "complaint"),
        [
            ((Column("who", pl.String, ""),), "no known_at"),
            ((Column("who", pl.String, ""), Column("date", pl.Date, ""), KNOWN_AT), "column named date"),
            ((Column("whom", pl.String, ""), KNOWN_AT), "which are not columns"),
            ((Column("who", pl.String, "", nulls="anybody"), KNOWN_AT), "may not be null"),
            ((Column("who", pl.String, ""), Column("who", pl.String, ""), KNOWN_AT), "twice"),
        ],
    )
    def test_a_table_that_breaks_a_house_rule_cannot_be_declared(self, columns, complaint):
        with pytest.raises(SchemaMismatch, match=complaint):
            Table("example", "An example.", key=("who",), columns=columns)

    @pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.name)
    def test_every_table_says_what_each_column_means(self, table):
        assert table.meaning.endswith(".")
        assert all(column.meaning for column in table.columns)
        assert table.check(table.empty()).is_empty()


class TestCheck:
    def test_a_good_frame_comes_back_in_the_order_of_the_table(self):
        frame = pl.DataFrame({"known_at": [NOON], "stars": [None], "who": ["Ann"]}, schema_overrides=RATINGS.schema)
        assert RATINGS.check(frame).columns == ["who", "stars", "known_at"]

    def test_rows_become_a_checked_frame_and_missing_keys_are_null(self):
        assert RATINGS.frame([{"who": "Ann", "known_at": NOON}])["stars"].to_list() == [None]

    def test_all_complaints_come_at_once(self):
        frame = pl.DataFrame({"who": [None, "Ann"], "stars": ["5", "4"], "mood": [1, 2]})
        with pytest.raises(SchemaMismatch) as caught:
            RATINGS.check(frame)
        for complaint in (
            "known_at is missing",
            "stars is String, not Int64",
            "who has 1 nulls",
            "unknown columns ['mood']",
        ):
            assert complaint in str(caught.value)

    def test_one_identity_twice_is_refused_and_two_instants_are_not(self):
        twice = pl.DataFrame(
            {"who": ["Ann", "Ann"], "stars": [1, 2], "known_at": [NOON, NOON]}, schema_overrides=RATINGS.schema
        )
        with pytest.raises(SchemaMismatch, match="1 rows repeat"):
            RATINGS.check(twice)
        later = twice.with_columns(known_at=pl.Series([NOON, NOON.replace(hour=18)], dtype=Instant))
        assert RATINGS.check(later).height == 2


def test_any_of_is_true_where_a_value_is_among_those_and_nowhere_without_any():
    rows = pl.DataFrame({"cik": [1, 2, 3], "name": ["a", None, "c"]})
    assert rows.filter(any_of("cik", {3, 1, 9}))["cik"].to_list() == [1, 3]
    assert rows.filter(any_of("name", ["c", "d"]))["cik"].to_list() == [3]
    assert rows.filter(any_of("cik", [])).is_empty()
