"""`edgewise filings`: bring filings in, turn them into text, score them, and look at them."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from edgewise.app.commands.filing_text import ITEM_COLUMNS, Number, View, items_of, show_item
from edgewise.app.console import (
    OUT,
    Json,
    Limit,
    house_for,
    parse_day,
    print_json,
    print_rows,
    progress,
)
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.identifiers import Accession, Cik, Ticker
from edgewise.core.ports import FilingState  # noqa: TC001 - typer reads the annotation at run time
from edgewise.core.tables import DOCUMENTS, FILING_TONE, FILINGS, TEXTS

if TYPE_CHECKING:
    from edgewise.app.house import House
    from edgewise.pipelines.stages import Stage, StageReport
    from edgewise.sources.edgar.selection import Origin, Selection

app = typer.Typer(no_args_is_help=True, help="SEC filings: ingest, parse, score, list, show.")
_SHARES = ("positive", "negative", "uncertainty", "forward_looking")


class Source(StrEnum):
    """Where filings are discovered."""

    FEED = "feed"
    INDEX = "index"
    SUBMISSIONS = "submissions"
    WALK = "walk"


Forms = Annotated[list[str] | None, typer.Option("--form", help="Form type, as 10-K or 8-K; repeat for several.")]
Ciks = Annotated[list[str] | None, typer.Option("--cik", help="Registrant number; repeat for several.")]
Tickers = Annotated[list[str] | None, typer.Option("--ticker", help="Symbol; repeat for several.")]
Since = Annotated[str, typer.Option("--since", metavar="DAY", help="First filing date.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="Last filing date.")]
Backfill = Annotated[int | None, typer.Option("--backfill", min=1, metavar="DAYS", help="From so many days ago.")]
DiscoveredAt = Annotated[
    Source | None, typer.Option("--source", help="Where to discover; the narrowest that fits if left out.")
]


@app.command()
def ingest(
    *,
    source: DiscoveredAt = None,
    form: Forms = None,
    cik: Ciks = None,
    ticker: Tickers = None,
    since: Since = "",
    until: Until = "",
    backfill: Backfill = None,
    limit: Limit = None,
    resume: Annotated[bool, typer.Option("--resume", help="Discover nothing; go on with what is waiting.")] = False,
    json: Json = False,
) -> None:
    """Discover filings and store their documents. Kill it at any time and run it again: it goes on where it was."""
    from edgewise.pipelines.ingest import fetch_stage, record_discoveries  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings ingest") as (house, counts):
        if resume and any((source, form, cik, ticker, since, until, backfill)):
            raise InvalidInput(
                "--resume discovers nothing, so it cannot choose", advice="Leave out --resume or the other options."
            )
        house.mark_simulated()
        if not resume:
            selection = _selection(
                house,
                source=source,
                forms=form,
                ciks=cik,
                tickers=ticker,
                since=since,
                until=until,
                backfill=backfill,
            )
            with progress("discovering", limit) as done:
                found, new = record_discoveries(
                    house.edgar.discover(selection), house.filings, house.clock, limit=limit, on_progress=done
                )
            counts |= {"found": found, "new": new}
        report = _run(
            house, fetch_stage(house.edgar, house.lake, house.documents, house.filings, house.clock), limit=limit
        )
        counts |= {"fetched": report.done, "failed": report.failed}
        _tell(report, counts, json=json)


@app.command()
def parse(
    *,
    again: Annotated[bool, typer.Option("--again", help="Parse anew what an older version parsed.")] = False,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Turn fetched filings into text, items and risk factors, and compare them with those of a year before.

    Kill it at any time and run it again: it goes on where it was.
    """
    from edgewise.pipelines.parse import parse_again, parse_stage  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings parse") as (house, counts):
        stage = parse_stage(house.lake, house.documents, house.risk_categories, house.executor)
        if again:
            with progress("parsing anew", limit) as done:
                report = parse_again(stage, house.lake, house.filings, house.clock, limit=limit, on_progress=done)
        else:
            report = _run(house, stage, limit=limit)
        counts |= {"parsed": report.done, "failed": report.failed}
        _tell(report, counts, json=json)


@app.command()
def score(*, limit: Limit = None, json: Json = False) -> None:
    """Score the tone of parsed filings."""
    from edgewise.pipelines.score import score_stage  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings score") as (house, counts):
        stage = score_stage(house.lake, house.documents, house.tone_model, house.executor)
        report = _run(house, stage, limit=limit)
        counts |= {"scored": report.done, "failed": report.failed}
        _tell(report, counts, json=json)


