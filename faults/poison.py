"""Messages that nobody can read, and filings that kill whoever works on them."""

from __future__ import annotations

import json
import signal
import sys

from edgewise.app.house import House
from edgewise.core.ports import Message
from faults.equal import differences
from faults.scenario import Trial, scenario
from faults.streams import finish
from faults.world import ENTRY, Home

_PLANTED = (sys.executable, str(ENTRY))
_LEASE_S = 5.0  # longer than a batch takes, or its messages seem to kill, too
_QUICK_LEASE = ("filings", "watch", "--once", "--lease", str(_LEASE_S))
MOST_DELIVERIES = 5


@scenario(
    fault="a message that is not about a filing",
    cause="`{` and other nonsense put into the queue beside the real messages",
    sees="`bad_message` in the log; after five deliveries a dead letter in `filings retry`",
    survives="everything else; the nonsense stays buried",
)
def poison_message(trial: Trial) -> None:
    """Put nonsense."""
    home = trial.world.home("poison")
    with House(home.settings) as house:
        house.queue.put([Message("nonsense", "{"), Message("0000000000-00-000000", "null"), Message("x", "[]")])
    done = home.run(*_QUICK_LEASE)
    trial.seen.update(done.codes)
    trial.expect(done.status == 0, f"the watch ended with {done.status}: {done.err[-500:]}")
    trial.expect_seen("bad_message")
    letters = _dead_letters(home)
    trial.expect(letters == {"nonsense", "0000000000-00-000000", "x"}, f"dead letters are {letters}")
    wrong = [each for each in differences(trial.world.reference, home.state()) if "dead letters" not in each]
    trial.expect_same(wrong, "beside the poison")
    trial.done += 1


@scenario(
    fault="a filing that kills whoever works on it",
    cause="the process kills itself (SIGKILL) when it parses one 8-K; watches are started again until one ends well",
    sees="a dead letter in `filings retry` after five deliveries; the other filings are scored",
    survives="everything; after the cause is mended `filings retry --all` brings it home",
)
def deadly_filing(trial: Trial) -> None:
    """Die of one filing."""
    home = trial.world.home("deadly")
    deadly = min(one for one, row in trial.world.reference.ledger.items() if row[2] == "8-K")
    deaths = 0
    for _ in range(3 * MOST_DELIVERIES):
        done = home.run(*_QUICK_LEASE, program=_PLANTED, PLANT=f"deadly:{deadly}")
        if done.status == 0:
            break
        deaths += done.status == -signal.SIGKILL
    trial.details["deaths"] = deaths
    trial.expect(1 < deaths <= MOST_DELIVERIES, f"{deaths} processes died of it")
    trial.expect(_dead_letters(home) == {deadly}, f"dead letters are {_dead_letters(home)}")
    done_others = [one for one, row in home.state().ledger.items() if row == trial.world.reference.ledger[one]]
    trial.expect(len(done_others) == len(trial.world.reference.ledger) - 1, f"only {len(done_others)} others are done")
    retried = home.run("filings", "retry", "--all")
    trial.expect(retried.status == 0, f"retry ended with {retried.status}: {retried.err[-500:]}")
    again = home.run(*_QUICK_LEASE)
    trial.expect(again.status == 0, f"the watch after it ended with {again.status}: {again.err[-500:]}")
    finish(trial, home, "after the deadly filing")


def _dead_letters(home: Home) -> set[str]:
    told = home.run("filings", "retry", "--json")
    return {letter["accession"] for letter in json.loads(told.out)["dead_letters"]}
