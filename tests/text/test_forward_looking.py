"""Which sentences speak of the future: read by hand, by the lists of phrases."""

import pytest

from edgewise.text.forward_looking import is_forward_looking
from edgewise.text.lexicon.lists import entries
from edgewise.text.words import tokens


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We expect revenue to grow next year.", True),
        ("The plant will open in May.", True),
        ("The plant won\u2019t open in May.", True),
        ("Capital spending is expected to rise.", True),
        ("We raised our full-year guidance.", True),
        ("Management plans to close two stores.", True),
        ("Demand in the coming quarters looks firm.", True),
        ("Sales fell as expected.", False),
        ("Earnings were better than analysts expected.", False),
        ("Goodwill was written off in full.", False),
        ("Their employment is at will.", False),
        ("The FASB issued guidance on leases.", False),
        ("We adopted the new accounting guidance.", False),
        ("The target company makes paper.", False),
        ("He left us in his last will.", False),
        ("Employment is at will, and we will hire.", True),
        ("The new guidance applies, and we expect no effect.", True),
        ("Revenue rose 4%.", False),
        ("", False),
    ],
)
def test_a_sentence_speaks_of_the_future_or_not(sentence, expected):
    assert is_forward_looking(tokens(sentence)) is expected


def test_no_phrase_stands_in_both_lists():
    assert set(entries("forward_looking")).isdisjoint(entries("not_forward_looking"))


def test_every_exception_holds_a_phrase_that_it_excepts():
    future = [" ".join(phrase) for phrase in entries("forward_looking")]
    for exception in entries("not_forward_looking"):
        words = f" {' '.join(exception)} "
        assert any(f" {phrase} " in words for phrase in future), exception
