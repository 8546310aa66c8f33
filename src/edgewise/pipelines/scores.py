"""From the lake to scores of every security of a session, and on to where they are served.

1. Views read what was known at the closes, some sessions at a time; factors turn them into metrics (`factor_metrics`).
2. A session's metrics are stored once, by whoever scores it first, and never change: a score is a place among them.
3. Scores are made of the stored metrics, published to `scores` once, and handed to what serves them.

What would come out differently later, because rows came late that claim to have been known, is counted and told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_close
from edgewise.core.code import code_fingerprint
from edgewise.core.errors import InvalidInput
from edgewise.core.table import any_of
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.measure import measured
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.pipelines.peers import peers_at
from edgewise.pipelines.views.known import known_views
from edgewise.score.scores import VERSION, scores, session_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from edgewise.core.clock import Clock
    from edgewise.core.ports import ServedScores
    from edgewise.lake import Lake
    from edgewise.score.weights import Configuration

SCORE_VERSION = f"{METRICS_VERSION}.{VERSION}"
_AT_ONCE = 63
"""Sessions whose metrics are made together: a quarter."""
_TRADES_DAYS = 10
_HOW = {"inputs_fingerprint", "code_fingerprint", "computed_at", "correction", "known_at"}
_OF_OTHERS = {"stability", "confidence"}  # they rest on whether scores of 21 sessions before were published by then
COMPARED = [name for name in SCORES.schema if name not in _HOW | _OF_OTHERS]
"""Columns in which a score that is made again of other inputs differs, if it does."""


@dataclass(slots=True)
class Scored:
    """What came of it.

    sessions:    scored.
    rated:       scores published, of securities that are rated.
    not_rated:   per reason, rows published without a score.
    kept:        rows that were published before and stay as they are.
    differing:   of those kept, how many would come out differently now; they rest on rows that came late.
    """

    sessions: int = 0
    rated: int = 0
    not_rated: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    differing: int = 0


def compute_scores(
    lake: Lake,
    sessions: Sequence[date],
    configuration: Configuration,
    clock: Clock,
    *,
    tone_version: str,
    served: ServedScores | None = None,
    only: pl.Series | None = None,
    sector: str | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Scored:
    """Score and publish the sessions, oldest first.

    only:   instrument_id of whose scores are published; all by default. They are compared with everybody in any case.
    sector: likewise, who is of that sector at the close.
    served: where published scores go, besides the lake.
    tone_version: the model whose tone of filings counts, in sessions that nobody has scored yet.
    Time:   every session rests on what was known at its close.
    Raises: InvalidInput for a session that has not closed yet.
    """
    now = clock.now()
    if early := [one for one in sessions if session_close(one) > now]:
        raise InvalidInput(f"{early[0]} has not closed yet", advice="Ask for a session before it.")
    told = Scored()
    code = code_fingerprint("edgewise.factors", "edgewise.score")
    for some in _some_at_a_time(sessions):
        metrics = session_metrics(lake, some, tone_version=tone_version).partition_by("session", as_dict=True)
        stored = _published(lake, {*some, *map(session_before, some)}, configuration)
        stands = stored.partition_by("session", as_dict=True)
        for session in some:
            if (session,) in metrics:
                before = _as_known(lake, stands.get((session_before(session),)), session_close(session))
                made = scores(
                    metrics[session,], SCORED, configuration, before=before, code_fingerprint=code, computed_at=now
                )
                chosen = made if only is None else made.filter(pl.col("instrument_id").is_in(only.implode()))
                chosen = chosen if sector is None else chosen.filter(pl.col("sector") == sector)
                stands[session,] = _kept_and_new(chosen, stands.get((session,)), told)
            told.sessions += 1
            on_progress(1)
        rows = pl.concat([SCORES.empty(), *(stands[session,] for session in some if (session,) in stands)])
        lake.append(SCORES, rows.join(stored, on=list(SCORES.key), how="anti"))
        if served:
            served.publish(rows)
    return told


def session_metrics(lake: Lake, sessions: Sequence[date], *, tone_version: str) -> pl.DataFrame:
    """Return the rows of FACTOR_METRICS of the sessions; those that nobody has made yet are made and stored.

    tone_version: the model whose tone of filings counts.
    """
    stored = lake.read(FACTOR_METRICS, where=any_of("session", sessions) & (pl.col("version") == METRICS_VERSION))
    missing = sorted(set(sessions) - set(stored["session"].unique()))
    if not missing:
        return stored
    made = made_metrics(lake, missing, tone_version=tone_version)
    lake.append(FACTOR_METRICS, made)
    return pl.concat([stored, made]).sort("session", "instrument_id")


def made_metrics(lake: Lake, sessions: Sequence[date], *, tone_version: str) -> pl.DataFrame:
    """Return rows of FACTOR_METRICS of the sessions as the lake tells them now; stores nothing."""
    peers = peers_at(lake, sessions)
    views = known_views(lake, peers, tone_version=tone_version)
    return measured(SCORED, views, peers, quotes_of(views), version=METRICS_VERSION)


def published(lake: Lake, session: date, configuration: Configuration) -> pl.DataFrame:
    """Return the scores of a session as they were published, sorted by instrument_id."""
    return _published(lake, {session}, configuration)


def _published(lake: Lake, sessions: Iterable[date], configuration: Configuration) -> pl.DataFrame:
    return lake.read(SCORES, where=_own(configuration) & any_of("session", sessions))


def _as_known(lake: Lake, stands: pl.DataFrame | None, at: datetime) -> pl.DataFrame | None:
    """Return these scores as they were known: a correction that came after `at` had not been made then."""
    if stands is None or stands.filter(pl.col("known_at") > at).is_empty():
        return stands
    return lake.read(SCORES, as_of=at, where=any_of("session", stands["session"].unique())).join(
        stands, on=list(SCORES.key), how="semi"
    )


def _own(configuration: Configuration) -> pl.Expr:
    """Return whether a row of SCORES is of this configuration and of this make."""
    return (pl.col("configuration") == configuration.name) & (pl.col("version") == SCORE_VERSION)


def newest_published(lake: Lake, configuration: Configuration) -> date | None:
    """Return the newest session with a score, None if there is none."""
    newest: date | None = lake.measure(SCORES, [pl.col("session").max()], where=_own(configuration)).item()
    return newest


def published_history(
    lake: Lake, instrument_id: str, configuration: Configuration, *, until: date | None, days: int
) -> pl.DataFrame:
    """Return the scores of a security as published, of so many calendar days up to a session, the newest first.

    until: None for the newest that is published.
    """
    rows = lake.read(SCORES, where=_own(configuration) & (pl.col("instrument_id") == instrument_id))
    if rows.is_empty():
        return rows
    last = rows["session"].max() if until is None else until
    return rows.filter(pl.col("session") <= last, pl.col("session") > pl.lit(last) - pl.duration(days=days)).sort(
        "session", descending=True
    )


def _kept_and_new(made: pl.DataFrame, old: pl.DataFrame | None, told: Scored) -> pl.DataFrame:
    """Return what was published of a session before, and of `made` what was not, sorted by security; count both."""
    before = SCORES.empty() if old is None else old
    key = list(SCORES.key)
    news = made.join(before, on=key, how="anti")
    kept = made.join(before, on=key, how="semi")
    same = kept.join(before, on=COMPARED, how="semi", nulls_equal=True)
    told.rated += news.filter(pl.col("status") == "rated").height
    for reason, number in news.drop_nulls("reasons")["reasons"].value_counts().iter_rows():
        told.not_rated[reason] = told.not_rated.get(reason, 0) + number
    told.kept += kept.height
    told.differing += kept.height - same.height
    return pl.concat([before, news]).sort("instrument_id")


def quotes_of(views: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return close and market value of each security: the close of the last days, or it does not trade."""
    days = (pl.col("session") - pl.col("observed_on")).dt.total_days()
    recent = views["indicators"].filter(days <= _TRADES_DAYS).select("instrument_id", "session", "close")
    value = views["ratios"].select("instrument_id", "session", "market_value")
    return recent.join(value, on=["instrument_id", "session"], how="full", coalesce=True)


def _some_at_a_time(sessions: Sequence[date]) -> Iterator[list[date]]:
    ordered = sorted(set(sessions))
    for first in range(0, len(ordered), _AT_ONCE):
        yield ordered[first : first + _AT_ONCE]
