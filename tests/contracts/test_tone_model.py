"""What every tone model does, whatever scores. Add a model to `MODELS` and it is held to all of this."""

import pickle

import polars as pl
import pytest

from edgewise.core.tables import FILING_TONE
from edgewise.text.tone import LexiconTone

MODELS = {"lexicon": LexiconTone}
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
TEXTS = [*GOOD, *BAD, *NEUTRAL, "", "1,234"]


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]()


def test_the_version_is_a_name_and_a_number(model):
    name, _, number = model.version.rpartition("-")
    assert name
    assert number.isdigit()


def test_columns_and_dtypes_are_those_of_the_lake_table(model):
    assert dict(model.score(TEXTS).schema) == {name: FILING_TONE[name].dtype for name in SCORES}


def test_no_texts_give_an_empty_frame_of_the_same_shape(model):
    assert model.score([]).schema == model.score(TEXTS).schema
    assert model.score([]).is_empty()


def test_there_is_one_row_for_each_text_in_order(model):
    singly = pl.concat([model.score([text]) for text in TEXTS])
    assert model.score(TEXTS).equals(singly, null_equal=True)


def test_a_text_without_words_has_null_scores_and_counts_of_zero(model):
    for row in model.score(["", " \n", "1,234 5%"]).rows():
        assert row == (0, 0, None, None, None, None)


def test_a_text_with_words_has_no_nulls(model):
    assert model.score([*GOOD, *BAD, *NEUTRAL]).null_count().row(0) == (0,) * len(SCORES)


def test_failure_case_33_the_order_of_the_texts_changes_no_score(model):
    for order in (TEXTS[::-1], TEXTS[3:] + TEXTS[:3]):
        by_text = dict(zip(order, model.score(order).rows(), strict=True))
        assert [by_text[text] for text in TEXTS] == model.score(TEXTS).rows()


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
