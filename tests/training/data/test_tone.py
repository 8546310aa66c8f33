import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from training.data import tone
from training.data.evaluation import EvaluationSet
from training.data.labelled import labelled

JUDGE = EvaluationSet(
    "judge", labelled([("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn in 2007.", 2, "judge", "company:9", 1.0)])
)
LEAKED = ("Operating profit rose to EUR 4 mn from EUR 3 mn in 2009.", 0, "sentfin", "a", 1.0)
FIRST = ("The company won a large order from a customer in Spain.", 2, "filings", "company:1", 1.0)
AGAIN = ("The company won a large order from a customer in Spain!", 0, "sentfin", "b", 1.0)
JUDGING = ("Costs of raw materials did not change.", 1, "filings", "company:9", 1.0)
LESSON = ("Sales of pumps rose to 14 units in May.", 2, "written-units", "c", 1.0)
OTHER_LESSON = ("Sales of pumps rose to 15 units in May.", 1, "written-units", "d", 1.0)


def left(*rows):
    kept, counts = tone.without_likes(labelled(rows), [JUDGE])
    return kept["sentence"].to_list(), counts


def test_what_resembles_an_evaluation_set_goes_whatever_its_label():
    kept, counts = left(LEAKED, FIRST)
    assert kept == [FIRST[0]]
    assert counts["like judge"] == counts["all"] == 1


def test_of_two_that_are_nearly_the_same_the_first_source_stays_and_a_conflict_is_counted():
    kept, counts = left(FIRST, AGAIN)
    assert kept == [FIRST[0]]
    assert counts["like an earlier sentence"] == counts["like an earlier sentence of another label"] == 1
    assert counts["by source"] == {"sentfin": 1}


def test_a_company_that_judges_teaches_nothing():
    kept, counts = left(JUDGING, FIRST)
    assert kept == [FIRST[0]]
    assert counts["of a company that judges"] == 1


def test_two_lessons_of_ours_that_differ_in_a_number_both_stay():
    assert left(LESSON, OTHER_LESSON)[0] == [LESSON[0], OTHER_LESSON[0]]
    assert left(LESSON, (OTHER_LESSON[0], 1, "twitter", "d", 1.0))[0] == [LESSON[0]]


def test_an_unknown_source_is_refused_with_those_that_there_are(tmp_path):
    sources = tone.Sources(folder=tmp_path, home=tmp_path, names=["reddit"])
    with pytest.raises(InvalidInput, match=r"'reddit'.*reading, written, compared, sentfin"):
        tone._read("reddit", sources)


def test_a_set_is_described_by_counts_and_a_fingerprint():
    described = tone.described(labelled([FIRST, JUDGING]))
    assert described["labels"] == {"negative": 0, "neutral": 1, "positive": 1}
    assert described["sources"] == {"filings": 2}
    assert described["fingerprint"] != tone.described(labelled([FIRST]))["fingerprint"]


def test_the_weights_of_a_source_are_multiplied_and_a_limit_is_drawn_by_the_seed(tmp_path):
    frame = labelled([(f"Sentence {n} stands here.", 1, "sentfin", f"{n}", 0.5) for n in range(30)])
    sources = tone.Sources(folder=tmp_path, home=tmp_path, names=[], weights={"sentfin": 2.0}, limit=10)
    limited = tone._limited(frame, sources, "sentfin", 3)
    assert limited.height == 10
    assert set(limited["weight"]) == {1.0}
    assert limited.equals(tone._limited(frame, sources, "sentfin", 3))
    assert isinstance(limited, pl.DataFrame)


def test_a_source_gives_at_most_so_many_of_a_tone_in_its_order(tmp_path):
    frame = labelled([(f"Sentence {n} stands here.", n % 3, "twitter", f"{n}", 1.0) for n in range(30)])
    sources = tone.Sources(
        folder=tmp_path, home=tmp_path, names=[], at_most={"twitter": {"neutral": 4, "positive": 99}}
    )
    fewer = tone._limited(frame, sources, "twitter", 3)
    assert fewer["label"].value_counts().sort("label").rows() == [(0, 10), (1, 4), (2, 10)]
    assert fewer["group"].cast(int).is_sorted()
    assert fewer.equals(tone._limited(frame, sources, "twitter", 3))
    assert tone._limited(frame, sources, "sentfin", 3).equals(frame)
