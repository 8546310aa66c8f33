"""`/_/`: what a test or an operator asks of the simulation itself. No identity, no limit and no fault applies here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from edgewise.core.errors import EdgewiseError, InvalidInput
from edgewise.simulate.server.faults import Faults
from edgewise.simulate.server.messages import OK, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.simulate.server.clock import SimulatedClock
    from edgewise.simulate.server.log import ArrivalLog

PREFIX = "/_/"
MOST_BODY_BYTES = 64 * 1024
_BAD, _MISSING = 400, 404


class Controlled(Protocol):
    """What can be asked of a running simulation, and changed: its time and its faults."""

    clock: SimulatedClock
    faults: Faults
    log: ArrivalLog
    note: bytes
    filing_count: int


def control(simulation: Controlled, method: str, path: str, query: str, body: bytes) -> Reply:
    """Return the answer to a question about the simulation, or to an order to change it.

    GET  /_/health, /_/clock, /_/faults, /_/note, /_/log?since=NUMBER
    POST /_/clock   {"now": "2024-06-28T20:05:00Z", "speed": 60}, either may be left out
    POST /_/faults  {"faults": "503=0.02", "seed": 0, "only": "", "slow_s": 5, "hold_s": 120, "retry_after_s": 1}
    """
    answers: dict[tuple[str, str], Callable[[], Reply]] = {
        ("GET", "health"): lambda: _json(_health(simulation)),
        ("GET", "clock"): lambda: _json(_clock(simulation)),
        ("GET", "faults"): lambda: _json(_faults(simulation)),
        ("GET", "note"): lambda: Reply(OK, simulation.note, "text/markdown"),
        ("GET", "log"): lambda: _log(simulation, query),
        ("POST", "clock"): lambda: _set_clock(simulation, body),
        ("POST", "faults"): lambda: _set_faults(simulation, body),
    }
    answer = answers.get((method, path.removeprefix(PREFIX)))
    if answer is None:
        known = ", ".join(f"{verb} {PREFIX}{name}" for verb, name in answers)
        return _json({"error": f"there is no {method} {path}", "known": known}, status=_MISSING)
    try:
        return answer()
    except EdgewiseError as error:
        return _json({"error": error.what, "advice": error.advice}, status=_BAD)
    except (ValueError, TypeError) as error:
        return _json({"error": str(error)}, status=_BAD)


def _health(simulation: Controlled) -> dict[str, Any]:
    return {
        "simulated": True,
        **_clock(simulation),
        "filings": simulation.filing_count,
        "requests": len(simulation.log),
        "faults": simulation.faults.spec,
    }


def _clock(simulation: Controlled) -> dict[str, Any]:
    clock = simulation.clock
    return {"now": _iso(clock.now()), "speed": clock.speed, "until": _iso(clock.until)}


def _set_clock(simulation: Controlled, body: bytes) -> Reply:
    said = _object(body, {"now", "speed"})
    now = said.get("now")
    simulation.clock.set(now=datetime.fromisoformat(now) if now is not None else None, speed=said.get("speed"))
    return _json(_clock(simulation))


def _faults(simulation: Controlled) -> dict[str, Any]:
    faults = simulation.faults
    return {"faults": faults.spec, **{name: getattr(faults, name) for name in _OPTIONS}}


def _set_faults(simulation: Controlled, body: bytes) -> Reply:
    said = {"faults": "", **_object(body, {"faults", *_OPTIONS})}
    kinds = {"faults": str, **_OPTIONS}
    if wrong := [name for name, value in said.items() if not isinstance(value, kinds[name])]:
        raise InvalidInput(f"{', '.join(wrong)} cannot be that", advice="faults and only are text, the others numbers.")
    odds = Faults.parsed(said.pop("faults")).odds
    simulation.faults = replace(Faults(), odds=odds, **said)
    return _json(_faults(simulation))


_OPTIONS: dict[str, type | tuple[type, ...]] = {
    "seed": int,
    "only": str,
    "slow_s": (int, float),
    "hold_s": (int, float),
    "retry_after_s": int,
}


def _log(simulation: Controlled, query: str) -> Reply:
    _, _, since = query.partition("since=")
    if since and not (since.isascii() and since.isdigit()):
        raise InvalidInput(f"since={since} is no number of a line", advice="Lines are counted from 0.")
    return Reply(OK, simulation.log.lines(int(since or 0)), "application/x-ndjson")


def _object(body: bytes, known: set[str]) -> dict[str, Any]:
    said = json.loads(body)
    if not isinstance(said, dict) or set(said) - known:
        raise InvalidInput("that is no order", advice=f"Send a JSON object with {', '.join(sorted(known))}.")
    return said


def _json(content: dict[str, Any], *, status: int = OK) -> Reply:
    return Reply(status, json.dumps(content).encode() + b"\n", "application/json")


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
