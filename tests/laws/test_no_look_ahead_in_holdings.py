"""Law 1 over holdings: who held what, as of T, rests on reports known by T; planted leaks are caught.

`tests/pipelines/test_holdings.py` asks the same of a whole simulated market, and of the units of values.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.lake import Lake, find_leaks
from edgewise.ownership.institutions import (
    changes,
    identify_cusips,
    institutional_ownership,
    lines_held,
    positions,
    reports_in_force,
)
from tests.ownership.test_institutions import ADDED, APPLE, LINKS, ORIGINAL, RESTATED, at, before, tables

TABLES = (HOLDING_REPORTS, HOLDINGS, CUSIPS)
INSTANTS = [at(11, day) + shift for day in (14, 20) for shift in (timedelta(microseconds=-1), timedelta(0))]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Two quarters of a manager; the second is restated after six days and added to a month later."""
    lake = Lake(str(tmp_path_factory.mktemp("holdings")))
    reports, lines = tables(before((APPLE, 100)), ORIGINAL, RESTATED, ADDED)
    lake.append(HOLDING_REPORTS, reports)
    lake.append(HOLDINGS, lines)
    lake.append(CUSIPS, LINKS)
    return lake


def account(reports: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame, as_of) -> pl.DataFrame:
    """Positions, changes and ownership in one frame."""
    held = identify_cusips(positions(lines_held(reports, lines, as_of)), links, as_of)
    moved = changes(held, reports, as_of).rename({"status": "change_status", "reasons": "change_reasons"})
    owned = institutional_ownership(held, reports, as_of).rename({"value_usd": "all_value_usd"})
    return pl.concat([held.drop("accessions"), moved, owned], how="diagonal_relaxed")


def honest(lake, as_of):
    return account(*(lake.history(table) for table in TABLES), as_of)


def test_what_managers_held_never_changes_when_the_future_is_cut_off(lake):
    assert honest(lake, INSTANTS[-1]).height > 3
    assert find_leaks(honest, lake, INSTANTS, tables=TABLES) == []


def test_a_planted_restatement_that_counts_from_the_quarter_s_end_is_caught(lake):
    def early(lake, as_of):
        reports, lines, links = (lake.history(table) for table in TABLES)
        stamp = pl.col("period_end").cast(pl.Datetime("us", "UTC"))
        in_force = reports_in_force(reports, at(12, 31))["accession"]
        told = [frame.filter(pl.col("accession").is_in(in_force.implode())) for frame in (reports, lines)]
        return account(*(frame.with_columns(known_at=stamp) for frame in told), links, as_of)

    assert len(find_leaks(early, lake, INSTANTS, tables=TABLES)) >= 3
