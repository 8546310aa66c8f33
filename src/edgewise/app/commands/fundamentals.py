"""`edgewise fundamentals`: bring company facts in, and show statements and ratios as they were known."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.commands.filings import Ciks, Tickers  # noqa: TC001 - typer reads the annotation at run time
from edgewise.app.console import OUT, AsOf, Json, house_for, parse_instant, print_json, print_rows, progress
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from edgewise.app.house import House

_ADVICE = "Bring them in: edgewise fundamentals ingest --cik {0}; from stored facts: fundamentals build --cik {0}."

app = typer.Typer(no_args_is_help=True, help="Company facts, standardised statements and ratios.")


class Basis(StrEnum):
    """Of which length the periods are."""

    ANNUAL = "annual"
    QUARTER = "quarter"
    TTM = "ttm"


@app.command()
def ingest(
    *,
    cik: Ciks = None,
    ticker: Tickers = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every company that has a ticker.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most this many companies.")] = None,
    json: Json = False,
) -> None:
    """Store every value that these companies tagged, each known since its filing was public, and their statements."""
    from edgewise.pipelines.fundamentals import ingest_facts  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.fundamentals_build import build_fundamentals  # noqa: PLC0415 - as above

    with house_for("fundamentals ingest") as (house, counts):
        house.mark_simulated()
        ciks = list(islice(_companies(house, cik, ticker, everybody=everybody), limit))
        with progress("company facts", len(ciks)) as done:
            report = ingest_facts(house.edgar, house.lake, ciks, on_progress=done)
        stored = [one for one in ciks if int(one) not in report.failed]
        with progress("statements", len(stored)) as done:
            built = build_fundamentals(house.lake, stored, on_progress=done)
        counts |= {"companies": report.companies, "rows": report.rows, "new": report.new, "failed": len(report.failed)}
        if json:
            print_json({"facts": report, "statements": built})
            return
        OUT.print(
            f"companies [bold]{report.companies:,}[/] · facts [bold]{report.rows:,}[/] · new {report.new:,} · "
            f"lines of statements [bold]{built.rows:,}[/] · changed {built.changed:,}"
        )
        for reason, rows in report.rejected.items():
            OUT.print(f"  rejected for {reason}: {rows:,}")
        print_rows(
            "failed",
            [{"cik": failed, "reason": reason} for failed, reason in report.failed.items()],
            columns=["cik", "reason"],
            empty="  none failed",
        )


@app.command()
def build(*, cik: Ciks = None, ticker: Tickers = None, json: Json = False) -> None:
    """Make statements of the facts and splits that are stored, of all companies by default.

    Build again after prices came in: splits change what shares and earnings per share are counted in.
    """
    from edgewise.pipelines.fundamentals_build import build_fundamentals  # noqa: PLC0415 - as above

    with house_for("fundamentals build") as (house, counts):
        ciks = list(_companies(house, cik, ticker, everybody=False)) if cik or ticker else None
        with progress("statements", None if ciks is None else len(ciks)) as done:
            built = build_fundamentals(house.lake, ciks, on_progress=done)
        counts |= {"companies": built.companies, "rows": built.rows, "changed": built.changed}
        if json:
            print_json(built)
            return
        OUT.print(
            f"companies [bold]{built.companies:,}[/] · lines of statements [bold]{built.rows:,}[/] · "
            f"changed {built.changed:,}"
        )


@app.command()
def show(
    company: Annotated[str, typer.Argument(help="Ticker, or CIK.")],
    *,
    basis: Annotated[Basis, typer.Option(help="Length of the periods.")] = Basis.ANNUAL,
    as_of: AsOf = "",
    periods: Annotated[int, typer.Option(min=1, max=40, help="How many periods, the newest first.")] = 3,
    json: Json = False,
) -> None:
    """Show a company's statements as they were known, and the facts that each newest value rests on."""
    from edgewise.pipelines.fundamentals import known_statements  # noqa: PLC0415 - as above

    with house_for("fundamentals show", ledger=False) as (house, _):
        instant = parse_instant(as_of)
        cik = _company(house, company, instant)
        rows = known_statements(house.lake, cik, basis=basis, as_of=instant)
        if rows.is_empty():
            raise NotFound(
                f"no {basis} statements of {company} were known then",
                advice=_ADVICE.format(int(cik)),
            )
        ends = sorted(rows["period_end"].unique(), reverse=True)[:periods]
        wanted = rows.filter(rows["period_end"].is_in(ends))
        if json:
            print_json(wanted.to_dicts())
            return
        shown, columns = _as_table(wanted)
        print_rows(f"{company}, {basis}; ? marks what is suspect", shown, columns=columns, empty="")


