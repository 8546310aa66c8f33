import json

import polars as pl
import pytest

from edgewise.simulate.truth import text
from edgewise.simulate.truth.text import ItemTruth, Place, RiskFactorTruth, TextTruth, as_json, write_json


def place(number=1):
    return Place("www.sec.gov/x.txt", "x.htm", "10-K", 9810000001, f"9810000001-24-{number:06d}")


def item(number, name):
    return ItemTruth(place(number), "I", name, "ok", acceptable_statuses=("ok", "absent"), chars=7, reserved=True)


def factor(number, n, change="new"):
    return RiskFactorTruth(place(number), n, "G", "H", "a", "b", 5, False, 2024, f"R{n:02d}", change)  # noqa: FBT003


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(text, "_ROWS_PER_PART", 3)


@pytest.mark.usefixtures("small_parts")
def test_rows_are_written_in_parts_and_read_back_as_one_table(tmp_path):
    with TextTruth(tmp_path / "truth") as truth:
        for number in range(1, 5):
            truth.add([item(number, "1"), item(number, "1A")], [factor(number, 1)])
    parts = sorted((tmp_path / "truth/items").iterdir())
    assert [pl.read_parquet(part).height for part in parts] == [3, 3, 2]
    rows = pl.scan_parquet(tmp_path / "truth/items/*.parquet").collect()
    assert rows.select("accession", "item").rows() == [
        (f"9810000001-24-{number:06d}", name) for number in range(1, 5) for name in ("1", "1A")
    ]
    assert rows.schema["acceptable_statuses"] == pl.List(pl.String)
    assert (rows["chars"].dtype, rows["reserved"].dtype, rows["cik"].dtype) == (pl.Int64, pl.Boolean, pl.Int64)


def test_a_table_without_rows_is_there_with_its_columns(tmp_path):
    TextTruth(tmp_path / "truth").close()
    empty = pl.read_parquet(tmp_path / "truth/risk_factors/part-00000.parquet")
    assert empty.height == 0
    assert {"n", "group", "heading", "factor_id", "change"} <= set(empty.columns)


@pytest.mark.usefixtures("small_parts")
def test_json_has_a_list_per_document_also_where_it_spans_two_parts(tmp_path):
    with TextTruth(tmp_path / "truth") as truth:
        truth.add([item(1, name) for name in ("1", "1A")], [])
        truth.add([item(2, name) for name in ("1", "1A")], [])
    assert write_json(tmp_path / "truth", tmp_path / "json") == 2
    rows = json.loads((tmp_path / "json/items/9810000001_9810000001-24-000002.json").read_text())
    assert [row["item"] for row in rows] == ["1", "1A"]
    asked = {
        "source",
        "form",
        "cik",
        "accession",
        "part",
        "item",
        "status",
        "acceptable_statuses",
        "heading",
        "first_80",
    }
    asked |= {"body_first_80", "last_80", "chars", "body_chars", "chars_with_page_furniture", "by_reference_target"}
    assert asked | {"reserved", "heading_style", "note"} <= set(rows[0])


def test_a_factor_that_left_the_report_is_in_the_table_and_not_in_the_json(tmp_path):
    with TextTruth(tmp_path / "truth") as truth:
        truth.add([], [factor(1, 1), factor(1, 0, "dropped")])
    rows = pl.read_parquet(tmp_path / "truth/risk_factors/part-00000.parquet")
    assert rows["change"].to_list() == ["new", "dropped"]
    (document,) = as_json(rows).values()
    assert [row["change"] for row in document] == ["new"]


def test_nothing_is_completed_after_an_error(tmp_path):
    def fails():
        with TextTruth(tmp_path / "truth") as truth:
            truth.add([item(1, "1")], [])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert list((tmp_path / "truth/items").iterdir()) == []
