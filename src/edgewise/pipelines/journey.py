"""The journey from discovered filings to a factor, each leg in order, with its count and its time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.parse import parse_stage
from edgewise.pipelines.score import score_stage
from edgewise.pipelines.stages import run_stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgewise.core.clock import Clock
    from edgewise.core.ports import Executor, FilingLedger, RiskCategoryModel, ToneModel
    from edgewise.lake import DocumentStore, Lake
    from edgewise.pipelines.stages import Stage, StageReport
    from edgewise.sources.edgar.service import Edgar


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a journey: what was done, how many, in how many seconds, and what failed for which reason."""

    name: str
    done: int
    seconds: float
    failed: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a filing's journey passes through."""

    edgar: Edgar
    lake: Lake
    documents: DocumentStore
    filings: FilingLedger
    executor: Executor
    model: ToneModel
    risk_categories: RiskCategoryModel
    clock: Clock


def stages(rooms: Rooms) -> Iterator[Stage[Any]]:
    """Yield the stages of a filing's journey, in order."""
    yield fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
    yield parse_stage(rooms.lake, rooms.documents, rooms.risk_categories, rooms.executor)
    yield score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor)


def travel(rooms: Rooms, *, on_progress: Callable[[str, int], None] = lambda _stage, _done: None) -> Iterator[Leg]:
    """Run every stage over what waits for it; yield each leg as it ends."""
    for stage in stages(rooms):
        began = time.perf_counter()
        report = run_stage(
            stage,
            rooms.filings,
            rooms.clock,
            on_progress=lambda done, name=stage.name: on_progress(name, done),  # type: ignore[misc]
        )
        yield leg_of(report, time.perf_counter() - began)


def leg_of(report: StageReport, seconds: float) -> Leg:
    """Return a stage's report as a leg."""
    return Leg(report.stage, report.done, seconds, report.failed, tuple(sorted(report.reasons.items())))
