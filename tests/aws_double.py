"""moto's server, where two requests at once cannot both win: `aws_double.py -H HOST -p PORT`, as `moto_server`.

moto looks and then writes without a lock between the two. So two requests at once may be lent the same message, which
Amazon's FIFO queues exclude, and two conditional writes of one item may both succeed, which DynamoDB excludes. Here one
request at a time looks for messages, and one writes items; none waits for messages while it holds a lock.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.server import main
from moto.sqs.models import SQSBackend

LOOK_EVERY_S = 0.02
WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")


def one_writes_at_a_time() -> None:
    """Put one lock around all of moto's writes of items; a transaction calls the others while it holds it."""
    lock = threading.RLock()

    def locked(write: Any) -> Any:
        def write_alone(*values: Any, **named: Any) -> Any:
            with lock:
                return write(*values, **named)

        return write_alone

    for name in WRITES:
        setattr(DynamoDBBackend, name, locked(getattr(DynamoDBBackend, name)))


def one_is_lent_at_a_time() -> None:
    """Put a lock around moto's receive, and the wait for messages outside of it."""
    lock = threading.Lock()
    look = SQSBackend.receive_message

    def receive(backend: SQSBackend, name: str, count: int, wait_s: int, *more: Any, **named: Any) -> list[Any]:
        end = time.monotonic() + wait_s
        while True:
            with lock:
                lent = look(backend, name, count, 0, *more, **named)
            if lent or time.monotonic() >= end:
                return lent
            time.sleep(LOOK_EVERY_S)

    SQSBackend.receive_message = receive


if __name__ == "__main__":
    one_writes_at_a_time()
    one_is_lent_at_a_time()
    main(sys.argv[1:])
