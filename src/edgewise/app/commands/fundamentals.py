"""`edgewise fundamentals`: bring company facts in, and show statements and ratios as they were known."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.companies import Companies, Failed, Sp500, ciks_of
from edgewise.app.commands.filings import Backfill, Ciks, Tickers  # noqa: TC001 - typer reads the annotation at run time
from edgewise.app.commands.form_intake import Choice, Quarter, chosen_filings, quarter_days
from edgewise.app.console import OUT, AsOf, Json, house_for, parse_instant, print_json, print_rows, progress
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from edgewise.app.house import House
    from edgewise.pipelines.fundamentals_intake import IngestedCompanies
    from edgewise.pipelines.ratios_build import BuiltRatios
    from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip

_ADVICE = "Bring them in: edgewise fundamentals ingest --cik {0}; from stored facts: fundamentals build --cik {0}."

_MEGABYTE = 1_000_000
_WIDTH = 17  # of an amount: a trillion in whole units, and a mark
_ORIGINALS = ("10-K", "10-KT", "10-Q", "10-QT", "20-F", "40-F")
_REPORTS = (*_ORIGINALS, *(f"{form}/A" for form in _ORIGINALS))
app = typer.Typer(no_args_is_help=True, help="Company facts, standardised statements and ratios.")


class Basis(StrEnum):
    """Of which length the periods are."""

    ANNUAL = "annual"
    QUARTER = "quarter"
    TTM = "ttm"


_PERIODS = {Basis.ANNUAL: "fiscal years", Basis.QUARTER: "quarters", Basis.TTM: "twelve months"}


@app.command()
def ingest(
    *,
    cik: Ciks = None,
    ticker: Tickers = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every company known to have had a ticker.")] = False,
    sp500: Sp500 = False,
    failed: Failed = False,
    backfill: Backfill = None,
    hours: Annotated[int | None, typer.Option("--hours", min=1, help="Who filed a report in so many hours.")] = None,
    quarter: Quarter = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most this many companies.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave out companies that were brought in within the last day.")
    ] = False,
    bulk: Annotated[
        str,
        typer.Option(
            "--bulk", metavar="FILE_OR_URL", help="Read facts from the SEC's companyfacts.zip, of all companies."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Store every value that these companies tagged, each known since its filing was public, and their statements.

    --hours, --backfill and --quarter take those of the chosen who filed an annual or quarterly report then; of
    everybody, if nobody is chosen. Companies come in batches of 100: kill it and run it again with --resume, which also
    takes the zip of --bulk that was fetched before.
    """
    from edgewise.pipelines.fundamentals_intake import ingest_companies  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.ratios_build import build_ratios  # noqa: PLC0415 - as above

    with house_for("fundamentals ingest") as (house, counts):
        house.mark_simulated()
        when = Choice(backfill=backfill, hours=hours, days=quarter_days(quarter) if quarter else None)
        chosen = Companies(cik or (), ticker or (), everybody=everybody, members=sp500)
        ciks = _wanted(house, chosen, when, failed=failed)[:limit]
        with _bundle(house, bulk, resume=resume) as bundle, progress("companies", len(ciks)) as done:
            came = ingest_companies(
                house.edgar,
                house.lake,
                house.seen,
                house.clock,
                ciks,
                resume=resume,
                bulk=bundle,
                executor=house.executor,
                on_progress=done,
            )
            # Those left out as well: a run that was killed may not have come to their ratios.
            stored = build_ratios(house.lake, house.seen, house.clock, ciks)
        facts, refused = came.facts, {**stored.failed, **came.statements.failed, **came.facts.failed}
        counts["resumed"] = came.resumed
        counts |= {"companies": facts.companies, "rows": facts.rows, "new": facts.new, "failed": len(refused)}
        if json:
            print_json({"facts": facts, "statements": came.statements, "ratios": stored})
            return
        if resume:
            OUT.print(f"left out, brought in within the last day: {came.resumed:,}")
        _tell_ingested(came, stored)
        _tell_failed(refused)


def _tell_ingested(came: IngestedCompanies, stored: BuiltRatios) -> None:
    facts, built = came.facts, came.statements
    OUT.print(
        f"companies [bold]{facts.companies:,}[/] · facts [bold]{facts.rows:,}[/] · new {facts.new:,} · "
        f"lines of statements [bold]{built.rows:,}[/] · changed {built.changed:,} · "
        f"rows of ratios [bold]{stored.rows:,}[/] · changed {stored.changed:,}"
    )
    for reason, rows in facts.rejected.items():
        OUT.print(f"  rejected for {reason}: {rows:,}")


