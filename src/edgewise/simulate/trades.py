"""What the books of each trade look like: the lines of its statements, and their size beside its revenue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgewise.simulate.industries import Industry

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trade:
    """The books of one trade. Ranges are shares of the revenue of one quarter, or of assets where it says so.

    cost:         cost of revenue; None where the statements have neither that line nor gross profit.
    research:     research and development; None where there is no such line.
    selling:      what else running the business costs.
    depreciation: of property; on the face of the income statement where `shows_depreciation`.
    inventory:    None where there is no such line, though a service firm may show one that is zero.
    lent:         loans of a bank, invested assets of an insurer; their counterpart is `owed`, a share of `lent`.
    property, other: balances.
    equity, debt: shares of total assets.
    rate:         quarterly interest on debt.
    classified:   whether the balance sheet has current assets and current liabilities.
    shows_operating_income: whether the income statement has that line.
    selling_line, cost_line, lent_line, owed_line: label and concept of the lines.
    inventory_concept, capital_concept: where the trade has its own.
    """

    cost: Range | None
    selling: Range
    depreciation: Range
    property: Range
    equity: Range
    debt: Range
    research: Range | None = None
    receivables: Range = (0.45, 0.75)
    inventory: Range | None = None
    lent: Range | None = None
    owed: Range = (0.0, 0.0)
    other: Range = (1.0, 2.5)
    rate: float = 0.012
    classified: bool = True
    shows_depreciation: bool = False
    shows_operating_income: bool = True
    cost_line: tuple[str, str] = ("Cost of revenue", "CostOfRevenue")
    selling_line: tuple[str, str] = (
        "Selling, general and administrative",
        "SellingGeneralAndAdministrativeExpense",
    )
    lent_line: tuple[str, str] = ("", "")
    owed_line: tuple[str, str] = ("", "")
    inventory_concept: str = "InventoryNet"
    capital_concept: str = "PaymentsToAcquirePropertyPlantAndEquipment"


_GOODS = Trade(
    cost=(0.52, 0.74),
    selling=(0.12, 0.22),
    depreciation=(0.03, 0.06),
    property=(1.5, 3.0),
    equity=(0.35, 0.6),
    debt=(0.12, 0.3),
    inventory=(0.5, 1.0),
)
_RETAIL = Trade(
    cost=(0.6, 0.76),
    selling=(0.15, 0.24),
    depreciation=(0.02, 0.04),
    property=(1.0, 2.0),
    equity=(0.3, 0.5),
    debt=(0.1, 0.3),
    receivables=(0.05, 0.1),
    inventory=(0.5, 0.9),
)
_DRUGS = Trade(
    cost=(0.2, 0.4),
    selling=(0.22, 0.34),
    research=(0.18, 0.6),
    depreciation=(0.03, 0.06),
    property=(1.0, 2.0),
    equity=(0.4, 0.7),
    debt=(0.1, 0.25),
    inventory=(0.3, 0.6),
    other=(3.0, 7.0),
)
_SOFTWARE = Trade(
    cost=(0.2, 0.35),
    selling=(0.3, 0.55),
    research=(0.15, 0.36),
    depreciation=(0.02, 0.05),
    property=(0.3, 0.8),
    equity=(0.35, 0.65),
    debt=(0.05, 0.2),
    inventory=(0.0, 0.0),
    other=(3.0, 8.0),
)
_NETWORK = Trade(
    cost=(0.38, 0.52),
    selling=(0.18, 0.26),
    depreciation=(0.14, 0.2),
    property=(4.0, 7.0),
    equity=(0.3, 0.45),
    debt=(0.3, 0.45),
    other=(3.0, 6.0),
    shows_depreciation=True,
    capital_concept="PaymentsToAcquireProductiveAssets",
)
_UTILITY = Trade(
    cost=(0.45, 0.6),
    selling=(0.08, 0.14),
    depreciation=(0.12, 0.17),
    property=(10.0, 16.0),
    equity=(0.3, 0.4),
    debt=(0.33, 0.42),
    inventory=(0.15, 0.35),
    shows_depreciation=True,
    rate=0.01,
    cost_line=("Fuel, purchased power and gas", "CostOfRevenue"),
    selling_line=("Operation and maintenance", "UtilitiesOperatingExpenseMaintenanceAndOperations"),
    inventory_concept="InventoryRawMaterialsAndSupplies",
    capital_concept="PaymentsToAcquireProductiveAssets",
)
_BANK = Trade(
    cost=None,
    selling=(0.5, 0.68),
    depreciation=(0.02, 0.04),
    property=(0.8, 1.5),
    equity=(0.08, 0.11),
    debt=(0.04, 0.08),
    lent=(45.0, 65.0),
    owed=(0.78, 0.84),
    other=(2.0, 5.0),
    rate=0.014,
    classified=False,
    shows_operating_income=False,
    selling_line=("Noninterest expense", "NoninterestExpense"),
    lent_line=("Loans, net", "LoansAndLeasesReceivableNetReportedAmount"),
    owed_line=("Deposits", "Deposits"),
)
_INSURER = Trade(
    cost=(0.66, 0.82),
    selling=(0.1, 0.16),
    depreciation=(0.01, 0.02),
    property=(0.2, 0.5),
    equity=(0.12, 0.2),
    debt=(0.03, 0.08),
    lent=(12.0, 20.0),
    owed=(0.7, 0.8),
    other=(2.0, 4.0),
    classified=False,
    shows_operating_income=False,
    cost_line=("Policyholder benefits", "PolicyholderBenefitsAndClaimsIncurredNet"),
    selling_line=("Underwriting and other expenses", "OtherCostAndExpenseOperating"),
    lent_line=("Total investments", "Investments"),
    owed_line=("Future policy benefits", "LiabilityForFuturePolicyBenefits"),
)
_LANDLORD = Trade(
    cost=None,
    selling=(0.32, 0.42),
    depreciation=(0.24, 0.32),
    property=(22.0, 32.0),
    equity=(0.4, 0.5),
    debt=(0.33, 0.42),
    receivables=(0.1, 0.2),
    rate=0.011,
    classified=False,
    shows_depreciation=True,
    selling_line=("Property operating and administrative", "CostsAndExpenses"),
    capital_concept="PaymentsToAcquireProductiveAssets",
)
_TRADES: dict[int, Trade] = {
    2834: _DRUGS,
    3841: _DRUGS,
    3674: _DRUGS,
    4512: _NETWORK,
    4813: _NETWORK,
    4841: _NETWORK,
    4911: _UTILITY,
    4923: _UTILITY,
    5411: _RETAIL,
    5651: _RETAIL,
    6021: _BANK,
    6311: _INSURER,
    6798: _LANDLORD,
    7372: _SOFTWARE,
}


def trade_of(industry: Industry) -> Trade:
    """Return how the books of an industry look; makers of goods are the usual case."""
    return _TRADES.get(industry.sic, _GOODS)
