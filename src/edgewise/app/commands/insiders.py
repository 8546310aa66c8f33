"""`edgewise insiders`: bring in what insiders report, and see what they did in the market."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.commands.filings import Backfill, Ciks, DiscoveredAt, Since, Tickers, Until  # noqa: TC001 - as Path
from edgewise.app.console import OUT, AsOf, Json, Limit, house_for, parse_instant, print_json, print_rows, progress
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik

if TYPE_CHECKING:
    from edgewise.app.house import House
    from edgewise.pipelines.stages import StageReport

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
    since: Since = "",
    until: Until = "",
    backfill: Backfill = None,
    dataset: Annotated[
        list[Path] | None, typer.Option("--dataset", help="Zip of a quarterly Form 345 data set; discovers nothing.")
    ] = None,
    limit: Limit = None,
    resume: Annotated[bool, typer.Option("--resume", help="Discover nothing; go on with what is waiting.")] = False,
    json: Json = False,
) -> None:
    """Discover forms 3, 4 and 5, fetch and read them. Kill it at any time and run it again: it goes on where it was."""
    choices = (source, cik, ticker, since, until, backfill)
    if (resume or dataset) and any(choices):
        raise InvalidInput(
            "--resume and --dataset discover nothing, so they cannot choose", advice="Leave out the other options."
        )
    with house_for("insiders ingest") as (house, counts):
        house.mark_simulated()
        if dataset:
            _ingest_datasets(house, dataset, counts, json=json)
            return
        if not resume:
            _discover(
                house,
                counts,
                limit,
                source=source,
                ciks=cik,
                tickers=ticker,
                since=since,
                until=until,
                backfill=backfill,
            )
        fetched, read = _fetch_and_read(house, limit)
        counts |= {"fetched": fetched.done, "read": read.done, "failed": fetched.failed + read.failed}
        reasons = fetched.reasons | read.reasons
        if json:
            print_json({**counts, "reasons": reasons})
            return
        OUT.print(" · ".join(f"{name} [bold]{count:,}[/]" for name, count in counts.items()))
        for reason, count in sorted(reasons.items()):
            OUT.print(f"  failed for {reason}: {count:,}   edgewise filings list --state failed --reason {reason}")


@app.command()
def show(
    ticker: Annotated[str, typer.Argument(help="Symbol, or registrant number of the issuer.")],
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
        trades = trades_of(house.lake, _issuer(house, ticker), as_of=instant)
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


def _ingest_datasets(house: House, paths: list[Path], counts: dict[str, int], *, json: bool) -> None:
    from edgewise.pipelines.insiders import ingest_dataset  # noqa: PLC0415 - keeps the help page quick

    for path in paths:
        if not path.is_file():
            raise InvalidInput(f"there is no file {path}", advice="Fetch the quarter's zip from the SEC first.")
        report = ingest_dataset(path.read_bytes(), house.lake, source_url=path.name)
        for name, count in (("forms", report.forms), ("lines", report.lines), ("already", report.already)):
            counts[name] = counts.get(name, 0) + count
    if json:
        print_json(counts)
    else:
        OUT.print(" · ".join(f"{name} [bold]{count:,}[/]" for name, count in counts.items()))


def _discover(house: House, counts: dict[str, int], limit: int | None, **choices: object) -> None:
    from edgewise.app.commands.filings import _selection  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.ingest import record_discoveries  # noqa: PLC0415 - as above
    from edgewise.pipelines.insiders import OWNERSHIP_FORMS  # noqa: PLC0415 - as above

    selection = _selection(house, forms=list(OWNERSHIP_FORMS), **choices)  # type: ignore[arg-type]
    with progress("discovering", limit) as done:
        found, new = record_discoveries(
            house.edgar.discover(selection), house.filings, house.clock, limit=limit, on_progress=done
        )
    counts |= {"found": found, "new": new}


def _fetch_and_read(house: House, limit: int | None) -> tuple[StageReport, StageReport]:
    from dataclasses import replace  # noqa: PLC0415 - beside its only use

    from edgewise.app.commands.filings import _run  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.ingest import fetch_stage  # noqa: PLC0415 - as above
    from edgewise.pipelines.insiders import OWNERSHIP_FORMS, insiders_stage  # noqa: PLC0415 - as above

    fetch = fetch_stage(house.edgar, house.lake, house.documents, house.filings, house.clock)
    # A walk through an archive does not know the forms of what it finds before they are fetched.
    fetched = _run(house, replace(fetch, forms=(*OWNERSHIP_FORMS, "")), limit=limit)
    return fetched, _run(house, insiders_stage(house.lake, house.documents), limit=limit)


def _issuer(house: House, ticker: str) -> int:
    """Return the issuer that a symbol names today, or the registrant number itself."""
    from edgewise.app.commands.risks import _issuer as issuer_named  # noqa: PLC0415 - beside its only use

    return int(Cik(ticker)) if ticker.isdigit() else issuer_named(house, ticker)
