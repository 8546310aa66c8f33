import re
import string

import numpy as np
import pytest

from edgewise.simulate import phrases
from edgewise.simulate.industries import INDUSTRIES
from edgewise.simulate.prose import Narrator

BANKS = {
    "positive": phrases.POSITIVE,
    "negative": phrases.NEGATIVE,
    "uncertain": phrases.UNCERTAIN,
    "neutral": phrases.NEUTRAL,
    "negated": phrases.NEGATED,
}
SLOTS = {"segment", "product", "region", "percent", "amount", "count", "period"}


def narrator(tone, seed=1):
    return Narrator(np.random.default_rng(seed), INDUSTRIES[0], tone, "the quarter")


def spoken_from(bank, sentences):
    """How many of the sentences are one of the bank's with its slots filled."""
    patterns = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(text))) for text in bank]
    return sum(any(pattern.fullmatch(sentence) for pattern in patterns) for sentence in sentences)


def good_share(sentences):
    good, bad = spoken_from(phrases.POSITIVE, sentences), spoken_from(phrases.NEGATIVE, sentences)
    return good / (good + bad)


def test_the_banks_are_large_and_every_sentence_is_its_own():
    sentences = [text for bank in BANKS.values() for text in bank]
    assert len(sentences) >= 150
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("kind", BANKS)
def test_sentences_have_known_slots_and_end(kind):
    for text in BANKS[kind]:
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= SLOTS
        assert text.endswith(".")
        assert text.isascii()


def test_a_filing_without_a_tone_has_no_news():
    assert spoken_from(phrases.NEUTRAL, narrator(None).sentences(45)) == 45


def test_better_tone_gives_more_good_news():
    shares = [np.mean([good_share(narrator(t, seed).sentences(60)) for seed in range(8)]) for t in (-2, -1, 0, 1, 2)]
    assert shares == sorted(shares)
    assert shares[0] < 0.2
    assert shares[-1] > 0.8


def test_the_same_stream_says_the_same_and_paragraphs_keep_every_sentence():
    assert narrator(0.5).sentences(30) == narrator(0.5).sentences(30)
    assert len(narrator(0.5).sentences(31)) == 31
    paragraphs = narrator(0.5).paragraphs(31)
    assert 31 / 5 <= len(paragraphs) <= 31
    assert all("{" not in paragraph for paragraph in paragraphs)
