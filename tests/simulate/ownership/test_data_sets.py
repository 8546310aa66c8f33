"""The data sets of insiders' forms say what the forms say, as far as the SEC's own do."""

import zipfile

import polars as pl
import pytest

from edgewise.simulate.ownership.data_sets import COLUMNS, PLACE
from edgewise.sources.edgar.ownership_datasets import dataset_rows, dataset_tables

UNKNOWN = pl.DataFrame(
    schema={"accession": pl.String, "known_at": pl.Datetime("us", "UTC"), "known_at_source": pl.String}
)


@pytest.fixture(scope="module")
def zips(simulated):
    return sorted((simulated.folder / PLACE).iterdir())


@pytest.fixture(scope="module")
def rows(zips):
    read = [dataset_rows(dataset_tables(file.read_bytes()), known=UNKNOWN, source_url=file.name) for file in zips]
    assert {reason for one in read for reason in one.refused} == set()
    return pl.concat([one.rows for one in read])


def test_there_is_a_zip_for_each_quarter_of_filing_with_every_table(zips):
    assert [file.name for file in zips] == [f"2024q{number}_form345.zip" for number in (1, 2, 3, 4)] + [
        "2025q1_form345.zip"
    ][: len(zips) - 4]
    with zipfile.ZipFile(zips[0]) as bundle:
        assert bundle.namelist() == [f"{name}.tsv" for name in COLUMNS]


def test_every_form_and_line_of_the_truth_is_there_once_with_its_number(simulated, truth, rows):
    forms = truth.filter(pl.col("form").is_in(["3", "4", "5", "4/A"]))
    assert set(rows["accession"]) == set(forms["accession"])
    meant = pl.read_parquet(simulated.insider_trades_truth).select(
        "accession", "line", "issuer_cik", "shares", "owner_ciks"
    )
    found = rows.filter(kind="transaction").select("accession", "line", "issuer_cik", "shares", "owner_ciks")
    assert found.sort("accession", "line").equals(
        meant.sort("accession", "line").cast(dict(found.schema.items())), null_equal=True
    )


def test_a_price_is_rounded_to_cents_as_in_the_sec_s_own(simulated, rows):
    meant = pl.read_parquet(simulated.insider_trades_truth).filter(pl.col("code").is_in(["P", "S"]), pl.col("coded"))
    both = meant.join(rows, on=["accession", "line"], suffix="_told")
    assert both.height == meant.height > 50
    assert (both["price"] - both["price_told"]).abs().max() <= 0.005 + 1e-9
    assert set(both["direct"]) == {True, False}
    assert both.filter(pl.col("noted").is_not_null())["footnotes"].null_count() == 0
