"""Company facts against the tags of the documents as a stranger parses them, and against the SEC's own shape."""

import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.company_facts import company_facts_file, frame_of
from edgewise.simulate.documents.written import write_documents
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

UNITS = {"usd": "USD", "shares": "shares", "usdPerShare": "USD/shares"}
SPLIT = date(2024, 2, 12)
# By index: an erroneous year, a business sold, a lost sign, a moved year end, total equity only, millions, dollars.
CHOSEN = (3, 4, 5, 7, 9, 10, 16, 17)
SPLITTER = 16


@pytest.fixture(scope="module")
def plan():
    return Plan(companies=22, years=2, end=date(2024, 12, 31), seed=3)


@pytest.fixture(scope="module")
def market(plan):
    """Company, its filings, its accounts and its facts file as JSON; one splits its shares."""
    companies, filings = invent_companies(plan), schedule_filings(plan, invent_companies(plan))
    chosen = {}
    for index in CHOSEN:
        company = companies[index]
        accounts = Accounts(plan, company, [(SPLIT, 3.0)] if index == SPLITTER else ())
        own = [filing for filing in filings if filing.companies and filing.companies[0] == company]
        chosen[index] = company, own, accounts, json.loads(company_facts_file(company, own, accounts)[1])
    return chosen


def tags(content):
    """What the inline tags of a document say: (concept, unit, start, end, value), as a set."""
    contexts = {
        name: tuple(re.findall(r"<xbrli:(?:startDate|endDate|instant)>([\d-]+)<", body))
        for name, body in re.findall(r'<xbrli:context id="([^"]+)">(.*?)</xbrli:context>', content)
    }
    found = set()
    for attributes, text in re.findall(r"<ix:nonFraction ([^>]*)>([^<]*)</ix:nonFraction>", content):
        tag = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        number = 0.0 if tag["format"] == "ixt:fixed-zero" else float(text.replace(",", ""))
        value = round(number * 10 ** int(tag["scale"]) * (-1 if tag.get("sign") == "-" else 1), 2)
        found.add((tag["name"], UNITS[tag["unitRef"]], contexts[tag["contextRef"]], value))
    return found


def rows(content):
    for taxonomy, concepts in content["facts"].items():
        for concept, body in concepts.items():
            for unit, of_unit in body["units"].items():
                for row in of_unit:
                    yield f"{taxonomy}:{concept}", unit, row


def by_accession(content):
    found = defaultdict(set)
    for concept, unit, row in rows(content):
        period = (row["start"], row["end"]) if "start" in row else (row["end"],)
        found[row["accn"]].add((concept, unit, period, round(float(row["val"]), 2)))
    return found


def series(content, concept, unit="USD"):
    return content["facts"]["us-gaap"][concept]["units"][unit]


def test_facts_are_what_the_inline_tags_of_each_filing_say(plan, market):
    compared = 0
    for _, filings, accounts, content in market.values():
        facts = by_accession(content)
        for number, filing in enumerate(filings):
            tagged = set().union(
                *(tags(document.content) for document in write_documents(plan, filing, accounts, number=number))
            )
            if tagged:
                assert tagged == facts.pop(str(filing.accession)), filing
                compared += 1
        # What is left was filed as a page without tags of its own; its facts came as a separate file.
        assert all(accession in {str(filing.accession) for filing in filings} for accession in facts)
    assert compared > 40


def test_the_file_has_the_shape_of_the_secs(market):
    for company, filings, accounts, content in market.values():
        path, text = company_facts_file(company, filings, accounts)
        assert path == f"data.sec.gov/api/xbrl/companyfacts/CIK{int(company.cik):010d}.json"
        assert text.isascii()
        assert list(content) == ["cik", "entityName", "facts"]
        assert (content["cik"], content["entityName"]) == (int(company.cik), company.name)
        assert list(content["facts"]) == ["dei", "us-gaap"]
        by_accession = {str(filing.accession): filing for filing in filings}
        for _, _, row in rows(content):
            assert [key for key in row if key not in {"start", "frame"}] == (
                ["end", "val", "accn", "fy", "fp", "form", "filed"]
            )
            filing = by_accession[row["accn"]]
            assert (row["form"], row["filed"]) == (filing.form, filing.filed_date.isoformat())
            assert row["end"] <= filing.filed_date.isoformat()
        for body in content["facts"]["us-gaap"].values():
            assert list(body) == ["label", "description", "units"]


def test_each_filing_gives_a_period_once_and_rows_stand_by_end(market):
    for _, _, _, content in market.values():
        for body in content["facts"]["us-gaap"].values():
            for of_unit in body["units"].values():
                keys = [(row.get("start"), row["end"], row["accn"]) for row in of_unit]
                assert len(keys) == len(set(keys))
                assert [row["end"] for row in of_unit] == sorted(row["end"] for row in of_unit)
                frames = [row["frame"] for row in of_unit if "frame" in row]
                assert len(frames) == len(set(frames))


def test_failure_case_21_fy_and_fp_belong_to_the_filing(market):
    for _, _, _, content in market.values():
        by_filing = defaultdict(set)
        for _, _, row in rows(content):
            by_filing[row["accn"]].add((row["fy"], row["fp"]))
        assert all(len(labels) == 1 for labels in by_filing.values())
        repeated = defaultdict(set)
        for row in series(content, "Assets"):
            repeated[row["end"]].add((row["fy"], row["fp"]))
        assert any(len(labels) > 1 for labels in repeated.values())


