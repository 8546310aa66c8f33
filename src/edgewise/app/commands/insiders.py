"""`edgewise insiders`: bring in what insiders report, and see what they did in the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.commands.filings import Backfill, Ciks, DiscoveredAt, Since, Tickers, Until, _tell
from edgewise.app.commands.form_intake import (
    Choice,
    DataSets,
    Everybody,
    Hours,
    Quarter,
    Resume,
    bring_in,
    quarter_days,
)
from edgewise.app.console import OUT, AsOf, Json, Limit, house_for, parse_instant, print_json, print_rows
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from edgewise.app.house import House

app = typer.Typer(no_args_is_help=True, help="Insiders: forms 3, 4 and 5, purchases and sales in the market.")
_WINDOW = [
    *("days", "purchases", "sales", "buyers", "sellers", "net_shares", "net_value", "planned_sales"),
    *("cluster_buyers", "cluster", "doubtful"),
]
_LINE = [
    *("known_at", "form", "owner", "role", "transaction_date", "code", "shares", "price", "value", "owned_after"),
    *("plan", "status", "reasons", "accession", "line"),
]


@app.command()
def ingest(
    *,
    source: DiscoveredAt = None,
    cik: Ciks = None,
    ticker: Tickers = None,
    everybody: Everybody = False,
    since: Since = "",
    until: Until = "",
    backfill: Backfill = None,
    hours: Hours = None,
    quarter: Quarter = "",
    data_set: DataSets = None,
    limit: Limit = None,
    resume: Resume = False,
    json: Json = False,
) -> None:
    """Discover forms 3, 4 and 5, fetch and read them. Kill it at any time and run it again: it goes on where it was.

    --quarter takes those filed in it. Live, without a choice of companies or days, the newest are brought in.
    """
    from edgewise.pipelines.insiders import insiders_stage  # noqa: PLC0415 - keeps the help page quick

    days = quarter_days(quarter) if quarter else None
    choice = Choice(source, cik, ticker, everybody, since, until, backfill, hours, days)
    if (resume or data_set) and not choice.is_empty:
        raise InvalidInput(
            "--resume and --data-set discover nothing, so they cannot choose", advice="Leave out the other options."
        )
    with house_for("insiders ingest") as (house, counts):
        house.mark_simulated()
        if data_set:
            _ingest_data_sets(house, data_set, counts, json=json)
            return
        stage = insiders_stage(house.lake, house.documents)
        report = bring_in(house, counts, stage, None if resume else choice, limit=limit)
        _tell(report, counts, json=json)


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol at that time, or registrant number of the issuer.")],
    *,
    as_of: AsOf = "",
    suspect: Annotated[bool, typer.Option("--suspect", help="Count doubtful lines, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many lines, newest first.")] = 20,
    json: Json = False,
) -> None:
    """Purchases and sales in the market over 30 and 90 days as known at an instant, and the lines behind them."""
    from edgewise.ownership.insiders import insider_activity, open_market_lines  # noqa: PLC0415 - keeps the help quick
    from edgewise.pipelines.insiders import trades_of  # noqa: PLC0415 - as above

    with house_for("insiders show", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        trades = trades_of(house.lake, _issuer(house, ticker, instant), as_of=instant)
        windows = insider_activity(trades, as_of=instant, suspect=suspect).to_dicts()
        lines = open_market_lines(trades, as_of=instant).sort("known_at", "accession", "line", descending=True)
    rows = lines.head(limit).to_dicts()
    if json:
        print_json({"as_of": instant, "forms": trades["accession"].n_unique(), "windows": windows, "lines": rows})
        return
    print_rows(
        f"Open market, as known at {instant:%Y-%m-%d %H:%M} UTC",
        windows,
        columns=_WINDOW,
        empty="No purchase or sale in the market within 90 days was known.",
    )
    shown = [row | {"owner": ", ".join(row["owners"]), "role": " ".join(row["titles"] or row["roles"])} for row in rows]
    print_rows("Lines", shown, columns=_LINE, empty="No purchase or sale in the market was known.")
    OUT.print(
        f"  {trades['accession'].n_unique():,} forms of insiders known · grants, exercises, gifts and tax withholdings "
        "do not count",
        soft_wrap=True,
    )


def _ingest_data_sets(house: House, paths: list[Path], counts: dict[str, int], *, json: bool) -> None:
    from edgewise.pipelines.insiders import ingest_dataset  # noqa: PLC0415 - keeps the help page quick

    for path in paths:
        if not path.is_file():
            raise InvalidInput(f"there is no file {path}", advice="Fetch the quarter's zip from the SEC first.")
        report = ingest_dataset(path.read_bytes(), house.lake, source_url=path.name)
        told = {"forms": report.forms, "lines": report.lines, "already": report.already, **report.refused}
        for name, count in told.items():
            counts[name] = counts.get(name, 0) + count
    if json:
        print_json(counts)
    else:
        OUT.print(" · ".join(f"{name.replace('_', ' ')} [bold]{count:,}[/]" for name, count in counts.items()))


def _issuer(house: House, said: str, at: datetime) -> int:
    """Return the issuer that a symbol named at that instant, or the registrant number itself."""
    from edgewise.pipelines.instruments import issuer_of, known_instruments  # noqa: PLC0415 - as above

    if said.removeprefix("CIK").isdecimal():
        return int(Cik(said))
    instruments = known_instruments(house.edgar, house.lake, house.clock)
    return int(issuer_of(instruments, Ticker(said), at.astimezone(NEW_YORK).date()))
