"""How answers about filing text are judged: every expected value here can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from benchmarks.evaluations.scoring import (
    Lines,
    SaidFactor,
    SaidItem,
    SaidPair,
    TrueFactor,
    TrueItem,
    TruePair,
    Verdict,
    calibration,
    calibration_error,
    figures,
    invented,
    judge_factors,
    judge_pairs,
    judged,
    macro_f1,
    ordinals_of,
    paired,
    silence,
)

# Ten lines of ten letters each.
LINES = Lines(np.arange(0, 100, 10), 100)
TRUTH = TrueItem("I", "1A", ("ok",), begin=20, ends=(60,), body=30)
RIGHT = SaidItem("I", "1A", "ok", 20, 60)


def test_an_item_with_its_status_and_both_ends_is_right_in_all_its_lines():
    ends = judged(TRUTH, RIGHT, LINES)
    assert (ends.status_right, ends.start_right, ends.end_right, ends.lines) == (True, True, True, (4, 4, 4))


@pytest.mark.parametrize(
    ("said", "start_right", "end_right", "lines"),
    [
        (replace(RIGHT, begin=30), False, True, (4, 3, 3)),
        (replace(RIGHT, begin=10), False, True, (4, 5, 4)),
        (replace(RIGHT, end=90), True, False, (4, 7, 4)),
        (replace(RIGHT, begin=21), False, True, (4, 4, 4)),  # less than half a line: no line of difference, not exact
        (replace(RIGHT, begin=70, end=80), False, False, (4, 1, 0)),
    ],
)
def test_an_end_elsewhere_is_wrong_and_costs_its_lines(said, start_right, end_right, lines):
    ends = judged(TRUTH, said, LINES)
    assert (ends.status_right, ends.start_right, ends.end_right) == (True, start_right, end_right)
    assert ends.lines == lines


@pytest.mark.parametrize("end", [60, 40])
def test_neither_of_two_defensible_ends_is_wrong_and_lines_are_counted_by_the_nearer(end):
    ends = judged(replace(TRUTH, ends=(60, 40)), replace(RIGHT, end=end), LINES)
    assert ends.end_right
    assert ends.lines == ((end - 20) // 10,) * 3


def test_an_item_not_answered_is_absent_and_misses_every_line():
    ends = judged(TRUTH, None, LINES)
    assert (ends.status_right, ends.start_right, ends.end_right, ends.lines) == (False, False, False, (4, 0, 0))


def test_an_absent_item_is_right_without_ends_and_wrong_with_all_the_lines_shown():
    absent = TrueItem("I", "4", ("absent",))
    assert judged(absent, SaidItem("I", "4", "absent"), LINES).status_right
    shown = judged(absent, SaidItem("I", "4", "ok", 0, 50), LINES)
    assert (shown.status_right, shown.start_right, shown.end_right, shown.lines) == (False, None, None, (0, 5, 0))


def test_where_absent_is_acceptable_both_an_absent_item_and_its_text_are_right():
    either = replace(TRUTH, statuses=("ok", "absent"))
    assert judged(either, SaidItem("I", "1A", "absent"), LINES).lines == (0, 0, 0)
    assert judged(either, SaidItem("I", "1A", "absent"), LINES).status_right
    assert judged(either, RIGHT, LINES).lines == (4, 4, 4)


@pytest.mark.parametrize(
    ("statuses", "said", "right"),
    [
        (("ok",), SaidItem("I", "1A", "by_reference", 20, 60, "proxy statement"), False),
        (("by_reference", "ok"), RIGHT, True),
        (("by_reference",), SaidItem("I", "1A", "suspect", 20, 60, "proxy statement"), True),
        (("by_reference",), SaidItem("I", "1A", "suspect", 20, 60), False),
        (("ok",), SaidItem("I", "1A", "suspect", 20, 60), True),
        (("ok",), SaidItem("I", "1A", "suspect"), False),
        (("combined_with:1",), SaidItem("I", "2", "ok", 20, 60, combined_with=("1",)), True),
        (("combined_with:1",), RIGHT, False),
        (("ok", "combined_with:1"), RIGHT, True),
    ],
)
def test_a_suspect_item_counts_as_found_where_it_shows_a_text_and_combined_items_name_each_other(statuses, said, right):
    assert judged(replace(TRUTH, statuses=statuses), said, LINES).status_right is right


def test_a_suspect_item_without_text_is_right_about_an_absent_one():
    assert judged(TrueItem("I", "4", ("absent",)), SaidItem("I", "4", "suspect"), LINES).status_right


def test_a_text_that_the_reader_lost_is_wrong_not_left_out():
    ends = judged(TrueItem("I", "1A", ("ok",)), RIGHT, LINES)
    assert (ends.status_right, ends.start_right, ends.end_right) == (True, False, False)


def test_a_tool_that_leaves_headings_out_may_start_after_them_only_when_told_so():
    without_heading = replace(RIGHT, begin=30)
    assert not judged(TRUTH, without_heading, LINES).start_right
    assert judged(TRUTH, without_heading, LINES, body_will_do=True).start_right


def test_an_invented_item_is_wrong_with_all_its_lines():
    ends = invented(SaidItem("I", "2P", "ok", 0, 30), LINES)
    assert (ends.status_right, ends.lines) == (False, (0, 3, 0))


class TestPairing:
    def test_parts_tell_items_of_one_name_apart(self):
        first, second = TrueItem("I", "1", ("ok",)), TrueItem("II", "1", ("ok",))
        pairs, unknown = paired([first, second], [SaidItem("II", "1", "ok", 50, 60), SaidItem("I", "1", "ok", 0, 9)])
        assert [said.begin for _, said in pairs] == [0, 50]
        assert unknown == []

    def test_an_item_under_another_part_is_taken_where_only_one_is_left(self):
        pairs, unknown = paired([TrueItem("IV", "14", ("ok",))], [SaidItem("III", "14", "ok", 5, 9)])
        assert pairs[0][1].begin == 5
        assert unknown == []

    def test_an_item_under_another_part_is_not_taken_where_the_truth_has_two(self):
        truths = [TrueItem("I", "1", ("ok",)), TrueItem("II", "1", ("ok",))]
        pairs, unknown = paired(truths, [SaidItem("", "1", "ok", 5, 9)])
        assert [said for _, said in pairs] == [None, None]
        assert [one.item for one in unknown] == ["1"]

    def test_what_the_truth_does_not_know_is_unknown_unless_it_is_said_to_be_absent(self):
        _, unknown = paired([], [SaidItem("I", "2P", "ok", 5, 9), SaidItem("I", "4A", "absent")])
        assert [one.item for one in unknown] == ["2P"]


def verdict(item="1", *, form="10-K", right=True, flagged=False, confidence=None, lines=(10, 10, 10)):
    return Verdict(
        source="s", form=form, year=2024, part="I", item=item, true_status="ok", said_status="ok", status_right=True,
        start_right=right, end_right=right, flagged=flagged, confidence=confidence,
        true_lines=lines[0], said_lines=lines[1], both_lines=lines[2],
    )  # fmt: skip


class TestFigures:
    def test_lines_are_pooled_within_an_item_and_the_macro_f1_is_the_mean_over_items(self):
        rows = [verdict("1", lines=(90, 90, 90)), verdict("1", lines=(10, 10, 0)), verdict("7", lines=(10, 30, 10))]
        assert figures(rows[:2]).f1 == pytest.approx(0.9)
        assert figures(rows[2:]).precision == pytest.approx(1 / 3)
        assert figures(rows[2:]).recall == 1
        assert macro_f1(rows) == pytest.approx((0.9 + 0.5) / 2)

    def test_one_item_of_two_forms_is_two_items_and_an_amendment_is_its_form(self):
        rows = [verdict(lines=(10, 10, 10)), verdict(form="10-Q", lines=(10, 0, 0)), verdict(form="10-K/A")]
        assert macro_f1(rows) == pytest.approx(0.5)

    def test_the_exact_rate_is_of_items_that_are_present(self):
        absent = replace(verdict(), start_right=None, end_right=None, true_lines=0, said_lines=0, both_lines=0)
        assert figures([verdict(), verdict(right=False), absent, absent]).exact == 0.5
        assert figures([absent]).right == 1
        assert isnan(figures([absent]).f1)

    def test_shares_of_nothing_are_nan(self):
        assert all(isnan(value) for value in (figures([]).f1, figures([]).exact, macro_f1([])))

    def test_wrong_rows_are_silent_unless_they_are_suspect(self):
        rows = [verdict(right=False, flagged=flag) for flag in (True, True, True, False)]
        found = silence([*rows, *[verdict()] * 49, verdict(flagged=True)])
        assert (found.wrong, found.of_wrong, found.right, found.of_right) == (4, 0.75, 50, 0.02)

    def test_without_any_wrong_row_none_is_silent(self):
        assert silence([verdict()]).of_wrong == 1

    def test_calibration_compares_confidence_with_what_came_true_in_each_tenth(self):
        rows = [verdict(confidence=0.9, right=number > 0) for number in range(10)]
        rows += [verdict(confidence=0.25, right=number == 0) for number in range(2)]
        bins = calibration([*rows, verdict()])
        assert [(one.low, one.rows, one.right) for one in bins] == [(0.2, 2, 0.5), (0.9, 10, 0.9)]
        assert calibration_error(bins) == pytest.approx((2 * 0.25 + 10 * 0.0) / 12)

    def test_a_confidence_of_one_is_in_the_last_tenth(self):
        assert calibration([verdict(confidence=1.0)])[0].low == 0.9

    @pytest.mark.parametrize(
        ("year", "era"), [(2000, "to 2000"), (2001, "2001-2008"), (2009, "2009-2018"), (2019, "2019 on")]
    )
    def test_eras_are_those_of_the_filing_year(self, year, era):
        assert replace(verdict(), year=year).era == era


class TestRiskFactors:
    TRUTHS = (
        TrueFactor(1, "market", 0, 10),
        TrueFactor(2, "market", 10, 30, finer_is_fine=True),
        TrueFactor(3, "law", 30, 50),
    )

    def judged(self, *said: tuple[str, int, int]):
        return judge_factors(self.TRUTHS, [SaidFactor(number, *one) for number, one in enumerate(said, 1)])

    def test_the_right_cut_is_right_throughout(self):
        count = self.judged(("market", 0, 10), ("market", 10, 30), ("law", 30, 50)).count
        assert (count.f1, count.groups, count.ends) == (1, 3, 3)

    def test_a_boundary_too_many_costs_precision_and_one_too_few_recall(self):
        found = self.judged(("market", 0, 5), ("market", 5, 30), ("law", 30, 50))
        assert (found.count.true, found.count.said, found.count.starts) == (3, 3, 2)
        assert found.count.f1 == pytest.approx(2 / 3)
        assert [one.n for one in found.missed] == [2]
        assert [one.begin for one in found.extra] == [5]
        assert found.count.ends == 1

    def test_a_finer_split_is_not_wrong_where_the_truth_allows_it(self):
        found = self.judged(("market", 0, 10), ("market", 10, 20), ("market", 20, 30), ("law", 30, 50))
        assert (found.count.f1, found.count.ends) == (1, 3)

    def test_a_group_is_judged_where_the_boundary_is_right(self):
        found = self.judged(("market", 0, 10), ("market", 10, 30), ("", 30, 50))
        assert found.count.groups == 2
        assert [truth.n for truth, _ in found.other_group] == [3]

    def test_a_factor_not_found_in_the_text_is_missed_whatever_is_said(self):
        lost = TrueFactor(1, "", -1, -1)
        assert judge_factors([lost], [SaidFactor(1, "", -1, -1)]).count.starts == 0

    def test_nothing_to_find_and_nothing_found_has_no_f1(self):
        assert isnan(judge_factors([], []).count.f1)

    def test_counts_add_up_over_filings(self):
        one = self.judged(("market", 0, 10)).count
        assert (one + one).recall == pytest.approx(1 / 3)

    def test_factors_have_the_truths_number_where_they_begin_at_the_same_place(self):
        assert ordinals_of(self.TRUTHS, [SaidFactor(1, "", 5, 9), SaidFactor(2, "", 30, 40)]) == {2: 3}


class TestPairs:
    def test_a_pair_is_right_with_its_partner_and_with_a_status_that_is_not_wrong(self):
        truths = [TruePair(1, 1, ("kept", "reworded")), TruePair(2, 2, ("kept",))]
        found = judge_pairs(truths, [SaidPair(1, 1, "reworded"), SaidPair(2, 2, "reworded")])
        assert [(one.partner_right, one.status_right) for one in found] == [(True, True), (True, False)]

    def test_another_partner_is_wrong_and_so_is_its_status(self):
        found = judge_pairs([TruePair(1, 1, ("kept",))], [SaidPair(2, 1, "kept")])
        assert not found[0].partner_right
        assert not found[0].status_right

    def test_a_partner_that_can_be_defended_is_right(self):
        found = judge_pairs(
            [TruePair(None, 1, ("new", "reworded"), other_old=(None, 15))], [SaidPair(15, 1, "reworded")]
        )
        assert found[0].status_right

    def test_a_dropped_factor_is_right_without_a_new_one(self):
        truths = [TruePair(1, None, ("dropped",)), TruePair(2, None, ("dropped",))]
        found = judge_pairs(truths, [SaidPair(1, None, "dropped"), SaidPair(2, 7, "kept")])
        assert [one.status_right for one in found] == [True, False]

    def test_a_factor_that_was_not_cut_as_in_the_truth_has_no_right_pair(self):
        found = judge_pairs([TruePair(3, 4, ("kept",))], [SaidPair(-3, -4, "kept")])
        assert (found[0].said, found[0].partner_right) == (None, False)

    def test_whether_it_moved_is_judged_with_both_answers_where_either_can_be_said(self):
        truths = [TruePair(1, 1, ("kept",), moved=(True,)), TruePair(2, 2, ("kept",), moved=(True, False))]
        found = judge_pairs(truths, [SaidPair(1, 1, "kept"), SaidPair(2, 2, "kept")])
        assert [one.moved_right for one in found] == [False, True]
