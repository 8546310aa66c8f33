"""`filings embed` and `filings risks --like` as a person has them, on a lake of three companies."""

from __future__ import annotations

import pytest

from edgewise.core.tables import FILINGS, RISK_FACTORS
from edgewise.lake import Lake
from tests.pipelines.test_risk_vectors import factor, filing
from tests.tiny_models import embedding_folder

ONE, TWO, THREE = (f"0000000001-24-{number:06d}" for number in (1, 2, 3))
HEADINGS = {
    ONE: "fraud and litigation damaged the company",
    TWO: "litigation and fraud damaged our company",
    THREE: "paper sales declined in ohio each year",
}


@pytest.fixture
def run(empty, tmp_path):
    """Run a command on that lake, with a model of vectors that a test made."""
    lake = Lake(str(tmp_path / "empty" / "lake"))
    lake.append(FILINGS, FILINGS.frame([filing(name, cik) for cik, name in enumerate(HEADINGS, start=1)]))
    rows = [factor(name, 1, heading) | {"body": heading} for name, heading in HEADINGS.items()]
    lake.append(RISK_FACTORS, RISK_FACTORS.frame(rows))
    folder = embedding_folder(tmp_path / "vectors-tiny")
    return lambda *words, **settings: empty(*words, **{"embedder": folder} | settings)


def test_vectors_are_made_once_and_tell_who_else_has_a_risk(run):
    assert run("filings", "embed", "--json").json == {"filings": 3, "vectors": 3}
    assert "0 vectors of 0 filings made by vectors-tiny-1" in run("filings", "embed").out
    told = run("filings", "risks", ONE, "--like", "1", "--json").json
    assert told["model_version"] == "vectors-tiny-1"
    assert [row["accession"] for row in told["like"]] == [TWO, THREE]
    assert told["like"][0]["likeness"] > told["like"][1]["likeness"]
    shown = run("filings", "risks", ONE, "--like", "1", "--limit", "1").out
    assert "COMPANY 2" in shown
    assert "COMPANY 3" not in shown


def test_without_vectors_the_next_step_is_told(run):
    ended = run("filings", "risks", ONE, "--like", "1")
    assert ended.status == 1
    assert "edgewise filings embed" in ended.complaint


def test_without_a_model_the_setting_is_told(run):
    ended = run("filings", "embed", embedder="")
    assert ended.status == 1
    assert "Set EDGEWISE_EMBEDDER" in ended.complaint


def test_a_model_folder_that_was_tampered_with_is_refused(run, tmp_path):
    (tmp_path / "vectors-tiny" / "model.onnx").write_bytes(b"other")
    ended = run("filings", "embed")
    assert (ended.status, "has the hash" in ended.complaint) == (1, True)


@pytest.mark.parametrize("narrowed", [("--as-of", "2024-01-01"), ("--form", "10-K"), ("--item", "1A")])
def test_what_narrows_an_answer_without_a_question_is_a_contradiction(run, narrowed):
    ended = run("filings", "risks", ONE, *narrowed)
    assert (ended.status, f"{narrowed[0]} belongs to --like" in ended.complaint) == (1, True)


def test_forms_and_items_narrow_who_is_named(run):
    run("filings", "embed")
    for narrowed, named in ((("--form", "10-K"), 2), (("--form", "10-Q"), 0), (("--item", "7"), 0)):
        assert len(run("filings", "risks", ONE, "--like", "1", *narrowed, "--json").json["like"]) == named


def test_with_pgvector_the_index_is_filled_and_asked_and_says_what_the_lake_says(run, postgres_database):
    made = run("filings", "embed", "--json").json
    from_lake = run("filings", "risks", ONE, "--like", "1", "--json").json
    kept = {"database": postgres_database, "vectors": "database"}
    ended = run("filings", "risks", ONE, "--like", "1", **kept)
    assert (ended.status, "edgewise filings embed" in ended.complaint) == (1, True)
    assert run("filings", "embed", "--json", **kept).json == {"filings": 0, "vectors": 0, "indexed": made["vectors"]}
    assert "0 rows of the index are new or changed" in run("filings", "embed", **kept).out
    told = run("filings", "risks", ONE, "--like", "1", "--json", **kept).json
    likeness = [[row.pop("likeness") for row in answer["like"]] for answer in (told, from_lake)]
    assert likeness[0] == pytest.approx(likeness[1], abs=1e-6)
    assert told == from_lake


def test_an_index_that_cannot_be_is_told_before_the_work(run):
    ended = run("filings", "embed", vectors="database")
    assert (ended.status, "needs PostgreSQL with pgvector" in ended.complaint) == (1, True)
    ended = run("filings", "embed", vectors="elsewhere")
    assert (ended.status, "EDGEWISE_VECTORS cannot be" in ended.complaint) == (1, True)
    assert run("filings", "embed", "--json").json["vectors"] == 3
