"""`edgewise research`: whether a factor ordered what happened next."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, parse_day, print_json, print_rows, progress

if TYPE_CHECKING:
    from edgewise.pipelines.research import FactorEvaluation
    from edgewise.research.inference import Interval

app = typer.Typer(no_args_is_help=True, help="Research: labels and information coefficients.")


@app.command()
def ic(
    name: Annotated[str, typer.Argument(help="Factor, as filing_tone.")] = "filing_tone",
    *,
    horizon: Annotated[list[int] | None, typer.Option(min=1, help="Sessions held; repeat for several.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Last session.")] = "",
    json: Json = False,
) -> None:
    """Rank IC of a factor against forward returns less their sector's mean, with 95 % intervals.

    Decided at the close of a session, entered at the next open, left at the close of the horizon.
    """
    from edgewise.pipelines.research import evaluate_factor  # noqa: PLC0415 - keeps the help page quick

    with house_for("research ic", ledger=False) as (house, _):
        evaluations = [
            evaluate_factor(
                house.lake,
                name,
                horizon=each,
                since=parse_day(since, option="--since") if since else None,
                until=parse_day(until, option="--until") if until else None,
            )
            for each in horizon or (1, 5, 21)
        ]
        if json:
            print_json(evaluations)
            return
        print_evaluations(name, evaluations)


@app.command()
def labels(
    *,
    horizon: Annotated[
        list[int] | None, typer.Option(min=1, help="Sessions, the first one included; repeat for several.")
    ] = None,
    classes: Annotated[int, typer.Option("--classes", min=2, help="Equal parts each session is divided into.")] = 3,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First session.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Last session.")] = "",
    json: Json = False,
) -> None:
    """Store beta-adjusted abnormal returns and their classes, over 1, 3, 5 and 21 sessions unless told otherwise.

    They know the future: models learn from them, factors cannot see them. Running it again stores only what changed.
    """
    from edgewise.pipelines.labels import build_labels  # noqa: PLC0415 - keeps the help page quick

    with house_for("research labels") as (house, counts):
        built = []
        for each in horizon or (1, 3, 5, 21):
            with progress(f"labels over {each} sessions, years", None) as done:
                built.append(
                    build_labels(
                        house.lake,
                        as_of=house.clock.now(),
                        horizon=each,
                        classes=classes,
                        since=parse_day(since, option="--since") if since else None,
                        until=parse_day(until, option="--until") if until else None,
                        on_progress=done,
                    )
                )
        counts |= {"rows": sum(each.rows for each in built), "labelled": sum(each.labelled for each in built)}
    if json:
        print_json(built)
        return
    rows: list[dict[str, object]] = [asdict(each) for each in built]
    print_rows("Labels", rows, columns=list(rows[0]), empty="")
    OUT.print(
        "  No beta: fewer than 60 sessions before. No price: a price or the market is missing; nothing is filled."
    )


def print_evaluations(name: str, evaluations: list[FactorEvaluation]) -> None:
    """Print one line per horizon."""
    rows: list[dict[str, object]] = [evaluation_row(each) for each in evaluations]
    first, last = evaluations[0].first_session, evaluations[0].last_session
    print_rows(f"Rank IC of {name}, {first} to {last}", rows, columns=list(rows[0]), empty="")
    OUT.print("  Decided at the close, entered at the next open; returns less their sector's mean.")


def evaluation_row(each: FactorEvaluation) -> dict[str, object]:
    """Return one horizon's figures as they are shown: fractions, not percent."""
    return {
        "horizon": each.horizon,
        "mean_ic": each.ic.mean,
        "95%_newey_west": shown_interval(each.ic.newey_west),
        "95%_block_bootstrap": shown_interval(each.ic.block_bootstrap),
        "t": None if each.ic.t is None else f"{each.ic.t:.1f}",
        "sessions": each.ic.sessions,
        "names": f"{each.names:.1f}",
        "top_less_bottom_fifth": each.spread.mean,
    }


def shown_interval(interval: Interval) -> str:
    """Return both ends of an interval, signed."""
    return f"{interval.low:+.4f} to {interval.high:+.4f}"
