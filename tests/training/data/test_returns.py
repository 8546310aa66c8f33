import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from training.data import returns as module
from training.data.home import SENTENCES
from training.data.returns import returns


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Three filings, the best, the worst and one between; what each says is the same."""
    texts = ["Sales increased in all regions.", "The meeting is in May."]
    rows = [(name, 1, place, "7", text, "") for name in ("best", "worst") for place, text in enumerate(texts)]

    def read(_home, accessions):
        assert set(accessions) == {"best", "worst"}
        return pl.DataFrame(rows, schema=SENTENCES, orient="row")

    monkeypatch.setattr(module, "filing_sentences", read)
    file = tmp_path / "returns.parquet"
    pl.DataFrame({"accession": ["best", "worst", "between"], "return_class": [1, -1, 0]}).write_parquet(file)
    return file


def test_sentences_of_the_outer_classes_that_speak_of_direction_take_the_label_of_the_return(table):
    frame, counts = returns(table, table.parent)
    assert frame.select("sentence", "label").rows() == [
        ("Sales increased in all regions.", 2),
        ("Sales increased in all regions.", 0),
    ]
    assert frame["weight"].max() < 0.2
    assert counts == {"read": 3, "filings": 2}


def test_without_a_table_or_its_columns_it_says_what_is_missing(tmp_path):
    with pytest.raises(InvalidInput, match="no table of returns"):
        returns(None, tmp_path)
    pl.DataFrame({"accession": ["a"]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(InvalidInput, match="no column return_class"):
        returns(tmp_path / "other.parquet", tmp_path)
