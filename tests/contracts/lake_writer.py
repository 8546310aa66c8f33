"""One of several processes that write to one lake: `python -m tests.contracts.lake_writer ACTION URL NUMBER`.

It says "ready", waits for a line, writes, and prints how many rows it inserted. Storage options come from the
environment, as the command line takes them.
"""

import os
import sys

from edgewise.lake import Lake, storage_options_from
from tests.closes import CLOSES, closes

ROUNDS, ROWS = 5, 20


def batch(name):
    return closes(*((f"{name}-{number:02d}", 2, 1.0, 2) for number in range(ROWS)))


def upsert_shared(lake, number):
    """Upsert the rounds that everybody upserts, each process from another one on."""
    rounds = [(number + step) % ROUNDS for step in range(ROUNDS)]
    return sum(lake.upsert(CLOSES, batch(f"shared-{one}")).inserted for one in rounds)


def append_own(lake, number):
    for one in range(ROUNDS):
        lake.append(CLOSES, batch(f"own-{number}-{one}"))
    return ROUNDS * ROWS


def compact_often(lake, _number):
    for _ in range(ROUNDS):
        lake.compact(CLOSES)
    return 0


if __name__ == "__main__":
    action, url, number = sys.argv[1:]
    print("ready", flush=True)  # noqa: T201 - the test that started this process listens
    sys.stdin.readline()
    lake = Lake(url, storage_options=storage_options_from(os.environ))
    actions = {"upsert_shared": upsert_shared, "append_own": append_own, "compact_often": compact_often}
    print(actions[action](lake, int(number)))  # noqa: T201 - as above
