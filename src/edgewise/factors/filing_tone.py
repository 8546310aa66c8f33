"""Filing tone: how much better or worse a company's recent filings sound than filings of their kind did lately.

    x_k     = net_k - mean(net of filings of k's form family, tradable in the 252 sessions before k's own session)
    raw_i,S = sum over filings k of company i, 0 <= age <= 126, of 2^(-age / 21) * x_k,  age = sessions from k to S

The baseline takes out what is no news: every 8-K sounds better than every 10-K, and the language of all filings drifts.
Both windows look back only, and a filing's session is the first in which somebody could have traded on it.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import session_closes, session_ordinals, tradable_sessions
from edgewise.core.errors import InvalidInput
from edgewise.factors.decay import DecayedSums, decayed_sums, within_age
from edgewise.factors.factor import Factor
from edgewise.factors.issuers import first_known, issuer_filings
from edgewise.factors.metric import Metric, MetricFactor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from edgewise.core.identifiers import InstrumentId

# 10-K405, 10-KT, 10-KSB and the undashed 10KSB are annual reports too; /A keeps the family of what it amends.
FORM_FAMILY = r"^(10-?K|10-?Q|8-K)"
# Every living registrant scores at least an annual report within a year: one that did not has left the market.
SILENT_AFTER = 252

HALF_LIFE = 21
MAX_AGE = 126
BASELINE_SESSIONS = 252
MIN_BASELINE = 20


def filing_tone(
    tone: pl.DataFrame,
    filings: pl.DataFrame,
    sessions: Sequence[date],
    *,
    half_life: int = HALF_LIFE,
    max_age: int = MAX_AGE,
    baseline_sessions: int = BASELINE_SESSIONS,
    min_baseline: int = MIN_BASELINE,
) -> pl.DataFrame:
    """Return the decayed sum of tone surprises of each company at each session's close, in units of net tone.

        raw_{i,S} = sum_k 2^(-age_k / half_life) * x_k        x_k = net_k - baseline_k

    tone:              FILING_TONE of one model version; only item 'all' with status ok has a value.
    filings:           FILINGS; a submission counts once for each registrant that is issuer or co-registrant of it.
    sessions:          New York sessions to evaluate, in any order; repeated ones count once.
    half_life:         sessions after which a surprise weighs half; `max_age`: sessions after which it is forgotten.
    baseline_sessions: length of the baseline, which ends the session before the filing's own.
    min_baseline:      filings a baseline needs; with fewer the surprise is null and the filing does not count.
    Returns:           one row per (session, instrument_id), in this order: instrument_id, session, raw, inputs,
                       newest_input, input_model. A company is there from its first scored filing on, whatever the
                       status, until it has been silent for a year of sessions.
    Nulls:             raw is null where no filing counts, never zero: missing is missing. `inputs` is 0 then.
    Time:              session S uses rows with `known_at` before the close of S only; what is known at the close or
                       later belongs to the next session. A filing is known when both its rows are, in their first
                       version. Any sessions may be asked for together or apart: the values are the same bits.
    Amendments:        an amendment is an event of its own, in the family of its form. Events add up and replace
                       nothing, so a 10-K/A with only Part III cannot pass for "the latest 10-K".
    Raises:            InvalidInput for two model versions, for a day without a session and for settings below 1.
    Source:            Tetlock, Saar-Tsechansky and Macskassy (2008) for tone and later returns; Feldman, Govindaraj,
                       Livnat and Segal (2010) for the change of tone against recent filings.
    """
    _check_at_least_one(
        half_life=half_life, max_age=max_age, baseline_sessions=baseline_sessions, min_baseline=min_baseline
    )
    days = pl.Series("session", sorted(set(sessions)), dtype=pl.Date)
    at = _ordinals(days)
    followed_for = max(SILENT_AFTER, max_age)
    scored = _scored(tone, filings, days, reach=max(max_age + baseline_sessions, followed_for))
    surprises = _surprises(scored, baseline_sessions=baseline_sessions, min_baseline=min_baseline)
    names = scored["instrument_id"].unique().sort()
    followed = within_age(*_columns(scored, names), at=at, securities=len(names), max_age=followed_for)
    sums = decayed_sums(
        *_columns(surprises, names),
        surprises["surprise"].to_numpy(),
        at=at,
        securities=len(names),
        half_life=half_life,
        max_age=max_age,
    )
    return _long(sums, followed, days=days, names=names, accessions=surprises["accession"]).with_columns(
        input_model=pl.lit(_model_version(tone), pl.String)
    )


def contributions(
    tone: pl.DataFrame, filings: pl.DataFrame, instrument_id: InstrumentId, session: date
) -> pl.DataFrame:
    """Return the filings behind one value of the factor, each with its part; the parts add up to `raw`.

    tone, filings: the very frames that `filing_tone` would read, of all companies: the baseline rests on them.
    Returns:       one row per filing that counts, oldest first: accession, form, known_at, age (sessions), net,
                   baseline, surprise, weight, part; no row where the value is null.
    Raises:        InvalidInput as `filing_tone` does.
    """
    _model_version(tone)
    days = pl.Series([session], dtype=pl.Date)
    scored = _scored(tone, filings, days, reach=MAX_AGE + BASELINE_SESSIONS)
    surprises = _surprises(scored, baseline_sessions=BASELINE_SESSIONS, min_baseline=MIN_BASELINE)
    age = pl.lit(int(_ordinals(days)[0])) - pl.col("ordinal")
    return (
        surprises.with_columns(age=age, weight=pl.lit(2.0).pow(-age / HALF_LIFE))
        .filter((pl.col("instrument_id") == str(instrument_id)) & (pl.col("age") <= MAX_AGE))
        .with_columns(part=pl.col("weight") * pl.col("surprise"))
        .select("accession", "form", "known_at", "age", "net", "baseline", "surprise", "weight", "part")
    )


def _compute(tables: Mapping[str, pl.DataFrame], sessions: Sequence[date]) -> pl.DataFrame:
    return filing_tone(tables["filing_tone"], tables["filings"], sessions)


FACTOR = Factor(
    name="filing_tone",
    version="1",
    inputs=("filing_tone", "filings"),
    unit="net tone (-1 to 1) above its form's recent average, summed with decay",
    direction=1,
    source="Tetlock, Saar-Tsechansky and Macskassy (2008); Feldman, Govindaraj, Livnat and Segal (2010)",
    compute=_compute,
)

SCORED = MetricFactor(
    name="filing_tone",
    version="1",
    title="Filing tone",
    meaning="Its recent filings sound better than filings of their kind did lately.",
    metrics=(
        Metric(
            "filing_tone",
            "texts",
            pl.col("filing_tone"),
            "sum over filings of 126 sessions of 2^(-age / 21 sessions) * (net tone - recent mean of the form)",
            "net tone",
            1,
            200,  # 126 sessions are 185 calendar days at most
            FACTOR.source,
        ),
    ),
)


def _check_at_least_one(**settings: int) -> None:
    if low := {name: value for name, value in settings.items() if value < 1}:
        raise InvalidInput(f"filing_tone cannot use {low}", advice="Give whole numbers from 1.")


def _model_version(tone: pl.DataFrame) -> str | None:
    """Return the one model version of a tone frame, None if it is empty."""
    versions = tone["model_version"].unique().sort().to_list()
    if len(versions) > 1:
        raise InvalidInput(
            f"the tone comes from several models: {', '.join(versions)}", advice="Filter FILING_TONE to one of them."
        )
    return versions[0] if versions else None


def _ordinals(days: pl.Series) -> NDArray[np.int64]:
    """Return the session ordinals of `days`. Raises InvalidInput, through the clock, for a day without a session."""
    session_closes(days)
    return session_ordinals(days).to_numpy().astype(np.int64)


def _scored(tone: pl.DataFrame, filings: pl.DataFrame, days: pl.Series, *, reach: int) -> pl.DataFrame:
    """Return the filings on which values at `days` can rest, `reach` sessions back, in the order they were heard.

    Columns: accession, instrument_id, form, family, known_at, ordinal, net, speaks. `net` is null unless it may count.
    Of several usable versions of one filing's score the first counts: the market read it then. `speaks` marks the first
    registrant under which a text was heard: in a baseline a text of several registrants counts once.
    """
    heard = _heard(*_recent(tone.filter(pl.col("item") == "all"), filings, days, reach=reach))
    usable, ordinals = pl.col("net").is_not_null(), _ordinals(days)
    first, last = (ordinals[0] - reach, ordinals[-1]) if len(ordinals) else (0, -1)
    return heard.with_columns(speaks=pl.struct("accession", "family", usable).is_first_distinct()).filter(
        pl.struct("accession", "instrument_id", usable).is_first_distinct() & pl.col("ordinal").is_between(first, last)
    )


def _recent(
    tone: pl.DataFrame, filings: pl.DataFrame, days: pl.Series, *, reach: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all rows of the submissions of which any row became known in reach of `days`.

    It only saves work: rows known later cannot matter, and a submission whose every row is older was heard before.
    All versions of a submission stay together, or a later one could pass for its first.
    """
    if days.is_empty():
        return tone.clear(), filings.clear()
    closes = session_closes(days)
    since = closes[0] - timedelta(days=2 * reach)  # in 252 sessions or more there are fewer free days than sessions
    by_then = [frame.filter(pl.col("known_at") < closes[-1]) for frame in (tone, filings)]
    news = pl.concat([frame.filter(pl.col("known_at") >= since).select("accession") for frame in by_then])
    recent_tone, recent_filings = (frame.join(news, on="accession", how="semi") for frame in by_then)
    return recent_tone, recent_filings


