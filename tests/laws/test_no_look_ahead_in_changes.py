"""Law 1 for changes: cut the lake at T, compare again, and every change known by T is the same, bit for bit."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.adapters.local import ThisProcess
from edgewise.app.house import House
from edgewise.core.tables import FILINGS, ITEM_CHANGES, ITEMS, RISK_CHANGES, RISK_FACTORS
from edgewise.lake import Lake
from edgewise.lake.leaks import copy_known
from edgewise.pipelines import changes
from edgewise.pipelines.changes import compare, current_changes

pytestmark = pytest.mark.xdist_group("journey")
READ = (FILINGS, ITEMS, RISK_FACTORS)
COMPANIES = 6


@pytest.fixture(scope="module")
def parsed(travelled, tmp_path_factory) -> Lake:
    """What was read of a few companies' filings, not compared yet."""
    small = Lake(str(tmp_path_factory.mktemp("parsed")))
    with House(travelled.settings()) as house:
        ciks = house.lake.read(FILINGS)["cik"].unique().sort()[:COMPANIES].to_list()
        filings = house.lake.read(FILINGS, where=pl.col("cik").is_in(ciks))
        small.append(FILINGS, filings)
        for table in (ITEMS, RISK_FACTORS):
            small.append(table, house.lake.read(table, where=pl.col("accession").is_in(filings["accession"].to_list())))
    return small


def compared(lake: Lake) -> Lake:
    compare(lake, ThisProcess(), lake.read(FILINGS)["accession"].unique().sort().to_list())
    return lake


def instants(lake: Lake):
    """An instant at which a second annual report became public, the moment before it, and that of the last but one."""
    annual = lake.read(FILINGS).filter(pl.col("form") == "10-K")["known_at"].unique().sort()
    late = annual[3 * len(annual) // 4]
    return late - timedelta(microseconds=1), late, annual[-2]


def differs_when_cut(lake: Lake, folder) -> bool:
    """Return whether a change known by one of the instants is another one once the future is gone and all is redone."""
    whole = compared(copy_known(lake, str(folder / "whole"), lake.read(FILINGS)["known_at"].max(), READ, {}))
    for number, instant in enumerate(instants(lake)):
        cut = compared(copy_known(lake, str(folder / str(number)), instant, READ, {}))
        for table in (ITEM_CHANGES, RISK_CHANGES):
            assert cut.read(table).height > 10
            if not whole.read(table, as_of=instant).equals(cut.read(table), null_equal=True):
                return True
    return False


def test_cut_at_any_instant_the_changes_known_by_then_are_the_same(parsed, tmp_path):
    assert not differs_when_cut(parsed, tmp_path)


def test_a_planted_leak_is_seen(parsed, tmp_path, monkeypatch):
    """A predecessor chosen among all filings there are, so that a report is compared with one of the year after."""

    def nearest_of_all(filings):
        timeless = filings.with_columns(known_at=filings["known_at"].max())
        honest = predecessors(timeless)
        swapped = predecessors(
            timeless.with_columns(period_end=pl.date(2100, 1, 1) - (pl.col("period_end") - pl.date(2000, 1, 1)))
        )
        return pl.concat([honest, swapped]).unique("accession", keep="last", maintain_order=True)

    predecessors = changes.predecessors
    monkeypatch.setattr(changes, "predecessors", nearest_of_all)
    assert differs_when_cut(parsed, tmp_path)


def test_changes_as_of_an_instant_name_no_filing_that_was_not_public(parsed, tmp_path):
    lake = compared(copy_known(parsed, str(tmp_path), parsed.read(FILINGS)["known_at"].max(), READ, {}))
    for instant in instants(parsed):
        known = set(parsed.read(FILINGS, as_of=instant)["accession"])
        rows = current_changes(lake, RISK_CHANGES, as_of=instant, suspect=True)
        assert rows.height > 10
        assert set(rows["accession"]) | set(rows["previous_accession"]) <= known


def test_the_order_in_which_filings_are_parsed_changes_nothing(parsed, tmp_path):
    """Law 4: compared one by one, the latest first, the end is the same as all at once."""
    now = parsed.read(FILINGS)["known_at"].max()
    at_once = compared(copy_known(parsed, str(tmp_path / "once"), now, READ, {}))
    one_by_one = Lake(str(tmp_path / "slowly"))
    one_by_one.append(FILINGS, parsed.read(FILINGS))
    reports = parsed.read(FILINGS).filter(pl.col("form").is_in(["10-K", "10-Q"])).sort("known_at", descending=True)
    ciks = at_once.read(ITEM_CHANGES).join(reports, on="accession")["cik"].unique().sort()[:2].to_list()
    few = reports.filter(pl.col("cik").is_in(ciks))
    for accession in few["accession"].unique(maintain_order=True).to_list():
        for table in (RISK_FACTORS, ITEMS):
            one_by_one.append(table, parsed.read(table, where=pl.col("accession") == accession))
        compare(one_by_one, ThisProcess(), [accession])
    for table in (ITEM_CHANGES, RISK_CHANGES):
        slowly = current_changes(one_by_one, table, suspect=True)
        assert slowly.height > 10
        whole = current_changes(at_once, table, suspect=True)
        assert_frame_equal(whole.filter(pl.col("accession").is_in(few["accession"].to_list())), slowly)
