"""The declaration of lines: expressions become terms, industries replace lists, and unknown words are refused."""

import polars as pl
import pytest

from edgewise.core.errors import Unparsable
from edgewise.fundamentals.declared import declaration, parse_declaration

TRUTH_FIELDS = {
    "revenue",
    "cost_of_revenue",
    "gross_profit",
    "research_and_development",
    "selling_general_administrative",
    "operating_income",
    "interest_expense",
    "income_tax",
    "net_income",
    "net_income_total",
    "eps_basic",
    "eps_diluted",
    "shares_basic",
    "shares_diluted",
    "cash_and_equivalents",
    "short_term_investments",
    "receivables",
    "inventory",
    "current_assets",
    "total_assets",
    "current_liabilities",
    "short_term_debt",
    "long_term_debt",
    "total_liabilities",
    "equity",
    "equity_total",
    "minority_interest",
    "operating_cash_flow",
    "investing_cash_flow",
    "financing_cash_flow",
    "capital_expenditure",
    "dividends_paid",
    "share_repurchases",
}
BEYOND_THE_TRUTH = {"depreciation_and_amortization", "free_cash_flow"}
SMALL = """
forms = ["10-K"]
annual_forms = ["10-K"]
[industries.bank]
markers = ["Deposits"]
[fields.revenue]
statement = "income_statement"
period = "duration"
unit = "money"
concepts = ["A + B? - ifrs-full:C"]
[fields.revenue.bank]
concepts = ["D"]
"""


def test_every_line_of_the_truth_is_declared():
    assert set(declaration().shown) == TRUTH_FIELDS | BEYOND_THE_TRUTH


def test_an_expression_becomes_signed_terms():
    terms = parse_declaration(SMALL).terms.filter(industry="general")
    assert terms.select("taxonomy", "concept", "sign", "required").rows() == [
        ("us-gaap", "A", 1.0, True),
        ("us-gaap", "B", 1.0, False),
        ("ifrs-full", "C", -1.0, True),
    ]


def test_an_industry_replaces_the_list():
    assert parse_declaration(SMALL).terms.filter(industry="bank")["concept"].to_list() == ["D"]


def test_each_alternative_needs_at_least_one_concept():
    alternatives = declaration().terms.group_by("industry", "field", "tier", "order").agg(pl.col("required").any())
    assert alternatives["required"].all()


@pytest.mark.parametrize("wrong", ["A * B", "A B C"])
def test_an_unknown_operator_is_refused(wrong):
    with pytest.raises(Unparsable, match="revenue"):
        parse_declaration(SMALL.replace("A + B? - ifrs-full:C", wrong))


def test_an_unknown_word_is_refused():
    with pytest.raises(Unparsable, match="sing"):
        parse_declaration(SMALL.replace('unit = "money"', 'unit = "money"\nsing = 1'))
