"""Databases that are locked, restarted, or throw everybody out."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress

from faults.scenario import Trial, scenario
from faults.streams import finish, live, wait_for_codes, wait_for_rest

BUSY = "database_busy"
GONE = "database_gone"


@scenario(
    fault="SQLite is locked by another process for longer than the wait",
    cause="`BEGIN IMMEDIATE` held until the watch tells of it; its patience is 1 s instead of 30 s",
    sees="`database_busy` in the log",
    survives="everything; nothing to do",
)
def sqlite_locked(trial: Trial) -> None:
    """Hold the write lock."""
    home = trial.world.home("locked")
    file = home.folder / "state.db"
    home = home.with_(database=f"sqlite:///{file}?timeout=1")
    with live(home, "--workers", "2"):
        _until_works(trial, home)
        with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            wait_for_codes(home, BUSY, least_s=4.0)
            other.execute("ROLLBACK")
        trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
    finish(trial, home, "after the lock")
    trial.expect_seen(BUSY)


@scenario(
    fault="PostgreSQL restarts in the middle",
    cause="stopped and started, then killed (as by a power cut) and started, while a watch with 2 workers runs",
    sees="`database_gone` in the log, then silence",
    survives="everything; nothing to do",
)
def postgres_restarted(trial: Trial) -> None:
    """Restart and kill the server."""
    server = trial.world.postgres
    for end in (server.stop,) if trial.quick else (server.stop, server.kill):
        home = trial.world.home("restarted", database="postgresql")
        with live(home, "--workers", "2"):
            _until_works(trial, home)
            end()
            wait_for_codes(home, GONE, least_s=3.0)
            server.start()
            trial.details[f"home after {end.__name__}, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, f"after {end.__name__}")
    trial.expect_seen(GONE)


@scenario(
    fault="PostgreSQL ends our connections, again and again",
    cause="`pg_terminate_backend` of every connection, ten times in five seconds",
    sees="`database_gone` in the log",
    survives="everything; nothing to do",
)
def postgres_terminates(trial: Trial) -> None:
    """Terminate connections."""
    server, stop = trial.world.postgres, threading.Event()
    home = trial.world.home("terminated", database="postgresql")
    database = home.environment["EDGEWISE_DATABASE"].rpartition("/")[2]

    def throw_out() -> None:
        while not stop.wait(0.1):
            with suppress(Exception):
                server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608 - our own name

    with live(home, "--workers", "2"):
        _until_works(trial, home)
        thrower = threading.Thread(target=throw_out)
        thrower.start()
        wait_for_codes(home, GONE, least_s=5.0)
        stop.set()
        thrower.join()
        trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
    finish(trial, home, "after the terminations")
    trial.expect_seen(GONE)


def _until_works(trial: Trial, home: object) -> None:
    """Wait until the watch has begun to work."""
    from faults.streams import ledger_counts  # noqa: PLC0415 - beside its only use

    for _ in range(300):
        if ledger_counts(home):  # type: ignore[arg-type]
            return
        trial.pause(0.1)
    trial.expect(False, "the watch did not begin")  # noqa: FBT003 - it does not hold
