"""`edgewise risks`: what companies begin to warn of, and what a whole sector does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from edgewise.app.console import OUT, AsOf, Json, house_for, parse_day, parse_instant, print_json, print_rows
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from edgewise.app.house import House

app = typer.Typer(no_args_is_help=True, help="Insights from risk factors: new kinds, rising kinds.")

Sector = Annotated[str, typer.Option("--sector", help="One sector, as energy or health_care; all if left out.")]
_NEW = ["filed_date", "cik", "company", "category", "factors", "words", "heading", "accession"]
_RISING = ["sector", "year", "category", "companies", "before", "now", "gained", "lost", "share_now", "change"]


@app.command("new")
def new_risks(
    *,
    ticker: Annotated[list[str] | None, typer.Option("--ticker", help="Symbol; repeat for several.")] = None,
    cik: Annotated[list[str] | None, typer.Option("--cik", help="Registrant number; repeat for several.")] = None,
    sector: Sector = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First filing date.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many kinds.")] = 30,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """Kinds of risk that an annual report names and the one of the year before lacked, the newest report first.

    Only newly written risk factors count, and only reports whose risk factors can all be trusted.
    """
    from edgewise.pipelines.insights import new_kinds_of_risk  # noqa: PLC0415 - keeps the help page quick

    with house_for("risks new", ledger=False) as (house, _):
        ciks = [int(Cik(each)) for each in cik or ()] + [_issuer(house, each) for each in ticker or ()]
        found = new_kinds_of_risk(
            house.lake,
            as_of=parse_instant(as_of),
            ciks=ciks,
            sector=_known(sector),
            since=parse_day(since, option="--since") if since else None,
        )
    rows = found.kinds.head(limit).to_dicts()
    if json:
        print_json({"compared": found.compared, "doubtful": found.doubtful, "kinds": rows})
        return
    print_rows(
        "New kinds of risk", rows, columns=_NEW, empty="No report names a kind of risk that it did not name before."
    )
    OUT.print(
        f"  {found.compared:,} reports compared with the year before; {found.doubtful:,} left out: a risk factor of "
        "theirs or of the year before is doubtful",
        soft_wrap=True,
    )


@app.command()
def rising(
    *,
    sector: Sector = "",
    year: Annotated[int | None, typer.Option("--year", help="Fiscal year; all if left out.")] = None,
    companies: Annotated[int, typer.Option("--companies", min=1, help="Companies a sector needs.")] = 5,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many kinds.")] = 30,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """Kinds of risk that more of a sector's companies name than the same companies did a year before.

    Companies without a trusted report in both years do not count. Fiscal years are those in which a period ended.
    """
    from edgewise.pipelines.insights import rising_kinds_of_risk  # noqa: PLC0415 - keeps the help page quick

    with house_for("risks rising", ledger=False) as (house, _):
        found = rising_kinds_of_risk(
            house.lake, as_of=parse_instant(as_of), sector=_known(sector), year=year, min_companies=companies
        )
    order = ["change", "gained", "sector", "year", "category"]
    risen = found.kinds.filter(pl.col("change") > 0).sort(order, descending=[True, True, False, False, False])
    rows = risen.head(limit).to_dicts()
    if json:
        print_json({"reports": found.reports, "doubtful": found.doubtful, "kinds": rows})
        return
    # A year is no quantity: it has no comma.
    shown = [row | {"year": str(row["year"])} for row in rows]
    print_rows("Rising kinds of risk", shown, columns=_RISING, empty="No kind of risk rose in a sector of such a size.")
    OUT.print(f"  {found.reports:,} reports with risk factors read, {found.doubtful:,} of them doubtful and left out")


def _known(sector: str) -> str:
    from edgewise.factors.sectors import SECTORS  # noqa: PLC0415 - beside its only use

    if sector and sector not in SECTORS:
        raise InvalidInput(f"there is no sector {sector!r}", advice=f"Sectors are {', '.join(SECTORS)}.")
    return sector


def _issuer(house: House, ticker: str) -> int:
    """Return the issuer a ticker names today, by the tickers that are stored."""
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - beside its only use
    from edgewise.pipelines.instruments import issuer_of  # noqa: PLC0415 - as above

    known = house.lake.history(INSTRUMENTS)
    if known.is_empty():
        raise NotFound("no tickers are stored", advice="Run edgewise instruments ingest, or give --cik.")
    return int(issuer_of(known, Ticker(ticker), house.clock.now().date()))
