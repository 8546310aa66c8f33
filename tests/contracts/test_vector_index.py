"""The port VectorIndex: in memory, and in a real PostgreSQL by pgvector.

Expected neighbours are written down, or found here by plain arithmetic over all rows, never by an index.
"""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sqlalchemy import text

from edgewise.adapters.sql.vector_index import open_vector_index
from edgewise.core.errors import InvalidInput, NotFound, SchemaMismatch
from edgewise.core.vectors import DESCRIBED, INDEXED_RISKS, NEIGHBOURS, Among, VectorSpace
from edgewise.text.neighbours import ExactIndex

NOON = datetime(2024, 3, 4, 17, tzinfo=UTC)
DAY = timedelta(days=1)
SPACE = VectorSpace("told-1", "reading-1", "0123456789ab", 2)
EAST = np.array([1, 0], np.float32)


@pytest.fixture(params=["memory", "postgresql"])
def index(request):
    """Each index we have, empty."""
    if request.param == "memory":
        return ExactIndex()
    _, database = request.getfixturevalue("postgresql_with_tables")
    opened = open_vector_index(database)
    with database.write() as connection:
        connection.execute(text("TRUNCATE indexed_risks"))
        connection.execute(text("DELETE FROM vector_spaces"))
        for (graph,) in connection.execute(
            text("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'ix_indexed_risks_graph_%'")
        ).all():
            connection.execute(text(f"DROP INDEX {graph}"))
    return opened


def row(accession, vector, *, ordinal=1, known_at=NOON, ciks=(7,), forms=("10-K",), item="1A", suspect=False):
    """A row; a number for a vector is its angle from east, in degrees."""
    if isinstance(vector, int | float):
        vector = [math.cos(math.radians(vector)), math.sin(math.radians(vector))]
    told = {"accession": accession, "ordinal": ordinal, "known_at": known_at, "vector": list(vector)}
    return told | {"ciks": list(ciks), "forms": list(forms), "item": item, "suspect": suspect}


def frame(*rows):
    return INDEXED_RISKS.frame(list(rows))


def nearest(index, *, wanted=EAST, top=10, space=SPACE, **among):
    return index.nearest(space, wanted, top=top, among=Among(**among))


def names(index, **asked):
    return nearest(index, **asked)["accession"].to_list()


class TestAnswers:
    def test_the_likest_come_first_with_their_cosines(self, index):
        index.put(SPACE, frame(row("far", 120), row("near", 10), row("middle", 60), row("longer", [0.0, 5.0])))
        found = nearest(index)
        assert found.schema == NEIGHBOURS
        assert found["accession"].to_list() == ["near", "middle", "longer", "far"]
        assert found["likeness"].to_list() == pytest.approx([math.cos(math.radians(10)), 0.5, 0, -0.5], abs=1e-6)
        assert found["known_at"].unique().to_list() == [NOON]

    def test_no_more_are_named_than_were_asked_for(self, index):
        index.put(SPACE, frame(*(row(f"a-{angle}", angle) for angle in range(0, 90, 10))))
        assert names(index, top=3) == ["a-0", "a-10", "a-20"]

    def test_of_equals_the_latest_known_comes_first_and_then_the_key_decides(self, index):
        later = NOON + DAY
        rows = [row("b", 5, ordinal=2), row("b", 5, ordinal=1), row("a", 5), row("c", 5, known_at=later), row("Z", 5)]
        index.put(SPACE, frame(*rows))
        for asked in ({}, {"as_of": later}):
            found = nearest(index, **asked).select("accession", "ordinal").rows()
            assert found == [("c", 1), ("Z", 1), ("a", 1), ("b", 1), ("b", 2)]

    def test_a_text_without_words_is_never_named(self, index):
        index.put(SPACE, frame(row("wordless", [0.0, 0.0]), row("opposite", 180)))
        assert names(index) == names(index, as_of=NOON) == ["opposite"]

    def test_nobody_is_near_where_all_are_left_out(self, index):
        index.put(SPACE, frame(row("a", 0)))
        assert nearest(index, items=("7",)).equals(pl.DataFrame(schema=NEIGHBOURS))


