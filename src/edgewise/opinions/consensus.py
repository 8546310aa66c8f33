"""What analysts together think of a security, as it was known at an instant.

1. A firm's opinion is the newest word it published, if that is not older than the validity window. A rating without a
   word, where only a target changes, leaves the word as it is and does not renew it. A firm that ended its coverage has
   no opinion. Where the newest word is doubtful the firm's opinion is unknown: the word before it is not taken instead.
2. The consensus is the mean of these, each firm once, on the scale from 1 (worst) to 5 (best).
3. Its change over 30 days is the consensus as of now less the consensus as of 30 days ago, each from what was known.
4. Targets are the newest of each firm, in dollars, on the shares of now: splits between the day of a target and now are
   undone, those that were known and due. A rating never says what a target was adjusted to later (failure case 39).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, last_opened_session
from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

VALID_DAYS = 365
CHANGES = (30, 90)
STALE_CLOSE_DAYS = 10
_SAID_TWICE = timedelta(days=1)
FIRM = ["instrument_id", "firm_id"]
ITEM = ["provider", "rating_id"]
ORDER = ["published_on", "published_at", "known_at", *ITEM]
"""Of ratings of one firm and security the last in this order counts."""
ENDS = (pl.col("action") == "terminate").fill_null(value=False)
# An unknown action may be the end of coverage.
IS_WORD = pl.col("grade_said").is_not_null() | ENDS | (pl.col("action").is_null() & pl.col("action_said").is_not_null())
# A close without volume is a quote that nobody renewed; volume that is not reported is taken on trust.
TRADED = (
    pl.col("close").is_finite()
    & (pl.col("close") > 0)
    & (pl.col("volume").fill_null(1) > 0)
    & (pl.col("status").fill_null("ok") == "ok")
)
IS_TARGET = pl.col("target").is_not_null() | ENDS
_BUY, _SELL = 4.0, 2.0


def opinions(
    ratings: pl.DataFrame, *, as_of: datetime, valid_days: int = VALID_DAYS, suspect: bool = False
) -> pl.DataFrame:
    """Return what each firm thinks of each security as of T, by security and firm.

    ratings: rows of `ratings`, of any number of versions; of those known at T the newest of each item counts.
    suspect: whether doubtful words count; else the firm is there with a null grade and status suspect.
    Columns: instrument_id, firm_id, firm, grade, grade_said, analyst, published_on, provider, rating_id, status.
    Raises InvalidInput for an instant without a zone and for a window below one day.
    """
    words = _known(ratings, as_of).filter(IS_WORD)
    newest = _newest(words.filter(_valid(as_of, valid_days)))
    covered = newest.filter(~ENDS)
    counts = pl.lit(suspect) | (pl.col("status") == "ok")
    return covered.select(
        *FIRM,
        "firm",
        pl.when(counts).then(pl.col("grade")).alias("grade"),
        *("grade_said", "analyst", "published_on", "provider", "rating_id", "status"),
    ).sort(FIRM)


def consensus(
    ratings: pl.DataFrame, *, as_of: datetime, valid_days: int = VALID_DAYS, suspect: bool = False
) -> pl.DataFrame:
    """Return the consensus on each security that somebody covers as of T, by security; arguments as in `opinions`.

    Columns: instrument_id, firms (with a grade), mean (1 to 5), dispersion (standard deviation over firms, as of a
             sample), lowest, highest, buys (firms at 4 or more), sells (at 2 or less), doubtful (firms whose newest
             word does not count), newest (day of the newest word).
    Nulls:   mean, lowest and highest without a grade; dispersion with fewer than two.
    """
    told = opinions(ratings, as_of=as_of, valid_days=valid_days, suspect=suspect)
    grade = pl.col("grade")
    return (
        told.group_by("instrument_id")
        .agg(
            firms=grade.count(),
            mean=grade.mean(),
            dispersion=grade.std(ddof=1),
            lowest=grade.min(),
            highest=grade.max(),
            buys=(grade >= _BUY).sum(),
            sells=(grade <= _SELL).sum(),
            doubtful=grade.null_count(),
            newest=pl.col("published_on").max(),
        )
        .sort("instrument_id")
    )


def consensus_changes(
    ratings: pl.DataFrame,
    *,
    as_of: datetime,
    days: Sequence[int] = CHANGES,
    valid_days: int = VALID_DAYS,
    suspect: bool = False,
) -> pl.DataFrame:
    """Return how opinions on each security changed over each window, by security and window.

    Columns: instrument_id, days, mean, mean_before (as of so many days before T, from what was known then),
             change (mean - mean_before), upgrades, downgrades, initiations, terminations (actions published in the
             window, known at T; what a provider has twice within a day counts once).
    Nulls:   change where either mean is null.
    """
    now = consensus(ratings, as_of=as_of, valid_days=valid_days, suspect=suspect).select("instrument_id", "mean")
    parts = []
    for window in days:
        then = as_of - timedelta(days=window)
        before = consensus(ratings, as_of=then, valid_days=valid_days, suspect=suspect)
        acts = _actions(ratings, since=then, as_of=as_of, suspect=suspect)
        joined = now.join(
            before.select("instrument_id", mean_before="mean"), on="instrument_id", how="full", coalesce=True
        ).join(acts, on="instrument_id", how="full", coalesce=True)
        parts.append(joined.with_columns(days=pl.lit(window, pl.Int32), change=pl.col("mean") - pl.col("mean_before")))
    counts = ("upgrades", "downgrades", "initiations", "terminations")
    return (
        pl.concat(parts)
        .with_columns(pl.col(counts).fill_null(0))
        .select("instrument_id", "days", "mean", "mean_before", "change", *counts)
        .sort("instrument_id", "days")
    )


def targets(
    ratings: pl.DataFrame,
    *,
    as_of: datetime,
    prices: pl.DataFrame | None = None,
    actions: pl.DataFrame | None = None,
    valid_days: int = VALID_DAYS,
) -> pl.DataFrame:
    """Return the price targets on each security as of T against its price, by security.

    prices:  rows of `prices`; the last close known at T and not older than ten days counts. None: no price is known.
    actions: rows of `corporate_actions`; splits known at T whose session had opened by then count. None: no split.
    Columns: instrument_id, targets (firms with one in USD), mean_target, lowest_target, highest_target (USD per share
             of T), other_currency (firms whose newest target is in another currency or in none that is told),
             close (USD, on the shares of T), target_vs_price (mean_target / close - 1, a fraction).
    Nulls:   the means without a target in USD; close and target_vs_price without a recent close.
    A target does not count if the newest is of a doubtful rating, or the firm has ended its coverage.
    """
    splits = _due_splits(actions, as_of)
    said = _known(ratings, as_of).filter(_valid(as_of, valid_days))
    told = said.filter(IS_TARGET)
    newest = _newest(told).filter(~ENDS, pl.col("status") == "ok")
    usd = pl.col("currency").fill_null("") == "USD"
    target = pl.when(usd).then(pl.col("target"))
    summed = (
        _per_share(newest, splits, "target", on="published_on")
        .group_by("instrument_id")
        .agg(
            targets=target.count(),
            mean_target=target.mean(),
            lowest_target=target.min(),
            highest_target=target.max(),
            other_currency=(~usd).sum(),
        )
    )
    closes = _closes(prices, splits, as_of)
    return (
        summed.join(closes, on="instrument_id", how="left")
        .with_columns(target_vs_price=pl.col("mean_target") / pl.col("close") - 1)
        .sort("instrument_id")
    )


def _known(ratings: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the newest version known at T of each item about a known security by a known firm."""
    if as_of.tzinfo is None:
        raise InvalidInput(f"as_of {as_of} has no zone", advice="Pass an aware UTC datetime.")
    known = ratings.filter(pl.col("known_at") <= as_of).sort(*ITEM, "known_at")
    newest = known.unique(ITEM, keep="last", maintain_order=True)
    return newest.filter(pl.all_horizontal(pl.col(*FIRM, "published_on").is_not_null()))


