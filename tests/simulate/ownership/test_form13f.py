"""Form 13F as XML, and what managers really held, read as a stranger reads it."""

from collections import defaultdict
from datetime import date, datetime

import polars as pl
import pytest
from lxml import etree

from edgewise.simulate import Plan, simulate
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.ownership.form13f import holdings_documents
from edgewise.simulate.ownership.holdings import HoldingsReport, Position, as_meant, holdings_reports
from edgewise.simulate.ownership.managers import invent_managers

TABLE = "{http://www.sec.gov/edgar/document/thirteenf/informationtable}"
NOON = datetime(2024, 5, 1, 12)  # noqa: DTZ001 - Eastern wall time
COVER = "{http://www.sec.gov/edgar/thirteenffiler}"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """Two years around the change of the unit, few companies."""
    return simulate(tmp_path_factory.mktemp("13f") / "market", Plan(companies=22, years=2, end=date(2023, 8, 31)))


@pytest.fixture(scope="module")
def filed(market):
    """Each 13F once, by acceptance: (row of the truth, cover, rows of the information table)."""
    truth = pl.read_parquet(market.filings_truth).filter(pl.col("form").str.starts_with("13F"))
    return [(row, *read(market.folder / row["path"])) for row in truth.iter_rows(named=True)]


def read(path):
    trees = [
        etree.fromstring(part[: part.index("</XML>")].strip().encode())
        for part in path.read_text(encoding="ascii").split("<XML>\n")[1:]
    ]
    rows = [
        (
            *(line.findtext(f"{TABLE}cusip"), line.findtext(f"{TABLE}putCall") or ""),
            *(int(line.findtext(f".//{TABLE}sshPrnamt")), int(line.findtext(f"{TABLE}value"))),
        )
        for line in (trees[1] if len(trees) > 1 else ())
    ]
    return trees[0], rows


def said(cover, name):
    return cover.findtext(f".//{COVER}{name}")


def test_the_summary_counts_and_adds_up_the_table(filed):
    for row, cover, rows in filed:
        if row["form"] != "13F-NT":
            assert int(said(cover, "tableEntryTotal")) == len(rows) > 0
            assert int(said(cover, "tableValueTotal")) == sum(value for *_, value in rows)


def test_failure_case_29_a_notice_has_no_holdings(filed):
    notices = [(cover, rows) for row, cover, rows in filed if row["form"] == "13F-NT"]
    assert notices
    assert all(rows == [] and said(cover, "reportType") == "13F NOTICE" for cover, rows in notices)


def test_failure_case_29_new_holdings_add_and_restatements_replace(market, filed):
    held = defaultdict(dict)
    kinds = set()
    for row, cover, rows in filed:
        month, day, year = said(cover, "periodOfReport").split("-")
        key = row["cik"], date(int(year), int(month), int(day))
        shares = {(cusip, put_call): count for cusip, put_call, count, _ in rows}
        kinds.add(kind := said(cover, "amendmentType"))
        held[key] = held[key] | shares if kind == "NEW HOLDINGS" else shares
    assert kinds == {None, "NEW HOLDINGS", "RESTATEMENT"}
    meant = defaultdict(dict)
    for row in pl.read_parquet(market.holdings_truth).iter_rows(named=True):
        meant[row["manager_cik"], row["period_end"]][row["cusip"], row["put_call"]] = row["shares"]
    assert {key: rows for key, rows in held.items() if rows} == meant


def test_failure_case_29_values_are_in_thousands_before_2023_and_some_managers_are_wrong_about_it(market, filed):
    truth = pl.read_parquet(market.holdings_truth)
    usd = {
        (row["manager_cik"], row["period_end"], row["cusip"], row["put_call"], row["shares"]): row["value_usd"]
        for row in truth.iter_rows(named=True)
    }
    units = defaultdict(set)
    for row, cover, rows in filed:
        month, day, year = map(int, said(cover, "periodOfReport").split("-"))
        for cusip, put_call, shares, value in rows:
            meant = usd.get((row["cik"], date(year, month, day), cusip, put_call, shares))
            if meant is not None:  # not one that was restated
                unit = 1 if value == meant else 1000
                assert value == (meant if unit == 1 else round(meant / 1000))
                units[row["cik"], row["filed_date"] >= date(2023, 1, 3)].add(unit)
    assert all(len(found) == 1 for found in units.values())
    wrong = {cik for (cik, dollars), (unit,) in units.items() if unit != (1 if dollars else 1000)}
    assert wrong == {9_850_000_004}


def test_failure_case_29_puts_and_calls_stand_beside_shares_of_the_same_company(filed):
    both = [
        {put_call for cusip, put_call, *_ in rows if cusip == held}
        for _, _, rows in filed
        for held, put_call, *_ in rows
        if put_call
    ]
    assert both
    assert {"", "Put"} in both
    assert {"", "Call"} in both


def test_failure_case_29_what_was_omitted_in_confidence_is_disclosed_later(filed):
    omitted = [row for row, cover, _ in filed if said(cover, "isConfidentialOmitted") == "true"]
    disclosed = [(row, cover) for row, cover, _ in filed if said(cover, "amendmentType") == "NEW HOLDINGS"]
    assert disclosed
    assert {row["cik"] for row, _ in disclosed} <= {row["cik"] for row in omitted}
    assert {said(cover, "reasonForNonConfidentiality") for _, cover in disclosed} == {"Confidential Treatment Expired"}


def test_reports_come_within_45_days_and_many_on_the_last():
    plan = Plan(companies=400, years=2)
    originals = [
        report
        for manager in invent_managers(plan)
        for report in holdings_reports(plan, manager)
        if not report.amendment
    ]
    days = [(report.accepted.date() - report.period_end).days for report in originals]
    assert max(days) <= 48  # a weekend and a holiday after the 45th day
    assert 0.3 < sum(day >= 45 for day in days) / len(days) < 0.6


def test_what_is_meant_after_amendments_by_hand():
    manager = invent_managers(Plan())[0]
    quarter = date(2024, 3, 31)

    def report(day, positions, amendment=""):
        accepted = NOON.replace(day=day)
        return HoldingsReport("13F-HR", manager, accepted, quarter, tuple(positions), amendment)

    first = report(1, [Position(0, 100), Position(1, 50)])
    added = report(9, [Position(2, 7), Position(0, 3, "Put")], "NEW HOLDINGS")
    replaced = report(5, [Position(0, 90)], "RESTATEMENT")
    assert as_meant([first, added]) == {quarter: {(0, ""): 100, (1, ""): 50, (2, ""): 7, (0, "Put"): 3}}
    assert as_meant([added, first, replaced]) == {quarter: {(0, ""): 90, (2, ""): 7, (0, "Put"): 3}}


def test_a_company_without_a_price_at_the_end_of_the_quarter_is_not_in_the_table():
    plan = Plan()
    manager = invent_managers(plan)[0]
    accepted = NOON
    report = HoldingsReport("13F-HR", manager, accepted, date(2024, 3, 31), (Position(0, 10), Position(1, 20)))
    closes = {0: 12.5, 1: float("nan")}
    _, table = holdings_documents(report, invent_companies(plan), date(2024, 5, 1), lambda company, _: closes[company])
    assert table.content.count("<infoTable>") == 1
    assert "<value>125</value>" in table.content