class TestTime:
    """Law 1: what was not known at an instant is not named at it, nor changes what is."""

    def test_what_became_known_later_is_not_named(self, index):
        index.put(SPACE, frame(row("then", 80), row("later", 0, known_at=NOON + DAY)))
        assert names(index) == ["later", "then"]
        assert names(index, as_of=NOON) == ["then"]
        assert names(index, as_of=NOON + DAY) == ["later", "then"]
        assert names(index, as_of=NOON - timedelta(microseconds=1)) == []

    def test_every_order_of_learning_two_states_gives_each_instant_its_own(self, index):
        """Two states of each factor, stored in both orders, together and apart; asked at every instant around them."""
        first, second = (row("x", 10, item="1A"), row("x", 50, known_at=NOON + 2 * DAY, item="7"))
        for number, (order, together) in enumerate(
            itertools.product(itertools.permutations([first, second]), [True, False])
        ):
            mine = [state | {"accession": f"x-{number}"} for state in order]
            for batch in [mine] if together else [[state] for state in mine]:
                index.put(SPACE, frame(*batch))
        ten, fifty = (pytest.approx(math.cos(math.radians(angle)), abs=1e-6) for angle in (10, 50))
        for days, expected in ((-1, []), (0, [ten] * 4), (1, [ten] * 4), (2, [fifty] * 4), (9, [fifty] * 4)):
            assert nearest(index, as_of=NOON + days * DAY)["likeness"].to_list() == expected
        assert nearest(index)["likeness"].to_list() == [fifty] * 4
        assert names(index, items=("1A",)) == []
        assert len(names(index, items=("1A",), as_of=NOON + DAY)) == 4

    def test_an_answer_of_the_past_is_the_same_whatever_became_known_since(self, index):
        """The lake cut at T and asked as of T answers to the bit as the whole one: planted rows lie nearer than all."""
        drawn = np.random.default_rng(5)
        past = [row(f"p-{number}", drawn.normal(size=2), known_at=NOON + number % 3 * DAY) for number in range(60)]
        index.put(SPACE, frame(*past))
        before = nearest(index, top=20, as_of=NOON + DAY)
        index.put(SPACE, frame(*(row(f"p-{number}", 0, known_at=NOON + 5 * DAY) for number in range(90))))
        assert nearest(index, top=20, as_of=NOON + DAY).equals(before)
        assert not nearest(index, top=20).equals(before)

    def test_an_instant_without_a_zone_is_refused(self, index):
        index.put(SPACE, frame(row("a", 0)))
        with pytest.raises(InvalidInput, match="no zone"):
            nearest(index, as_of=datetime(2024, 1, 1))  # noqa: DTZ001 - the point of it


class TestChoosing:
    @pytest.fixture(autouse=True)
    def stored(self, index):
        index.put(
            SPACE,
            frame(
                row("own", 0, ciks=(1,)),
                row("shared", 5, ciks=(1, 2)),
                row("other", 10, ciks=(3,)),
                row("quarter", 15, ciks=(4,), forms=("10-Q",)),
                row("both", 20, ciks=(5,), forms=("10-K", "10-K405")),
                row("doubtful", 25, ciks=(6,), suspect=True),
                row("market", 30, ciks=(8,), item="7A"),
                row("nobody", 35, ciks=()),
            ),
        )

    @pytest.mark.parametrize("instant", [None, NOON])
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({}, ["own", "shared", "other", "quarter", "both", "market", "nobody"]),
            ({"without": (1,)}, ["shared", "other", "quarter", "both", "market"]),
            ({"without": (1, 2, 3)}, ["quarter", "both", "market"]),
            ({"forms": ("10-Q",)}, ["quarter"]),
            ({"forms": ("10-K405", "10-Q")}, ["quarter", "both"]),
            ({"items": ("7A",)}, ["market"]),
            ({"items": ("7A", "9"), "forms": ("10-K",)}, ["market"]),
            ({"items": ("7A",), "forms": ("10-Q",)}, []),
            ({"suspect": True, "without": (1, 3)}, ["shared", "quarter", "both", "doubtful", "market"]),
        ],
    )
    def test_only_those_asked_for_are_named(self, index, asked, expected, instant):
        assert names(index, as_of=instant, **asked) == expected

    def test_values_are_values_whatever_they_look_like(self, index):
        strange = "1A'); DROP TABLE indexed_risks; --:top,{}\"\\"
        index.put(SPACE, frame(row(strange, 1, item=strange, forms=(strange,))))
        assert names(index, items=(strange,), forms=(strange,)) == [strange]