@app.command()
def ratios(
    company: Annotated[str, typer.Argument(help="Ticker, or CIK.")],
    *,
    basis: Annotated[Basis, typer.Option(help="annual or ttm: ratios are of twelve months.")] = Basis.TTM,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """Show a company's ratios of its newest period as they were known, with the price of then."""
    from edgewise.pipelines.ratios import known_ratios  # noqa: PLC0415 - as above

    if basis is Basis.QUARTER:
        raise InvalidInput("ratios are of twelve months, not of a quarter", advice="Give --basis ttm or annual.")
    with house_for("fundamentals ratios", ledger=False) as (house, _):
        instant = parse_instant(as_of) or house.clock.now()
        cik = _company(house, company, instant)
        rows = known_ratios(house.lake, cik, basis=basis, as_of=instant)
        if rows.is_empty():
            raise NotFound(
                f"no {basis} statements of {company} were known then",
                advice=_ADVICE.format(int(cik)),
            )
        newest = rows.filter(rows["period_end"] == rows["period_end"].max())
        if json:
            print_json(newest.to_dicts())
            return
        print_rows(
            f"{company}, twelve months to {newest['period_end'][0]}",
            newest.select("ratio", "value", "unit", "status", "reasons", "inputs").to_dicts(),
            columns=["ratio", "value", "unit", "status", "reasons", "inputs"],
            empty="",
        )


def _companies(house: House, ciks: list[str] | None, tickers: list[str] | None, *, everybody: bool) -> Any:
    """Yield each company asked for once, in the order asked. Raises InvalidInput where nothing is chosen."""
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    if not (ciks or tickers or everybody):
        raise InvalidInput("no company is chosen", advice="Give --ticker, --cik or --all.")
    chosen = [Cik(cik) for cik in ciks or ()]
    chosen += [_company(house, ticker, None) for ticker in tickers or ()]
    if everybody:
        instruments = known_instruments(house.edgar, house.lake, house.clock)
        chosen += [Cik(int(cik)) for cik in instruments["cik"].unique().sort()]
    yield from dict.fromkeys(chosen)


def _company(house: House, said: str, as_of: datetime | None) -> Cik:
    """Return the company of a CIK, or of what a ticker named at `as_of`."""
    from edgewise.pipelines.instruments import issuer_of, known_instruments  # noqa: PLC0415 - as above

    if said.removeprefix("CIK").isdecimal():
        return Cik(said)
    day = (as_of or house.clock.now()).astimezone(NEW_YORK).date()
    return issuer_of(known_instruments(house.edgar, house.lake, house.clock), Ticker(said), day)


def _as_table(rows: pl.DataFrame) -> tuple[list[dict[str, object]], list[str]]:
    """Return one row per line with a column per period, newest first, and what the newest value rests on."""
    ends = [str(end) for end in sorted(rows["period_end"].unique(), reverse=True)]
    table: dict[str, dict[str, object]] = {}
    for row in rows.sort("period_end", descending=True, maintain_order=True).iter_rows(named=True):
        line = table.setdefault(
            row["field"], {"line": row["field"], "sources": row["sources"], "unit": row["unit"], "why": row["reasons"]}
        )
        mark = "?" if row["status"] == "suspect" else ""
        text = f"{row['value']:,.2f}" if row["unit"].endswith("/shares") else f"{row['value']:,.0f}"
        line[str(row["period_end"])] = text + mark
    return list(table.values()), ["line", "unit", *ends, "why", "sources"]
