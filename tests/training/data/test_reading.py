import polars as pl
import pytest

from edgewise.core.errors import SchemaMismatch
from training.data.home import SENTENCES
from training.data.labelled import fingerprint
from training.data.reading import FOLDER, TABLE, read_table, settled, with_sentences

TEXTS = ["Sales rose.", "Costs fell.", "The year ended.", "Sales rose."]


def table(*rows):
    return pl.DataFrame(rows, schema=TABLE, orient="row")


def document(texts=TEXTS, accession="0000000001-24-000001"):
    rows = [(accession, 1, place, "7", text, fingerprint(text)) for place, text in enumerate(texts)]
    return pl.DataFrame(rows, schema=SENTENCES, orient="row")


def label_of(text, place, label="P", *, doubtful=False, number=1):
    return "0000000001-24-000001", 1, place, fingerprint(text), label, doubtful, number


def test_a_sentence_comes_back_by_its_fingerprint_and_of_equal_ones_the_nearest():
    found = with_sentences(settled(table(label_of("Sales rose.", 3), label_of("Costs fell.", 1))), document())
    assert found["sentence"].to_list() == ["Sales rose.", "Costs fell."]
    assert found["company"].to_list() == ["7", "7"]


def test_a_sentence_that_moved_is_still_found():
    found = with_sentences(settled(table(label_of("Costs fell.", 1))), document(["A new one.", *TEXTS]))
    assert found["sentence"].to_list() == ["Costs fell."]


@pytest.mark.parametrize("texts", [["Sales fell.", *TEXTS[1:3]], []])
def test_a_sentence_that_is_not_there_is_an_error_that_names_it(texts):
    with pytest.raises(SchemaMismatch, match=r"1 of 2 .* 0000000001-24-000001 1/0"):
        with_sentences(
            settled(table(label_of("Sales rose.", 0), label_of("Costs fell.", 1))), document(texts or ["Costs fell."])
        )


def test_the_last_pass_settles_and_passes_that_differ_make_a_label_doubtful():
    rows = [label_of("Sales rose.", 0, label, number=number) for number, label in ((1, "P"), (2, "0"), (3, "P"))]
    found = settled(table(*rows, label_of("Costs fell.", 1, doubtful=True), label_of("The year ended.", 2, "0")))
    assert found.select("label", "doubtful", "passes").rows() == [("P", True, 3), ("P", True, 1), ("0", False, 1)]


@pytest.mark.parametrize("rows", [[label_of("Sales rose.", 0, "good")], [label_of("Sales rose.", 0)] * 2])
def test_other_labels_and_rows_twice_are_refused(tmp_path, rows):
    table(*rows).write_csv(tmp_path / "labels.tsv", separator="\t")
    with pytest.raises(SchemaMismatch):
        read_table(tmp_path / "labels.tsv")


def test_our_tables_hold_labels_and_no_sentences():
    files = sorted(file for file in FOLDER.glob("*.tsv") if not file.name.startswith("risk_factors."))
    assert [file.name for file in files] == ["calls.evaluation.tsv", "filings.evaluation.tsv", "filings.training.tsv"]
    for file in files:
        read = read_table(file)
        assert read["fingerprint"].str.contains(r"^[0-9a-f]{16}$").all()
        assert read["document"].str.contains(r"^(\d{10}-\d\d-\d{6}|\d{8}_[A-Z.\-]+)$").all()


def test_no_filing_both_teaches_and_judges():
    training, judging = (read_table(FOLDER / f"filings.{kind}.tsv") for kind in ("training", "evaluation"))
    assert set(training["document"]) & set(judging["document"]) == set()
    assert set(training["fingerprint"]) & set(judging["fingerprint"]) == set()


def test_the_evaluation_sets_have_600_sentences_read_twice():
    tables = [read_table(FOLDER / f"{kind}.evaluation.tsv") for kind in ("filings", "calls")]
    assert [settled(read).height for read in tables] == [300, 300]
    assert all(set(settled(read)["passes"]) == {2} for read in tables)
