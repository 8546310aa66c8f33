"""The poller as a function: the same code, a queue and a first-seen set over HTTP, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from edgewise.adapters.aws import create_queue, create_seen, open_queue
from edgewise.app.lambda_poller import handler
from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.simulate.server import Rules, SimulatedClock, serve

pytestmark = pytest.mark.xdist_group("aws")


@pytest.fixture
def evening(market):
    """The evening of a day on which something was filed, and the accessions in the feed by then."""
    truth = pl.read_parquet(market.filings_truth)
    return truth["published_at"].max() + timedelta(minutes=1)


@pytest.fixture
def function(market, evening, tmp_path, monkeypatch, request):
    """A function's surroundings: settings in the environment, a queue and a table that exist."""
    request.getfixturevalue("aws_endpoint")  # sets the AWS_ variables
    name = f"poller-{abs(hash(request.node.nodeid))}"
    create_queue(f"sqs://{name}.fifo")
    create_seen(f"dynamodb://{name}")
    with serve(market.folder, SimulatedClock(evening, 0.0), rules=Rules(rate_per_s=0)) as server:
        for setting, value in {
            "HOME": str(tmp_path / "home"),
            "EDGAR": server.url,
            "IDENTITY": "Function Co f@example.com",
            "RATE_PER_S": "0",
            "QUEUE": f"sqs://{name}.fifo",
            "SEEN": f"dynamodb://{name}",
        }.items():
            monkeypatch.setenv(f"EDGEWISE_{setting}", value)
        yield open_queue(f"sqs://{name}.fifo")


def shown(market, evening, *, form=None):
    """What the feed shows by then: entries of the last two business days, by the truth beside the market."""
    truth = pl.read_parquet(market.filings_truth).filter(pl.col("published_at") <= evening)
    days = truth["filed_date"].unique().sort()[-1:]
    truth = truth.filter(pl.col("filed_date").is_in(days.implode()))
    return set(truth.filter(pl.col("form") == form)["accession"] if form else truth["accession"])


def test_one_call_queues_what_the_feed_shows_and_a_second_one_nothing_more(function, market, evening):
    answer = handler({}, None)
    assert answer["polled"]
    assert answer["new"] == answer["listed"] > 0
    queued = {delivery.message.key for delivery in function.take(limit=500, lease_s=60)}
    assert queued >= shown(market, evening)
    assert len(queued) == answer["new"]


def test_a_call_that_comes_too_early_leaves_the_turn_to_the_one_before(function):
    assert handler({}, None)["polled"]
    assert handler({}, None) == {"polled": False, "listed": 0, "new": 0, "rejected": 0}
    assert function.depth().waiting > 0


def test_forms_narrow_what_is_queued(function, market, evening):
    answer = handler({"forms": ["8-K"]}, None)
    queued = {delivery.message.key for delivery in function.take(limit=500, lease_s=60)}
    assert queued >= shown(market, evening, form="8-K")
    forms = pl.read_parquet(market.filings_truth).filter(pl.col("accession").is_in(list(queued)))["form"]
    assert set(forms) == {"8-K"}
    assert answer["new"] == len(queued)


def test_forms_that_are_no_list_are_refused(function):  # noqa: ARG001 - its surroundings
    with pytest.raises(InvalidInput, match="list of form types"):
        handler({"forms": "8-K"}, None)


def test_without_queue_and_first_seen_set_it_says_which_settings_it_needs(monkeypatch):
    monkeypatch.delenv("EDGEWISE_QUEUE", raising=False)
    with pytest.raises(NotConfigured, match="EDGEWISE_QUEUE to sqs"):
        handler({}, None)
