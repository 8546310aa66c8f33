"""Items, risk factors and their changes in a simulated market, against what its writer meant."""

from __future__ import annotations

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.core.tables import FILINGS, ITEM_CHANGES, ITEMS, RISK_CHANGES, RISK_FACTORS
from edgewise.pipelines.changes import current_changes

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture(scope="module")
def lake(travelled):
    with House(travelled.settings()) as house:
        yield house.lake


@pytest.fixture(scope="module")
def forms(lake):
    return lake.read(FILINGS).unique("accession").select("accession", "form")


def truth(travelled, table: str) -> pl.DataFrame:
    return pl.read_parquet(travelled.market.folder / "truth" / table / "*.parquet")


@pytest.fixture(scope="module")
def factors(travelled):
    """The truth about risk factors that stand in a report, by accession and place, or that left it (place 0)."""
    return truth(travelled, "risk_factors").rename({"n": "ordinal"}).with_columns(pl.col("ordinal").cast(pl.Int32))


@pytest.fixture(scope="module")
def items(lake, forms, travelled):
    """What was read of each item of a report, beside what its writer meant."""
    meant = truth(travelled, "items").select(
        "accession", "part", "item", "house_style", meant="status", also="acceptable_statuses"
    )
    combined = pl.col("meant").str.starts_with("combined_with")
    return (
        lake.read(ITEMS)
        .join(forms.filter(pl.col("form").is_in(["10-K", "10-Q"])), on="accession")
        .join(
            meant.with_columns(meant=pl.when(combined).then(pl.lit("ok")).otherwise("meant")),
            on=["accession", "part", "item"],
        )
        .with_columns(right=(pl.col("status") == pl.col("meant")) | pl.col("also").list.contains(pl.col("status")))
    )


def test_no_item_of_a_report_is_silently_wrong(items):
    assert items.height > 5_000
    silent = items.filter(~pl.col("right") & (pl.col("status") != "suspect"))
    assert silent.is_empty(), silent.select("accession", "item", "status", "meant").head(20)


def test_hardly_any_item_under_a_heading_is_doubted(items):
    headed = items.filter(pl.col("house_style") != "cross_reference")
    assert headed.filter(pl.col("status") == "suspect").height <= 0.02 * headed.height


def test_risk_factors_are_those_that_were_written_or_flagged(lake, forms, factors, items):
    """Where all of an item came out as one factor, or the item was not found, it says so."""
    sure = items.filter(pl.col("risk_status") == "ok", pl.col("form") == "10-K").select("accession")
    written = factors.filter(pl.col("ordinal") > 0).join(forms.filter(pl.col("form") == "10-K"), on="accession")
    said = lake.read(RISK_FACTORS, columns=["accession", "ordinal", "heading", "status"])
    letters = pl.col("heading").str.replace_all(r"[^A-Za-z]", "").str.to_lowercase()
    keys = ["accession", letters.alias("letters")]
    read = written.join(sure, on="accession")
    found = read.select(keys).join(said.select(keys), on=["accession", "letters"], how="semi")
    assert read.height > 0.8 * written.height > 1_000
    assert found.height >= 0.99 * read.height
    assert said.join(sure, on="accession").height <= 1.01 * read.height
    unsure = said.join(forms.filter(pl.col("form") == "10-K"), on="accession").join(sure, on="accession", how="anti")
    assert set(unsure["status"]) <= {"suspect"}


@pytest.fixture(scope="module")
def compared(lake, forms, factors):
    """Changes of annual reports, each with the identities that the writer gave to its two factors."""
    rows = current_changes(lake, RISK_CHANGES).join(forms.filter(pl.col("form") == "10-K"), on="accession")
    names = factors.filter(pl.col("ordinal") > 0).select("accession", "ordinal", "factor_id", meant="change")
    earlier = names.select(previous_accession="accession", old_ordinal="ordinal", old_factor_id="factor_id")
    return rows.join(names, on=["accession", "ordinal"], how="left").join(
        earlier, on=["previous_accession", "old_ordinal"], how="left"
    )


class TestChanges:
    def test_pairs_are_those_that_the_writer_meant(self, compared):
        paired = compared.filter(pl.col("change").is_in(["kept", "reworded"]))
        assert paired.height > 500
        assert paired.filter(pl.col("factor_id") == pl.col("old_factor_id")).height >= 0.98 * paired.height

    def test_planted_changes_are_found(self, compared):
        """An edit of a few words may count as kept; an unchanged text may not count as reworded."""
        by_meant = {
            meant: dict(rows["change"].value_counts().iter_rows())
            for (meant,), rows in compared.drop_nulls("meant").partition_by("meant", as_dict=True).items()
        }
        assert set(by_meant) == {"new", "unchanged", "edited"}
        assert by_meant["unchanged"].get("kept", 0) >= 0.98 * sum(by_meant["unchanged"].values())
        assert by_meant["new"].get("new", 0) >= 0.95 * sum(by_meant["new"].values())
        edited = by_meant["edited"]
        assert edited.get("reworded", 0) + edited.get("kept", 0) >= 0.98 * sum(edited.values())
        assert edited.get("reworded", 0) > edited.get("kept", 0)

    def test_what_left_a_report_is_dropped(self, compared, factors):
        left = factors.filter(pl.col("ordinal") == 0).join(compared.select("accession").unique(), on="accession")
        dropped = compared.filter(pl.col("change") == "dropped").select("accession", factor_id="old_factor_id")
        assert left.height > 20
        assert left.join(dropped, on=["accession", "factor_id"], how="semi").height >= 0.95 * left.height

    def test_items_that_did_not_change_are_as_similar_as_can_be(self, lake):
        rows = current_changes(lake, ITEM_CHANGES).drop_nulls("cosine")
        for name in ("cosine", "jaccard", "minimum_edit", "simple"):
            assert rows[name].is_between(0, 1).all()
        assert rows.height > 500
