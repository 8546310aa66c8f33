"""All ratings of a market on disk, and the truth about them; one company's are in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.provider_days import RATINGS
from edgewise.simulate.ratings.benzinga import TRUTH, rating_items, truth_rows
from edgewise.simulate.ratings.opinions import company_ratings
from edgewise.simulate.tables import GrowingTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edgewise.simulate.accounts import Splits
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.provider_days import DayFiles
    from edgewise.simulate.ratings.opinions import PriceOf
    from edgewise.simulate.schedule import Filing


def write_ratings(
    truth: Path,
    days: DayFiles,
    plan: Plan,
    companies: list[Company],
    by_company: Mapping[int, list[Filing]],
    *,
    price_of: PriceOf,
    splits: Splits,
) -> None:
    """Hand every state of every rating to `days`, and write `ratings.parquet` into the folder `truth`.

    by_company: each company's own filings in order of acceptance, by its index.
    """
    table = GrowingTable(truth / "ratings.parquet", TRUTH)
    for company in companies:
        for rating in company_ratings(plan, company, by_company.get(company.index, []), price_of, splits):
            for updated, item in rating_items(plan, rating):
                days.add(RATINGS, rating.at.date(), updated, item)
            table.add(truth_rows(plan, rating, clock.utc_from_eastern(rating.at)))
    table.close()
