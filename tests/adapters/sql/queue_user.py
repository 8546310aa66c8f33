"""A program that uses a queue until it is killed: `queue_user.py URL NAME`. It tells each thing before and after."""

from __future__ import annotations

import sys

from edgewise.adapters.sql import SqlQueue, open_database
from edgewise.core.ports import Message


def use_for_ever(queue: SqlQueue, name: str) -> None:
    """Put two messages, take one, acknowledge it, and so on, telling each."""
    number = 0
    while True:
        keys = [f"{name}-{number}", f"{name}-{number + 1}"]
        number += 2
        tell("about-to-put", keys)
        queue.put([Message(key, "x") for key in keys])
        tell("put", keys)
        lent = queue.take(limit=1, lease_s=600)
        lent_keys = [delivery.message.key for delivery in lent]
        tell("about-to-acknowledge", lent_keys)
        queue.acknowledge(lent)
        tell("acknowledged", lent_keys)


def tell(done: str, keys: list[str]) -> None:
    sys.stdout.write("".join(f"{done} {key}\n" for key in keys))
    sys.stdout.flush()


if __name__ == "__main__":
    use_for_ever(SqlQueue(open_database(sys.argv[1])), sys.argv[2])
