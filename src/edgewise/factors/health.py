"""Health: whether a company can pay what it owes, this year and later.

Debt / equity is 0 for a company that owes nothing: statements that tell neither debt nor interest are of such a one. It
is cut off at MOST_DEBT, and that is also what a company with debt and no equity left gets: the nearer equity comes to
zero the greater the ratio, and to lose the rest of it makes nobody healthier. Null would be kinder than such a balance
sheet deserves. A company without equity that owes no debt has no ratio.

Interest cover has no meaning without interest, and is null there: that nothing is owed, debt / equity tells.

Not for banks and insurers: all of these, for deposits and claims are what they trade in, their balance sheets have no
current part, and interest is a cost of sales. What remains of assets when all is paid back counts instead: equity /
total assets. Capital weighted by risk is reported to regulators and not in statements; the plain ratio foretells
failures of banks over a year or two about as well (Estrella, Park and Peristiani). Banks are compared with banks and
insurers with insurers, who need more of it.

Not for property trusts either: their balance sheets have no current part, and depreciation of buildings that keep
their value goes off equity and off operating income. They have the two ratios that nearly all indentures of their bonds
limit: debt / total assets, as a rule at most 0.6, and EBITDA / interest expense, at least 1.5.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.ages import STATEMENT_DAYS
from edgewise.factors.metric import IndustryKind, Metric, MetricFactor, positive

MOST_DEBT = 20.0
"""Debt a dollar of equity beyond which more of it makes no difference."""


def _equity_to_assets(industry: IndustryKind, source: str) -> Metric:
    return Metric(
        f"{industry}_equity_to_assets",
        "ratios",
        positive(pl.col("equity"), pl.col("total_assets")),
        "equity / total assets",
        "fraction",
        1,
        STATEMENT_DAYS,
        source,
        only_for=(industry,),
    )


FACTOR = MetricFactor(
    name="health",
    version="2",
    title="Financial health",
    meaning="The company owes little beside what it owns and earns.",
    metrics=(
        Metric(
            "debt_to_equity",
            "ratios",
            pl.when(pl.col("equity") > 0)
            .then((pl.col("debt") / pl.col("equity")).clip(upper_bound=MOST_DEBT))
            .when(pl.col("equity") <= 0, pl.col("debt") > 0)
            .then(MOST_DEBT),
            f"debt / equity, at most {MOST_DEBT:g}, and {MOST_DEBT:g} where there is debt and equity is not above zero",
            "ratio",
            -1,
            STATEMENT_DAYS,
            "Campbell, Hilscher and Szilagyi (2008), who measure leverage by all liabilities",
            not_for=("bank", "insurer", "reit"),
        ),
        Metric(
            "current_ratio",
            "ratios",
            pl.col("current_ratio"),
            "current assets / current liabilities",
            "ratio",
            1,
            STATEMENT_DAYS,
            "Beaver (1966)",
            not_for=("bank", "insurer", "reit"),
        ),
        Metric(
            "quick_ratio",
            "ratios",
            pl.col("quick_ratio"),
            "(current assets - inventory) / current liabilities",
            "ratio",
            1,
            STATEMENT_DAYS,
            "Beaver (1966)",
            not_for=("bank", "insurer", "reit"),
        ),
        Metric(
            "interest_cover",
            "ratios",
            pl.col("interest_cover"),
            "operating income / interest expense, of twelve months",
            "ratio",
            1,
            STATEMENT_DAYS,
            "Altman, Haldeman and Narayanan (1977)",
            not_for=("bank", "insurer", "reit"),
        ),
        _equity_to_assets("bank", "Estrella, Park and Peristiani (2000)"),
        _equity_to_assets("insurer", "Carson and Hoyt (1995)"),
        Metric(
            "reit_debt_to_assets",
            "ratios",
            positive(pl.col("debt"), pl.col("total_assets")),
            "debt / total assets",
            "fraction",
            -1,
            STATEMENT_DAYS,
            "Riddiough and Steiner (2020)",
            only_for=("reit",),
        ),
        Metric(
            "reit_interest_cover",
            "ratios",
            positive(pl.col("ebitda"), pl.col("interest_expense")),
            "EBITDA / interest expense, of twelve months",
            "ratio",
            1,
            STATEMENT_DAYS,
            "Riddiough and Steiner (2020)",
            only_for=("reit",),
        ),
    ),
)
