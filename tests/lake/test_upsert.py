from __future__ import annotations

import polars as pl

from edgewise.lake.upsert import FILE, judge, within_reach


def beside(frame, file):
    return frame.with_columns(pl.lit(file).alias(FILE))


def test_each_row_gets_one_verdict(table, rows):
    stored = pl.concat(
        [beside(rows(("A", 2, 1.0, 2)), "one"), beside(rows(("B", 2, 2.0, 2)), "s3://bucket/closes/two")]
    )
    verdict = judge(table, rows(("A", 2, 1.0, 2), ("B", 2, 9.0, 2), ("C", 2, 3.0, 2)), stored, ())
    assert verdict.inserted.equals(rows(("C", 2, 3.0, 2)))
    assert verdict.replaced.equals(rows(("B", 2, 9.0, 2)))
    assert verdict.unchanged == 1
    assert verdict.touched == {"two"}


def test_copies_of_a_row_in_two_files_are_both_touched(table, rows):
    stored = pl.concat([beside(rows(("A", 2, 1.0, 2)), "one"), beside(rows(("A", 2, 2.0, 2)), "two")])
    verdict = judge(table, rows(("A", 2, 2.0, 2)), stored, ())
    assert (verdict.replaced.height, verdict.touched) == (1, {"one", "two"})


def test_not_a_number_equals_itself(table, rows):
    nan = rows(("A", 2, float("nan"), 2))
    assert judge(table, nan, beside(nan, "one"), ()).unchanged == 1


def test_every_identity_of_the_batch_is_within_reach(table, rows):
    batch = rows(("A", 2, 1.0, 2), ("C", 5, 1.0, 9))
    stored = rows(("A", 2, 1.0, 2), ("B", 3, 1.0, 3), ("C", 5, 1.0, 9), ("C", 9, 1.0, 9))
    reached = stored.filter(within_reach(batch, table.identity))
    assert reached.equals(batch)