def _tell_failed(failed: Mapping[int, str]) -> None:
    rows = [{"cik": cik, "reason": why} for cik, why in failed.items()]
    print_rows("failed", rows, columns=["cik", "reason"], empty="  none failed")


@app.command()
def build(*, cik: Ciks = None, ticker: Tickers = None, json: Json = False) -> None:
    """Make statements of the facts and splits that are stored, and ratios of them, of all companies by default.

    Build again after prices came in: splits change what shares and earnings per share are counted in.
    """
    from edgewise.pipelines.fundamentals_build import (  # noqa: PLC0415 - as above
        build_fundamentals,
        statements_unchanged,
    )
    from edgewise.pipelines.ratios_build import build_ratios  # noqa: PLC0415 - as above

    with house_for("fundamentals build") as (house, counts):
        ciks = ciks_of(house, Companies(cik or (), ticker or ())) if cik or ticker else None
        with progress("statements", None if ciks is None else len(ciks)) as done:
            executor = house.executor if ciks is None else None
            unchanged = statements_unchanged(house.seen, house.clock)
            built = build_fundamentals(house.lake, ciks, unchanged=unchanged, executor=executor, on_progress=done)
        with progress("ratios", None if ciks is None else len(ciks)) as done:
            stored = build_ratios(house.lake, house.seen, house.clock, ciks, on_progress=done)
        counts |= {"companies": built.companies, "rows": built.rows, "changed": built.changed}
        failed = {**stored.failed, **built.failed}
        counts |= {"ratios": stored.rows, "failed": len(failed)}
        if json:
            print_json({**asdict(built), "ratios": stored})
            return
        OUT.print(
            f"companies [bold]{built.companies:,}[/] · lines of statements [bold]{built.rows:,}[/] · "
            f"changed {built.changed:,} · left out, nothing changed: {built.unchanged:,}"
        )
        OUT.print(
            f"ratios of companies [bold]{stored.companies:,}[/] · rows [bold]{stored.rows:,}[/] · "
            f"changed {stored.changed:,} · left out, nothing changed: {stored.unchanged:,}"
        )
        _tell_failed(failed)


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
        filings = [] if json else _filings(house, cik, wanted.filter(pl.col("period_end") == ends[0]))
        known = instant or house.clock.now()
    if json:
        print_json(wanted.to_dicts())
        return
    lines, columns = _as_table(wanted, {str(one["filing"]): str(n) for n, one in enumerate(filings, start=1)})
    title = f"{_named(company, cik)}, {_PERIODS[basis]}, {_as_known(known)}; ? marks what is suspect"
    print_rows(title, lines, columns=columns, empty="")
    print_rows(
        f"Filings that the values of {ends[0]} rest on, as numbered under facts",
        [{"n": n, **one} for n, one in enumerate(filings, start=1)],
        columns=["n", "filing", "form", "public_since"],
        empty="",
    )


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
            f"{_named(company, cik)}, twelve months to {newest['period_end'][0]}, {_as_known(instant)}",
            [row | {"value": _figure(row)} for row in newest.drop("cik", "basis", "period_end", "known_at").to_dicts()],
            columns=["ratio", "value", "unit", "status", "reasons", "inputs"],
            empty="",
        )


def _wanted(house: House, chosen: Companies, when: Choice, *, failed: bool) -> list[Cik]:
    """Return the companies that are asked for, each once: the chosen, those that failed, and of them who filed then."""
    from edgewise.pipelines.failures import open_failures  # noqa: PLC0415 - keeps the help page quick

    found: list[Cik] = []
    if failed:
        found += [Cik(one) for one in open_failures(house.lake, "fundamentals")["asked"].sort()]
    if not chosen.is_empty or (not failed and when.is_empty):
        found += ciks_of(house, chosen)
    if not when.is_empty:
        filers = dict.fromkeys(work.cik for work in chosen_filings(house, when, _REPORTS))
        found = list(filers) if chosen.is_empty and not failed else [one for one in found if one in filers]
    return list(dict.fromkeys(found))


def _bundle(house: House, said: str, *, resume: bool) -> AbstractContextManager[CompanyFactsZip | None]:
    """Return the zip of all companies' facts that is asked for; what is at a URL is fetched to the home folder."""
    from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip  # noqa: PLC0415 - as above

    if not said:
        return nullcontext()
    if not said.startswith(("https://", "http://")):
        return CompanyFactsZip(Path(said))
    kept = house.settings.home / "companyfacts.zip"
    if not (resume and kept.is_file()):
        house.make_home()
        with progress("companyfacts.zip, MB", None) as done:
            house.edgar.company_facts_bundle(said, kept, on_bytes=lambda more: done(more / _MEGABYTE))
    return CompanyFactsZip(kept, source_url=said)