def _valid(as_of: datetime, valid_days: int) -> pl.Expr:
    if valid_days < 1:
        raise InvalidInput(f"an opinion is valid for {valid_days} days", advice="Give 1 or more.")
    first = as_of.astimezone(NEW_YORK).date() - timedelta(days=valid_days - 1)
    return pl.col("published_on") >= first


def _newest(ratings: pl.DataFrame) -> pl.DataFrame:
    """Return the rating of each firm and security that was published last; among several at one time the last known."""
    return ratings.sort(ORDER, nulls_last=False).unique(FIRM, keep="last", maintain_order=True)


def _actions(ratings: pl.DataFrame, *, since: datetime, as_of: datetime, suspect: bool) -> pl.DataFrame:
    """Return upgrades, downgrades, initiations and terminations of each security, published after `since`."""
    counted = pl.lit(suspect) | (pl.col("status") == "ok")
    after = pl.coalesce("published_at", "known_at") > since
    told = _known(ratings, as_of).filter(counted, after, pl.col("action").is_not_null())
    same = [*FIRM, "action", "grade_said"]
    ordered = told.with_columns(at=pl.coalesce("published_at", "known_at")).sort(*same, "at", "rating_id")
    again = (pl.col("at") - pl.col("at").shift(1).over(same)) <= _SAID_TWICE
    once = ordered.filter(~again.fill_null(value=False))
    names = {"upgrades": "upgrade", "downgrades": "downgrade", "initiations": "initiate", "terminations": "terminate"}
    return once.group_by("instrument_id").agg(
        (pl.col("action") == action).sum().alias(name) for name, action in names.items()
    )


