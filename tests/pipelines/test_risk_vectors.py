"""Vectors of risk factors: each made once, and who else has a risk like this one, as was known then."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.adapters.onnx import OnnxEmbedder
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.vector_index import open_vector_index
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, RISK_FACTORS, RISK_VECTORS
from edgewise.core.vectors import Among, VectorSpace
from edgewise.lake import Lake
from edgewise.pipelines.risk_vectors import Embedded, embed_risks, index_risks, risks_like, space_of
from edgewise.text.neighbours import ExactIndex
from edgewise.text.reading import READING_VERSION
from tests.tiny_models import embedding_folder

NOON = datetime(2024, 3, 4, 17, tzinfo=UTC)
WATER, FIRE, THEFT = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


class Told:
    """An embedder that knows three dangers, and counts what it is asked."""

    version = "told-1"
    fingerprint = "0123456789ab"
    dimensions = 3

    def __init__(self):
        self.asked = 0

    def embed(self, texts):
        self.asked += len(texts)
        raw = [[text.count(word) for word in ("flood", "fire", "theft")] for text in texts]
        vectors = np.array(raw, dtype=np.float32).reshape(-1, 3)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def factor(accession, ordinal, heading, *, status="ok", version=READING_VERSION, known_at=NOON):
    places = dict.fromkeys(("begin", "end", "raw_begin", "raw_end"), 0)
    told = {"part": "I", "item": "1A", "body": "It may harm us.", "family": "f", "category": "c", "run_in": False}
    scores = {"category_score": 0.5, "category_version": "k-1", "confidence": 0.9, "document_sha256": "0" * 64}
    row = {"accession": accession, "ordinal": ordinal, "parser_version": version, "heading": heading, "status": status}
    return places | told | scores | row | {"known_at": known_at}


def filing(accession, cik, *, role="issuer", known_at=NOON):
    row = {"accession": accession, "cik": cik, "role": role, "form": "10-K", "company": f"COMPANY {cik}"}
    told = {"known_at_source": "header", "documents": 1, "source_url": "https://sec.test/", "first_seen_at": NOON}
    return row | told | {"filed_date": date(2024, 3, 4), "known_at": known_at}


@pytest.fixture
def lake(tmp_path):
    """Four companies. 1 fears floods and fires; 2 floods, in two filings; 3 fires, doubtfully; 4 theft and flood."""
    lake = Lake(str(tmp_path / "lake"))
    later = NOON + timedelta(days=365)
    lake.append(
        FILINGS,
        FILINGS.frame(
            [filing("a-1", 1), filing("b-1", 2), filing("b-2", 2, known_at=later), filing("c-1", 3), filing("d-1", 4)]
        ),
    )
    factors = [
        factor("a-1", 1, "flood"),
        factor("a-1", 2, "fire"),
        factor("b-1", 1, "flood flood theft"),
        factor("b-2", 1, "flood", known_at=later),
        factor("c-1", 1, "fire", status="suspect"),
        factor("c-1", 9, "an older reading", version="old-1"),
        factor("d-1", 1, "theft"),
        factor("d-1", 2, "flood theft theft"),
    ]
    lake.append(RISK_FACTORS, RISK_FACTORS.frame(factors))
    return lake


def like(lake, accession, ordinal, *, index=None, top=10, **among):
    space = space_of(Told())
    found = risks_like(lake, accession, ordinal, space=space, index=index, top=top, among=Among(**among))
    return found.select("cik", "accession", "ordinal", pl.col("likeness").cast(pl.Float64).round(4)).rows()


class TestMaking:
    def test_every_factor_of_the_present_reading_gets_a_vector(self, lake):
        assert embed_risks(lake, Told()) == Embedded(filings=5, vectors=7)
        rows = lake.read(RISK_VECTORS).sort("accession", "ordinal")
        assert rows["vector"].to_list()[:2] == [list(WATER), list(FIRE)]
        assert rows["vector"].to_list()[5] == list(THEFT)
        assert (
            rows["known_at"].to_list()
            == lake.read(RISK_FACTORS)
            .filter(pl.col("parser_version") == READING_VERSION)
            .sort("accession", "ordinal")["known_at"]
            .to_list()
        )

    def test_what_is_made_is_not_made_again(self, lake):
        model = Told()
        embed_risks(lake, model)
        before = lake.history(RISK_VECTORS)
        assert embed_risks(lake, model) == Embedded(0, 0)
        assert model.asked == 7
        assert_frame_equal(lake.history(RISK_VECTORS), before, check_row_order=False)

    @pytest.mark.parametrize("batch", [1, 2, 16])
    def test_stopped_in_the_middle_it_goes_on_to_the_same_end(self, lake, batch):
        class Dies(Told):
            def embed(self, texts):
                if self.asked > 2:
                    raise KeyboardInterrupt
                return super().embed(texts)

        whole = embed_risks(lake, Told()) if batch == 16 else None
        if whole is None:
            with pytest.raises(KeyboardInterrupt):
                embed_risks(lake, Dies(), batch=batch)
            first = lake.read(RISK_VECTORS).height
            assert 0 < first < 7
            assert embed_risks(lake, Told()).vectors == 7 - first
        assert lake.read(RISK_VECTORS).height == lake.history(RISK_VECTORS).height == 7

    def test_vectors_of_two_models_stand_side_by_side(self, lake, tmp_path):
        embed_risks(lake, Told())
        other = OnnxEmbedder(embedding_folder(tmp_path / "vectors-tiny"))
        assert embed_risks(lake, other, limit=2).filings == 2
        assert set(lake.read(RISK_VECTORS)["model_version"]) == {"told-1", "vectors-tiny-1"}
        assert like(lake, "a-1", 1)[0][0] == 2

    @pytest.mark.parametrize("options", [{"batch": 0}, {"limit": 0}])
    def test_nothing_cannot_be_asked_for(self, lake, options):
        with pytest.raises(InvalidInput):
            embed_risks(lake, Told(), **options)


@pytest.fixture(params=["lake", "memory", "postgresql"])
def asked(request, lake):
    """Ask the lake by itself, and each index that was brought to what the lake holds of all vectors."""
    embed_risks(lake, Told())
    if request.param == "lake":
        yield lambda *words, **options: like(lake, *words, **options)
        return
    with index_of_kind(request) as index:

        def ask(*words, **options):
            index_risks(lake, index, space_of(Told()))
            return like(lake, *words, index=index, **options)

        yield ask


@contextmanager
def index_of_kind(request):
    if request.param == "memory":
        yield ExactIndex()
        return
    database = open_database(request.getfixturevalue("postgres_database"))
    yield open_vector_index(database)
    database.close()


class TestAsking:
    def test_each_other_company_is_named_once_by_its_likest_factor(self, asked):
        # cosines with water: b-2 is the very word; d-1's second is 1 of (1, 2); company 3's only factor is doubtful.
        assert asked("a-1", 1) == [(2, "b-2", 1, 1.0), (4, "d-1", 2, round(1 / 5**0.5, 4))]

    def test_what_was_not_public_then_is_not_named(self, asked):
        assert asked("a-1", 1, as_of=NOON)[0] == (2, "b-1", 1, round(2 / 5**0.5, 4))
        assert asked("a-1", 1, as_of=NOON + timedelta(days=365))[0] == (2, "b-2", 1, 1.0)

    def test_doubtful_factors_are_named_only_where_asked_for(self, asked):
        assert 3 not in [row[0] for row in asked("a-1", 2)]
        assert asked("a-1", 2, suspect=True)[0] == (3, "c-1", 1, 1.0)

    def test_the_company_itself_is_never_named_nor_its_partner_in_the_filing(self, asked, lake):
        lake.append(FILINGS, FILINGS.frame([filing("a-1", 4, role="co_registrant")]))
        assert [row[0] for row in asked("a-1", 1)] == [2]

    def test_a_filing_of_several_companies_is_named_for_those_that_were_its_registrants_then(self, asked, lake):
        later = NOON + timedelta(days=30)
        lake.append(FILINGS, FILINGS.frame([filing("a-1", 2, role="co_registrant", known_at=later)]))
        assert [row[0] for row in asked("b-1", 1)] == [1, 4]
        assert [row[0] for row in asked("b-1", 1, as_of=NOON)] == [1, 4]
        assert [row[0] for row in asked("d-1", 2)] == [2, 1]
        assert [row[:2] for row in asked("d-1", 2, as_of=NOON)] == [(2, "b-1"), (1, "a-1")]
        assert [row[:2] for row in asked("d-1", 2, as_of=later, top=1)] == [(2, "b-1")]

    def test_forms_and_items_narrow_who_is_named(self, asked, lake):
        lake.append(FILINGS, FILINGS.frame([filing("e-1", 5) | {"form": "10-Q"}]))
        lake.append(RISK_FACTORS, RISK_FACTORS.frame([factor("e-1", 1, "flood") | {"item": "7"}]))
        embed_risks(lake, Told())
        assert [row[0] for row in asked("a-1", 1)] == [2, 5, 4]
        assert [row[0] for row in asked("a-1", 1, forms=("10-Q",))] == [5]
        assert [row[0] for row in asked("a-1", 1, items=("1A",))] == [2, 4]
        assert asked("a-1", 1, items=("1A",), forms=("10-Q",)) == []

    def test_a_company_that_says_the_same_every_year_does_not_hide_the_others(self, asked, lake):
        years = [f"y-{year}" for year in range(40)]
        lake.append(FILINGS, FILINGS.frame([filing(name, 9) for name in years]))
        lake.append(RISK_FACTORS, RISK_FACTORS.frame([factor(name, 1, "flood") for name in years]))
        embed_risks(lake, Told())
        assert [row[0] for row in asked("a-1", 1, top=3)] == [2, 9, 4]

    def test_at_most_so_many_are_named(self, asked):
        assert len(asked("a-1", 1, top=1)) == 1
        with pytest.raises(InvalidInput):
            asked("a-1", 1, top=0)

    @pytest.mark.parametrize(("accession", "ordinal"), [("a-1", 3), ("z-1", 1), ("c-1", 9)])
    def test_a_factor_without_a_vector_is_not_found(self, asked, accession, ordinal):
        with pytest.raises(NotFound, match="edgewise filings embed"):
            asked(accession, ordinal)

    def test_a_factor_without_words_that_the_model_knows_has_no_like(self, asked, lake):
        lake.append(RISK_FACTORS, RISK_FACTORS.frame([factor("a-1", 3, "wind")]))
        embed_risks(lake, Told())
        with pytest.raises(InvalidInput, match="without a direction"):
            asked("a-1", 3)


def test_another_models_vectors_are_not_asked(lake):
    embed_risks(lake, Told())
    other = VectorSpace("other-1", READING_VERSION, "0123456789ab", 3)
    with pytest.raises(NotFound, match="no vector of other-1"):
        risks_like(lake, "a-1", 1, space=other)


class TestIndexing:
    """An index that lasts is brought to what the lake holds, from wherever it stands."""

    @pytest.fixture(params=["memory", "postgresql"])
    def index(self, request):
        with index_of_kind(request) as index:
            yield index

    def test_what_is_there_is_not_copied_again(self, lake, index):
        embed_risks(lake, Told())
        assert index_risks(lake, index, space_of(Told())) == 7
        assert index_risks(lake, index, space_of(Told())) == 0

    def test_stopped_in_the_middle_it_goes_on_to_the_same_end(self, lake, index):
        def stop(_):
            raise KeyboardInterrupt

        embed_risks(lake, Told())
        with pytest.raises(KeyboardInterrupt):
            index_risks(lake, index, space_of(Told()), batch=3, on_progress=stop)
        assert index_risks(lake, index, space_of(Told()), batch=3) == 4
        assert like(lake, "a-1", 1, index=index) == like(lake, "a-1", 1)

    def test_a_registrant_that_is_told_later_reaches_it(self, lake, index):
        embed_risks(lake, Told())
        index_risks(lake, index, space_of(Told()))
        lake.append(FILINGS, FILINGS.frame([filing("b-2", 1, role="co_registrant"), filing("b-2", 5, role="issuer")]))
        assert index_risks(lake, index, space_of(Told())) == 1
        assert like(lake, "a-1", 1, index=index) == like(lake, "a-1", 1)

    def test_a_factor_that_became_known_earlier_than_was_thought_has_a_vector_of_each_time(self, lake, index):
        embed_risks(lake, Told())
        earlier = NOON - timedelta(hours=3)
        lake.append(RISK_FACTORS, RISK_FACTORS.frame([factor("d-1", 2, "theft flood flood", known_at=earlier)]))
        lake.append(
            FILINGS, FILINGS.frame([filing(name, cik, known_at=earlier) for name, cik in (("a-1", 1), ("d-1", 4))])
        )
        lake.append(RISK_FACTORS, RISK_FACTORS.frame([factor("a-1", 1, "flood", known_at=earlier)]))
        assert embed_risks(lake, Told()).filings == 2
        index_risks(lake, index, space_of(Told()))
        for asked in (like(lake, "a-1", 1, as_of=earlier), like(lake, "a-1", 1, index=index, as_of=earlier)):
            assert asked == [(4, "d-1", 2, round(2 / 5**0.5, 4))]
        assert like(lake, "a-1", 1, index=index)[1] == (4, "d-1", 2, round(1 / 5**0.5, 4))

    def test_a_model_of_other_bytes_under_the_same_name_is_refused(self, lake, index):
        embed_risks(lake, Told())
        index_risks(lake, index, space_of(Told()))
        with pytest.raises(InvalidInput, match="give the model a new version"):
            index_risks(lake, index, VectorSpace("told-1", READING_VERSION, "ffffffffffff", 3))
