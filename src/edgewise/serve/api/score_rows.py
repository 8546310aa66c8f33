"""Rows of served scores as JSON, made in one go: thousands of them cost milliseconds."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.served import FACTOR_COLUMNS
from edgewise.serve.api.score_models import PastScore, Security

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from edgewise.pipelines.score_day import ServedDay
    from edgewise.serve.api.rooms import Rooms

SHORT = tuple(Security.model_fields)
INSTANT = "%Y-%m-%dT%H:%M:%S%.fZ"
PAST = tuple(name for name in PastScore.model_fields if name != "factors")


def factors_struct() -> pl.Expr:
    """Return all factors of a row as one object."""
    return pl.struct(FACTOR_COLUMNS).alias("factors")


def corrected_at() -> pl.Expr:
    """Return since when a row stands in place of the one that was published first; null for the first."""
    return pl.when(pl.col("correction").is_not_null()).then("known_at").alias("corrected_at")


class RowTexts:
    """Each row of the newest session as JSON, made when the session is first asked for."""

    def __init__(self) -> None:
        self._made: tuple[ServedDay, list[str]] | None = None

    def of(self, day: ServedDay) -> list[str]:
        """Return the texts of all rows, in their order; a row has the members of TopScore."""
        made = self._made
        if made is None or made[0] is not day:
            lines = day.rows.select(*SHORT, factors_struct()).write_ndjson().split("\n")
            self._made = made = (day, lines[: day.rows.height])
        return made[1]


def with_metrics(text: str, day: ServedDay, place: int, fields: Sequence[str]) -> str:
    """Return the JSON of a row with these numbers of it as `metrics`."""
    told = {name: value for name in fields if not math.isnan(value := float(day.numbers(name)[place]))}
    metrics = json.dumps({name: told.get(name) for name in fields}, allow_nan=False)
    return f'{text[:-1]},"metrics":{metrics}}}'


def stamp_of(rooms: Rooms, day: ServedDay) -> dict[str, object]:
    """Return what every answer about a session begins with."""
    return {
        "as_of": instant(day.known_at),
        "simulated": rooms.simulated,
        "session": str(day.session),
        "configuration": day.configuration,
    }


def listed(head: Mapping[str, object], rows: pl.DataFrame) -> bytes:
    """Return a JSON object of these members and `items`, a list of the rows."""
    return enclosed(head, rows.write_json() if rows.height else "[]")


def enclosed(head: Mapping[str, object], items: str) -> bytes:
    """Return a JSON object of these members and `items`, which is JSON already."""
    told = json.dumps(head, ensure_ascii=False, allow_nan=False)
    return f'{told[:-1]},"items":{items}}}'.encode()


def instant(at: datetime) -> str:
    """Return an UTC instant as the other answers write it."""
    return at.isoformat().replace("+00:00", "Z")
