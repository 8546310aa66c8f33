"""A process that shares a limit: it says `ready`, waits for a line, then leaves again and again until it is killed.

Usage: leaver.py URL RATE FOLDER. Each departure is the machine's clock, one line of FOLDER/<pid>, written at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edgewise.adapters.disk import FileLimit
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.core.turns import machine_instant

if __name__ == "__main__":
    url, rate, folder = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    limit = SqlLimit(open_database(url), rate) if "://" in url else FileLimit(Path(url), rate)
    log = os.open(Path(folder, str(os.getpid())), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while True:
        limit.wait()
        os.write(log, f"{machine_instant().now}\n".encode())
