"""Label and description of the concepts in company facts; the descriptions are our own words."""

from __future__ import annotations

import re

_LABELS = {
    "EntityCommonStockSharesOutstanding": "Entity Common Stock, Shares Outstanding",
    "RevenueFromContractWithCustomerExcludingAssessedTax": (
        "Revenue from Contract with Customer, Excluding Assessed Tax"
    ),
    "OperatingIncomeLoss": "Operating Income (Loss)",
    "IncomeTaxExpenseBenefit": "Income Tax Expense (Benefit)",
    "NetIncomeLoss": "Net Income (Loss) Attributable to Parent",
    "ProfitLoss": "Net Income (Loss), Including Portion Attributable to Noncontrolling Interest",
    "EarningsPerShareBasic": "Earnings Per Share, Basic",
    "EarningsPerShareDiluted": "Earnings Per Share, Diluted",
    "CashAndCashEquivalentsAtCarryingValue": "Cash and Cash Equivalents, at Carrying Value",
    "InventoryNet": "Inventory, Net",
    "AssetsCurrent": "Assets, Current",
    "LiabilitiesCurrent": "Liabilities, Current",
    "StockholdersEquity": "Stockholders' Equity Attributable to Parent",
    "NetCashProvidedByUsedInOperatingActivities": "Net Cash Provided by (Used in) Operating Activities",
    "NetCashProvidedByUsedInInvestingActivities": "Net Cash Provided by (Used in) Investing Activities",
    "NetCashProvidedByUsedInFinancingActivities": "Net Cash Provided by (Used in) Financing Activities",
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def concept_words(concept: str) -> tuple[str, str]:
    """Return the label of a concept and a sentence about it; concepts without a label of their own are spelled out."""
    label = _LABELS.get(concept) or _WORD.sub(" ", concept)
    return label, f"Simulated fact: {label}."
