"""A queue that delivers twice and in disorder, as queues may."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from edgewise.app.house import House
from edgewise.pipelines.stream.watch import Pace, watch_once
from faults.scenario import Trial, scenario
from faults.streams import finish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from edgewise.core.ports import Delivery, Queue
    from faults.world import Home


@dataclass
class Twice:
    """A queue that gives its messages in random order, and each once more after it was acknowledged."""

    inner: Queue
    chance: Random
    acknowledged: set[str] = field(default_factory=set)
    redelivered: int = 0

    def take(self, **asked: Any) -> list[Delivery]:
        """Lend in random order."""
        lent = self.inner.take(**asked)
        self.chance.shuffle(lent)
        return lent

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Forget the first acknowledgement of every message."""
        first = [delivery for delivery in deliveries if delivery.message.key not in self.acknowledged]
        again = [delivery for delivery in deliveries if delivery.message.key in self.acknowledged]
        self.acknowledged |= {delivery.message.key for delivery in first}
        self.redelivered += len(first)
        self.inner.release(first)
        self.inner.acknowledge(again)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@scenario(
    fault="a queue delivers every message twice, and in random order",
    cause="the first acknowledgement of each message is lost; messages are shuffled; a table and SQS FIFO",
    sees="nothing",
    survives="everything; nothing is stored or scored twice",
)
def redelivered(trial: Trial) -> None:
    """Deliver twice, in disorder."""
    _watch(trial, trial.world.home("twice"), "the table")
    if trial.quick:
        return
    from edgewise.adapters.aws import create_queue  # noqa: PLC0415 - only where it is needed
    from tests import servers  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        aws = stack.enter_context(servers.aws())
        stack.enter_context(patch.dict("os.environ", dict(aws.environment)))
        create_queue("sqs://faults.fifo")
        _watch(trial, trial.world.home("twice-sqs").with_(queue="sqs://faults.fifo"), "SQS")


def _watch(trial: Trial, home: Home, where: str) -> None:
    with House(home.settings) as house:
        twice = Twice(house.queue, trial.chance(where))
        house.__dict__["queue"] = twice
        watch_once(house.stream(lambda _event: None), pace=Pace(lease_s=30.0), stop=threading.Event())
    trial.details[f"delivered again by {where}"] = twice.redelivered
    trial.expect(twice.redelivered >= len(trial.world.reference.ledger), f"{where} delivered only some twice")
    finish(trial, home, where)
