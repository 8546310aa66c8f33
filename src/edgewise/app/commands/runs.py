"""`edgewise runs`: what ran, when, and with what outcome."""

from __future__ import annotations

from typing import Annotated

import typer

from edgewise.app.console import Json, house_for, print_json, print_rows

app = typer.Typer(no_args_is_help=True, help="The run ledger.")


@app.command("list")
def list_runs(*, limit: Annotated[int, typer.Option("--limit", min=1)] = 20, json: Json = False) -> None:
    """List the latest runs, newest first."""
    with house_for("runs list", ledger=False) as (house, _):
        rows: list[dict[str, object]] = [
            {
                "run_id": run.run_id,
                "command": run.command,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
                "outcome": run.outcome,
                "counts": dict(run.counts or {})
                if json
                else " ".join(f"{k}={v}" for k, v in (run.counts or {}).items()),
            }
            for run in house.runs.recent(limit=limit)
        ]
        if json:
            print_json(rows)
        else:
            columns = ["run_id", "command", "started_at", "finished_at", "outcome", "counts"]
            print_rows("Runs", rows, columns=columns, empty="Nothing ran yet.")
