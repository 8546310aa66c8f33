"""What the API reads from, and how a route reaches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from edgewise.serve.api.keys import ApiAccess

if TYPE_CHECKING:
    from edgewise.core.clock import Clock
    from edgewise.core.ports import FilingLedger, Queue, StreamLedger
    from edgewise.lake import Lake
    from edgewise.pipelines.score_reading import ScoreReader


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the API reads from. `simulated` marks every answer that rests on a simulated market.

    stream_ledger, queue: for /metrics alone, which leaves out lags and depth without them.
    scores: who reads served scores; without it their routes answer 404.
    access: who may ask, and how often.
    """

    lake: Lake
    filings: FilingLedger
    clock: Clock
    version: str
    simulated: bool = False
    stream_ledger: StreamLedger | None = None
    queue: Queue | None = None
    scores: ScoreReader | None = None
    access: ApiAccess = field(default_factory=ApiAccess)


def _rooms_of(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


Here = Annotated[Rooms, Depends(_rooms_of)]
