"""moto's server, whose SQS lends one message to one asker only: `aws_double.py -H HOST -p PORT`, as `moto_server`.

moto looks for a visible message and marks it without a lock between the two, so that two requests at once may be lent
the same one, which Amazon's FIFO queues exclude. Here one request looks at a time; none waits for messages while it
holds the lock.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from moto.server import main
from moto.sqs.models import SQSBackend

LOOK_EVERY_S = 0.02


def one_at_a_time() -> None:
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
    one_at_a_time()
    main(sys.argv[1:])
