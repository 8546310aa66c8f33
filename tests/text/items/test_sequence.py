"""The best consistent sequence: against every sequence there is, for small documents."""

from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.forms.declared import form_for
from edgewise.text.items.candidates import Candidate
from edgewise.text.items.sequence import choose, weight

FILED = date(2024, 6, 3)
FORM = form_for("10-K", FILED)
KINDS = FORM.possible(FILED)
BY_ITEM = {kind.item: kind for kind in KINDS if not kind.unusual}
ORDER = list(BY_ITEM)


def heading(number, begin, fit=1.0, look=0.8, **others):
    kind = BY_ITEM[number]
    return Candidate(
        number=begin,
        begin=begin,
        labels=(number,),
        part="",
        kinds=(kind,),
        more=(),
        heading="",
        heading_end=begin,
        fits=(fit,),
        look=look,
        **others,
    )


def chosen(*candidates):
    bodies = {candidate.begin: True for candidate in candidates}
    return [(choice.kind.item, choice.candidate.begin) for choice in choose(FORM, KINDS, list(candidates), bodies)]


def test_headings_in_order_are_all_chosen():
    assert chosen(heading("1", 0), heading("2", 1), heading("7", 2)) == [("1", 0), ("2", 1), ("7", 2)]


def test_of_two_places_of_one_item_the_one_that_looks_more_like_a_heading_is_chosen():
    assert chosen(heading("1", 0, look=0.1), heading("1", 1, look=0.9), heading("2", 2)) == [("1", 1), ("2", 2)]


def test_of_equal_places_the_first_is_chosen():
    assert chosen(heading("1", 0), heading("1", 1), heading("2", 2)) == [("1", 0), ("2", 2)]


@pytest.mark.parametrize("why", ["contents", "page", "running", "continued"])
def test_what_speaks_against_a_heading_weighs(why):
    assert chosen(heading("1", 0, **{why: True}), heading("1", 1, look=0.2), heading("2", 2)) == [("1", 1), ("2", 2)]


def test_a_link_of_the_contents_weighs_more_than_looks():
    assert chosen(heading("1", 0, look=1.0), heading("1", 1, look=0.1, target=True)) == [("1", 1)]


def test_failure_case_4_a_strong_heading_out_of_order_is_added():
    choices = choose(
        FORM, KINDS, [heading(n, p) for p, n in enumerate(["1", "7", "8", "1A", "9"])], dict.fromkeys(range(5), True)
    )
    assert [(choice.kind.item, choice.in_order) for choice in choices] == [
        ("1", True),
        ("7", True),
        ("8", True),
        ("1A", False),
        ("9", True),
    ]


def test_a_weak_one_out_of_order_is_not():
    assert ("1A", 3) not in chosen(
        *(heading(n, p) for p, n in enumerate(["1", "7", "8"])), heading("1A", 3, fit=0, look=0.1)
    )


def test_the_part_named_in_the_line_decides():
    form = form_for("10-Q", FILED)
    kinds = form.possible(FILED)
    both = tuple(kind for kind in kinds if kind.item == "1")
    for part in ("I", "II"):
        one = Candidate(0, 0, ("1",), part, both, (), "", 0, (0.5, 0.5), 0.5)
        (choice,) = choose(form, kinds, [one], {0: True})
        assert choice.kind.part == part


def heaviest(candidates):
    """The weight of the heaviest sequence in order, found by trying every one."""
    weights = [weight(c, c.kinds[0], c.fits[0], body=True) for c in candidates]
    ranks = [ORDER.index(c.labels[0]) for c in candidates]
    best = 0.0
    for size in range(len(candidates) + 1):
        for places in combinations(range(len(candidates)), size):
            rising = all(ranks[a] < ranks[b] for a, b in pairwise(places))
            if rising and all(weights[place] >= 0.6 for place in places):
                best = max(best, sum(weights[place] for place in places))
    return best


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ORDER), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.3, 1.0]), st.booleans()
        ),
        max_size=9,
    )
)
def test_no_sequence_in_order_is_heavier_than_the_one_chosen(drawn):
    candidates = [heading(n, place, fit, look, page=page) for place, (n, fit, look, page) in enumerate(drawn)]
    choices = choose(FORM, KINDS, candidates, dict.fromkeys(range(len(drawn)), True))
    assert sum(choice.weight for choice in choices if choice.in_order) == pytest.approx(heaviest(candidates))
