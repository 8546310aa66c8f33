"""`edgewise runs`: what ran, when, and with what outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows, shown
from edgewise.core.errors import EdgewiseError, NotFound, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.core.ports import Run, RunLedger

app = typer.Typer(no_args_is_help=True, help="The run ledger.")
COLUMNS = ["run_id", "command", "started_at", "finished_at", "outcome", "counts"]


@app.command("list")
def list_runs(*, limit: Annotated[int, typer.Option("--limit", min=1)] = 20, json: Json = False) -> None:
    """List the latest runs, newest first."""
    with house_for("runs list", ledger=False) as (house, _):
        runs = house.runs.recent(limit=limit)
        if json:
            print_json([_fields(run) for run in runs])
            return
        rows = [_fields(run) | {"counts": _told(run)} for run in runs]
        print_rows("Runs", rows, columns=COLUMNS, empty="Nothing ran yet.")


@app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="As edgewise runs list shows it.")],
    *,
    json: Json = False,
) -> None:
    """Show one run: when it ran, what it counted, how it ended and what to do about it."""
    with house_for("runs show", ledger=False) as (house, _):
        run = _run(house.runs, run_id)
    duration_s = None if run.finished_at is None else (run.finished_at - run.started_at).total_seconds()
    fields = _fields(run) | {"duration_s": duration_s, "advice": advice(run.outcome)}
    if json:
        print_json(fields)
        return
    counts = fields.pop("counts")
    assert isinstance(counts, dict)
    for name, value in (fields | counts).items():
        if value != "":
            OUT.print(f"{name.replace('_', ' '):<16}{shown(value)}", markup=False, soft_wrap=True)
    OUT.print(f"Its log lines carry run_id={run.run_id}", markup=False)


def advice(outcome: str) -> str:
    """Return what to do about an outcome; nothing about a good one."""
    if outcome == "ok":
        return ""
    if outcome == "running":
        return "It runs still, or its process was killed; what it had stored is kept. Start the command again."
    if outcome == "KeyboardInterrupt":
        return "A person ended it; what it had stored is kept. Start the command again."
    kinds = {kind.reason: kind for kind in _kinds(EdgewiseError)}
    if (kind := kinds.get(outcome)) is not None:
        again = "A later try may help." if issubclass(kind, Transient) else "The same call will fail again."
        meaning = (kind.__doc__ or "").strip().partition(".")[0]
        return f"{meaning}. {again} Its log lines say more."
    return "Its log lines say more."


def _run(runs: RunLedger, run_id: str) -> Run:
    found = runs.get(run_id)
    if found is None:
        raise NotFound(f"no run {run_id!r} is on record", advice="See edgewise runs list.")
    return found


def _kinds(kind: type[EdgewiseError]) -> Iterator[type[EdgewiseError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _fields(run: Run) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "command": run.command,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "counts": dict(run.counts or {}),
    }


def _told(run: Run) -> str:
    return " ".join(f"{name}={count}" for name, count in (run.counts or {}).items())
