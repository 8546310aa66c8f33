"""Words and sentences."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.text.words import BORDERS, sentences, tokens, word_count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Net sales rose 4.5%.", ["net", "sales", "rose", "."]),
        ("We didn\u2019t; they don't", ["we", "didn't", ";", "they", "don't"]),
        ("write-off of long-term debt", ["write", "off", "of", "long", "term", "debt"]),
        ("A U.S. firm, Acme Inc. of J. Smith.", ["a", "u", "s", "firm", "acme", "inc", "of", "j", "smith", "."]),
        ("One line\nanother", ["one", "line", "\n", "another"]),
        ("He said “no.” Then left!", ["he", "said", "no", ".", "then", "left", "!"]),
        ("see www.sec.gov today", ["see", "www", "sec", "gov", "today"]),
        ("Société Générale", ["société", "générale"]),
        ("10-K405 § 12(b)", ["k", "b"]),
        ("", []),
    ],
)
def test_words_and_borders_stand_in_order(text, expected):
    assert tokens(text) == expected


def test_sentences_are_given_as_written():
    text = "Sales rose in the U.S. market. Costs fell; margins grew\nOutlook"
    assert sentences(text) == ["Sales rose in the U.S. market.", "Costs fell;", "margins grew", "Outlook"]


@given(st.text(alphabet="abcN .;!?\n'\u2019éİ-1"))
def test_cutting_into_sentences_keeps_every_word(text):
    words = [token for token in tokens(text) if token not in BORDERS]
    by_sentence = [token for sentence in sentences(text) for token in tokens(sentence) if token not in BORDERS]
    assert by_sentence == words
    assert word_count(text) == len(words)


LETTER = "[a-z\u00df-\u00f6\u00f8-\u00ff]"
SIGNS = "aBz I\u00c9\u00e9\u00f7\u00d7\u00aa\u00df'\u2019.;!?\n \t\")]\u201d0_\u2014\u00a0\u03a3\u0130incorpsvt"


@settings(max_examples=60)
@given(st.text(alphabet=SIGNS, max_size=30))
def test_words_are_runs_of_letters_with_what_follows_one_apostrophe(text):
    words = re.findall(f"{LETTER}+(?:'{LETTER}+)?", text.lower().replace("\u2019", "'"))
    assert [token for token in tokens(text) if token not in BORDERS] == words
    assert word_count(text) == len(words)