@app.command("list")
def list_filings(
    *,
    state: Annotated[FilingState | None, typer.Option(help="Only filings in this state.")] = None,
    reason: Annotated[str, typer.Option(help="Only filings that failed for this reason.")] = "",
    form: Forms = None,
    cik: Annotated[str, typer.Option("--cik", help="Registrant number.")] = "",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option("--limit", min=1)] = 50,
    after: Annotated[str, typer.Option(help="Go on after this accession number.")] = "",
    counts: Annotated[bool, typer.Option("--counts", help="How many in each state, and why filings failed.")] = False,
    json: Json = False,
) -> None:
    """List filings and how far each has come."""
    with house_for("filings list", ledger=False) as (house, _):
        from edgewise.sources.edgar.forms import checked_form  # noqa: PLC0415 - keeps the help page quick

        first, last = _days(since, until)
        rows: list[dict[str, object]]
        if counts:
            rows = [
                {"state": str(at), "reason": why, "filings": count}
                for (at, why), count in sorted(house.filings.counts().items())
            ]
            columns = ["state", "reason", "filings"]
        else:
            works = house.filings.select(
                state=state,
                reason=reason,
                forms=[checked_form(each) for each in form or ()],
                cik=Cik(cik) if cik else None,
                since=first,
                until=last,
                limit=limit,
                after=after,
            )
            rows = [
                {
                    "accession": str(work.accession),
                    "form": work.form,
                    "cik": int(work.cik),
                    "filed_date": work.filed_date,
                    "state": str(work.state),
                    "attempts": work.attempts,
                    "reason": work.reason,
                    "detail": work.detail,
                }
                for work in works
            ]
            columns = ["accession", "form", "cik", "filed_date", "state", "attempts", "reason", "detail"]
        if json:
            print_json(rows)
        else:
            print_rows("Filings", rows, columns=columns, empty="No filings fit. Bring some in: edgewise filings ingest")


@app.command()
def show(
    accession: Number,
    *,
    item: Annotated[str, typer.Option("--item", help="Print this item: 1A, 7, 2.02.")] = "",
    part: Annotated[str, typer.Option("--part", help="Part of that item, where several have one: I, II.")] = "",
    view: Annotated[View, typer.Option("--as", help="How to print that item.")] = View.TEXT,
    text: Annotated[bool, typer.Option("--text", help="Print the visible text of its documents.")] = False,
    json: Json = False,
) -> None:
    """Show one filing: who filed it, when it was known, its documents and items, its tone and what moved it."""
    with house_for("filings show", ledger=False) as (house, _):
        if item:
            if text:
                raise InvalidInput("--item and --text print different things", advice="Give one of them.")
            show_item(house, Accession(accession), item, part=part, view=View.JSON if json else view)
            return
        account = _account(house, Accession(accession))
        if text:
            for row in account["texts"]:
                row["text"] = house.documents.get(row["text_sha256"]).decode()
        if json:
            print_json(account)
        elif text:
            for row in account["texts"]:
                OUT.print(row["text"], markup=False, soft_wrap=True)
        else:
            _print_account(account)


def _account(house: House, accession: Accession) -> dict[str, Any]:
    """Return everything known of a filing, from the ledger down to the hashes of its bytes."""
    work = house.filings.get(accession)
    only = pl.col("accession") == str(accession)
    tables = {table.name: house.lake.read(table, where=only).to_dicts() for table in (FILINGS, DOCUMENTS, TEXTS)}
    if work is None and not tables["filings"]:
        raise NotFound(f"{accession} is not known here", advice="Bring it in: edgewise filings ingest --cik NUMBER")
    tables["texts"] = _present(tables["texts"])
    tone = house.lake.read(FILING_TONE, where=only).sort(pl.col("item") != "all", "model_version", "item")
    texts = [house.documents.get(row["text_sha256"]).decode() for row in tables["texts"]]
    moved = house.tone_model.explain(*texts).to_dicts() if texts else []
    items = items_of(house, accession)
    return {"work": work, **tables, "items": items, "tone": tone.to_dicts(), "sentences": moved}