def _due_splits(actions: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame:
    schema = {"instrument_id": pl.String, "ex_session": pl.Date, "ratio": pl.Float64}
    if actions is None:
        return pl.DataFrame(schema=schema)
    known = actions.filter(pl.col("known_at") <= as_of, pl.col("kind") == "split").sort("known_at")
    newest = known.unique(["instrument_id", "ex_session"], keep="last", maintain_order=True)
    return newest.filter(pl.col("ex_session") <= last_opened_session(as_of)).select(schema.keys())


def _per_share(rows: pl.DataFrame, splits: pl.DataFrame, column: str, *, on: str) -> pl.DataFrame:
    """Return the rows with `column` on the shares of now: divided by the splits after the day in column `on`."""
    numbered = rows.with_row_index("place")
    later = numbered.select("place", "instrument_id", on).join(splits, on="instrument_id")
    factors = later.filter(pl.col("ex_session") > pl.col(on)).group_by("place").agg(factor=pl.col("ratio").product())
    joined = numbered.join(factors, on="place", how="left", maintain_order="left")
    return joined.with_columns(pl.col(column) / pl.col("factor").fill_null(1.0)).drop("place", "factor")


def _closes(prices: pl.DataFrame | None, splits: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the last close of each security that is known and recent at T, on the shares of T."""
    if prices is None:
        return pl.DataFrame(schema={"instrument_id": pl.String, "close": pl.Float64})
    first = as_of.astimezone(NEW_YORK).date() - timedelta(days=STALE_CLOSE_DAYS)
    known = prices.filter(pl.col("known_at") <= as_of, pl.col("session") >= first).sort("session", "known_at")
    newest = known.unique(["instrument_id", "session"], keep="last", maintain_order=True).filter(TRADED)
    last = newest.unique("instrument_id", keep="last", maintain_order=True)
    return _per_share(last, splits, "close", on="session").select("instrument_id", "close")
