"""Law 2: every derived number can name its inputs, down to the bytes. Planted breaks must be found."""

from __future__ import annotations

import hashlib
import shutil

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.core.model_registry import RegisteredModel
from edgewise.core.tables import DOCUMENTS, FACTORS, FILING_TONE, FILINGS, TEXTS
from edgewise.pipelines.explain import explain_filing_tone
from edgewise.pipelines.trace import untraceable

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture
def copy(travelled, tmp_path):
    """A house that may be broken: a copy of the one that travelled."""
    shutil.copytree(travelled.home, tmp_path / "home")
    with House(travelled.settings(tmp_path / "home")) as house:
        yield house


def breaks(house):
    found = untraceable(house.lake, house.documents, models=house.model_versions())
    return {(each.table, each.missing) for each in found}


def test_every_number_of_a_whole_journey_can_be_traced(travelled):
    with House(travelled.settings()) as house:
        assert house.lake.read(FACTORS)["z"].drop_nulls().len() > 10_000
        assert list(untraceable(house.lake, house.documents, models=house.model_versions())) == []


def test_one_value_walked_by_hand_from_score_to_bytes(travelled):
    with House(travelled.settings()) as house:
        value = house.lake.read(FACTORS).drop_nulls("z").sort("session", "instrument_id").row(-1, named=True)
        filing = pl.col("accession") == value["newest_input"]
        tone = house.lake.read(FILING_TONE, where=filing & (pl.col("item") == "all")).row(0, named=True)
        assert tone["known_at"] < value["known_at"]
        text = house.lake.read(TEXTS, where=filing).filter(pl.col("text_sha256") == tone["inputs"].split(",")[0])
        document = house.lake.read(DOCUMENTS, where=filing).filter(pl.col("sha256") == text["document_sha256"][0])
        body = house.documents.get(document["sha256"][0])
        assert hashlib.sha256(body).hexdigest() == document["sha256"][0]
        assert b"SIMULATED MARKET" in body
        assert house.lake.read(FILINGS, where=filing)["source_url"][0].endswith(f"{value['newest_input']}.txt")


def test_the_parts_of_an_explanation_add_up_to_the_value(travelled):
    with House(travelled.settings()) as house:
        values = house.lake.read(FACTORS).drop_nulls("raw").sort("session", "instrument_id")
        for row in values.gather_every(values.height // 25).iter_rows(named=True):
            explained = explain_filing_tone(
                house.lake, row["instrument_id"], row["session"], model_version=row["input_model"]
            )
            assert explained.parts["part"].sum() == pytest.approx(row["raw"], abs=1e-12)
            assert explained.parts.height == row["inputs"]
            assert explained.parts["accession"][-1] == row["newest_input"]
            assert explained.parts["known_at"].max() < row["known_at"]


class TestPlantedBreaks:
    def test_a_lost_blob_is_found(self, copy):
        sha256 = copy.lake.read(DOCUMENTS)["sha256"].sort()[0]
        for blob in copy.settings.home.joinpath("documents").rglob(f"{sha256}*"):
            blob.unlink()
        assert ("documents", "not_found") in breaks(copy)

    def test_a_changed_blob_is_found(self, copy):
        first, second = copy.lake.read(DOCUMENTS)["sha256"].unique().sort()[:2]
        (one,) = copy.settings.home.joinpath("documents").rglob(f"{first}*")
        (other,) = copy.settings.home.joinpath("documents").rglob(f"{second}*")
        one.chmod(0o644)
        one.write_bytes(other.read_bytes())
        assert [each.row for each in untraceable(copy.lake, copy.documents)] == [first]

    def test_a_score_that_names_a_text_nobody_stored_is_found(self, copy):
        row = copy.lake.read(FILING_TONE).head(1).with_columns(inputs=pl.lit("f" * 64))
        copy.lake.upsert(FILING_TONE, row)
        assert ("filing_tone", "f" * 64) in breaks(copy)

    def test_a_factor_value_that_names_an_unknown_filing_is_found(self, copy):
        stray = "0000000001-24-000001"
        row = copy.lake.read(FACTORS).drop_nulls("raw").head(1).with_columns(newest_input=pl.lit(stray))
        copy.lake.upsert(FACTORS, row)
        assert ("factors", stray) in breaks(copy)

    def test_a_score_of_a_model_that_nobody_has_is_found(self, copy):
        row = copy.lake.read(FILING_TONE).head(1).with_columns(model_version=pl.lit("hearsay-1"))
        copy.lake.upsert(FILING_TONE, row)
        assert breaks(copy) == {("filing_tone", "hearsay-1")}
        fields = {"name": "hearsay", "version": 1, "kind": "tone", "fingerprint": "0" * 12}
        model = RegisteredModel(**fields, files={"model.json": "0" * 64})
        copy.model_registry.register(model, at=copy.machine_clock.now(), who="test")
        assert breaks(copy) == set()
