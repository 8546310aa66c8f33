"""Functions for workers to run. A worker process imports them from here, which it could not from a test module."""

import os
import signal
import threading
import time
from pathlib import Path

from edgewise.core.errors import Throttled


class NeedsTwoArguments(Exception):
    """Like some libraries' errors: pickles, but cannot be read back."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def square(number):
    return number * number


def polars_threads(_):
    import polars as pl  # noqa: PLC0415 - as an item makes a worker import it: after it has begun

    return pl.thread_pool_size()


def late_if_even(number):
    """Finish out of order: even numbers take longer."""
    if number % 2 == 0:
        time.sleep(0.02)
    return number


def throttled(wait):
    raise Throttled("slow down", advice="Wait.", reason="http_429", retry_after_s=wait)


def fail_at_three(number):
    if number == 3:
        raise ZeroDivisionError("three")
    return number


def foreign(_):
    raise NeedsTwoArguments("one", "two")


def lock(_):
    return threading.Lock()


def die_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def process_id(_):
    return os.getpid()


def process_id_into(path):
    """Leave a note of who runs this, then never come back."""
    note = Path(path)
    half = note.with_suffix(".half")
    half.write_text(str(os.getpid()))
    half.rename(note)
    signal.pause()


def length(data):
    return len(data)


def leave(code):
    raise SystemExit(code)