def _company(house: House, said: str, as_of: datetime | None) -> Cik:
    """Return the company of a CIK, or of what a ticker named at `as_of`."""
    from edgewise.pipelines.instruments import issuer_of, known_instruments  # noqa: PLC0415 - as above

    if said.removeprefix("CIK").isdecimal():
        return Cik(said)
    day = (as_of or house.clock.now()).astimezone(NEW_YORK).date()
    return issuer_of(known_instruments(house.edgar, house.lake, house.clock), Ticker(said), day)


def _named(company: str, cik: Cik) -> str:
    return f"CIK {int(cik)}" if company.removeprefix("CIK").isdecimal() else f"{company.upper()} (CIK {int(cik)})"


def _as_known(instant: datetime) -> str:
    return f"as known at {instant:%Y-%m-%d %H:%M:%S} UTC"


def _filings(house: House, cik: Cik, rows: pl.DataFrame) -> list[dict[str, object]]:
    """Return the filings that these rows rest on, each once, the first public first."""
    from edgewise.core.tables_fundamentals import FACTS  # noqa: PLC0415 - keeps the help page quick

    named = sorted({accession for told in rows["sources"] for accession, _ in _facts(told)})
    own = (pl.col("cik") == int(cik)) & pl.col("accession").is_in(named)
    facts = house.lake.read(FACTS, columns=["accession", "form", "known_at"], where=own)
    told = facts.unique("accession").sort("known_at", "accession")
    return told.select(filing="accession", form="form", public_since="known_at").to_dicts()


def _facts(sources: str) -> list[tuple[str, str]]:
    """Return accession and concept of each fact that `sources` names, in their order."""
    named = (one.partition(":") for one in sources.split("; "))
    return [(accession, concept) for accession, _, concept in named]


def _as_table(rows: pl.DataFrame, numbers: dict[str, str]) -> tuple[list[dict[str, object]], list[str]]:
    """Return one row per line with a column per period, newest first, and what the newest value rests on.

    numbers: of filings, by accession. A line in another currency is another row.
    """
    from edgewise.fundamentals import declaration  # noqa: PLC0415 - keeps the help page quick

    newest = rows["period_end"].max()
    table: dict[tuple[str, str], dict[str, object]] = {}
    for row in rows.sort("period_end", descending=True, maintain_order=True).iter_rows(named=True):
        line = table.setdefault((row["field"], row["unit"]), {"line": row["field"], "unit": row["unit"]})
        line[_heading(row["period_end"])] = _amount(row).rjust(_WIDTH)
        if row["period_end"] == newest:
            line["facts"] = _abridged(row["sources"], numbers)
        if row["reasons"]:
            when = "" if row["period_end"] == newest else f"{row['period_end']}: "
            line["why"] = "; ".join(filter(None, (str(line.get("why", "")), when + row["reasons"])))
    places = {name: place for place, name in enumerate(declaration().shown)}
    lines = [table[key] for key in sorted(table, key=lambda key: places[key[0]])]
    ends = [_heading(end) for end in sorted(rows["period_end"].unique(), reverse=True)]
    doubts = ["why"] if any("why" in line for line in lines) else []
    return lines, ["line", "unit", *ends, *doubts, "facts"]


def _heading(end: date) -> str:
    return f"{end} ".rjust(_WIDTH)


def _amount(row: dict[str, Any]) -> str:
    """Return a value as a person reads it: cents per share, else whole units; with a question mark where suspect."""
    digits = 2 if row["unit"].endswith("/shares") else 0
    return f"{row['value']:,.{digits}f}" + ("?" if row["status"] == "suspect" else " ")


def _figure(row: dict[str, Any]) -> str | None:
    """Return a ratio with four decimals, an amount of money in whole units."""
    digits = 0 if row["unit"] == "currency" else 4
    return None if row["value"] is None else f"{row['value']:,.{digits}f}".rjust(_WIDTH)


def _abridged(sources: str, numbers: dict[str, str]) -> str:
    """Return the facts that a value rests on: each concept once, with the numbers of the filings that tell it."""
    told: dict[str, set[str]] = {}
    for accession, concept in _facts(sources):
        told.setdefault(concept, set()).add(numbers.get(accession, accession))
    return "; ".join(f"{concept} [{' '.join(sorted(filings, key=_place))}]" for concept, filings in told.items())


def _place(number: str) -> tuple[int, str]:
    return len(number), number
