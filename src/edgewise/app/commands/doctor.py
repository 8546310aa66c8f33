"""`edgewise doctor`: what is configured, reachable and fresh, and what is wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows, shown
from edgewise.app.settings import Settings, load_settings
from edgewise.core.errors import EdgewiseError, NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.app.house import House

app = typer.Typer(invoke_without_command=True)

LOW_DISK_BYTES = 2 * 1024**3
PROBE = b"edgewise doctor was here"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `state` is ok, warning or wrong."""

    checked: str
    state: str
    found: str
    advice: str = ""


@app.callback()
def doctor(
    ctx: typer.Context,
    *,
    settings: Annotated[bool, typer.Option("--settings", help="List every setting, its value and meaning.")] = False,
    json: Json = False,
) -> None:
    """Look at everything the settings name and tell what is wrong. Exit status 1 if something is."""
    if ctx.invoked_subcommand:
        return
    if settings:
        _print_settings(json=json)
        return
    with house_for("doctor", ledger=False) as (house, _):
        findings = examine(house)
    rows: list[dict[str, object]] = [
        {"checked": each.checked, "state": each.state, "found": each.found, "advice": each.advice} for each in findings
    ]
    if json:
        print_json(rows)
    else:
        print_rows("Edgewise doctor", rows, columns=["checked", "state", "found", "advice"], empty="")
        wrong = sum(each.state == "wrong" for each in findings)
        OUT.print(f"[bold red]{wrong} wrong[/]" if wrong else "[bold green]all well[/]")
    if any(each.state == "wrong" for each in findings):
        raise typer.Exit(1)


def examine(house: House) -> list[Finding]:
    """Return what was found, one finding per thing looked at and one per table; an error becomes a finding."""
    checks: list[tuple[str, Callable[[House], Finding]]] = [
        ("disk", _disk),
        ("database", _database),
        ("documents", _documents),
        ("source of filings", _source),
        ("filings", _filings),
        ("last run", _last_run),
    ]
    findings = [_guarded(name, check, house) for name, check in checks]
    try:
        findings += _tables(house)
    except EdgewiseError as error:
        findings.append(Finding("lake", "wrong", error.what, error.advice))
    return findings


def _guarded(name: str, check: Callable[[House], Finding], house: House) -> Finding:
    try:
        return check(house)
    except EdgewiseError as error:
        return Finding(name, "wrong", error.what, error.advice)
    except OSError as error:
        return Finding(name, "wrong", f"{error.filename}: {error.strerror}", "Check the path, its rights and the disk.")


def _disk(house: House) -> Finding:
    house.make_home()
    free = shutil.disk_usage(house.settings.home).free
    found = f"{free / 1024**3:,.0f} GiB free under {house.settings.home}"
    return Finding("disk", "ok" if free > LOW_DISK_BYTES else "warning", found)


def _database(house: House) -> Finding:
    drift = house.database.drift()
    found = f"{house.database.name}, schema {house.database.revision()}"
    if drift:
        return Finding("database", "wrong", f"{found}; differs: {'; '.join(drift)}", "Restore it or start a new one.")
    return Finding("database", "ok", found)


def _documents(house: House) -> Finding:
    sha256 = house.documents.put(PROBE)
    intact = house.documents.get(sha256) == PROBE
    return Finding("documents", "ok" if intact else "wrong", f"{house.settings.documents_url} takes and gives back")


def _source(house: House) -> Finding:
    where = house.settings.edgar or "the live SEC"
    if not house.settings.edgar and not house.settings.identity:
        raise NotConfigured(
            "the live SEC wants to know who asks",
            advice="Set EDGEWISE_IDENTITY='Company Name contact@example.com', or EDGEWISE_EDGAR=archive:///folder.",
        )
    if house.settings.edgar:
        first = next(iter(house.fetcher.listing("https://www.sec.gov/")), None)
        state = "ok" if first else "wrong"
        return Finding("source of filings", state, f"{where}: {'readable' if first else 'holds no files'}")
    answer = house.edgar.company_tickers()
    return Finding("source of filings", "ok", f"{where}: answers, {len(answer):,} tickers")


def _filings(house: House) -> Finding:
    counts: dict[str, int] = {}
    for (state, _), count in house.filings.counts().items():
        counts[str(state)] = counts.get(str(state), 0) + count
    found = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())) or "none yet"
    if counts.get("failed"):
        return Finding("filings", "warning", found, "See why: edgewise filings list --counts")
    return Finding("filings", "ok", found, "" if counts else "Bring some in: edgewise filings ingest")


def _last_run(house: House) -> Finding:
    runs = house.runs.recent(limit=1)
    if not runs:
        return Finding("last run", "ok", "none yet")
    run = runs[0]
    found = f"{run.command}: {run.outcome}, started {shown(run.started_at)} UTC"
    if run.outcome in ("ok", "running"):
        return Finding("last run", "ok", found)
    return Finding("last run", "warning", found, "See the others: edgewise runs list")


def _tables(house: House) -> list[Finding]:
    return [
        Finding(
            f"table {table.name}",
            "ok",
            f"{table.rows:,} rows, {table.bytes / 1024**2:,.1f} MiB, known until {shown(table.newest_known_at)} UTC",
        )
        for table in house.lake.tables()
    ]


def _print_settings(*, json: bool) -> None:
    """Print every setting; the defaults where the values do not hold, and then why they do not."""
    complaint: NotConfigured | None = None
    try:
        settings = load_settings()
    except NotConfigured as error:
        settings, complaint = Settings.model_construct(), error
    rows: list[dict[str, object]] = [
        {
            "setting": f"EDGEWISE_{name.upper()}",
            "value": _told(name, getattr(settings, name)),
            "meaning": field.description,
        }
        for name, field in type(settings).model_fields.items()
    ]
    if json:
        print_json(rows)
    else:
        title = "Settings: the defaults, since yours do not hold" if complaint else "Settings"
        print_rows(title, rows, columns=["setting", "value", "meaning"], empty="")
    if complaint:
        raise complaint


def _told(name: str, value: object) -> str:
    """Return a setting's value as it may be shown: a key is a secret, and a database URL can hold a password."""
    if value and not Settings.model_fields[name].repr:
        return "(set)"
    return "" if value is None else str(value)
