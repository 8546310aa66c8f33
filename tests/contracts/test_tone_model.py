"""What every tone model does, whatever scores. Add a model to `MODELS` and it is held to all of this."""

import pickle

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.adapters.onnx import OnnxSentenceTone, open_folder, packaged_models
from edgewise.core.tables import FILING_TONE
from edgewise.text.sentence_tone import SentenceTone
from edgewise.text.tone import LexiconTone
from tests.tiny_models import tone_folder

PACKAGED = [name for name, path in packaged_models().items() if open_folder(path).manifest.kind == "tone"]
MODELS = ["lexicon", "tiny", *PACKAGED]
OF_SENTENCES = ["sentences", "fragments", "forward_looking"]
SCORES = ["words", "boilerplate_words", "positive", "negative", "uncertainty", "net"]
GOOD = [
    "We delivered record revenue and strong, profitable growth.",
    "Margins improved and our innovative products were highly successful.",
    "Operating profit rose and customers are very satisfied with our excellent service.",
]
BAD = [
    "The company suffered severe losses and defaulted on its debt.",
    "Fraud, litigation and an adverse ruling damaged our weak business.",
    "Sales declined sharply and we recorded an impairment after the failure of the product.",
]
NEUTRAL = ["The annual meeting takes place in Ohio in May of each year.", "Our headquarters are in Dayton."]
# A model may add up in another order where other texts stand beside a text; it says the same to this.
CLOSE = 1e-5
TEXTS = [*GOOD, *BAD, *NEUTRAL, "", "1,234"]


@pytest.fixture(scope="module", params=MODELS)
def model(request, tmp_path_factory):
    match request.param:
        case "lexicon":
            return LexiconTone()
        case "tiny":
            return SentenceTone(OnnxSentenceTone(tone_folder(tmp_path_factory.mktemp("models") / "tone-tiny")))
        case name:
            return SentenceTone(OnnxSentenceTone(packaged_models()[name]))


def assert_alike(one, two):
    assert_frame_equal(one, two, check_exact=False, rel_tol=0, abs_tol=CLOSE)


def test_the_version_is_a_name_and_a_number(model):
    name, _, number = model.version.rpartition("-")
    assert name
    assert number.isdigit()


def test_columns_and_dtypes_are_those_of_the_lake_table(model):
    schema = dict(model.score(TEXTS).schema)
    assert schema == {name: FILING_TONE[name].dtype for name in schema}
    assert set(schema) in ({*SCORES}, {*SCORES, *OF_SENTENCES})


def test_no_texts_give_an_empty_frame_of_the_same_shape(model):
    assert model.score([]).schema == model.score(TEXTS).schema
    assert model.score([]).is_empty()


def test_there_is_one_row_for_each_text_in_order(model):
    singly = pl.concat([model.score([text]) for text in TEXTS])
    assert_alike(model.score(TEXTS), singly)


def test_a_text_without_words_has_null_scores_and_counts_of_zero(model):
    for row in model.score(["", " \n", "1,234 5%"]).select(SCORES).rows():
        assert row == (0, 0, None, None, None, None)


def test_a_text_with_words_has_no_nulls(model):
    assert sum(model.score([*GOOD, *BAD, *NEUTRAL]).null_count().row(0)) == 0


def test_failure_case_33_the_order_of_the_texts_changes_no_score(model):
    for order in (TEXTS[::-1], TEXTS[3:] + TEXTS[:3]):
        numbered = model.score(order).with_columns(text=pl.Series(order)).unique("text", maintain_order=True)
        again = pl.DataFrame({"text": TEXTS}).join(numbered, on="text", how="left", maintain_order="left")
        assert_alike(again.drop("text"), model.score(TEXTS))


def test_scoring_twice_and_after_pickling_gives_the_same(model):
    once = model.score(TEXTS)
    assert model.score(TEXTS).equals(once, null_equal=True)
    assert pickle.loads(pickle.dumps(model)).score(TEXTS).equals(once, null_equal=True)


def test_failure_case_34_labels_are_the_right_way_round(model):
    assert (model.score(GOOD)["net"] > 0).all()
    assert (model.score(BAD)["net"] < 0).all()


def test_failure_case_34_not_everything_has_the_same_label(model):
    assert model.score([*GOOD, *BAD])["net"].sign().n_unique() == 2


def test_failure_case_35_negation_is_heard(model):
    net = model.score(["There is substantial doubt.", "There is no substantial doubt.", "We are not profitable."])[
        "net"
    ]
    assert net[0] < net[1]
    assert net[2] < 0


def test_failure_case_35_nothing_is_cut_off_a_long_text(model):
    filler = "The company sells paper in Ohio. " * 2_000
    scores = model.score([filler, filler + " ".join(BAD)])
    assert scores["net"][1] < scores["net"][0]
    assert scores["words"][0] == 6 * 2_000


def test_scores_stay_within_their_bounds(model):
    scores = model.score(TEXTS).drop_nulls()
    assert scores.select(pl.col("positive", "negative", "uncertainty").is_between(0, 1).all()).row(0) == (True,) * 3
    assert scores["net"].is_between(-1, 1).all()


def test_the_sentences_that_moved_it_most_are_told(model):
    found = model.explain(" ".join(NEUTRAL), GOOD[0], BAD[0], top=2)
    assert set(found["sentence"]) == {GOOD[0], BAD[0]}
    assert dict(zip(found["sentence"], found["balance"] > 0, strict=True)) == {GOOD[0]: True, BAD[0]: False}
    assert found["place"].dtype == pl.Int64
    assert model.explain().is_empty()