def test_failure_case_24_no_filing_has_a_fourth_quarter_alone_and_cash_flows_are_year_to_date(market):
    for index, (company, _, _, content) in market.items():
        if index == 17:
            continue  # its transition period ends a year after one or two quarters
        for row in series(content, "NetIncomeLoss"):
            days = (date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days
            quarter = company.calendar.quarter_ending(date.fromisoformat(row["end"]))
            assert days > 340 or quarter.number < 4
        for row in series(content, "NetCashProvidedByUsedInOperatingActivities"):
            quarter = company.calendar.quarter_ending(date.fromisoformat(row["end"]))
            days = (date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days + 1
            assert round(days / 91.3) == quarter.number


def test_failure_case_22_one_period_has_several_values_and_the_first_filed_is_the_first_known(market):
    def values(index, concept, unit="USD"):
        found = defaultdict(list)
        for row in sorted(series(market[index][3], concept, unit), key=lambda row: row["filed"]):
            found[row.get("start"), row["end"]].append(row["val"])
        return [seen for seen in found.values() if len(set(seen)) > 1]

    sold = values(4, "Revenues") + values(4, "RevenueFromContractWithCustomerExcludingAssessedTax")
    assert sold
    assert all(seen[-1] < 0.9 * seen[0] for seen in sold)
    corrected = values(3, "NetIncomeLoss")
    assert all(seen[-1] < seen[0] for seen in corrected)
    split = values(SPLITTER, "WeightedAverageNumberOfSharesOutstandingBasic", "shares")
    assert split
    assert all(seen[-1] / seen[0] == pytest.approx(3, rel=1e-3) for seen in split)
    assert all(abs(seen[-1] * 3 - seen[0]) < 0.03 for seen in values(SPLITTER, "EarningsPerShareBasic", "USD/shares"))


def test_failure_case_26_an_inline_tag_without_its_minus_sign_is_the_value_filed_last(market):
    found = defaultdict(list)
    for row in series(market[7][3], "NetCashProvidedByUsedInInvestingActivities"):
        found[row["start"], row["end"]].append(row["val"])
    flipped = [seen for seen in found.values() if len(seen) > 1 and seen[-1] == -seen[0]]
    assert flipped
    assert all(seen[-1] > 0 > seen[0] for seen in flipped)


def test_failure_case_26_the_usual_concept_is_missing_and_another_holds_the_line(market):
    only_total = market[5][3]["facts"]["us-gaap"]
    assert "StockholdersEquity" not in only_total
    assert "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest" in only_total
    restricted = market[10][3]["facts"]["us-gaap"]
    assert "CashAndCashEquivalentsAtCarryingValue" not in restricted
    assert "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents" in restricted


def test_failure_case_23_the_tags_of_revenue_and_capital_expenditure_change_with_the_years(market):
    switched = market[4]
    concepts = switched[3]["facts"]["us-gaap"]
    old, new = concepts["Revenues"], concepts["RevenueFromContractWithCustomerExcludingAssessedTax"]
    last_old = max(row["filed"] for row in old["units"]["USD"])
    first_new = min(row["filed"] for row in new["units"]["USD"])
    assert last_old < first_new
    assert {"PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"} <= set(concepts)


def test_failure_case_23_a_transition_report_covers_less_than_a_year(market):
    _, filings, _, content = market[17]
    (report,) = [filing for filing in filings if filing.form in {"10-KT", "10-QT"}]
    income = [row for row in series(content, "NetIncomeLoss") if row["accn"] == str(report.accession)]
    lengths = {(date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days + 1 for row in income}
    assert max(lengths) < 300


def test_as_of_an_instant_only_what_was_accepted_by_then_is_there(market):
    company, filings, accounts, content = market[4]
    reports = [filing for filing in filings if filing.form in {"10-K", "10-Q"}]
    instant = reports[2].accepted_at
    known = json.loads(company_facts_file(company, filings, accounts, as_of=instant)[1])
    before = json.loads(company_facts_file(company, filings, accounts, as_of=instant - timedelta(seconds=1))[1])
    full, then = by_accession(content), by_accession(known)
    assert set(then) == {accn for accn in full if accn <= str(reports[2].accession)} or len(then) == 3
    assert all(full[accn] == facts for accn, facts in then.items())
    assert set(then) - set(by_accession(before)) == {str(reports[2].accession)}
    assert company_facts_file(company, filings, accounts, as_of=datetime(2022, 1, 1, tzinfo=UTC)) is None


# Start, end and frame of rows that the SEC serves.
@pytest.mark.parametrize(
    ("start", "end", "frame"),
    [
        ("2024-01-29", "2024-04-28", "CY2024Q1"),
        ("2024-01-29", "2025-01-26", "CY2024"),
        ("2024-01-29", "2024-07-28", None),
        (None, "2025-01-26", "CY2024Q4I"),
        (None, "2025-04-27", "CY2025Q1I"),
        (None, "2026-02-20", "CY2026Q1I"),
        (None, "2024-06-28", "CY2024Q2I"),
        ("2022-12-25", "2023-09-30", None),
        ("2022-09-25", "2022-12-31", "CY2022Q4"),
    ],
)
def test_frames_are_those_of_the_sec(start, end, frame):
    assert frame_of(start and date.fromisoformat(start), date.fromisoformat(end)) == frame
