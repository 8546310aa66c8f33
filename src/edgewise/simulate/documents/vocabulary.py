"""The items of each form by era: numbers and titles as the forms' instructions have given them.

Dates are those on which the SEC's rules took effect for what a filer files or for the fiscal years that ended after.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PART_III = ("10", "11", "12", "13", "14")
ANNUAL_PARTS = {"1": "I", "5": "II", "10": "III", "15": "IV"}
QUARTERLY_PARTS = {"I": "FINANCIAL INFORMATION", "II": "OTHER INFORMATION"}

_RISK_FACTORS_FROM = date(2005, 12, 1)
_VOTES_REMOVED = date(2010, 2, 28)
_MINE_SAFETY_FROM = date(2012, 1, 27)
_SMALL_FILERS = (date(2008, 1, 1), date(2010, 9, 20))
_SELECTED_DATA_UNTIL = date(2021, 2, 9)
_INSPECTIONS_FROM = date(2022, 1, 10)
_SUMMARY_FROM = date(2016, 6, 9)
_CYBERSECURITY_FROM = date(2023, 12, 15)
_GOVERNANCE_FROM = date(2006, 11, 7)
_COMPARISON = "Management's Discussion and Analysis of Financial Condition and Results of Operations"
_MARKET_RISK = "Quantitative and Qualitative Disclosures About Market Risk"


def annual_items(period_end: date, filed: date) -> dict[str, str]:
    """Return number and title of each item of a 10-K, in the order of the form."""
    return {item: title for item, title in _annual(period_end, filed) if title}


def quarterly_items(filed: date) -> dict[tuple[str, str], str]:
    """Return (part, number) and title of each item of a 10-Q, in the order of the form."""
    part_two = {
        "1": "Legal Proceedings",
        "1A": "Risk Factors" if filed > _RISK_FACTORS_FROM else "",
        "2": "Unregistered Sales of Equity Securities and Use of Proceeds",
        "3": "Defaults Upon Senior Securities",
        "4": item_4(filed),
        "5": "Other Information",
        "6": "Exhibits",
    }
    part_one = {"1": "Financial Statements", "2": _COMPARISON, "3": _MARKET_RISK, "4": "Controls and Procedures"}
    return _keyed("I", part_one) | _keyed("II", part_two)


def item_4(filed: date) -> str:
    """Return the title of item 4 of a 10-K, and of Part II of a 10-Q: votes, then nothing, then mine safety."""
    if filed < _VOTES_REMOVED:
        return "Submission of Matters to a Vote of Security Holders"
    return "(Removed and Reserved)" if filed < _MINE_SAFETY_FROM else "Mine Safety Disclosures"


def small_filer_controls(filed: date) -> bool:
    """Return whether small filers then gave item 9A the number 9A(T)."""
    return _SMALL_FILERS[0] <= filed <= _SMALL_FILERS[1]


def is_reserved(title: str) -> bool:
    """Return whether an item of this title has no content."""
    return "eserved" in title


def split_number(item: str) -> tuple[str, str]:
    """Return digits and letter of an item's number: ("1", "A") for 1A."""
    digits = item.rstrip("ABCT()")
    return digits, item[len(digits) :]


def _keyed(part: str, items: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(part, item): title for item, title in items.items() if title}


def _annual(period_end: date, filed: date) -> Iterator[tuple[str, str]]:
    """Yield all numbers; the title is '' where the item did not exist then."""
    governance = filed > _GOVERNANCE_FROM
    yield "1", "Business"
    yield "1A", "Risk Factors" if period_end >= _RISK_FACTORS_FROM else ""
    yield "1B", "Unresolved Staff Comments" if period_end >= _RISK_FACTORS_FROM else ""
    yield "1C", "Cybersecurity" if period_end >= _CYBERSECURITY_FROM else ""
    yield "2", "Properties"
    yield "3", "Legal Proceedings"
    yield "4", item_4(filed)
    yield (
        "5",
        "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
    )
    yield "6", "Selected Financial Data" if filed < _SELECTED_DATA_UNTIL else "[Reserved]"
    yield "7", _COMPARISON
    yield "7A", _MARKET_RISK
    yield "8", "Financial Statements and Supplementary Data"
    yield "9", "Changes in and Disagreements With Accountants on Accounting and Financial Disclosure"
    yield "9A", "Controls and Procedures"
    yield "9B", "Other Information"
    yield (
        "9C",
        "Disclosure Regarding Foreign Jurisdictions that Prevent Inspections" if filed >= _INSPECTIONS_FROM else "",
    )
    yield (
        "10",
        "Directors, Executive Officers and Corporate Governance"
        if governance
        else "Directors and Executive Officers of the Registrant",
    )
    yield "11", "Executive Compensation"
    yield "12", "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters"
    yield (
        "13",
        "Certain Relationships and Related Transactions" + (", and Director Independence" if governance else ""),
    )
    yield "14", "Principal Accountant Fees and Services"
    yield "15", "Exhibits and Financial Statement Schedules"
    yield "16", "Form 10-K Summary" if filed >= _SUMMARY_FROM else ""
