"""What the words of a heading say; the examples are headings of real filings, read by people."""

import pytest

from edgewise.text.risk_factors.wording import goes_on, is_unfinished, wording


@pytest.mark.parametrize(
    "text",
    [
        "We face distribution and logistical challenges in our business",
        "Certain of our products are produced at single manufacturing sites.",
        "A small number of customers account for a significant part of revenue.",
        "Our Expansion into New Products and Geographic Regions Subjects Us to Additional Business Risks",
        "Failure to preserve the value of our brand could have an adverse impact on our financial results.",
        "OUR STOCK PRICE IS VOLATILE.",
        "We can't be sure of our suppliers",
        "Undetected defects in our fracture simulation software could adversely affect our business.",
    ],
)
def test_these_tell_something(text):
    says = wording(text)
    assert says.sentence
    assert not says.group
    assert not says.aside
    assert not says.summary


@pytest.mark.parametrize(
    "text",
    [
        "Risks Related to Our Ability to Grow Our Business",
        "Risks Relating to Our Common Stock",
        "General Risk Factors",
        "STRATEGIC RISKS",
        "Other risks",
        "Legal and Regulatory Compliance Risks",
        "Risks That May Affect Us",
        "Risks Specific to our Company",
    ],
)
def test_these_are_titles_of_groups(text):
    says = wording(text)
    assert says.group
    assert not says.sentence


@pytest.mark.parametrize(
    "text", ["Brand, Reputational Impact and Environmental, Social and Governance", "Competition", "STRATEGY AND BRAND"]
)
def test_these_tell_nothing(text):
    assert not wording(text).sentence


@pytest.mark.parametrize(
    "text", ["Risk Factors", "CAUTIONARY STATEMENTS", "Certain Risk Factors", "FORWARD-LOOKING STATEMENTS", "Overview"]
)
def test_these_are_titles_of_what_is_no_risk(text):
    assert wording(text).aside


def test_a_sentence_about_statements_that_look_forward_is_a_risk():
    text = "Our actual results could differ materially from results anticipated in forward-looking statements we make."
    assert not wording(text).aside


@pytest.mark.parametrize("text", ["Risk Factors Summary", "Summary Risk Factors", "RISK HIGHLIGHTS", "Principal Risks"])
def test_these_are_titles_of_a_summary(text):
    assert wording(text).summary


@pytest.mark.parametrize("text", ["Key Personnel Risks", "Risks Related to Our Principal Stockholders", "Summary"])
def test_these_are_not(text):
    assert not wording(text).summary


def test_an_unfinished_line_goes_on_in_the_next_one():
    assert is_unfinished("Our business depends on the")
    assert is_unfinished("customers, suppliers,")
    assert not is_unfinished("Our business depends on them.")


def test_words_that_take_up_what_was_said_head_nothing():
    assert goes_on("Any of these could hurt us.")
    assert goes_on("As a result, we may lose customers.")
    assert not goes_on("Further significant disruptions in the crypto asset markets may hurt us.")
    assert not goes_on("There can be no assurance that we will continue to declare cash dividends.")
