"""What the accounts say about a company on the session its report can be acted on: profitability, book value, earnings.

A value belongs to the filing that brought it: figures of that filing, as it showed them, at the session in which it is
tradable. Flows are those of the four quarters to the end of its period, whatever the form.

    quality             gross profit of four quarters / total assets at the end of the period    (fraction)
    book_per_share      equity of the parent / shares outstanding, both at the end of the period (USD)
    earnings_per_share  net income of the parent in four quarters / their diluted shares         (USD)

Shares are those after the splits known on the day of the filing: a price of a session after a later split has to be
multiplied by its ratio, or these values divided by it. The later of two reports tradable in one session wins; a 10-K/A
for an older period than the last report is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.reported import reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from polars._typing import PolarsDataType

    from edgewise.simulate.accounts import Figures, Splits
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

_KEY: dict[str, PolarsDataType] = {"company": pl.Int64, "tradable_session": pl.Date}


def quality_events(
    plan: Plan, companies: Sequence[Company], filings: Iterable[Filing], *, splits: Splits | None = None
) -> pl.DataFrame:
    """Return company (index), tradable_session and value: gross profit of four quarters as a fraction of assets.

    Companies whose statements have no gross profit (banks, insurers, landlords) have no rows.
    """

    def quality(accounts: Accounts, figures: Figures) -> tuple[float, ...] | None:
        has_gross_profit = accounts.trade.cost is not None and accounts.trade.lent is None
        return (figures.gross_profit / figures.total_assets,) if has_gross_profit else None

    return _events(plan, companies, filings, splits, names=("value",), values=quality)


def value_inputs(
    plan: Plan, companies: Sequence[Company], filings: Iterable[Filing], *, splits: Splits | None = None
) -> pl.DataFrame:
    """Return company (index), tradable_session, book_per_share and earnings_per_share, USD; negative for losses."""

    def per_share(accounts: Accounts, figures: Figures) -> tuple[float, ...]:
        dollars = accounts.habits.scale / accounts.habits.share_scale
        book = figures.equity / figures.shares_outstanding
        return dollars * book, dollars * figures.net_income / figures.shares_diluted

    return _events(plan, companies, filings, splits, names=("book_per_share", "earnings_per_share"), values=per_share)


def _events(
    plan: Plan,
    companies: Sequence[Company],
    filings: Iterable[Filing],
    splits: Splits | None,
    *,
    names: Sequence[str],
    values: Callable[[Accounts, Figures], tuple[float, ...] | None],
) -> pl.DataFrame:
    by_company: dict[int, list[Filing]] = {company.index: [] for company in companies}
    for filing in filings:
        if filing.form.startswith("10-"):
            by_company[filing.companies[0].index].append(filing)
    rows: list[tuple[object, ...]] = []
    for company in companies:
        accounts = Accounts(plan, company, (splits or {}).get(company.index, ()))
        rows += _of_company(accounts, by_company[company.index], values)
    schema = _KEY | dict.fromkeys(names, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row").unique(
        ["company", "tradable_session"], keep="last", maintain_order=True
    )


def _of_company(
    accounts: Accounts,
    filings: Iterable[Filing],
    values: Callable[[Accounts, Figures], tuple[float, ...] | None],
) -> Iterator[tuple[object, ...]]:
    newest: date | None = None
    for filing in filings:
        late = newest is not None and filing.period_end < newest
        if late or not reports(filing, accounts):
            continue
        newest = filing.period_end
        found = values(accounts, accounts.quarters(filing.period_end, 4, filing=filing))
        if found is not None:
            yield (accounts.company.index, filing.tradable_session, *found)