def _present(texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the texts of the present version of the reader; those of an older one where there are no others."""
    from edgewise.text.visible_text import PARSER_VERSION  # noqa: PLC0415 - keeps the help page quick

    return [row for row in texts if row["parser_version"] == PARSER_VERSION] or texts


def _print_account(account: dict[str, Any]) -> None:
    work = account["work"]
    if work is not None:
        OUT.print(f"[bold]{work.accession}[/] {work.form or 'form not yet known'} · {work.state}")
        if work.reason:
            OUT.print(f"  failed: {work.reason}: {work.detail}", markup=False)
    for title, columns in {
        "filings": ["company", "cik", "role", "filed_date", "period_end", "known_at", "known_at_source"],
        "documents": ["sequence", "document_type", "file_name", "size", "sha256"],
        "texts": ["sequence", "characters", "status", "reasons", "parser_version"],
        "items": list(ITEM_COLUMNS),
        "tone": ["item", "model_version", "words", *_SHARES, "net", "status", "reasons"],
        "sentences": list(account["sentences"][0]) if account["sentences"] else [],
    }.items():
        if account[title]:
            print_rows(title.capitalize(), [_readable(row) for row in account[title]], columns=columns, empty="")


def _readable(row: dict[str, object]) -> dict[str, object]:
    """Return the row with its lists of words as one text each."""
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}


def _days(since: str, until: str) -> tuple[date | None, date | None]:
    """Return the first and last filing date that the options name. Raises InvalidInput where they are in disorder."""
    first = parse_day(since, option="--since") if since else None
    last = parse_day(until, option="--until") if until else None
    if first and last and last < first:
        raise InvalidInput(f"--until {last} is before --since {first}", advice="Swap them.")
    return first, last


def _selection(
    house: House,
    *,
    source: Source | None,
    forms: list[str] | None,
    ciks: list[str] | None,
    tickers: list[str] | None,
    since: str,
    until: str,
    backfill: int | None,
) -> Selection:
    from edgewise.sources.edgar.selection import Origin, Selection  # noqa: PLC0415 - keeps the help page quick

    wanted = [Cik(cik) for cik in ciks or ()] + [_cik_of(house, ticker) for ticker in tickers or ()]
    first, last = _days(since, until)
    if backfill is not None:
        if since:
            raise InvalidInput("--since and --backfill both say where to begin", advice="Give one of them.")
        first = house.clock.now().astimezone(NEW_YORK).date() - timedelta(days=backfill)
    return Selection(
        origin=Origin(source) if source else _natural_origin(house, by_registrant=bool(wanted), since=first),
        forms=tuple(forms or ()),
        ciks=tuple(wanted),
        since=first,
        until=last,  # none means the days whose index is out: that of today comes late in its evening
    )


def _natural_origin(house: House, *, by_registrant: bool, since: date | None) -> Origin:
    """Return where to look if nobody says: an archive is walked; live, the narrowest list that holds what is asked."""
    from edgewise.sources.edgar.selection import Origin  # noqa: PLC0415 - keeps the help page quick

    if house.settings.edgar.startswith("archive:"):
        return Origin.WALK
    if by_registrant:
        return Origin.SUBMISSIONS
    return Origin.INDEX if since else Origin.FEED


def _cik_of(house: House, ticker: str) -> Cik:
    """Return the issuer a ticker names today; fetches the SEC's list of tickers if none is stored."""
    from edgewise.pipelines.instruments import issuer_of, known_instruments  # noqa: PLC0415 - as above

    return issuer_of(known_instruments(house.edgar, house.lake, house.clock), Ticker(ticker), house.clock.now().date())


def _run(house: House, stage: Stage[Any], *, limit: int | None) -> StageReport:
    from edgewise.pipelines.stages import run_stage  # noqa: PLC0415 - as above

    waiting = sum(count for (state, _), count in house.filings.counts().items() if state is stage.takes)
    with progress(f"{stage.name}ing" if stage.name != "score" else "scoring", min(waiting, limit or waiting)) as done:
        return run_stage(stage, house.filings, house.clock, limit=limit, on_progress=done)


def _tell(report: StageReport, counts: dict[str, int], *, json: bool) -> None:
    if json:
        print_json({**counts, "reasons": report.reasons})
        return
    OUT.print(" · ".join(f"{name.replace('_', ' ')} [bold]{count:,}[/]" for name, count in counts.items()))
    for reason, count in sorted(report.reasons.items()):
        OUT.print(f"  failed for {reason}: {count:,}   edgewise filings list --state failed --reason {reason}")
