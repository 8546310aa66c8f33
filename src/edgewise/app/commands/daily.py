"""`edgewise daily`: the whole day in order, each step the command that a person would run."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from typing import Annotated

import typer

from edgewise.app.console import ERR, Json, print_json, print_rows
from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured, NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the day: its name and the words of its command, with `{days}` for how far back and `{as_of}`.

    after: steps that must not have failed; of what they bring in, this one makes something.
    """

    name: str
    words: str
    after: tuple[str, ...] = ()


STEPS: tuple[Step, ...] = (
    Step("securities", "instruments ingest"),
    Step("filings", "filings ingest --backfill {days}"),
    Step("texts", "filings parse", ("filings",)),
    Step("tone", "filings score", ("texts",)),
    Step("prices", "prices ingest --all --backfill {days}", ("securities",)),
    Step("facts", "fundamentals ingest --backfill {days}", ("securities",)),
    Step("insiders", "insiders ingest --backfill {days}"),
    Step("cusips", "holdings cusips --backfill 60 --resume", ("securities",)),
    Step("holdings", "holdings ingest --backfill {days}"),
    Step("ratings", "ratings ingest --backfill {days}", ("securities",)),
    Step("news", "news ingest --backfill {days}", ("securities",)),
    Step("statements", "fundamentals build", ("prices", "facts")),
    Step("indicators", "indicators build", ("prices",)),
    Step("factors", "factors build", ("tone",)),
    Step("scores", "scores compute --all {as_of}", ("statements", "indicators")),
    Step("lake", "lake tidy"),
)
OK, FAILED, SKIPPED, LEFT_OUT = "ok", "failed", "skipped", "left out"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended: ok; failed; skipped, for nothing to do or a setting that is not made; or left out."""

    step: str
    outcome: str
    seconds: float
    why: str = ""


def daily(
    *,
    days: Annotated[int, typer.Option(min=1, help="How many days back what is new is looked for.")] = 4,
    first: Annotated[str, typer.Option("--from", metavar="STEP", help="Begin with this step.")] = "",
    only: Annotated[list[str] | None, typer.Option("--only", metavar="STEP", help="This step; repeatable.")] = None,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DAY", help="Score the last session up to this day.")] = "",
    json: Json = False,
) -> None:
    """Do the whole day: bring in what is new, make statements, indicators and factors of it, and score every stock.

    A step that fails stops those that build on it, and no others. Run it again at any time: what is done is not done
    twice. Exit status 1 if a step failed.
    """
    chosen = _chosen(first, only or [])
    ended: list[Ended] = []
    for step in chosen:
        words = step.words.format(days=days, as_of=f"--as-of {as_of}" if as_of else "").split()
        ERR.print(f"[bold]{step.name}[/]: edgewise {' '.join(words)}", soft_wrap=True)
        # What the steps print is no part of our own answer.
        with redirect_stdout(sys.stderr) if json else nullcontext():
            ended.append(_done(step, words, ended))
    if json:
        print_json({"steps": ended})
    else:
        rows = [{"step": one.step, "outcome": one.outcome, "seconds": one.seconds, "why": one.why} for one in ended]
        columns = ["step", "outcome", "seconds", "why"]
        print_rows("The day", rows, columns=columns, empty="", decimals={"seconds": 1}, sparse={"why"})
    if any(one.outcome == FAILED for one in ended):
        raise typer.Exit(1)


def _chosen(first: str, only: list[str]) -> list[Step]:
    names = [step.name for step in STEPS]
    if unknown := [name for name in (*only, *filter(None, [first])) if name not in names]:
        raise InvalidInput(f"there is no step {unknown[0]!r}", advice=f"Steps: {', '.join(names)}.")
    begin = names.index(first) if first else 0
    return [step for step in STEPS[begin:] if not only or step.name in only]


def _done(step: Step, words: list[str], ended: list[Ended]) -> Ended:
    """Run the words of a step and return how it ended."""
    if missing := [one.step for one in ended if one.step in step.after and one.outcome in (FAILED, LEFT_OUT)]:
        return Ended(step.name, LEFT_OUT, 0.0, f"{missing[0]} failed")
    began = time.perf_counter()

    def end(outcome: str, why: str = "") -> Ended:
        return Ended(step.name, outcome, round(time.perf_counter() - began, 1), why)

    try:
        status = _run(words)
    except (NotConfigured, NotFound) as error:
        # A provider without a key, or nothing there yet to make something of.
        return end(SKIPPED, str(error))
    except EdgewiseError as error:
        return end(FAILED, f"{error.code}: {error}")
    return end(OK) if status == 0 else end(FAILED, "see above: some of it failed")


def _run(words: list[str]) -> int:
    """Run a command of ours in this process and return its exit status. Raises what it raises."""
    from edgewise.app.main import command_line  # noqa: PLC0415 - the command line imports this module

    answer = typer.main.get_command(command_line(words[0])).main(words, prog_name="edgewise", standalone_mode=False)
    return answer if isinstance(answer, int) else 0
