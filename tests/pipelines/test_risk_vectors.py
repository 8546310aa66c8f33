"""Vectors of risk factors: each made once, and who else has a risk like this one, as was known then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.adapters.onnx import OnnxEmbedder
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, RISK_FACTORS, RISK_VECTORS
from edgewise.lake import Lake
from edgewise.pipelines.risk_vectors import Embedded, embed_risks, risks_like
from edgewise.text.reading import READING_VERSION
from tests.tiny_models import embedding_folder

NOON = datetime(2024, 3, 4, 17, tzinfo=UTC)
WATER, FIRE, THEFT = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


class Told:
    """An embedder that knows three dangers, and counts what it is asked."""

    version = "told-1"
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


def like(lake, accession, ordinal, **options):
    found = risks_like(lake, accession, ordinal, model_version="told-1", **options)
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


class TestAsking:
    @pytest.fixture(autouse=True)
    def made(self, lake):
        embed_risks(lake, Told())

    def test_each_other_company_is_named_once_by_its_likest_factor(self, lake):
        # cosines with water: b-2 is the very word; d-1's second is 1 of (1, 2); company 3's only factor is doubtful.
        assert like(lake, "a-1", 1) == [(2, "b-2", 1, 1.0), (4, "d-1", 2, round(1 / 5**0.5, 4))]

    def test_what_was_not_public_then_is_not_named(self, lake):
        assert like(lake, "a-1", 1, as_of=NOON)[0] == (2, "b-1", 1, round(2 / 5**0.5, 4))

    def test_doubtful_factors_are_named_only_where_asked_for(self, lake):
        assert 3 not in [row[0] for row in like(lake, "a-1", 2)]
        assert like(lake, "a-1", 2, suspect=True)[0] == (3, "c-1", 1, 1.0)

    def test_the_company_itself_is_never_named_nor_its_partner_in_the_filing(self, lake):
        lake.append(FILINGS, FILINGS.frame([filing("a-1", 4, role="co_registrant")]))
        assert [row[0] for row in like(lake, "a-1", 1)] == [2]

    def test_at_most_so_many_are_named(self, lake):
        assert len(like(lake, "a-1", 1, top=1)) == 1
        with pytest.raises(InvalidInput):
            like(lake, "a-1", 1, top=0)

    @pytest.mark.parametrize(("accession", "ordinal"), [("a-1", 3), ("z-1", 1), ("c-1", 9)])
    def test_a_factor_without_a_vector_is_not_found(self, lake, accession, ordinal):
        with pytest.raises(NotFound, match="edgewise filings embed"):
            like(lake, accession, ordinal)

    def test_another_models_vectors_are_not_asked(self, lake):
        with pytest.raises(NotFound, match="no vector of other-1"):
            risks_like(lake, "a-1", 1, model_version="other-1")
