"""The process that `tests/programs.py` keeps: it imports, and forks one process for each request.

Usage: starter.py DESCRIPTOR, one of a pair of sockets. A request comes with four descriptors: the standard three of the
program, and one that is told "pid" and the program's process id once it begins, then "end" and how it ended, as
subprocess tells it.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import socket
import sys
import types
from typing import Any

MOST_BYTES = 150_000  # of a request: a socket's buffer holds them, with an environment and a script
_USUAL = (signal.SIGINT, signal.SIGCHLD)


def serve(channel: socket.socket) -> dict[str, Any] | None:
    """Start what is asked for until nobody can ask any more; returns a request only in the process that is to run it.

    Between us and it stands a process that waits for its end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MOST_BYTES, 4)
        if not message:
            return None
        request = json.loads(message)
        for name in request["needs"]:
            importlib.import_module(name)
        if not os.fork():
            channel.close()
            return begun(request, *descriptors)
        for each in descriptors:
            os.close(each)


def begun(request: dict[str, Any], *descriptors: int) -> dict[str, Any]:
    """Return the request in a new process; the one that calls waits for it, tells how it ended, and ends."""
    for number in _USUAL:
        signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
    *standard, told = descriptors
    pid = os.fork()
    if pid:
        for each in standard:
            os.close(each)
        _, status = os.waitpid(pid, 0)
        os.write(told, f"end {os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    if request["start_new_session"]:
        os.setsid()
    for number, each in enumerate(standard):
        os.dup2(each, number)
        os.close(each)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.write(told, f"pid {os.getpid()}\n".encode())
    os.close(told)
    return request


def run(command: list[str]) -> None:
    """Do what Python does with these words: `FILE ...`, `-m MODULE ...` or `-c CODE ...`."""
    how, *rest = command
    if how == "-m":
        sys.argv, sys.path[0] = rest, os.getcwd()  # noqa: PTH109 - a string, as Python puts it there
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif how == "-c":
        sys.argv, sys.path[0] = ["-c", *rest[1:]], ""
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.argv, sys.path[0] = command, os.path.dirname(how)  # noqa: PTH120 - as above
        runpy.run_path(how, run_name="__main__")


if __name__ == "__main__":
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked:
        run(asked["command"])
