"""Disks that are full or may not be written: real ones, mounted for the purpose, so only root can try them."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from faults.scenario import Skipped, Trial, scenario
from faults.streams import finish, live, wait_for_codes, wait_for_rest
from faults.world import WATCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOM = "size=64m"
_FULL = ("disk_full", "service_unavailable")
# A log kept on the disk that is full tells nobody anything: what commands write lies beside it.


@scenario(
    fault="the disk fills up under everything",
    cause="home on a file system of 600 KiB; enlarged after the watch has met its end",
    sees="the watch ends with `disk_full` or goes on telling of it; exit status 1 or 75",
    survives="everything committed before; the next watch does the rest",
)
def disk_full(trial: Trial) -> None:
    """Fill the disk under database, lake and documents."""
    with _mounted(trial.folder / "small", "size=600k") as mount:
        home = trial.world.home("full", within=mount / "here")
        home = home.apart_in(trial.folder)
        done = home.run(*WATCH, within_s=60)
        trial.seen.update(done.codes)
        trial.details["exit status on the full disk"] = done.status
        trial.expect(done.status != 0, "a watch on a full disk claimed to have ended well")
        trial.expect(any(done.codes[code] for code in _FULL), f"nobody was told: {done.err[-500:]}")
        _remount(mount, ROOM)
        again = home.run(*WATCH)
        trial.expect(again.status == 0, f"with room again it ended with {again.status}: {again.err[-500:]}")
        finish(trial, home, "after the disk was full")


@scenario(
    fault="the disk of the documents fills up while the rest has room",
    cause="EDGEWISE_DOCUMENTS on a file system of 200 KiB, enlarged while the watch runs",
    sees="`disk_full` in the log and the ledger; filings deferred",
    survives="everything, by itself",
)
def documents_full(trial: Trial) -> None:
    """Fill the disk under the documents only."""
    with _mounted(trial.folder / "documents", "size=200k") as mount:
        home = trial.world.home("documents-full").with_(documents=str(mount / "store"))
        with live(home):
            wait_for_codes(home, "disk_full")
            _remount(mount, ROOM)
            trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, "after the documents' disk was full")
        trial.expect_seen("disk_full")


@scenario(
    fault="a disk becomes read-only",
    cause="documents, then lake, then everything on a file system remounted read-only",
    sees="the command ends with `disk_forbidden`, `database_closed_to_us` or `database_read_only`; exit status 1",
    survives="no filing is blamed; remounted, the next watch does everything",
)
def disk_read_only(trial: Trial) -> None:
    """Forbid writing."""
    for part in ("documents",) if trial.quick else ("documents", "lake", "home"):
        with _mounted(trial.folder / part, ROOM) as mount:
            home = trial.world.home(f"read-only-{part}", within=mount).apart_in(trial.folder)
            if part != "home":
                home = trial.world.home(f"read-only-{part}").with_(**{part: str(mount / "store")})
            (mount / "store").mkdir()
            home.run("filings", "list")
            _remount(mount, "ro")
            done = home.run(*WATCH, within_s=60)
            trial.seen.update(done.codes)
            trial.expect(done.status == 1, f"{part} read-only: exit status {done.status}: {done.err[-500:]}")
            trial.expect(done.code, f"{part} read-only: no code: {done.err[-500:]}")
            trial.details[f"{part} read-only"] = done.code
            _remount(mount, "rw")
            again = home.run(*WATCH)
            trial.expect(again.status == 0, f"{part} writable again: {again.status}: {again.err[-500:]}")
            finish(trial, home, f"after {part} was read-only")


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory; skip where that is not permitted."""
    folder.mkdir(parents=True, exist_ok=True)
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise Skipped("only root can mount a disk to fill")
    try:
        _mount("-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped(f"no disk can be mounted here: {error}") from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def _remount(folder: Path, options: str) -> None:
    _mount("-o", f"remount,{options}", str(folder))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
