"""Variants exchange words for what stood between the same neighbours, and nothing else."""

from __future__ import annotations

from training.data.variants import EXCHANGED, variants

CORPUS = [
    "profit rose to 5 million",
    "Profit fell to 5 million",
    "profit amounted to 7 million",
    "orders rose in May",
]


def test_a_word_is_exchanged_for_one_that_stood_between_the_same_neighbours():
    """By hand: between "profit" and "to" stood rose, fell and amounted; between "to" and "million" 5 and 7."""
    made = {variant for _, variant in variants(["the profit rose to 5 million"], CORPUS, each=200, seed=0)}
    assert made == {
        "the profit fell to 5 million",
        "the profit amounted to 5 million",
        "the profit rose to 7 million",
    }


def test_where_nothing_else_stood_there_is_no_variant():
    assert variants(["sales dropped in June", "entirely other words"], CORPUS, each=20, seed=0) == []


def test_a_variant_tells_its_original_and_at_most_a_share_of_its_words_is_other():
    originals = ["profit rose to 5 million", "profit fell to 7 million and profit amounted to 5 million"]
    for place, variant in variants(originals, CORPUS, each=50, seed=1):
        words, others = originals[place].split(), variant.split()
        assert len(words) == len(others)
        assert 1 <= sum(map(str.__ne__, words, others)) <= max(1, EXCHANGED * len(words))


def test_the_same_seed_gives_the_same_variants_and_none_twice():
    made = variants(CORPUS, CORPUS, each=5, seed=3)
    assert made == variants(CORPUS, CORPUS, each=5, seed=3)
    assert len({variant for _, variant in made}) == len(made)
