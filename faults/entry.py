"""The command line with something planted in it, asked for in PLANT: for tests of the tests, and for exact deaths.

PLANT=hasty            a stage is acknowledged before its effect is stored: what the campaign must catch.
PLANT=die:NAME:N:WHEN  the process kills itself (SIGKILL) at the N-th call of NAME, WHEN before or after it.
PLANT=patience:S       a block is taken to last so many seconds, instead of ten minutes.
PLANT=deadly:ACCESSION the process kills itself when it parses this filing.
"""

from __future__ import annotations

import os
import signal
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from edgewise.adapters.disk import DiskBlobStore
from edgewise.adapters.sql import SqlFilingLedger, SqlQueue, SqlSeen
from edgewise.app.main import main
from edgewise.lake import Lake
from edgewise.pipelines import stages
from edgewise.pipelines.stream import worker
from edgewise.sources.http import verdict

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: dict[str, tuple[type, str]] = {
    "claim": (SqlSeen, "claim"),
    "put": (SqlQueue, "put"),
    "keep": (SqlSeen, "keep"),
    "take": (SqlQueue, "take"),
    "discover": (SqlFilingLedger, "discover"),
    "store": (DiskBlobStore, "put"),
    "commit": (Lake, "upsert"),
    "advance": (SqlFilingLedger, "advance"),
    "acknowledge": (SqlQueue, "acknowledge"),
}
_WINDOW_S = 0.3


def hasty(stage: Any, works: Any, ledger: Any, clock: Any) -> tuple[list[Any], list[Any]]:
    """Acknowledge first, store afterwards."""
    prepared, failures = stages._split(works, stage.prepare(works))  # noqa: SLF001 - a planted violation
    ledger.advance([work.accession for work, _ in prepared], stage.gives, at=clock.now())
    time.sleep(_WINDOW_S)
    if prepared:
        stage.commit([value for _, value in prepared])
    if failures:
        ledger.fail(failures, at=clock.now())
    return [work for work, _ in prepared], failures


def dying(call: Callable[..., Any], number: int, *, before: bool) -> Callable[..., Any]:
    """Return `call` as one whose `number`-th use is the last thing that the process does."""
    calls = iter(range(1, number + 1))

    @wraps(call)
    def last(*arguments: Any, **options: Any) -> Any:
        now = next(calls, None) == number
        if now and before:
            die()
        answer = call(*arguments, **options)
        if now:
            die()
        return answer

    return last


def die() -> None:
    """End at once, as by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


def plant(what: str) -> None:
    """Plant what PLANT asks for."""
    kind, _, rest = what.partition(":")
    if kind == "hasty":
        stages.run_batch = worker.run_batch = hasty  # type: ignore[attr-defined]
    elif kind == "die":
        name, number, when = rest.split(":")
        home, method = STEPS[name]
        setattr(home, method, dying(getattr(home, method), int(number), before=when == "before"))
    elif kind == "patience":
        verdict.BLOCK_LASTS_S = float(rest)
    elif kind == "deadly":
        from edgewise.pipelines import parse  # noqa: PLC0415 - only where it is planted

        load = parse._load  # noqa: SLF001 - where a document is about to be parsed

        def deadly(documents: Any, rows: Any) -> Any:
            if rows is not None and rest in rows["accession"].to_list():
                die()
            return load(documents, rows)

        parse._load = deadly  # noqa: SLF001 - as above
    elif kind:
        raise SystemExit(f"PLANT={what} means nothing")


if __name__ == "__main__":
    plant(os.environ.get("PLANT", ""))
    main()
