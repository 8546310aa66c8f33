"""The truth about ownership: every line of every insider's form as it was meant, and what managers really held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant
from edgewise.simulate.ownership.cusips import cusip_of
from edgewise.simulate.ownership.form13f import traded_positions, value_usd
from edgewise.simulate.ownership.holdings import Position, as_meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polars._typing import PolarsDataType

    from edgewise.simulate.company import Company
    from edgewise.simulate.ownership.form4 import OwnershipForm, PriceOf
    from edgewise.simulate.ownership.holdings import HoldingsReport
    from edgewise.simulate.ownership.managers import Manager
    from edgewise.simulate.schedule import Filing

# accession, line:    the form, and the place of the line in it, table I before table II, from 1.
# owner_ciks:         all who report together, in the form's order.
# code, coded:        what it was, and whether the form says so.
# open_market_purchase: whether shares were bought in the market with own money.
# shares:             as filed; shares_meant: as it was. They differ where a later amendment corrects the form.
# price:              USD per share; 0 where nothing was paid.
# amends:             accession of the form this one corrects; null for an original.
# cluster:            number of the cluster of purchases among the issuer's; null for all others.
# accepted_at (UTC), tradable_session: of the form.
TRADES: dict[str, PolarsDataType] = {
    "accession": pl.String,
    "line": pl.Int64,
    "issuer_cik": pl.Int64,
    "owner_ciks": pl.List(pl.Int64),
    "form": pl.String,
    "security": pl.String,
    "derivative": pl.Boolean,
    "code": pl.String,
    "coded": pl.Boolean,
    "open_market_purchase": pl.Boolean,
    "transaction_date": pl.Date,
    "shares": pl.Int64,
    "shares_meant": pl.Int64,
    "price": pl.Float64,
    "acquired": pl.Boolean,
    "owned_after": pl.Int64,
    "nature": pl.String,
    "planned": pl.Boolean,
    "amends": pl.String,
    "cluster": pl.Int64,
    "accepted_at": Instant,
    "tradable_session": pl.Date,
}
# One row for each manager, quarter, CUSIP and kind of option ('' for shares) after all amendments in the archive.
# value_usd: whole USD at the last close of the quarter, whatever unit the manager wrote.
HOLDINGS: dict[str, PolarsDataType] = {
    "manager_cik": pl.Int64,
    "period_end": pl.Date,
    "cusip": pl.String,
    "put_call": pl.String,
    "shares": pl.Int64,
    "value_usd": pl.Int64,
}


def trade_rows(form: OwnershipForm, filing: Filing, filed: Mapping[int, Filing]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of TRADES of one form; `filed` holds the issuer's ownership filings by place of the report."""
    report = form.report
    owners = [int(owner.cik) for owner in report.insider.owners]
    amends = None if report.amends is None else filed[report.amends].accession
    ordered = sorted(report.lines, key=lambda line: line.derivative)
    for number, line in enumerate((line for line in ordered if line.code), start=1):
        yield (
            *(filing.accession, number, int(form.issuer.cik), owners, report.form),
            *(line.security, line.derivative, line.code, line.coded, line.open_market_purchase),
            *(line.session, line.shares, line.meant, form.price(line), line.acquired, line.owned_after),
            *(line.nature, report.planned, amends, report.cluster, filing.accepted_at, filing.tradable_session),
        )


def holding_rows(
    manager: Manager, reports: list[HoldingsReport], companies: list[Company], price_of: PriceOf
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of HOLDINGS of a manager from the reports it has filed."""
    for period_end, held in as_meant(reports).items():
        positions = [Position(company, shares, kind) for (company, kind), shares in sorted(held.items())]
        for one in traded_positions(positions, period_end, price_of):
            value = value_usd(one, period_end, price_of)
            yield int(manager.cik), period_end, cusip_of(companies[one.company]), one.put_call, one.shares, value
