"""Risk factors of two filings, one to one: what is kept, reworded, new, dropped, moved, split and merged."""

import random
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.text.matching import Match, match_factors


@dataclass(frozen=True)
class Risk:
    ordinal: int
    heading: str
    body: str
    group: str = ""


RIVALS = (
    "We face intense competition.",
    (
        "Our rivals sell similar products at lower prices, and some of them own larger factories and better known "
        "brands. If they win over our customers, revenue and margins would fall in every region where shops carry "
        "our shoes."
    ),
)
SUPPLIERS = (
    "We depend on few suppliers.",
    (
        "Two mills in Portugal weave most of our cloth under contracts that end next summer. A fire, a strike or a "
        "flood there could stop deliveries for months, and no other mill could take over the work on short notice."
    ),
)
CURRENCY = (
    "Exchange rates may hurt us.",
    (
        "Half of our sales are made in euros and yen while wages are paid in dollars. We hedge part of this exposure "
        "with forward contracts, but a strong dollar still reduces what foreign income is worth to shareholders."
    ),
)
LAWSUITS = (
    "Lawsuits could be costly.",
    (
        "Former workers have sued over unpaid overtime, and a class action alleges that our advertising misled buyers "
        "about leather. Verdicts are hard to predict, insurance may not cover them, and defending them distracts "
        "managers."
    ),
)
BREACHES = (
    "Hackers may steal data.",
    (
        "Card numbers and addresses of millions of online buyers sit on servers run by vendors. Intruders have tried "
        "to copy them before; a successful attack would bring fines, lost trust and expensive repairs of our systems."
    ),
)
ALL = (RIVALS, SUPPLIERS, CURRENCY, LAWSUITS, BREACHES)


def risks(*texts, groups=()):
    return [
        Risk(place, heading, body, groups[place - 1] if groups else "")
        for place, (heading, body) in enumerate(texts, 1)
    ]


def statuses(matches):
    return [(match.old, match.new, match.status) for match in matches]


def reworded(text):
    heading, body = text
    return heading, body.replace("of our", "of all our").replace(",", ", as in earlier years,") + " This goes on."


