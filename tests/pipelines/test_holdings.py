"""Forms 13F of a small simulated market, brought in by the stages that the command uses, against the market's truth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.lake import Lake
from edgewise.lake.leaks import copy_known, find_leaks
from edgewise.ownership.institutions import changes, institutional_ownership, lines_held, positions
from edgewise.pipelines import holdings
from edgewise.pipelines.holdings import holdings_as_known, holdings_stage, judge_again, store_reports
from edgewise.pipelines.ingest import fetch_stage, record_discoveries
from edgewise.pipelines.stages import run_stage
from edgewise.simulate import Plan, simulate
from edgewise.sources.edgar.holdings import FORMS_13F, ReadReports
from edgewise.sources.edgar.selection import Origin, Selection

PLAN = Plan(companies=20, years=2, end=date(2023, 12, 29))
FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
KEY = ["manager_cik", "period_end", "cusip", "put_call"]


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("holdings") / "market", PLAN)


@pytest.fixture(scope="module")
def lake(market, tmp_path_factory):
    """The lake after discovery, fetching and reading; each made-up CUSIP names an instrument made of it."""
    home = tmp_path_factory.mktemp("home")
    with House(Settings(home=home, edgar=f"archive://{market.folder}", executor="this")) as house:
        house.mark_simulated()
        selection = Selection(origin=Origin.INDEX, forms=FORMS_13F, since=PLAN.start, until=PLAN.end)
        record_discoveries(house.edgar.discover(selection), house.filings, house.clock)
        run_stage(
            fetch_stage(house.edgar, house.lake, house.documents, house.filings, house.clock),
            house.filings,
            house.clock,
        )
        report = run_stage(holdings_stage(house.lake, house.documents), house.filings, house.clock, batch=7)
        assert (report.failed, report.done > 30) == (0, True)
        found = house.lake.read(HOLDINGS)["cusip"].unique().sort()
        known = house.lake.read(HOLDING_REPORTS)["known_at"].sort()[10]
        house.lake.append(
            CUSIPS,
            CUSIPS.frame(
                [
                    {
                        "cusip": one,
                        "valid_from": date(1990, 1, 2),
                        "instrument_id": one,
                        "source_url": "",
                        "known_at": known,
                    }
                    for one in found
                ]
            ),
        )
        yield house.lake


def truth(market):
    return pl.read_parquet(market.holdings_truth).with_columns(pl.col("put_call").str.to_lowercase())


def test_what_managers_hold_after_all_amendments_is_the_truth(lake, market):
    """Failure case 29: restatements replace, new holdings add, puts and calls are apart, notices hold nothing."""
    held = holdings_as_known(lake, FOREVER)
    both = held.join(truth(market), on=KEY, how="full", coalesce=True, suffix="_meant")
    assert both.height == truth(market).height > 300
    assert both.filter(pl.col("amount").eq_missing(pl.col("shares"))).height == both.height
    assert set(lake.read(HOLDING_REPORTS)["amendment"].drop_nulls()) == {"RESTATEMENT", "NEW HOLDINGS"}


def test_failure_case_29_values_are_in_usd_also_of_managers_who_are_wrong_about_the_unit(lake, market):
    both = holdings_as_known(lake, FOREVER).join(truth(market), on=KEY, suffix="_meant")
    off = (pl.col("value_usd") - pl.col("value_usd_meant")).abs()
    assert both.filter(off > 500).height == 0
    reports = lake.read(HOLDING_REPORTS).filter(pl.col("lines") > 0)
    wrong = reports.filter(pl.col("reasons").fill_null("").str.contains("unit_corrected"))
    assert set(wrong["unit_usd"]) == {1, 1000}
    assert wrong["manager_cik"].n_unique() == 1


def test_every_report_tells_what_its_cover_announced(lake):
    reports = lake.read(HOLDING_REPORTS)
    holds = reports.filter(pl.col("form") != "13F-NT")
    assert holds.filter(pl.col("entry_total") == pl.col("lines")).height == holds.height
    assert holds.filter(pl.col("value_total") == pl.col("value_sum")).height == holds.height
    notices = reports.filter(pl.col("form") == "13F-NT")
    assert (notices.height > 0, notices["lines"].sum(), set(notices["status"])) == (True, 0, {"ok"})


def account(lake, as_of):
    """Everything that is computed as of T, in one frame."""
    reports = lake.history(HOLDING_REPORTS, as_of=as_of)
    held = holdings_as_known(lake, as_of)
    return pl.concat(
        [
            held.drop("accessions"),
            changes(held, reports, as_of).rename({"status": "change_status", "reasons": "change_reasons"}),
            institutional_ownership(held, reports, as_of).rename({"value_usd": "all_value_usd"}),
        ],
        how="diagonal_relaxed",
    )


TABLES = (HOLDING_REPORTS, HOLDINGS, CUSIPS)


def instants(lake):
    """The moment before an amendment, that of it, and one in the middle of the season."""
    amended = lake.read(HOLDING_REPORTS).filter(pl.col("amends"))["known_at"].sort()
    return [amended[0] - timedelta(microseconds=1), amended[0], amended[len(amended) // 2]]


def test_law_1_cut_at_any_instant_all_that_was_known_then_is_the_same(lake):
    assert account(lake, instants(lake)[2]).height > 100
    assert find_leaks(account, lake, instants(lake), tables=TABLES) == []


def test_law_1_a_planted_leak_is_seen(lake):
    def leaking(lake, as_of):
        reports, lines = lake.history(HOLDING_REPORTS), lake.history(HOLDINGS)
        held = positions(lines_held(reports, lines, FOREVER))
        return held.drop("accessions").filter(pl.col("period_end") < as_of.date())

    assert len(find_leaks(leaking, lake, instants(lake), tables=TABLES)) == 3


def rejudged(lake):
    judge_again(lake, managers_at_once=2)
    return lake


def differs_when_cut(lake, folder):
    whole = rejudged(copy_known(lake, str(folder / "whole"), FOREVER, TABLES, {}))
    for number, instant in enumerate(instants(lake)):
        cut = rejudged(copy_known(lake, str(folder / str(number)), instant, TABLES, {}))
        for table in (HOLDING_REPORTS, HOLDINGS):
            if not whole.history(table, as_of=instant).equals(cut.history(table), null_equal=True):
                return True
    return False


def test_law_1_units_judged_without_the_future_are_the_same(lake, tmp_path):
    assert not differs_when_cut(lake, tmp_path)


def test_law_1_a_unit_that_looks_ahead_is_seen(lake, tmp_path, monkeypatch):
    def by_newest(reports, lines, closes):
        judged = judge(reports, lines, closes)
        newest = judged.reports.sort("known_at")["unit_usd"].drop_nulls()[-1]
        told = judged.reports.with_columns(unit_usd=pl.lit(newest, pl.Int32))
        return type(judged)(told, judged.lines)

    judge = holdings.judge_units
    monkeypatch.setattr(holdings, "judge_units", by_newest)
    assert differs_when_cut(lake, tmp_path)


def test_law_4_judging_and_storing_again_changes_nothing(lake, tmp_path):
    copy = copy_known(lake, str(tmp_path), FOREVER, TABLES, {})
    before = [copy.version(table) for table in TABLES]
    judge_again(copy)
    assert [copy.version(table) for table in TABLES] == before


def test_law_4_the_order_in_which_reports_arrive_does_not_matter(lake, tmp_path):
    """One by one, the newest first, against all at once."""
    everything = holdings._stored(lake, lake.read(HOLDING_REPORTS)["manager_cik"].unique().to_list()[:2], [])
    once, slowly = Lake(str(tmp_path / "once")), Lake(str(tmp_path / "slowly"))
    store_reports(once, everything)
    for accession in everything.reports.sort("known_at", descending=True)["accession"]:
        mine = pl.col("accession") == accession
        store_reports(slowly, ReadReports(everything.reports.filter(mine), everything.lines.filter(mine)))
    for table in (HOLDING_REPORTS, HOLDINGS):
        assert once.history(table).height > 5
        assert once.history(table).equals(slowly.history(table), null_equal=True)
