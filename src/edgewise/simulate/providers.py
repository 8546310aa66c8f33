"""What the providers beside the SEC have of a market: earnings calls, analysts' ratings, news, and the truth of each.

wrds/<table>.parquet, transcripts/<ticker>_<date>.json     calls, unless the plan has no texts
api.benzinga.com/api/v2.1/calendar/ratings/<date>.json     ratings, by New York date of publication
api.benzinga.com/api/v2/news/<date>.json                   news, by New York date of `created`
api.polygon.io/v2/reference/news/<date>.json               news, by UTC date
www.alphavantage.co/query/NEWS_SENTIMENT/<date>.json       news, by UTC date
truth/calls.parquet, call_topics.parquet, themes.parquet, ratings.parquet, news.parquet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.simulate.calls.written import write_calls
from edgewise.simulate.news.written import write_news
from edgewise.simulate.provider_days import DayFiles
from edgewise.simulate.ratings.written import write_ratings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgewise.simulate.accounts import Splits
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.ratings.opinions import PriceOf
    from edgewise.simulate.schedule import Filing


def write_provider_data(  # noqa: PLR0917 - all that a market is made of
    folder: Path, plan: Plan, companies: list[Company], filings: list[Filing], price_of: PriceOf, splits: Splits
) -> None:
    """Write the providers' files of a market below `folder`, where its truth already has a folder.

    filings:  in order of acceptance.
    price_of: close as traded, by index of the company and session; NaN where there is none.
    """
    if plan.texts:
        (folder / "wrds").mkdir()
        write_calls(folder, plan, companies, filings)
    by_company = filings_by_company(filings)
    days = DayFiles(folder)
    truth = folder / "truth"
    write_ratings(truth, days, plan, companies, by_company, price_of=price_of, splits=splits)
    write_news(truth, days, plan, companies, by_company)
    days.close()


def filings_by_company(filings: Iterable[Filing]) -> dict[int, list[Filing]]:
    """Return what each company files first of all parties, by its index; ownership forms are left out."""
    found: dict[int, list[Filing]] = {}
    for filing in filings:
        if filing.companies:
            found.setdefault(filing.companies[0].index, []).append(filing)
    return found