class TestNumbers:
    def test_the_same_text_is_kept(self):
        old = risks(*ALL)
        matches = match_factors(old, old)
        assert statuses(matches) == [(place, place, "kept") for place in range(1, 6)]
        assert {(match.similarity, match.words_added, match.words_removed, match.moved) for match in matches} == {
            (1.0, 0, 0, False)
        }

    def test_other_years_amounts_and_a_word_or_two_are_trivial(self):
        heading, body = "We had losses of $3.1 million in 2023.", LAWSUITS[1]
        old = risks((heading, body))
        new = risks((heading.replace("3.1", "4").replace("2023", "2024"), body.replace("Former", "Several former")))
        assert match_factors(old, new) == [
            Match(1, 1, "kept", moved=False, similarity=pytest.approx(80 / 81), words_added=1, words_removed=0)
        ]

    def test_more_than_a_few_words_are_a_rewording_and_counted(self):
        added = "Courts have become friendlier to such claims lately."
        match = match_factors(risks(LAWSUITS), risks((LAWSUITS[0], LAWSUITS[1] + " " + added)))[0]
        assert (match.status, match.words_added, match.words_removed) == ("reworded", 8, 0)

    def test_a_few_words_are_trivial_in_a_long_text_and_a_sentence_is_not(self):
        text = " ".join(body for _, body in ALL)
        sentence = text + " Courts have become friendlier to claims."
        assert match_factors(risks(("", text)), risks(("", text + " They grow every year.")))[0].status == "kept"
        assert match_factors(risks(("", text)), risks(("", sentence + " Judges, too.")))[0].status == "reworded"

    def test_one_word_of_a_very_short_factor_is_a_rewording(self):
        assert match_factors(risks(("Risks abound.", "")), risks(("Risks remain.", "")))[0].status != "kept"
        assert match_factors(risks(("We lose money.", "")), risks(("We lose more money.", "")))[0].status == "reworded"

    def test_what_has_no_counterpart_is_new_or_dropped_with_all_its_words(self):
        matches = match_factors(risks(RIVALS, CURRENCY), risks(BREACHES, RIVALS))
        assert statuses(matches) == [(None, 1, "new"), (1, 2, "kept"), (2, None, "dropped")]
        assert matches[0] == Match(None, 1, "new", None, None, len(" ".join(BREACHES).split()), 0)
        assert matches[2] == Match(2, None, "dropped", None, None, 0, len(" ".join(CURRENCY).split()))

    def test_a_reworded_factor_under_a_new_heading_is_found_by_its_body(self):
        new = risks(RIVALS, ("Mills may stop delivering.", reworded(SUPPLIERS)[1]), CURRENCY)
        assert statuses(match_factors(risks(RIVALS, SUPPLIERS, CURRENCY), new))[1] == (2, 2, "reworded")

    def test_a_rewritten_body_under_the_same_heading_continues_it(self):
        fresh = "Fashion chains copy what we design within weeks and advertise more than ever on television."
        assert statuses(match_factors(risks(RIVALS, CURRENCY), risks(CURRENCY, (RIVALS[0], fresh)))) == [
            (2, 1, "kept"),
            (1, 2, "reworded"),
        ]

    def test_headings_alike_over_different_bodies_are_no_pair(self):
        old = risks(("We rely on access to third-party patents, which may not be available.", SUPPLIERS[1]))
        new = risks(("We rely on access to third-party videos, which may not be available.", BREACHES[1]))
        assert statuses(match_factors(old, new)) == [(None, 1, "new"), (1, None, "dropped")]

    def test_a_clear_pair_is_not_broken_up_for_two_vague_ones(self):
        """Likeness is 0.80 for the clear pair, 0.63 and 0.62 for the two that would replace it."""
        (_, rivals), (_, suppliers), (_, currency) = RIVALS, SUPPLIERS, CURRENCY
        old = risks(("", f"{rivals} {suppliers}"), ("", currency))
        new = risks(("", f"{rivals} {suppliers} {currency}"), ("", rivals))
        assert statuses(match_factors(old, new)) == [(1, 1, "reworded"), (None, 2, "new"), (2, None, "dropped")]

    def test_factors_without_bodies_are_matched_by_their_headings(self):
        old, new = risks(*((heading, "") for heading, _ in ALL)), risks(*((heading, "") for heading, _ in ALL[::-1]))
        assert statuses(match_factors(old, new)) == [(6 - place, place, "kept") for place in range(1, 6)]

    def test_no_factors_on_one_side_are_all_new_or_all_dropped(self):
        assert statuses(match_factors([], risks(RIVALS))) == [(None, 1, "new")]
        assert statuses(match_factors(risks(RIVALS), [])) == [(1, None, "dropped")]
        assert match_factors([], []) == []

    def test_factors_without_words_do_not_stop_the_others(self):
        matches = match_factors(risks(("", ""), RIVALS), risks(("2024", "$ 5"), RIVALS))
        assert statuses(matches) == [(None, 1, "new"), (2, 2, "kept"), (1, None, "dropped")]


class TestSplitAndMerge:
    BOTH = ("We depend on mills and on rates.", SUPPLIERS[1] + " " + CURRENCY[1])

    def test_of_a_split_factor_one_part_continues_it_and_the_other_names_it(self):
        matches = match_factors(risks(RIVALS, self.BOTH), risks(RIVALS, SUPPLIERS, CURRENCY))
        assert [match.old for match in matches].count(2) == 1
        assert [(match.status, match.split_of) for match in matches if match.old is None] == [("new", 2)]
        assert len(matches) == 3

    def test_of_merged_factors_one_is_continued_and_the_other_names_where_it_went(self):
        matches = match_factors(risks(RIVALS, SUPPLIERS, CURRENCY), risks(RIVALS, self.BOTH))
        assert [match.new for match in matches].count(2) == 1
        assert [(match.status, match.merged_into) for match in matches if match.new is None] == [("dropped", 2)]

    def test_a_borrowed_clause_is_no_split(self):
        other = (
            "Yen and euros may fall.",
            "Analysts think that a strong dollar still reduces what tourists spend here.",
        )
        matches = match_factors(risks(RIVALS, CURRENCY), risks(RIVALS, CURRENCY, other))
        assert matches[2] == Match(None, 3, "new", None, None, 17, 0)