class TestPutting:
    def test_the_same_again_changes_nothing(self, index):
        rows = frame(row("a", 0), row("b", 10), row("b", 10, ordinal=2))
        assert index.put(SPACE, rows) == 3
        before = nearest(index)
        assert index.put(SPACE, rows) == 0
        assert nearest(index).equals(before)

    def test_what_differs_is_replaced(self, index):
        index.put(SPACE, frame(row("a", 0), row("b", 10)))
        assert index.put(SPACE, frame(row("a", 0), row("b", 170))) == 1
        assert nearest(index)["likeness"].to_list() == pytest.approx([1, math.cos(math.radians(170))], abs=1e-6)
        assert index.put(SPACE, frame(row("a", 0, suspect=True))) == 1
        assert names(index) == ["b"]

    def test_many_rows_are_stored_whole(self, index):
        angles = range(1_200)
        index.put(SPACE, frame(*(row(f"a-{angle:04}", angle / 20) for angle in angles)))
        assert names(index, top=3_000) == [f"a-{angle:04}" for angle in angles]

    def test_all_or_none_are_stored(self, index):
        index.put(SPACE, frame(row("a", 0)))
        with pytest.raises(InvalidInput):
            index.put(SPACE, frame(row("b", 10), row("c", [1.0, 2.0, 3.0])))
        assert names(index) == ["a"]

    @pytest.mark.parametrize("bad", [[1.0, math.nan], [math.inf, 0.0], [1.0, None]])
    def test_numbers_that_are_none_are_refused(self, index, bad):
        with pytest.raises(InvalidInput, match="number that is none"):
            index.put(SPACE, frame(row("a", bad)))

    @pytest.mark.parametrize("bad", [[], [1.0], [1.0, 2.0, 3.0]])
    def test_vectors_of_another_length_are_refused(self, index, bad):
        with pytest.raises(InvalidInput, match="which have 2") as refused:
            index.put(SPACE, frame(row("a", bad)))
        assert refused.value.code == "other_dimensions"

    def test_frames_of_another_kind_are_refused(self, index):
        with pytest.raises(SchemaMismatch, match="ciks is missing"):
            index.put(SPACE, frame(row("a", 0)).drop("ciks"))
        with pytest.raises(SchemaMismatch, match="repeat the identity"):
            index.put(SPACE, pl.concat([frame(row("a", 0))] * 2))


class TestLacking:
    def test_what_is_not_stored_or_otherwise_described_is_lacking(self, index):
        rows = [row("a", 0), row("b", 10), row("c", 20), row("c", 20, known_at=NOON + DAY)]
        described = frame(*rows).select(DESCRIBED)
        assert index.lacking(SPACE, described).equals(described)
        index.put(SPACE, frame(*rows[:3]))
        assert index.lacking(SPACE, described).equals(described[3:])
        index.put(SPACE, frame(*rows))
        assert index.lacking(SPACE, described).is_empty()
        for change in ({"ciks": [7, 9]}, {"forms": ["10-K", "10-K/A"]}, {"item": "7"}, {"suspect": True}):
            told = frame(rows[1] | change, rows[2]).select(DESCRIBED)
            assert index.lacking(SPACE, told)["accession"].to_list() == ["b"]

    def test_places_beyond_the_first_thousand_are_told_right(self, index):
        rows = frame(*(row(f"a-{angle:04}", angle / 20) for angle in range(1_100)))
        index.put(SPACE, rows.filter(~pl.col("accession").is_in(["a-0003", "a-1000", "a-1099"])))
        assert index.lacking(SPACE, rows.select(DESCRIBED))["accession"].to_list() == ["a-0003", "a-1000", "a-1099"]


