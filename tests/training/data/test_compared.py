"""Sentences made by rule: their figures say what their label says."""

import re

import polars as pl

from training.data.compared import compared
from training.data.labelled import NEGATIVE, NEUTRAL, POSITIVE

MADE, COUNTS = compared()


def test_a_third_each_all_different_and_always_the_same():
    assert {"made": MADE.height} == COUNTS
    assert MADE["label"].value_counts().sort("label").rows() == [(NEGATIVE, 1000), (NEUTRAL, 1000), (POSITIVE, 1000)]
    assert MADE["sentence"].n_unique() == MADE.height
    assert MADE.equals(compared()[0])
    assert not MADE.equals(compared(seed=1)[0])


def test_no_slot_is_left_open_or_leaves_a_trace():
    assert not MADE.filter(pl.col("sentence").str.contains(r"[{}]|  | [,.]|,,|\(\)")).height


def test_of_two_figures_the_greater_decides_what_is_better():
    """Read back by another way than they were made: the first two figures after the measure."""
    told = MADE.filter(
        (pl.col("label") != NEUTRAL)
        & pl.col("sentence").str.contains(r"^(?:EBIT|Net sales|Operating margin|Return on equity|EPS|Net profit) ")
        & ~pl.col("sentence").str.contains(r"\(EPS\)|while")
    )
    bare = told["sentence"].str.replace_all(r"(?:in|of|for the financial year|In) 20\d\d|January-\w+ 20\d\d", "")
    checked = 0
    for sentence, label in zip(bare, told["label"], strict=True):
        now, then = (float(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*\.?\d*", sentence)[:2])
        assert (now > then) == (label == POSITIVE), sentence
        checked += 1
    assert checked > 80


def test_a_smaller_loss_is_good():
    losses = MADE.filter(pl.col("sentence").str.contains(r"loss\w* .*(?:narrowed|shrank) "))
    assert losses.height > 30
    assert set(losses["label"]) == {POSITIVE}


def test_a_figure_alone_is_neutral():
    worth = MADE.filter(pl.col("sentence").str.contains(r"^The (?:order|contract) (?:is|was) "))
    assert worth.height > 20
    assert set(worth["label"]) == {NEUTRAL}
