"""What the API reads from, and how a route reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.ports import FilingLedger, Queue, StreamLedger
    from edgewise.lake import Lake


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the API reads from. `simulated` marks every answer that rests on a simulated market.

    stream_ledger, queue: for /metrics alone, which leaves out lags and depth without them.
    """

    lake: Lake
    filings: FilingLedger
    clock: Clock
    version: str
    simulated: bool = False
    stream_ledger: StreamLedger | None = None
    queue: Queue | None = None


def _rooms_of(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


Here = Annotated[Rooms, Depends(_rooms_of)]
