"""`edgewise filings watch` and `retry`: the live stream, and what it could not finish."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import ERR, OUT, Json, house_for, print_json, print_rows
from edgewise.core.errors import InvalidInput, ServiceUnavailable
from edgewise.core.identifiers import Accession
from edgewise.core.ports import FilingState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from edgewise.app.house import House

_PATIENCE_S = 120.0
_RESTART_S = 1.0
_LOOK_S = 0.5


class Role(StrEnum):
    """What a watcher does."""

    ALL = "all"
    POLL = "poll"
    WORK = "work"


def watch(
    *,
    form: Annotated[
        list[str] | None, typer.Option("--form", help="Only this form type, as 8-K; repeat for several.")
    ] = None,
    role: Annotated[
        Role, typer.Option(help="poll only queues, work only works on the queue, all does both.")
    ] = Role.ALL,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that work; each polls in its turn.")] = 1,
    poll: Annotated[float, typer.Option("--poll", min=0.1, metavar="SECONDS", help="Ask the feed this often.")] = 5.0,
    index_days: Annotated[
        int, typer.Option(min=0, max=365, help="Compare the indexes of so many past days with what was seen.")
    ] = 3,
    lease: Annotated[
        float,
        typer.Option(
            min=1.0,
            max=43_200.0,
            metavar="SECONDS",
            help="How long a filing is lent to a worker; one that dies costs its filings so much time.",
        ),
    ] = 900.0,
    once: Annotated[
        bool, typer.Option("--once", help="Ask every source once, work until nothing waits, and end.")
    ] = False,
    metrics_port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help="Serve Prometheus metrics here, those of further workers at the next ports; 0: none.",
        ),
    ] = 0,
    metrics_host: Annotated[
        str, typer.Option(help="Address of those metrics; 0.0.0.0 where a scraper comes from outside.")
    ] = "127.0.0.1",
    parent: Annotated[int, typer.Option(hidden=True, help="End when this process does.")] = 0,
) -> None:
    """Follow EDGAR as filings appear: fetch, store, read and score each. Ctrl-C or SIGTERM ends it in good order.

    Run as many as you like, on one machine or many: they share queue, ledger and rate limit. Kill one at any time.
    """
    from edgewise.app.telemetry import Telemetry  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.stream.watch import Pace, watch_once  # noqa: PLC0415 - as above
    from edgewise.pipelines.stream.watch import watch as run_watch  # noqa: PLC0415 - as above
    from edgewise.sources.edgar.forms import checked_form  # noqa: PLC0415 - as above

    if once and role is not Role.ALL:
        raise InvalidInput("--once polls and works", advice="Leave out --role.")
    with (
        house_for("filings watch") as (house, counts),
        Telemetry(house, counts, port=metrics_port, host=metrics_host) as telemetry,
    ):
        house.mark_simulated()
        stream = house.stream(telemetry.tell, forms=tuple(checked_form(each) for each in form or ()))
        pace = Pace(poll_s=poll, index_days=index_days, lease_s=lease)
        like_us = [*(part for each in form or () for part in ("--form", each)), "--lease", str(lease)]
        like_us += ["--metrics-host", metrics_host]
        ports = [metrics_port and metrics_port + number for number in range(1, workers)]
        with _stopping() as stop, _ending_with(parent, stop), _further_workers(ports, like_us, stop):
            if once:
                watch_once(stream, pace=pace, stop=stop)
            else:
                run_watch(stream, pace=pace, stop=stop, poll=role is not Role.WORK, work=role is not Role.POLL)
        _tell(counts)


def retry(
    accessions: Annotated[list[str] | None, typer.Argument(help="Only these filings.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Only filings that failed for this reason.")] = "",
    all_failed: Annotated[bool, typer.Option("--all", help="Every failed filing and every dead letter.")] = False,
    json: Json = False,
) -> None:
    """Show what failed and what the queue buried, or bring it back: name filings, a reason, or --all."""
    with house_for("filings retry") as (house, counts):
        wanted = [Accession(each) for each in accessions or ()]
        if not wanted and not reason and not all_failed:
            _show_failed(house, json=json)
            return
        if all_failed and (wanted or reason):
            raise InvalidInput("--all and a choice contradict each other", advice="Give one of them.")
        counts.update(_bring_back(house, wanted, reason))
        if json:
            print_json(counts)
        else:
            OUT.print(
                f"Back in the queue: [bold]{counts['revived']:,}[/] failed filings, "
                f"[bold]{counts['redriven']:,}[/] dead letters. They go on with: edgewise filings watch"
            )


def _bring_back(house: House, wanted: list[Accession], reason: str) -> dict[str, int]:
    """Revive failed filings and redrive dead letters; the queue is told before the ledger forgets the failure."""
    from edgewise.pipelines.stream.retry import bring_back  # noqa: PLC0415 - keeps the help page quick

    revived, redriven = bring_back(house.filings, house.stream_ledger, house.queue, house.clock, wanted, reason=reason)
    return {"revived": revived, "redriven": redriven}


def _show_failed(house: House, *, json: bool) -> None:
    failed = house.filings.select(state=FilingState.FAILED, limit=100)
    dead = house.queue.dead()
    rows: list[dict[str, object]] = [
        {
            "accession": str(work.accession),
            "form": work.form,
            "reason": work.reason,
            "attempts": work.attempts,
            "by_itself": "yes" if work.retry else "no",
            "detail": work.detail,
        }
        for work in failed
    ]
    letters: list[dict[str, object]] = [
        {"accession": letter.message.key, "deliveries": letter.deliveries, "died_at": letter.died_at} for letter in dead
    ]
    if json:
        print_json({"failed": rows, "dead_letters": letters})
        return
    columns = ["accession", "form", "reason", "attempts", "by_itself", "detail"]
    print_rows("Failed filings", rows, columns=columns, empty="No filing failed.")
    print_rows(
        "Dead letters: whoever worked on them did not come back",
        letters,
        columns=["accession", "deliveries", "died_at"],
        empty="The queue buried nothing.",
    )
    if rows or letters:
        OUT.print("Bring back: edgewise filings retry ACCESSION, --reason REASON or --all")


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Give an event that the first SIGINT or SIGTERM sets; a second one ends the process at once."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def heed(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        ERR.print("Stopping: what is being stored is finished, the rest stays in the queue.")
        stop.set()

    for number in before:
        signal.signal(number, heed)
    try:
        yield stop
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def _ending_with(parent: int, stop: threading.Event) -> Iterator[None]:
    """Set `stop` once `parent` is not our parent any more: nobody would end an orphan."""

    def look() -> None:
        while not stop.wait(_LOOK_S):
            if os.getppid() != parent:
                stop.set()

    if not parent:
        yield
        return
    watcher = threading.Thread(target=look, name="parent")
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


@contextmanager
def _further_workers(ports: list[int], options: list[str], stop: threading.Event) -> Iterator[None]:
    """Keep a process at work for each port of metrics; one that dies is started anew, all end with this one."""
    if not ports:
        yield
        return
    keeper = threading.Thread(target=_keep, args=(ports, options, stop), name="workers")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep(ports: list[int], options: list[str], stop: threading.Event) -> None:
    command = [sys.executable, "-m", "edgewise", "filings", "watch", "--role", "work", *options]
    command += ["--parent", str(os.getpid())]
    commands = [[*command, "--metrics-port", str(port)] for port in ports]
    workers = [_started(each) for each in commands]
    while not stop.wait(_RESTART_S):
        for place, worker in enumerate(workers):
            if worker.poll() is not None:
                ERR.print(f"A worker ended with status {worker.returncode}; another takes its place.")
                workers[place] = _started(commands[place])
    for worker in workers:
        worker.terminate()
    for worker in workers:
        try:
            worker.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            worker.kill()


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command)  # noqa: S603 - our own program with checked options
    except OSError as error:
        raise ServiceUnavailable(f"no worker could be started: {error}", advice="Free memory or processes.") from error


def _tell(counts: dict[str, int]) -> None:
    OUT.print(" · ".join(f"{name.replace('_', ' ')} [bold]{count:,}[/]" for name, count in sorted(counts.items())))