class TestMoved:
    def moved(self, old, new):
        return [match.new for match in match_factors(old, new) if match.moved]

    def test_a_factor_past_two_others_is_moved_and_the_others_are_not(self):
        new = risks(SUPPLIERS, CURRENCY, LAWSUITS, RIVALS, BREACHES)
        assert self.moved(risks(*ALL), new) == [4]

    def test_those_that_were_passed_are_not_moved(self):
        assert self.moved(risks(*ALL), risks(CURRENCY, LAWSUITS, BREACHES, RIVALS, SUPPLIERS)) == [4, 5]

    def test_neighbours_that_trade_places_are_not(self):
        assert self.moved(risks(*ALL), risks(SUPPLIERS, RIVALS, CURRENCY, LAWSUITS, BREACHES)) == []

    def test_new_and_dropped_factors_move_none(self):
        assert self.moved(risks(RIVALS, SUPPLIERS, CURRENCY), risks(LAWSUITS, BREACHES, SUPPLIERS, CURRENCY)) == []

    def test_a_factor_in_another_group_is_moved(self):
        old = risks(*ALL, groups=["Market", "Market", "Market", "Legal", "Legal"])
        new = risks(*ALL, groups=["Market", "Market", "Legal", "Legal", "Legal"])
        assert self.moved(old, new) == [3]

    def test_a_group_of_the_same_name_is_the_same_group_whatever_most_factors_do(self):
        old = risks(RIVALS, SUPPLIERS, CURRENCY, groups=["Market"] * 3)
        new = risks(RIVALS, SUPPLIERS, CURRENCY, groups=["Market", "Operations", "Operations"])
        assert self.moved(old, new) == [2, 3]

    def test_a_renamed_group_moves_none(self):
        old = risks(*ALL, groups=["Market", "Market", "Market", "Legal", "Legal"])
        new = risks(*ALL, groups=["Our Markets", "Our Markets", "Our Markets", "Legal", "Legal"])
        assert self.moved(old, new) == []

    def test_a_group_that_stands_elsewhere_as_a_whole_moves_none(self):
        old = risks(*ALL, groups=["Market", "Market", "Market", "Legal", "Legal"])
        new = risks(LAWSUITS, BREACHES, RIVALS, SUPPLIERS, CURRENCY, groups=["Legal"] * 2 + ["Market"] * 3)
        assert self.moved(old, new) == []

    def test_without_groups_on_one_side_only_the_order_counts(self):
        assert self.moved(risks(*ALL), risks(*ALL, groups=["Market"] * 3 + ["Legal"] * 2)) == []


class TestProperties:
    @given(
        st.lists(st.sampled_from(ALL), max_size=6),
        st.lists(st.sampled_from([*ALL, *map(reworded, ALL)]), max_size=6),
        st.randoms(use_true_random=False),
    )
    def test_each_factor_stands_in_one_match_whatever_the_order_of_the_input(self, olds, news, shuffler):
        """Failure case 33: the same set in another order gives the same answer. Repeated factors are no exception."""
        old, new = risks(*olds), risks(*news)
        matches = match_factors(old, new)
        assert sorted(match.old for match in matches if match.old) == [risk.ordinal for risk in old]
        assert [match.new for match in matches if match.new] == [risk.ordinal for risk in new]
        shuffler.shuffle(old)
        shuffler.shuffle(new)
        assert match_factors(old, new) == matches

    def test_what_is_old_for_one_is_new_for_the_other(self):
        old, new = risks(*ALL), risks(CURRENCY, reworded(RIVALS), BREACHES)
        there = {(match.old, match.new, match.similarity) for match in match_factors(old, new)}
        back = {(match.new, match.old, match.similarity) for match in match_factors(new, old)}
        assert there == back

    def test_of_factors_that_are_the_same_each_goes_to_the_nearest(self):
        old, new = risks(RIVALS, SUPPLIERS, RIVALS), risks(RIVALS, SUPPLIERS, RIVALS)
        assert statuses(match_factors(old, new)) == [(1, 1, "kept"), (2, 2, "kept"), (3, 3, "kept")]


def test_an_ordinal_that_stands_twice_is_refused():
    twice = [*risks(RIVALS), *risks(SUPPLIERS)]
    with pytest.raises(InvalidInput, match="ordinal 1"):
        match_factors(twice, risks(RIVALS))


def test_factors_are_found_again_among_many_of_the_same_company():
    """Sixty factors of shared words, shuffled and each edited a little."""
    chance = random.Random(4)
    vocabulary = [f"{first}{second}" for first in "bcdfgklmnp" for second in ("ale", "ine", "ort", "ush", "ark", "ent")]
    old = [
        Risk(place, " ".join(chance.choices(vocabulary, k=8)), " ".join(chance.choices(vocabulary, k=120)))
        for place in range(1, 61)
    ]
    places = chance.sample(range(60), 60)
    new = [
        replace(old[place], ordinal=at, body=old[place].body + " " + " ".join(chance.choices(vocabulary, k=20)))
        for at, place in enumerate(places, 1)
    ]
    assert [match.old for match in match_factors(old, new)] == [place + 1 for place in places]
