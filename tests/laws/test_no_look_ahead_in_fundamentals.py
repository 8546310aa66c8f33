"""Law 1 for fundamentals: statements as of T are the same once all that was known later is gone; planted leaks show."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS
from edgewise.fundamentals import statements
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines.fundamentals_build import build_fundamentals
from edgewise.pipelines.ratios_build import build_ratios
from tests.fundamentals.tagged import tagged
from tests.pipelines.test_fundamentals_intake import Held
from tests.pipelines.test_ratios_build import Noon

AT = [datetime(2024, 3, 1, tzinfo=UTC), datetime(2025, 2, 15, 21, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)]
CASH = "NetCashProvidedByUsedInOperatingActivities"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A year, its nine months, a restatement a year later, and an amendment after that."""
    lake = Lake(str(tmp_path_factory.mktemp("facts") / "lake"))
    year, nine = ("2023-01-01", "2023-12-31"), ("2023-01-01", "2023-09-30")
    reports = [
        tagged((CASH, *nine, 6, 1), ("Revenues", *nine, 33, 1), on="2023-11-01"),
        tagged(
            (CASH, *year, 10, 2),
            ("Revenues", *year, 46, 2),
            ("Assets", None, year[1], 90, 2),
            form="10-K",
            on="2024-02-15",
        ),
        tagged((CASH, *year, 9, 3), ("Revenues", *year, 40, 3), form="10-K", on="2025-02-15"),
        tagged((CASH, *year, 8, 4), ("Assets", None, year[1], 80, 4), form="10-K/A", on="2025-12-31"),
    ]
    lake.append(FACTS, pl.concat(reports))
    return lake


def honest(lake: Lake, as_of: datetime) -> pl.DataFrame:
    return statements(lake.read(FACTS, as_of=as_of), as_of=as_of)


def of_all_knowledge(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """The leak people write: the newest value of every period, at whatever instant it was filed."""
    return statements(lake.read(FACTS)).filter(pl.col("period_end") <= as_of.date())


def test_statements_do_not_look_ahead(lake):
    assert find_leaks(honest, lake, AT, tables=[FACTS]) == []


def test_statements_of_the_whole_history_cut_only_by_the_instant_do_not_either(lake):
    assert find_leaks(lambda at, as_of: statements(at.history(FACTS), as_of=as_of), lake, AT, tables=[FACTS]) == []


def test_failure_case_22_restated_values_in_the_past_are_caught_as_a_leak(lake):
    assert len(find_leaks(of_all_knowledge, lake, AT, tables=[FACTS])) == len(AT)


def stored(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """The table FUNDAMENTALS, built from all that the lake holds, as it was known."""
    build_fundamentals(lake)
    return lake.read(FUNDAMENTALS, as_of=as_of)


def stamped_too_early(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """The leak of a table that keeps one row a value: the newest, stamped with when its period was first told."""
    build_fundamentals(lake)
    rows = lake.history(FUNDAMENTALS)
    last = rows.unique(FUNDAMENTALS.key, keep="last", maintain_order=True)
    first = rows.group_by(FUNDAMENTALS.key).agg(pl.col("known_at").min())
    return last.drop("known_at").join(first, on=FUNDAMENTALS.key).filter(pl.col("known_at") <= as_of)


def test_the_stored_statements_do_not_look_ahead(lake):
    assert find_leaks(stored, lake, AT, tables=[FACTS]) == []


def test_stored_statements_stamped_too_early_are_caught_as_a_leak(lake):
    assert len(find_leaks(stamped_too_early, lake, AT, tables=[FACTS])) == len(AT)


def stored_ratios(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """The table RATIOS, built from all that the lake holds, as it was known."""
    build_fundamentals(lake)
    build_ratios(lake, Held(), Noon())
    return lake.read(RATIOS, as_of=as_of)


def ratios_of_all_knowledge(lake: Lake, as_of: datetime) -> pl.DataFrame:
    """The leak of ratios made of the newest statements, and shown from the end of their period on."""
    return stored_ratios(lake, datetime(2100, 1, 1, tzinfo=UTC)).filter(pl.col("period_end") <= as_of.date())


def test_the_stored_ratios_do_not_look_ahead_and_those_of_restated_statements_are_caught(lake):
    assert find_leaks(stored_ratios, lake, AT, tables=[FACTS]) == []
    # Revenue was restated after the first instant; what was restated later enters no ratio.
    assert [leak.as_of for leak in find_leaks(ratios_of_all_knowledge, lake, AT, tables=[FACTS])] == AT[:1]
