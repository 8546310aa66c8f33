"""A small market on disk for the server, and clients of it that wait for nobody."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path  # noqa: TC003 - a field of a dataclass
from typing import TYPE_CHECKING

import polars as pl
import pytest

from edgewise.simulate import Plan
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.http import PoliteClient, Retry
from edgewise.sources.http.limit import NoLimit
from edgewise.sources.http.mirror import MirrorTransport
from tests.markets import written_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.server import Faults, Served

IDENTITY = "Example Research contact@example.com"
PLAN = Plan(companies=22, years=1, end=date(2024, 6, 28))
AT_ONCE = Rules(document_delay_s=(0, 0), rate_per_s=0, shuffle_s=0)


@pytest.fixture(scope="session")
def small(tmp_path_factory, worker_id) -> Path:
    """The folder of a market of 22 companies over one year, ending on Friday 28 June 2024. Read it, never write it."""
    return written_once(PLAN, "served-market", tmp_path_factory, worker_id).folder


@pytest.fixture(scope="session")
def truth(small) -> pl.DataFrame:
    """What is on file in it, one row per filing and registrant."""
    return pl.read_parquet(small / "truth" / "filings.parquet")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@contextmanager
def asking(served: Served, **options) -> Iterator[PoliteClient]:
    options = {"limit": NoLimit(), "retry": Retry(attempts=1), "sleep": lambda _: None} | options
    with PoliteClient(IDENTITY, transport=MirrorTransport(served.url), **options) as client:
        yield client


@pytest.fixture
def simulated(small):
    """Serves the small market: `with simulated("2024-06-28T20:00", rules=..., speed=...) as (served, client)`."""

    @contextmanager
    def run(
        now: str, *, rules: Rules = AT_ONCE, faults: Faults | None = None, speed: float = 0.0, **options
    ) -> Iterator[tuple[Served, PoliteClient]]:
        with (
            serve(small, SimulatedClock(utc(now), speed), rules=rules, faults=faults) as served,
            asking(served, **options) as client,
        ):
            yield served, client

    return run


@pytest.fixture
def edgar_at(simulated):
    """Serves the small market and gives our own `Edgar` beside the server."""

    @contextmanager
    def run(now: str, **options) -> Iterator[tuple[Served, Edgar]]:
        with simulated(now, **options) as (served, client):
            yield served, Edgar(client)

    return run
