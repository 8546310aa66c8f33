"""`edgewise fundamentals`: statements and ratios as they were known, with what they rest on."""

import pytest

from edgewise.core.tables_fundamentals import FACTS
from edgewise.lake import Lake
from edgewise.pipelines.fundamentals_build import build_fundamentals
from tests.fundamentals.tagged import CIK, accession
from tests.fundamentals.test_statements import year_2023


@pytest.fixture
def stored(empty, tmp_path):
    """Run a command on a lake with the facts of a year."""
    Lake(str(tmp_path / "empty" / "lake")).append(FACTS, year_2023())
    return empty


def test_statements_are_built_and_shown_as_of_an_instant_with_their_sources(stored):
    assert stored("fundamentals", "build", "--json").json["companies"] == 1
    rows = stored("fundamentals", "show", str(CIK), "--basis", "quarter", "--as-of", "2023-11-02", "--json").json
    revenue = [(row["period_end"], row["value"], row["sources"]) for row in rows if row["field"] == "revenue"]
    assert revenue == [
        ("2023-03-31", 10, f"{accession(1)}:Revenues"),
        ("2023-06-30", 11, f"{accession(2)}:Revenues"),
        ("2023-09-30", 12, f"{accession(3)}:Revenues"),
    ]
    shown = stored("fundamentals", "show", str(CIK), "--as-of", "2024-03-01").out
    assert "46" in shown
    assert "2023-12-31" in shown


def test_ratios_without_a_price_say_what_is_missing(stored, tmp_path):
    build_fundamentals(Lake(str(tmp_path / "empty" / "lake")))
    rows = stored("fundamentals", "ratios", str(CIK), "--json").json
    told = {row["ratio"]: (row["value"], row["status"]) for row in rows}
    assert told["net_margin"] == (pytest.approx(9 / 46), "ok")
    assert told["price_to_sales"] == (None, "missing")
    assert "net_margin" in stored("fundamentals", "ratios", str(CIK)).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", str(CIK)), "fundamentals build"),
        (("ratios", str(CIK)), "fundamentals build"),
        (("ratios", str(CIK), "--basis", "quarter"), "not of a quarter"),
        (("ingest",), "no company is chosen"),
    ],
)
def test_what_cannot_be_is_one_sentence(stored, words, told):
    ended = stored("fundamentals", *words)
    assert ended.status == 1
    assert told in ended.complaint
