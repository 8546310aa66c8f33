"""The truth about statements against what the documents display."""

import re
from datetime import date
from html import unescape

import polars as pl
import pytest

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.documents.written import write_documents
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings
from edgewise.simulate.truth.statements import STATEMENT_SCHEMA, StatementTruth, statement_rows

FIELDS = {
    *("revenue", "cost_of_revenue", "gross_profit", "research_and_development", "selling_general_administrative"),
    *("operating_income", "interest_expense", "income_tax", "net_income", "net_income_total", "eps_basic"),
    *("eps_diluted", "shares_basic", "shares_diluted", "cash_and_equivalents", "short_term_investments"),
    *("receivables", "inventory", "current_assets", "total_assets", "current_liabilities", "short_term_debt"),
    *("long_term_debt", "total_liabilities", "equity", "equity_total", "minority_interest", "operating_cash_flow"),
    *("investing_cash_flow", "financing_cash_flow", "capital_expenditure", "dividends_paid", "share_repurchases"),
}
OUTFLOWS = {"capital_expenditure", "dividends_paid", "share_repurchases"}


@pytest.fixture(scope="module")
def plan():
    return Plan(companies=22, years=1, end=date(2024, 12, 31), seed=3)


@pytest.fixture(scope="module")
def filed(plan):
    """(place, filing, accounts, truth rows as dictionaries) of every filing with a company."""
    companies = invent_companies(plan)
    everyone = {company.index: Accounts(plan, company) for company in companies}
    found = []
    for number, filing in enumerate(schedule_filings(plan, companies)):
        if filing.companies:
            accounts = everyone[filing.companies[0].index]
            rows = [dict(zip(STATEMENT_SCHEMA, row, strict=True)) for row in statement_rows(filing, accounts)]
            found.append((number, filing, accounts, rows))
    return found


def displayed(content):
    """Label and numbers of each table row of a page, as a reader sees them: parentheses are a minus."""
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", content, re.DOTALL):
        cells = [unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        numbers = [re.fullmatch(r"(\(?)([\d,.]+)\)?|\u2014", cell) for cell in cells[1:]]
        if cells and numbers and all(numbers):
            values = [float((n[2] or "0").replace(",", "")) * (-1 if n[1] else 1) for n in numbers]
            rows.setdefault(cells[0], []).append(values)
    return rows


def test_every_figure_stands_in_its_document_with_the_sign_a_reader_sees(plan, filed):
    compared = 0
    for number, filing, accounts, rows in filed:
        if not rows:
            continue
        content = write_documents(plan, filing, accounts, number=number)[0].content
        if "<ix:nonFraction" not in content:
            continue
        shown = displayed(content)
        for label in {row["label"] for row in rows}:
            of_label = [row for row in rows if row["label"] == label]
            wanted = [row["value"] / (1 if row["unit"] == "USD/shares" else row["scale"]) for row in of_label]
            sign = -1 if of_label[0]["field"] in OUTFLOWS else 1
            assert [sign * value for value in shown[label][-1]] == pytest.approx(wanted[-len(shown[label][-1]) :])
            compared += len(wanted)
    assert compared > 1_500


def test_only_reports_with_statements_have_rows_and_amendments_may(filed):
    with_rows = {filing.form for _, filing, _, rows in filed if rows}
    assert with_rows - {"10-KT", "10-QT"} == {"10-K", "10-Q", "10-K/A"}
    assert any(filing.form == "10-K/A" for _, filing, _, rows in filed if not rows)


def test_fields_bases_and_units_are_those_of_the_truth_format(filed):
    rows = [row for _, _, _, found in filed for row in found]
    assert {row["field"] for row in rows} == FIELDS
    assert {row["statement"] for row in rows} == {"income_statement", "balance_sheet", "cash_flow"}
    assert {row["basis"] for row in rows} == {"annual", "quarter", "ytd", "instant"}
    assert {row["unit"] for row in rows} == {"USD", "USD/shares", "shares"}
    assert {row["scale"] for row in rows if row["unit"] == "USD"} == {1.0, 1_000.0, 1_000_000.0}
    assert all((row["period_start"] is None) == (row["basis"] == "instant") for row in rows)
    assert all(row["basis"] != "quarter" for row in rows if row["statement"] == "cash_flow")


def test_a_tag_that_lost_its_sign_is_noted_and_the_display_wins(filed):
    noted = [row for _, _, _, rows in filed for row in rows if row["note"]]
    assert noted
    assert all(row["field"] == "investing_cash_flow" and row["value"] < 0 for row in noted)


def test_parts_hold_all_rows_in_bounded_memory(tmp_path, filed):
    truth = StatementTruth(tmp_path / "statements", rows_per_part=400)
    for _, filing, accounts, _ in filed:
        truth.add(statement_rows(filing, accounts))
    truth.finish()
    parts = sorted((tmp_path / "statements").iterdir())
    assert len(parts) > 3
    frame = pl.read_parquet(parts)
    assert frame.schema == pl.Schema(STATEMENT_SCHEMA)
    assert frame.height == sum(len(rows) for _, _, _, rows in filed)


def test_without_a_row_one_empty_part_keeps_the_schema(tmp_path):
    StatementTruth(tmp_path / "statements").finish()
    (part,) = (tmp_path / "statements").iterdir()
    assert pl.read_parquet(part).schema == pl.Schema(STATEMENT_SCHEMA)
