"""What the ten factors of the score are made of: metrics, each one visible formula over what was known at a close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.factors.ages import YEARLY_STATEMENT_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

IndustryKind = Literal["bank", "insurer", "reit", "utility"]
INDUSTRY_KINDS: tuple[IndustryKind, ...] = ("bank", "insurer", "reit", "utility")

VIEWS: Mapping[str, str] = {
    "ratios": "the values of table ratios, twelve months; x_before of the year before for revenue, eps_diluted and "
    "free_cash_flow; debt, dividends_paid and buybacks; total_assets, operating_cash_flow and interest_expense; price "
    "and market_value; reports_yearly, whether the company reports once a year as far as was known",
    "indicators": "the numbers of table indicators of the last session that traded, and its close, on its own count",
    "ratings": "firms, mean, change_30, targets, mean_target, close and target_vs_price, as `opinions` has them",
    "insiders": "buyers, sellers, net_value and cluster_buyers of 90 days, zeros for who did nothing; market_value",
    "institutions": "holders, shares, opened, closed, managers_both, shares_before and shares outstanding, of the "
    "newest complete quarter and the one before",
    "news": "mean_tone_7 and mean_tone_30, as `opinions.news` has them",
    "texts": "filing_tone; tone, words and risk factors of the newest report against those of the report before it",
}
"""What formulas can read, by name. A view has a row per security and session at most: instrument_id, session,
observed_on (the day its values are of: a period's end, a trade, a story) and its fields. It holds what was known at the
session's close; a field is null where it is not known or in doubt."""
YEARLY_DAYS: Mapping[str, int] = {"ratios": YEARLY_STATEMENT_DAYS}
"""Views that say who reports once a year, and after how many days what they tell of such a company is too old."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a factor.

    name:         column of table FACTOR_METRICS.
    view:         what its formula reads, one of VIEWS.
    value:        the formula, over the columns of one row of the view; null where an input is null or a denominator is
                  not above zero.
    formula:      the same in words, for people.
    unit:         what one unit of it is.
    direction:    1 if more is better, -1 if less is.
    max_age_days: a value of a day further back than this many calendar days is none; of who reports once a year, than
                  `yearly_max_age_days`.
    source:       where the idea was published.
    not_for:      industries in which it has no meaning.
    only_for:     the industries in which alone it has one; empty for all.
    weight:       its share in the factor, relative to the others.
    """

    name: str
    view: str
    value: pl.Expr
    formula: str
    unit: str
    direction: Literal[1, -1]
    max_age_days: int
    source: str
    not_for: tuple[IndustryKind, ...] = ()
    only_for: tuple[IndustryKind, ...] = ()
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.view not in VIEWS:
            raise InvalidInput(
                f"metric {self.name} reads {self.view!r}, which is no view", advice=f"Views: {', '.join(VIEWS)}."
            )
        if self.weight <= 0 or self.max_age_days < 0:
            raise InvalidInput(f"metric {self.name}: weight {self.weight}, max_age_days {self.max_age_days}",
                               advice="A weight is above zero and an age is not negative.")  # fmt: skip
        if self.not_for and self.only_for:
            raise InvalidInput(f"metric {self.name} is not for {self.not_for} and only for {self.only_for}",
                               advice="Name the industries that have it, or those that have not.")  # fmt: skip

    @property
    def yearly_max_age_days(self) -> int:
        """The age up to which a value counts of a company that reports once a year."""
        return YEARLY_DAYS.get(self.view, self.max_age_days)

    def has_meaning(self, industry: str | None) -> bool:
        """Return whether it has a meaning in an industry; one that is not known is none of INDUSTRY_KINDS."""
        return industry in self.only_for if self.only_for else industry not in self.not_for

    def is_meant(self) -> pl.Expr:
        """Return `has_meaning` of column `industry`."""
        named = pl.col("industry").is_in(list(self.only_for or self.not_for)).fill_null(value=False)
        return named if self.only_for else ~named


@dataclass(frozen=True, slots=True)
class MetricFactor:
    """A factor of the score: metrics, and how many of them it takes.

    name, version: a change of any formula is a new version.
    title:         how people call it.
    meaning:       what a high value says, in one sentence.
    least:         share of the weight of its metrics, of those that have a meaning in the industry, that must be known.
    """

    name: str
    version: str
    title: str
    meaning: str
    metrics: tuple[Metric, ...]
    least: float = 0.5

    def __post_init__(self) -> None:
        names = [metric.name for metric in self.metrics]
        if not names or len(set(names)) != len(names):
            raise InvalidInput(f"factor {self.name} has the metrics {names}", advice="Name at least one, each once.")

    @property
    def views(self) -> tuple[str, ...]:
        """What its formulas read."""
        return tuple(dict.fromkeys(metric.view for metric in self.metrics))


def positive(over: pl.Expr, under: pl.Expr) -> pl.Expr:
    """Return over / under where `under` is above zero, null elsewhere."""
    return pl.when(under > 0).then(over / under)
