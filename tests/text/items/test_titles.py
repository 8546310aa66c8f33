"""How well words fit a title, and where a title ends; shares counted by hand."""

import pytest

from edgewise.text.items.titles import end_of_title, title_fit, title_only_fit, words

MARKET = ("Quantitative and Qualitative Disclosures About Market Risk", "Market Risk")
LEGAL = ("Legal Proceedings",)


def test_words_that_carry_meaning():
    assert words("Market for the Registrant\u2019s Common Equity, and") == ["market", "common", "equity"]
    assert words("7A. 12") == ["a"] or words("7A. 12") == []


@pytest.mark.parametrize(
    ("heading", "fit"),
    [
        ("Legal Proceedings", 1.0),
        ("LEGAL PROCEEDING", 1.0),
        ("Legal", 0.5),
        ("Certain Legal and Other Proceedings", 1.0),
        ("Properties", 0.0),
        ("", 0.0),
        ("12", 0.0),
    ],
)
def test_the_fit_is_the_share_of_the_titles_words(heading, fit):
    assert title_fit(heading, LEGAL) == fit


def test_the_best_of_several_titles_counts():
    assert title_fit("Market Risk", MARKET) == 1.0
    assert title_fit("Market", MARKET) == 0.5


def test_words_far_behind_the_beginning_do_not_count():
    assert title_fit("We tell of nuts shops shells weather prices birds legal proceedings", LEGAL) == 0.0


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Legal Proceedings None.", "Legal Proceedings "),
        ("Legal Proceedings. We are party to no law suit of note.", "Legal Proceedings. "),
        ("Legal Proceedings \u2014 Not applicable", "Legal Proceedings \u2014 "),
        ("Legal Proceedings", "Legal Proceedings"),
        ("Legal Proceedings and Claims", "Legal Proceedings and Claims"),
        ("Nothing of the kind stands here", "Nothing of the kind stands here"),
        ("Legal Proceedings " + "(" * 9_000, "Legal Proceedings " + "(" * 9_000),
    ],
)
def test_a_title_ends_where_text_of_another_kind_begins(line, title):
    end = end_of_title(line, LEGAL)
    assert line[:end].strip() == title.strip()


@pytest.mark.parametrize(
    ("line", "fit"),
    [("Legal Proceedings", 1.0), ("Legal Proceedings and Claims", 0.8), ("Claims", 0.0), ("", 0.0), ("LEGAL", 2 / 3)],
)
def test_a_line_is_a_title_alone_as_far_as_they_share_words(line, fit):
    assert title_only_fit(line, LEGAL) == pytest.approx(fit)
