from collections import Counter

import pytest

from edgewise.core.errors import InvalidInput
from training.data.near_duplicates import likes_in, sketches
from training.data.written import FILE, written

KINDS = {"negation", "less_bad", "boilerplate", "guidance", "units"}


def test_the_sentences_that_the_issue_asks_for_are_there():
    frame, counts = written()
    kinds = Counter(source.removeprefix("written-") for source in frame["source"])
    assert counts["read"] == frame.height > 1_000
    assert all(kinds[kind] >= 30 for kind in KINDS)
    assert min(Counter(frame["label"]).values()) > 200


def test_no_sentence_stands_there_twice():
    assert written()[0]["sentence"].is_unique().all()


def test_no_clear_sentence_of_the_self_test_is_one_that_models_learn():
    clear = [line.split("\t")[1] for line in (FILE.parents[1] / "self_test.tsv").read_text().splitlines()]
    learned = sketches(written()[0]["sentence"].to_list())
    assert (likes_in(sketches(clear), learned) < 0).all()


@pytest.mark.parametrize("line", ["good\tnegation\tSales rose.", "positive\tnegation\t ", "positive\tSales rose."])
def test_a_line_that_is_none_is_named(tmp_path, line):
    file = tmp_path / "written.tsv"
    file.write_text(f"neutral\tunits\tIt has 4 plants.\n{line}\n")
    with pytest.raises(InvalidInput, match=r"line 2 of written\.tsv"):
        written(file)
