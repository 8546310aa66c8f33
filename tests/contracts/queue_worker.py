"""One of several processes that work on one queue: `queue_worker.py URL`, a database's or a queue's.

It says "ready", waits for a line, then takes and acknowledges until nothing comes, and prints the keys it was lent.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from edgewise.adapters.aws import open_queue
from edgewise.adapters.sql import SqlQueue, open_database

if TYPE_CHECKING:
    from edgewise.core.ports import Queue


def opened(url: str) -> Queue:
    return open_queue(url) if url.startswith("sqs:") else SqlQueue(open_database(url))


def work(queue: Queue) -> list[str]:
    """Handle all there is; return the keys of what was lent."""
    handled = []
    while lent := queue.take(limit=20, lease_s=60):
        handled += [delivery.message.key for delivery in lent]
        queue.acknowledge(lent)
    return handled


if __name__ == "__main__":
    queue = opened(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(" ".join(work(queue)) + "\n")
