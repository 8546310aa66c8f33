"""One of several processes that use one database at the same moment: `python rival.py TASK URL`.

It says "ready", waits for a line, does its task and prints a number.
"""

import sys
from datetime import UTC, datetime

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ROUNDS, PER_ROUND = 15, 20
CONTESTED = Accession("0000000001-24-999999")


def filings(number):
    """Return round `number`'s filings; half of them belong to the next round, too."""
    first = number * PER_ROUND // 2
    return [Accession(f"0000000001-24-{place:06d}") for place in range(first, first + PER_ROUND)]


def discover(database):
    """Discover what the rival discovers too, advance it, fail one contested filing; return how many were new here."""
    ledger = SqlFilingLedger(database)
    new = 0
    for number in range(ROUNDS):
        work = [FilingWork(accession, "https://example.test/", Cik(1)) for accession in [*filings(number), CONTESTED]]
        new += ledger.discover(work, seen_at=NOON)
        ledger.advance(filings(number), FilingState.FETCHED, at=NOON)
        ledger.fail([Failure(CONTESTED, "throttled", "", retry=True)], at=NOON)
    return new


def upgrade(database):
    """Bring the tables up to date; return the length of the revision's name."""
    database.upgrade()
    return len(database.revision())


def say(word):
    print(word, flush=True)  # noqa: T201 - the test that started this process listens


if __name__ == "__main__":
    task, url = sys.argv[1:]
    say("ready")
    sys.stdin.readline()
    database = open_database(url)
    say({"discover": discover, "upgrade": upgrade}[task](database))
    database.close()
