import polars as pl
import pytest

from training.data.sentfin import FILE, mark, sentfin

HEADLINES = [
    ("Infosys gains, Wipro falls", "Infosys", "positive"),
    ("Infosys gains, Wipro falls", "Wipro", "negative"),
    ("Banks rally, NTPC and ONGC too", "NTPC", "positive"),
    ("Banks rally, NTPC and ONGC too", "ONGC", "positive"),
    ("Sensex flat", "Sensex", "neutral"),
]


@pytest.fixture
def folder(tmp_path):
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    rows = [(number, *row) for number, row in enumerate(HEADLINES)]
    pl.DataFrame(rows, schema=["id", "title", "entity", "label"], orient="row").write_parquet(file)
    return tmp_path


def test_a_headline_has_a_label_where_all_its_entities_agree(folder):
    frame, counts = sentfin(folder)
    assert frame.select("sentence", "label").rows() == [("Banks rally, NTPC and ONGC too", 2), ("Sensex flat", 1)]
    assert counts == {"read": 3, "mixed": 1}


def test_a_mixed_headline_gives_a_sentence_for_each_entity_where_asked(folder):
    frame, _ = sentfin(folder, entities=True)
    assert frame.filter(source="sentfin-entity").select("sentence", "label").rows() == [
        ("the company gains, another company falls", 2),
        ("another company gains, the company falls", 0),
    ]


def test_the_longer_name_is_replaced_before_the_name_that_stands_in_it():
    assert mark("Tata Steel up, Tata down, ITC flat", "ITC", ["Tata", "Tata Steel", "ITC"]) == (
        "another company up, another company down, the company flat"
    )
