"""`edgewise insiders`: bring in what insiders report, and see what they did in the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.form_intake import DataSet, Forms, ingest_of, quarter_days
from edgewise.app.console import (
    OUT,
    AsOf,
    Json,
    doubts_of,
    house_for,
    known_then,
    parse_instant,
    print_json,
    print_rows,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from edgewise.app.house import House
    from edgewise.pipelines.stages import Stage

app = typer.Typer(no_args_is_help=True, help="Insiders: forms 3, 4 and 5, purchases and sales in the market.")
_WINDOW = [
    *("days", "purchases", "sales", "buyers", "sellers", "net_shares", "net_value", "planned_sales", "cluster"),
    "doubtful",
]
_LINE = ["day", "code", "shares", "price", "value", "owned_after", "doubts", "filing"]
_FORM = ["number", "filing", "form", "owner", "role", "plan", "known_at"]
_WHOLE = {"net_shares": 0, "net_value": 0, "shares": 0, "price": 2, "value": 0, "owned_after": 0}
_MEANT = "code P is a purchase, S a sale; grants, exercises, gifts and tax withholdings do not count"


def _stage(house: House) -> Stage[Any]:
    from edgewise.pipelines.insiders import insiders_stage  # noqa: PLC0415 - keeps the help page quick

    return insiders_stage(house.lake, house.documents)


def _published(last: date) -> tuple[str, ...]:
    from edgewise.sources.edgar.urls import insider_data_set  # noqa: PLC0415 - keeps the help page quick

    return insider_data_set(last)


def _data_set(house: House, data_set: DataSet, issuers: Sequence[Cik]) -> dict[str, int]:
    from edgewise.pipelines.insiders import ingest_dataset  # noqa: PLC0415 - keeps the help page quick

    raw = data_set.file.read_bytes()
    done = ingest_dataset(raw, house.lake, source_url=data_set.source_url, issuers=issuers)
    return {"forms": done.forms, "lines": done.lines, "already": done.already, **done.refused}


app.command(
    help="""Discover forms 3, 4 and 5, fetch and read them. Kill it at any time and run it again: it goes on where
    it was.

    --quarter takes those filed in it, one by one. Live, without a choice of companies or days, the newest are brought
    in. --data-set 2024Q1 takes the quarter's forms at once, some weeks after its end; of it --cik takes the forms about
    these issuers."""
)(ingest_of(Forms("insiders", _stage, quarter_days, _published, _data_set)))


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
    forms = trades["accession"].n_unique()
    if json:
        print_json({"as_of": instant, "forms": forms, "windows": windows, "lines": rows})
        return
    if not forms:
        OUT.print(f"No form about {ticker.upper()} was known then. Bring them in: {_command(ticker)}", soft_wrap=True)
        return
    _print_windows(f"{ticker.upper()} in the market, {known_then(instant, trades['known_at'].max())}", windows)
    _print_lines(rows, more=lines.height - len(rows))
    OUT.print(f"  forms about it that were known: {forms:,}; {_MEANT}", soft_wrap=True)


def _command(issuer: str) -> str:
    """Return the command that brings in the forms about an issuer."""
    number = issuer.removeprefix("CIK").isdecimal()
    return f"edgewise insiders ingest --{'cik' if number else 'ticker'} {issuer.upper()}"


def _print_windows(title: str, windows: Sequence[dict[str, Any]]) -> None:
    told = [
        window | {"cluster": f"{window['cluster_buyers']} buyers" if window["cluster"] else None} for window in windows
    ]
    print_rows(
        f"{title}; shares as filed, values in USD",
        told,
        columns=_WINDOW,
        decimals=_WHOLE,
        sparse=("planned_sales", "cluster", "doubtful"),
        empty=f"{title}: no purchase or sale within 90 days was known.",
    )


def _print_lines(rows: Sequence[dict[str, Any]], *, more: int) -> None:
    """Print the lines, and the forms that they are of, once each, by number."""
    filed = list(dict.fromkeys(row["accession"] for row in rows))
    lines = [
        {name: row[name] for name in ("code", "shares", "price", "value", "owned_after")}
        | {"day": row["transaction_date"], "doubts": doubts_of(row), "filing": f"[{filed.index(row['accession']) + 1}]"}
        for row in rows
    ]
    print_rows(
        "Lines, newest form first; shares as filed, prices and values in USD",
        lines,
        columns=_LINE,
        decimals=_WHOLE,
        sparse=("doubts",),
        empty="No purchase or sale in the market was known.",
    )
    if more:
        OUT.print(f"  {more:,} more; give --limit")
    by_filing = {row["accession"]: row for row in reversed(rows)}
    forms = [_form(number, by_filing[accession]) for number, accession in enumerate(filed, start=1)]
    if forms:
        print_rows("Forms, known_at in UTC", forms, columns=_FORM, sparse=("plan",), empty="")


def _form(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": f"[{number}]",
        "filing": row["accession"],
        "form": row["form"],
        "owner": ", ".join(row["owners"]),
        "role": ", ".join(filter(None, row["titles"])) or ", ".join(row["roles"]).replace("+", ", "),
        "plan": "10b5-1" if row["plan"] else None,
        "known_at": row["known_at"],
    }


def _issuer(house: House, said: str, at: datetime) -> int:
    """Return the issuer that a symbol named at that instant, or the registrant number itself."""
    from edgewise.pipelines.instruments import issuer_of, known_instruments  # noqa: PLC0415 - as above

    if said.removeprefix("CIK").isdecimal():
        return int(Cik(said))
    instruments = known_instruments(house.edgar, house.lake, house.clock)
    return int(issuer_of(instruments, Ticker(said), at.astimezone(NEW_YORK).date()))
