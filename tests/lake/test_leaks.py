from __future__ import annotations

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.lake import find_leaks


@pytest.fixture
def restated(lake, table, rows):
    lake.append(table, rows(("A", 2, 1.0, 2), ("B", 2, 2.0, 2), ("A", 2, 1.5, 6)))
    return lake


def found(compute, lake, table, instants, **more):
    return find_leaks(compute, lake, instants, tables=[table], **more)


def test_an_honest_computation_gets_a_clean_bill(restated, table, on):
    def total(lake, as_of):
        return lake.read(table, as_of=as_of).select(pl.col("close").sum())

    assert found(total, restated, table, [on(1), on(2), on(5), on(6)]) == []


def test_a_leak_tells_the_instant_and_the_rows_on_both_sides(restated, table, on):
    [leak] = found(lambda lake, _: lake.read(table), restated, table, [on(3)])
    assert leak.as_of == on(3)
    assert leak.with_future["close"].to_list() == [1.5]
    assert leak.without_future["close"].to_list() == [1.0]
    assert "1 rows change once the future is removed" in str(leak)


def test_the_order_of_rows_does_not_matter(restated, table, on):
    def shuffled(lake, as_of):
        return lake.read(table, as_of=as_of).sort("close", descending=len(lake.url) % 2 == 0)

    assert found(shuffled, restated, table, [on(3)]) == []


def test_repeated_rows_are_counted(restated, table, on):
    def repeated(lake, _):
        return pl.DataFrame({"one": [1] * lake.history(table).height})

    [leak] = found(repeated, restated, table, [on(3)])
    assert (leak.with_future.height, leak.without_future.height) == (1, 0)


@pytest.mark.parametrize(("with_future", "without"), [(0.0, -0.0), (0.1 + 0.2, 0.3), (None, float("nan"))])
def test_values_are_compared_bit_for_bit(restated, table, on, with_future, without):
    def value(lake, _):
        looked_ahead = lake.history(table).height == 3
        return pl.DataFrame({"v": [with_future if looked_ahead else without]}, schema={"v": pl.Float64})

    assert len(found(value, restated, table, [on(3)])) == 1


def test_not_a_number_and_null_equal_themselves(restated, table, on):
    def values(*_):
        return pl.DataFrame({"v": [float("nan"), None]}, schema={"v": pl.Float64})

    assert found(values, restated, table, [on(3)]) == []


def test_another_schema_is_a_leak(restated, table, on):
    def shape(lake, _):
        return pl.DataFrame({f"rows_{lake.history(table).height}": [1]})

    assert len(found(shape, restated, table, [on(3)])) == 1


def test_a_witness_for_a_table_that_is_not_read_is_refused(restated, table, on):
    with pytest.raises(InvalidInput, match="prices"):
        found(lambda lake, _: lake.read(table), restated, table, [on(3)], earliest={"prices": pl.lit(1)})
