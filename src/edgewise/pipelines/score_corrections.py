"""Scores that were published wrong, published anew: what was published first stays readable as it was known then.

A correction rests on what the lake now tells of a session's close: on a split that was missing, a filing that was read
wrong. It is a new row of `scores` with a reason, known from the instant of the correction on; nothing is overwritten.
A session is corrected whole, for each score is a place among all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.code import code_fingerprint
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.pipelines.scores import COMPARED, made_metrics, published
from edgewise.score.scores import scores, session_before

if TYPE_CHECKING:
    from datetime import date

    from edgewise.core.clock import Clock
    from edgewise.core.ports import ServedScores
    from edgewise.lake import Lake
    from edgewise.score.weights import Configuration

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of it.

    stand:   scores that come out as they were published.
    rows:    instrument_id, was and now (overall; null where not rated), of those that were published anew.
    """

    stand: int
    rows: pl.DataFrame


def correct_scores(
    lake: Lake,
    session: date,
    configuration: Configuration,
    clock: Clock,
    *,
    reason: str,
    tone_version: str,
    served: ServedScores | None = None,
) -> Corrected:
    """Publish anew the scores of a session that come out differently now; those that do not are left as they are.

    reason:  why, for whoever reads the history; up to 200 characters.
    served:  where published scores go, besides the lake.
    tone_version: the model whose tone of filings counts.
    Time:    values rest on what was known at the session's close; the rows are known from now on.
    Raises:  NotFound where nothing of the session is published; InvalidInput without a reason, or for a long one.
    """
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST_REASON:
        advice = f"Say why in 1 to {LONGEST_REASON}: --reason 'a split was missing'"
        raise InvalidInput(f"a reason of {len(told)} characters", advice=advice)
    stands = published(lake, session, configuration)
    if stands.is_empty():
        advice = f"Publish them: edgewise scores compute --all --as-of {session}"
        raise NotFound(f"no scores of {session} are published", advice=advice)
    now = clock.now()
    metrics = made_metrics(lake, [session], tone_version=tone_version).with_columns(known_at=pl.lit(now))
    made = scores(
        metrics,
        SCORED,
        configuration,
        before=published(lake, session_before(session), configuration),
        code_fingerprint=code_fingerprint("edgewise.factors", "edgewise.score"),
        computed_at=now,
    )
    anew = made.filter(pl.col("instrument_id").is_in(stands["instrument_id"].implode())).join(
        stands, on=COMPARED, how="anti", nulls_equal=True, maintain_order="left"
    )
    lake.append(FACTOR_METRICS, _news(lake, metrics, session))
    lake.append(SCORES, anew.with_columns(correction=pl.lit(told)))
    if served:
        # All of them: a run before this one may have been killed on its way here.
        served.publish(published(lake, session, configuration))
    return Corrected(stands.height - anew.height, _moved(anew, stands))


def corrections(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """Return every correction of some published scores of one security, the oldest first.

    rows:    as `published_history` gives them.
    Returns: session, known_at (UTC instant of the correction), correction (why), was and now (overall).
    """
    told = rows.drop_nulls("correction")
    key = list(SCORES.key)
    where = pl.col("session").is_in(told["session"].implode()) & pl.col("instrument_id").is_in(
        told["instrument_id"].unique().implode()
    )
    every = (lake.history(SCORES, where=where) if told.height else SCORES.empty()).join(told, on=key, how="semi")
    return (
        every.sort("session", "known_at")
        .with_columns(was=pl.col("overall").shift().over(key), now="overall")
        .drop_nulls("correction")
        .select("session", "known_at", "correction", "was", "now")
    )


def _news(lake: Lake, metrics: pl.DataFrame, session: date) -> pl.DataFrame:
    """Return the rows of metrics that are other than those stored."""
    stored = lake.read(FACTOR_METRICS, where=(pl.col("session") == session) & (pl.col("version") == METRICS_VERSION))
    values = [name for name in FACTOR_METRICS.schema if name != "known_at"]
    return metrics.join(stored, on=values, how="anti", nulls_equal=True)


def _moved(anew: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """Return what those that were published anew were and are."""
    was = stands.select("instrument_id", was="overall")
    return anew.select("instrument_id", now="overall").join(was, on="instrument_id", maintain_order="left").select(
        "instrument_id", "was", "now"
    )  # fmt: skip