class TestSpaces:
    def test_vectors_of_two_models_and_of_two_readings_never_mix(self, index):
        spaces = [
            SPACE,
            VectorSpace("other-1", "reading-1", "ba9876543210", 2),
            VectorSpace("told-1", "reading-2", "0123456789ab", 2),
            VectorSpace("wide-1", "reading-1", "aaaaaaaaaaaa", 3),
        ]
        for number, space in enumerate(spaces):
            assert index.put(space, frame(row(f"of-{number}", [1.0, 0.0, 0.0][: space.dimensions]))) == 1
        for number, space in enumerate(spaces):
            for instant in (None, NOON):
                wanted = np.ones(space.dimensions, np.float32)
                assert names(index, space=space, wanted=wanted, as_of=instant) == [f"of-{number}"]

    @pytest.mark.parametrize(("fingerprint", "dimensions"), [("ffffffffffff", 2), ("0123456789ab", 3)])
    def test_a_model_of_other_bytes_or_dimensions_under_the_same_name_is_refused(self, index, fingerprint, dimensions):
        index.put(SPACE, frame(row("a", 0)))
        other = VectorSpace(SPACE.model, SPACE.reading, fingerprint, dimensions)
        rows = frame(row("b", [1.0] * dimensions))
        calls = [
            lambda: index.put(other, rows),
            lambda: index.lacking(other, rows.select(DESCRIBED)),
            lambda: nearest(index, space=other, wanted=np.ones(dimensions, np.float32)),
        ]
        for call in calls:
            with pytest.raises(InvalidInput, match="give the model a new version") as refused:
                call()
            assert refused.value.code == "other_model"
        assert names(index) == ["a"]

    def test_a_space_into_which_nothing_was_put_is_not_found(self, index):
        with pytest.raises(NotFound, match="edgewise filings embed"):
            nearest(index)
        index.put(SPACE, frame(row("a", 0)))
        with pytest.raises(NotFound):
            nearest(index, space=VectorSpace("other-1", "reading-1", "ffffffffffff", 2))

    @pytest.mark.parametrize("dimensions", [1, 2_000, 2_001, 16_000])
    def test_vectors_of_any_length_up_to_sixteen_thousand_are_kept(self, index, dimensions):
        space = VectorSpace("long-1", "reading-1", "0123456789ab", dimensions)
        drawn = np.random.default_rng(3).normal(size=(3, dimensions)).astype(np.float32)
        index.put(space, frame(*(row(f"a-{number}", one.tolist()) for number, one in enumerate(drawn))))
        for number, one in enumerate(drawn):
            found = nearest(index, space=space, wanted=2 * one, top=1)
            assert found["likeness"].item() == pytest.approx(1, abs=1e-6)
            if dimensions > 1:
                assert found["accession"].item() == f"a-{number}"

    @pytest.mark.parametrize("dimensions", [0, 16_001])
    def test_no_other_length_can_be_asked_for(self, dimensions):
        with pytest.raises(InvalidInput, match="16,000"):
            VectorSpace("long-1", "reading-1", "0123456789ab", dimensions)


class TestQuestions:
    @pytest.fixture(autouse=True)
    def stored(self, index):
        index.put(SPACE, frame(row("a", 0)))

    @pytest.mark.parametrize("wanted", [[1.0], [1.0, 0.0, 0.0], [[1.0, 0.0]]])
    def test_a_vector_of_another_shape_is_refused(self, index, wanted):
        with pytest.raises(InvalidInput, match="2 dimensions"):
            nearest(index, wanted=np.array(wanted, np.float32))

    @pytest.mark.parametrize("wanted", [[0.0, 0.0], [math.nan, 1.0], [math.inf, 0.0]])
    def test_a_vector_without_a_direction_is_refused(self, index, wanted):
        with pytest.raises(InvalidInput, match="without a direction"):
            nearest(index, wanted=np.array(wanted, np.float32))

    def test_none_cannot_be_asked_for(self, index):
        with pytest.raises(InvalidInput, match="1 or more"):
            nearest(index, top=0)
