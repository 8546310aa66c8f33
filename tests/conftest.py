"""A simulated market that went the whole way, and real servers, each made once per worker and when first asked for."""

from __future__ import annotations

import functools
import gc
import itertools
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path  # noqa: TC003 - a field of a dataclass
from typing import TYPE_CHECKING

import hypothesis
import polars as pl
import pytest

from edgewise.adapters.sql import schema
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.clock import sessions
from edgewise.factors.registry import factor_named
from edgewise.pipelines.factors import build_factor
from edgewise.pipelines.ingest import record_discoveries
from edgewise.pipelines.instruments import known_instruments
from edgewise.pipelines.journey import travel
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.pipelines.prices import ingest_prices
from edgewise.simulate import Plan, Simulated
from edgewise.sources.edgar.selection import Origin, Selection
from tests import migrations, servers
from tests.markets import written_once

if TYPE_CHECKING:
    from collections.abc import Iterator

# A developer's machine draws new examples each time, the gate always the same ones; a slow machine is no failure.
# `make test ARGS="--hypothesis-profile nightly"` tries three times as many, all new ones.
hypothesis.settings.register_profile(
    "edgewise",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "nightly", hypothesis.settings.get_profile("edgewise"), max_examples=300, derandomize=False
)
hypothesis.settings.load_profile("edgewise")
NUMBERS = itertools.count(1)
PLAN = Plan(companies=66, years=2, end=date(2024, 6, 28), tone_ic=0.2)


# What is dear to make is made in one worker of a run: the tests that ask for it are kept together, and so are those of
# a file, whose fixtures are mostly for all of them.
KEPT_TOGETHER = {"travelled": "journey", "postgres_server": "postgres", "aws_server": "aws"}
# The groups and files that take half a minute or more, longest first: whoever begins one last keeps all others waiting
# at the end of a run. The second and third wait for nothing that the first one makes.
LONGEST = (
    "journey",
    "demo",
    "faults",
    "tests/browser/test_dashboard.py",
    "tests/laws/test_restartable_journey.py",
    "tests/contracts/test_queue.py",
    "aws",
    "real-journey",
    "tests/simulate/test_archive.py",
    "tests/contracts/test_ledgers.py",
    "tests/contracts/test_lake.py",
    "tests/app/test_serve_models.py",
    "tests/contracts/test_limit.py",
    "tests/laws/test_no_look_ahead_in_factors.py",
    "tests/serve/scoring/test_fuzz.py",
    "tests/real/test_discovery_real.py",
    "tests/real/test_notebooks_real.py",
    "tests/laws/test_restartable_ledger.py",
    "tests/real/test_scan_real.py",
    "tests/docs/test_notebooks.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            dear = KEPT_TOGETHER.keys() & set(getattr(item, "fixturenames", ()))
            item.add_marker(pytest.mark.xdist_group(KEPT_TOGETHER[min(dear)] if dear else str(item.path)))
    items.sort(key=place_in_a_run)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Let the collector of garbage pass by what lives as long as the run: all tests, and the libraries they import.

    It rests while these are read, an eighth of that time, and comes more seldom afterwards than Python would have it.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20)
        gc.enable()


def place_in_a_run(item: pytest.Item) -> int:
    """Return which turn a test has: that of its group among the longest, or with all others after them."""
    group = item.get_closest_marker("xdist_group").args[0]
    return next((turn for turn, name in enumerate(LONGEST) if f"/{group}".endswith(f"/{name}")), len(LONGEST))


@dataclass(frozen=True)
class Travelled:
    """A market, and the home folder in which its filings went all the way to the factor. Read it, never write it."""

    market: Simulated
    home: Path

    @property
    def filings(self) -> int:
        """How many filings were taken on the way, by the truth beside the market: those of forms with words."""
        truth = pl.scan_parquet(self.market.filings_truth)
        wanted = pl.col("form").is_in(FORMS_WITH_WORDS) & (pl.col("filed_date") <= PLAN.end)
        return truth.filter(wanted).select(pl.col("accession").n_unique()).collect().item()

    def settings(self, home: Path | None = None) -> Settings:
        return Settings(home=home or self.home, edgar=f"archive://{self.market.folder}", executor="this")


@pytest.fixture(scope="session")
def market(tmp_path_factory, worker_id) -> Simulated:
    """The archive of a simulated market of 66 companies over two years, with a strong effect planted.

    Written once for all workers of a run. Read it, never write it.
    """
    return written_once(PLAN, "market", tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def travelled(market, tmp_path_factory) -> Travelled:
    """That market, taken from its indexes to the factor by the same code that the commands use."""
    made = Travelled(market, tmp_path_factory.mktemp("travelled"))
    with House(made.settings()) as house:
        house.mark_simulated()
        selection = Selection(origin=Origin.INDEX, forms=FORMS_WITH_WORDS, since=PLAN.start, until=PLAN.end)
        record_discoveries(house.edgar.discover(selection), house.filings, house.clock)
        for _ in travel(house.rooms):
            pass
        ingest_prices(market.prices, house.lake, known_instruments(house.edgar, house.lake, house.clock))
        days = sessions(PLAN.start, PLAN.end)
        build_factor(house.lake, factor_named("filing_tone"), days, model_version=house.tone_model.version)
    return made


@pytest.fixture(scope="session", autouse=True)
def migrated_once():
    """New databases have their tables by the statements of the first migration; see `tests/migrations.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", migrations.repeating())
        yield


@pytest.fixture
def real_migrations(monkeypatch):
    """Every upgrade in this test is Alembic's."""
    monkeypatch.setattr(schema, "upgrade", migrations.REAL)


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server. A test that stops it starts it again."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server) -> str:
    """The URL of its database that is always there; prefer `postgres_database`."""
    return postgres_server.url


@pytest.fixture
def postgres_database(postgres_server):
    """The URL of an empty database of its own, dropped afterwards whoever is still connected."""
    name = f"test_{next(NUMBERS)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url_of(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def aws_server():
    """Amazon's services, played by moto. What a test makes there has a name of its own and stays.

    Each client of ours has a session of its own; here these share what botocore knows of the services, which is on disk
    and takes longer to read than most tests.
    """
    import botocore.session  # noqa: PLC0415 - only where it is used

    with servers.aws() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        yield server


@pytest.fixture
def aws_endpoint(aws_server, monkeypatch) -> str:
    """Its URL, with the AWS_ variables set for this test so that every client and child process finds it."""
    for name, value in aws_server.environment.items():
        monkeypatch.setenv(name, value)
    return aws_server.endpoint


@pytest.fixture
def bucket(aws_endpoint) -> str:
    """The name of an empty bucket of its own."""
    name = f"edgewise-test-{next(NUMBERS)}"
    servers.make_bucket(aws_endpoint, name)
    return name


@pytest.fixture(scope="session")
def front_of_aws(aws_server):
    """A front before Amazon's services; see `aws_front`."""
    with servers.front(aws_server.port) as front:
        yield front


@pytest.fixture
def aws_front(front_of_aws, aws_endpoint, monkeypatch):  # noqa: ARG001 - the other variables are set by it
    """A front that can be told to fail and lets all pass until then; the clients of this test go there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", front_of_aws.endpoint)
    front_of_aws.seen()
    yield front_of_aws
    front_of_aws.rule()
