"""The tone models that ship with the package, on what misled other tools. Failure cases 34 and 35."""

import numpy as np
import pytest

from edgewise.adapters.onnx import OnnxSentenceTone, open_folder, packaged_models
from edgewise.core.ports import TONES
from edgewise.text.sentence_tone import SentenceTone

PACKAGED = {name: path for name, path in packaged_models().items() if open_folder(path).manifest.kind == "tone"}
NEGATIVE, NEUTRAL, POSITIVE = range(len(TONES))
CALM = "The company sells paper in Ohio and has done so since 1974."
ALARM = "Management concluded that there is substantial doubt about our ability to continue as a going concern."
# Bad news, and the same words said not to be so.
NEGATED = [
    (
        ALARM,
        "Management concluded that there is no substantial doubt about our ability to continue as a going concern.",
    ),
    ("We recorded an impairment of goodwill of $40 million.", "We recorded no impairment of goodwill in any period."),
    (
        "We identified a material weakness in our controls.",
        "We did not identify a material weakness in controls.",
    ),
    ("We defaulted on our senior notes.", "We have not defaulted on our senior notes."),
]
BOILERPLATE = (
    "This release contains forward-looking statements within the meaning of the Private Securities Litigation Reform "
    "Act of 1995. Actual results could differ materially because of adverse conditions, losses, litigation or defaults."
)


@pytest.fixture(
    scope="module",
    params=PACKAGED.values() or [pytest.param(None, marks=pytest.mark.skip(reason="no tone model is packaged yet"))],
    ids=list(PACKAGED) or ["none"],
)
def model(request):
    return OnnxSentenceTone(request.param)


def net(model, text):
    return SentenceTone(model).score([text])["net"].item()


@pytest.mark.parametrize(("bad", "negated"), NEGATED, ids=["doubt", "impairment", "weakness", "default"])
def test_failure_case_35_bad_news_that_is_denied_is_less_bad(model, bad, negated):
    said, denied = model.probabilities([bad, negated])
    assert denied[NEGATIVE] < said[NEGATIVE] - 0.1


def test_failure_case_35_bad_news_that_is_denied_is_mostly_not_called_negative(model):
    said = model.probabilities([text for pair in NEGATED for text in pair]).argmax(axis=1).reshape(-1, 2)
    assert (said[:, 0] == NEGATIVE).sum() >= 3
    assert (said[:, 1] != NEGATIVE).sum() >= 3


def test_failure_case_35_forward_looking_boilerplate_changes_nothing(model):
    assert net(model, f"{CALM}\n{BOILERPLATE}") == net(model, CALM)


def test_failure_case_35_news_after_the_512th_token_is_heard_in_a_document(model):
    calm = "\n".join([CALM] * 60)
    assert net(model, f"{calm}\n{ALARM}") < net(model, calm) - 0.01


def test_failure_case_35_news_after_the_512th_token_is_heard_in_one_sentence(model):
    calm = "the company sells paper in Ohio and has done so for years, " * 60
    quiet, loud = model.probabilities([calm, f"{calm}and defaulted on its debt after severe losses and fraud."])
    assert np.abs(loud - quiet).max() > 1e-4


def test_failure_case_34_no_label_is_given_to_everything(model):
    texts = [pair[0] for pair in NEGATED] + [CALM, "Our headquarters are in Dayton."]
    texts += ["Revenue grew 14% to a record $2.1 billion.", "Operating margin improved and we raised our dividend."]
    assert set(model.probabilities(texts).argmax(axis=1)) == {NEGATIVE, NEUTRAL, POSITIVE}
