"""Similarities are counted by hand, and with Python's own sets."""

import random

import pytest

from training.data.near_duplicates import earlier_likes, likes_in, similarity, sketches

WORDS = ("sales", "profit", "margin", "orders", "quarter", "plant", "market", "demand", "costs", "debt", "cash", "loss")


def runs(text):
    return {text[start : start + 5] for start in range(len(text) - 4)}


def jaccard(one, other):
    return shared(runs(one), runs(other))


def shared(one, other):
    return len(one & other) / len(one | other)


def made(random_numbers, length=14):
    return " ".join(random_numbers.choices(WORDS, k=length))


def test_the_similarity_is_that_of_the_sets_of_five_characters():
    one, other = "sales rose in the quarter", "sales rose in that quarter"
    assert similarity(one, other) == pytest.approx(jaccard(one, other))


def test_case_punctuation_and_numbers_do_not_tell_sentences_apart():
    assert similarity("Profit rose 4.1 % to EUR 1,300 mn!", "profit rose 7% to EUR 2 mn") == 1


def test_a_text_shorter_than_five_characters_can_be_compared():
    assert similarity("up", "UP") == 1
    assert similarity("", "up") == 0


def test_every_pair_above_the_threshold_is_found_and_none_below():
    """All pairs of 400 sentences, half of them another with one or two words exchanged."""
    numbers = random.Random(5)
    firsts = [made(numbers) for _ in range(200)]
    changed = []
    for first in firsts:
        words = first.split()
        for _ in range(numbers.randint(0, 3)):
            words[numbers.randrange(len(words))] = numbers.choice(WORDS)
        changed.append(" ".join(words))
    known = [runs(first) for first in firsts]
    expected = [
        next((place for place, first in enumerate(known) if shared(own, first) >= 0.8), -1)
        for own in map(runs, changed)
    ]
    assert 20 < sum(place >= 0 for place in expected) < 190
    assert likes_in(sketches(changed), sketches(firsts)).tolist() == expected


def test_of_likes_the_first_stays():
    texts = ["Sales rose by 4 % in the quarter.", "Costs fell in all regions.", "Sales rose by 9 % in the quarter."]
    assert earlier_likes(sketches(texts)).tolist() == [-1, -1, 0]


def test_what_repeats_is_no_longer_compared_with():
    one = "operating profit of the group rose in the first quarter of the year"
    two = one + " as sales did"
    three = two + " and orders too"
    assert jaccard(one, two) >= 0.8 <= jaccard(two, three)
    assert jaccard(one, three) < 0.8
    assert earlier_likes(sketches([one, two, three])).tolist() == [-1, 0, -1]


def test_sketches_are_the_same_in_another_order():
    texts = [made(random.Random(n)) for n in range(20)]
    assert (sketches(texts).bands[::-1] == sketches(texts[::-1]).bands).all()
