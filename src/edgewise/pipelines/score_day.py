"""The newest session that is served: its scores with the metrics they are made of, tickers and names, in memory."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import session_close
from edgewise.core.errors import InvalidInput
from edgewise.core.served import SERVED_SCHEMA, version_order
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.sources.edgar.tickers import current

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from edgewise.core.ports import ServedScores
    from edgewise.lake import Lake

_OF_BOTH = {"instrument_id", "session", "version", "cik", "sector", "known_at"}
METRIC_FIELDS: dict[str, str] = {
    f"metric.{name}" if name in SERVED_SCHEMA else name: name
    for name, dtype in FACTOR_METRICS.schema.items()
    if name not in _OF_BOTH and dtype.is_numeric()
}
"""Numbers of FACTOR_METRICS by the names they are asked for with: one that is called like a factor is `metric.NAME`."""
SCORE_FIELDS: tuple[str, ...] = tuple(
    name for name, dtype in SERVED_SCHEMA.items() if dtype.is_numeric() and name != "cik"
)
FIELDS: tuple[str, ...] = (*SCORE_FIELDS, *METRIC_FIELDS)
"""All numbers by which securities can be chosen and sorted."""


@dataclass(frozen=True, slots=True)
class ServedDay:
    """The newest session of a configuration, as it was served when it was looked at.

    known_at:    UTC instant of the session's close.
    stamp:       names this state of everything below and of all sessions before; another state has another.
    rows:        a row per security, by ticker: ticker, company, exchange, `SERVED_SCHEMA`, and industry and the numbers
                 of FACTOR_METRICS as `METRIC_FIELDS` calls them; metrics are null where none are stored.
    instruments: INSTRUMENTS, all versions.
    securities:  instrument_id by ticker, of the symbols in use on that session.
    places:      place in `rows` by instrument_id.
    sectors:     those of `rows`, in order.
    """

    configuration: str
    session: date
    known_at: datetime
    stamp: str
    rows: pl.DataFrame
    instruments: pl.DataFrame
    securities: Mapping[str, str]
    places: Mapping[str, int]
    sectors: Sequence[str]
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)
    _orders: dict[tuple[str, bool], NDArray[np.intp]] = field(default_factory=dict, repr=False, compare=False)

    def row(self, instrument_id: str) -> dict[str, object] | None:
        """Return the row of a security, None where it has none."""
        place = self.places.get(instrument_id)
        return None if place is None else self.rows.row(place, named=True)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a field of every row, NaN where it has no value. Raises InvalidInput as `checked_field`."""
        if name not in self._numbers:
            values = self.rows[checked_field(name)].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            values.setflags(write=False)
            self._numbers[name] = values
        return self._numbers[name]

    def order(self, name: str, *, descending: bool) -> NDArray[np.intp]:
        """Return all places sorted by a field: no value last, equals in the order of their tickers."""
        key = (name, descending)
        if key not in self._orders:
            values = self.numbers(name)
            self._orders[key] = np.argsort(-values if descending else values, kind="stable")
        return self._orders[key]


def read_day(lake: Lake, served: ServedScores, configuration: str) -> ServedDay | None:
    """Return the newest session that is served, None where nothing is."""
    changes = served.changes(configuration)  # before the rows: what changes meanwhile is seen with the next look
    session = served.newest(configuration)
    if session is None:
        return None
    instruments = lake.history(INSTRUMENTS)
    spans = spans_on(instruments, session)
    scores = served.of_session(configuration, session)
    metrics, of_metrics = _metrics(lake, session, scores["version"])
    rows = (
        scores.join(_names(spans, instruments), on="instrument_id", how="left")
        .join(metrics, on="instrument_id", how="left")
        .sort("ticker", "instrument_id", nulls_last=True)
    )
    return ServedDay(
        configuration,
        session,
        session_close(session),
        f"{configuration}-{session}-{changes}-{instruments.height}-{of_metrics}",
        rows,
        instruments,
        dict(spans.select("ticker", "instrument_id").iter_rows()),
        {instrument_id: place for place, instrument_id in enumerate(rows["instrument_id"])},
        rows["sector"].drop_nulls().unique().sort().to_list(),
    )


def checked_field(name: str) -> str:
    """Return the name of a number. Raises InvalidInput that tells near names and all there are."""
    if name in FIELDS:
        return name
    near = difflib.get_close_matches(name[:64], FIELDS, n=3)
    hint = f"Near it are {', '.join(near)}. " if near else ""
    raise InvalidInput(f"there is no field {name[:64]!r}", advice=f"{hint}Fields: {', '.join(FIELDS)}.")


def spans_on(instruments: pl.DataFrame, session: date) -> pl.DataFrame:
    """Return the spans of tickers in use on a session, of several with one ticker the one that began last."""
    return (
        current(instruments)
        .filter(
            pl.col("valid_from") <= session,
            (pl.col("valid_to") >= session).fill_null(value=True),
        )
        .sort("valid_from", "instrument_id")
        .unique("ticker", keep="last", maintain_order=True)
    )


def _names(spans: pl.DataFrame, instruments: pl.DataFrame) -> pl.DataFrame:
    """Return ticker, company and exchange by security: on the session, or, where it had no symbol then, its latest."""
    ever = current(instruments).sort("valid_from")
    told = pl.concat([ever, spans], how="vertical")
    return (
        told.group_by("instrument_id", maintain_order=True)
        .last()
        .select("instrument_id", "ticker", "company", "exchange")
    )


def _metrics(lake: Lake, session: date, versions: pl.Series) -> tuple[pl.DataFrame, int]:
    """Return the metrics of the newest version that is scored, and how many rows they are.

    The version of a score is that of its metrics and a number more.
    """
    newest = max(versions.unique(), key=version_order, default=".")
    own = (pl.col("session") == session) & (pl.col("version") == newest.rpartition(".")[0])
    rows = lake.read(FACTOR_METRICS, where=own)
    asked = [pl.col(name).alias(field) for field, name in METRIC_FIELDS.items()]
    return rows.select("instrument_id", "industry", *asked), rows.height