def _heard(tone: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """Return every version of every score by company, with the session in which it could first be traded on."""
    may_count = (pl.col("status") == "ok") & pl.col("net").is_finite()
    scores = tone.select("accession", scored_at="known_at", net=pl.when(may_count).then("net"))
    registrants = first_known(issuer_filings(filings)).select(
        "accession",
        "instrument_id",
        "form",
        "known_at",
        family=pl.col("form").str.extract(FORM_FAMILY).str.replace("-", ""),
    )
    both = scores.join(registrants.drop_nulls("family"), on="accession")
    known = both.with_columns(known_at=pl.max_horizontal("known_at", "scored_at"))
    session = tradable_sessions(known["known_at"])
    # Two scores older than the filing's own row become known with it: the first of them is still the first.
    return (
        known.with_columns(ordinal=session_ordinals(session).cast(pl.Int64))
        .sort("known_at", "accession", "instrument_id", "scored_at")
        .drop("scored_at")
    )


def _surprises(scored: pl.DataFrame, *, baseline_sessions: int, min_baseline: int) -> pl.DataFrame:
    """Return the filings that have a `surprise`, net tone less the baseline of their family and session."""
    events = scored.drop_nulls("net")
    baselines = [
        _baseline(of_family, sessions=baseline_sessions, at_least=min_baseline)
        for of_family in events.partition_by("family")
    ]
    schema = {"family": pl.String, "ordinal": pl.Int64, "baseline": pl.Float64}
    return (
        events.join(
            pl.concat([pl.DataFrame(schema=schema), *baselines]), on=("family", "ordinal"), maintain_order="left"
        )
        .with_columns(surprise=pl.col("net") - pl.col("baseline"))
        .drop_nulls("surprise")
    )


def _baseline(events: pl.DataFrame, *, sessions: int, at_least: int) -> pl.DataFrame:
    """Return, for each session with an event of this one family, the mean net tone of texts in the `sessions` before.

    Days are added first and windows with exact summation, so a mean does not depend on what lies outside its window.
    """
    heard = events["ordinal"].unique().sort().to_numpy()
    texts, first, length = events.filter("speaks"), heard[0], heard[-1] - heard[0] + 1
    day = texts["ordinal"].to_numpy() - first
    daily_sum = np.bincount(day, texts["net"].to_numpy(), length).tolist()
    texts_before = np.concatenate(([0], np.bincount(day, minlength=length).cumsum()))
    end = heard - first
    begin = np.maximum(end - sessions, 0)
    total = [math.fsum(daily_sum[low:high]) for low, high in zip(begin, end, strict=True)]
    count = texts_before[end] - texts_before[begin]
    windows = pl.DataFrame({"ordinal": heard, "total": total, "count": count})
    mean = pl.when(pl.col("count") >= at_least).then(pl.col("total") / pl.col("count"))
    return windows.select(pl.lit(events["family"][0]).alias("family"), "ordinal", baseline=mean)


def _columns(events: pl.DataFrame, names: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the session ordinals of `events` and the places of their securities in `names`."""
    security = events["instrument_id"].cast(pl.Enum(names)).to_physical()
    return events["ordinal"].to_numpy(), security.to_numpy().astype(np.int64)


def _long(
    sums: DecayedSums, followed: NDArray[np.bool_], *, days: pl.Series, names: pl.Series, accessions: pl.Series
) -> pl.DataFrame:
    """Return the followed cells of (session, security) arrays as rows, null where no event counts."""
    row, column = np.nonzero(followed)
    newest = pl.Series(sums.newest[row, column])
    counts = pl.col("inputs") > 0
    return pl.DataFrame(
        {
            "instrument_id": names.gather(pl.Series(column)),
            "session": days.gather(pl.Series(row)),
            "raw": sums.total[row, column],
            "inputs": sums.events[row, column],
            "newest_input": accessions.gather(newest.set(newest < 0, None)),
        }
    ).with_columns(raw=pl.when(counts).then("raw"))
