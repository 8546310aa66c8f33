"""An object store that refuses, and one that is slow: lake and documents on S3, behind a front told to fail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from faults.scenario import Trial, scenario
from faults.streams import finish, live, wait_for_codes, wait_for_rest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faults.world import Home
    from tests.servers import Front

_WRITES = r"^(PUT|POST) "
_LONG_LEASE = ("--lease", "300")  # a lease has to outlast the slowest batch


@scenario(
    fault="an object store answers 500",
    cause="lake and documents on S3; every write is answered 500, in a full trial for at most 150 s",
    sees="the libraries retry for a minute, then `service_unavailable` in the log",
    survives="everything; nothing to do",
    long=True,
)
def object_store_errors(trial: Trial) -> None:
    """Answer 500."""
    with _home_on_s3(trial, "errors") as (home, front):
        front.rule((_WRITES, 500))
        with live(home, *_LONG_LEASE):
            if trial.quick:
                trial.pause(8.0)
            else:
                wait_for_codes(home, "service_unavailable", within_s=150.0)
            front.rule()
            trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, "after the store's errors")
        if not trial.quick:
            trial.expect_seen("service_unavailable")


@scenario(
    fault="an object store asks to slow down (503) now and then, and is slow",
    cause="for 5 s each write to the lake waits 1 s and each write of a document is answered 503; then 0.2 s",
    sees="nothing, or a longer lag",
    survives="everything; nothing to do",
)
def object_store_slow(trial: Trial) -> None:
    """Be slow."""
    with _home_on_s3(trial, "slow") as (home, front):
        front.rule((r"^PUT .*/documents", 503), (r"^PUT .*/lake", 1.0))
        with live(home, *_LONG_LEASE):
            trial.pause(5.0)
            front.rule((r"^PUT .*/lake", 0.2))
            trial.details["home after, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, "with a slow store")


@contextmanager
def _home_on_s3(trial: Trial, name: str) -> Iterator[tuple[Home, Front]]:
    """Give a home whose lake and documents are in a bucket, and the front before it. This process reads behind it."""
    from tests import servers  # noqa: PLC0415 - only where it is needed

    with servers.aws() as aws, servers.front(aws.port) as front, patch.dict("os.environ", dict(aws.environment)):
        servers.make_bucket(aws.endpoint, "faults")
        home = trial.world.home(name).with_(lake="s3://faults/lake", documents="s3://faults/documents")
        home = home.beside({**aws.environment, "AWS_ENDPOINT_URL": front.endpoint})
        yield home, front
