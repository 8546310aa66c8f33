"""How much is written about a security and in what tone, over the last days as they were known at an instant.

A story counts once for a security, whatever numbers and providers it came under: rows whose headlines have the same
words are copies where one follows the other within twelve hours, and the first of them counts. Headlines that return
daily, as "Mid-day movers" does, are new stories each day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

WINDOWS = (7, 30)
SAME_STORY = timedelta(hours=12)
ROW = ["provider", "news_id", "ticker"]
STORY = ["instrument_id", "story"]


def stories(news: pl.DataFrame, *, as_of: datetime, suspect: bool = False) -> pl.DataFrame:
    """Return the stories about each security that were known at T, each once, in order of security and time.

    news:    rows of `news`, of any number of versions; of those known at T the newest of each counts.
    suspect: whether doubtful rows count.
    Returns: rows of `news` and `copies`, how many rows known at T are that story. Rows about no known security, absent
             ones and stories dated after T are left out.
    Raises InvalidInput for an instant without a zone.
    """
    if as_of.tzinfo is None:
        raise InvalidInput(f"as_of {as_of} has no zone", advice="Pass an aware UTC datetime.")
    known = news.filter(pl.col("known_at") <= as_of).sort(*ROW, "known_at")
    newest = known.unique(ROW, keep="last", maintain_order=True)
    usable = (pl.col("status") == "ok") | (pl.lit(suspect) & (pl.col("status") == "suspect"))
    told = newest.filter(usable, pl.col("instrument_id").is_not_null(), pl.col("published_at") <= as_of)
    ordered = told.sort(*STORY, "published_at", "known_at", *ROW)
    gap = pl.col("published_at") - pl.col("published_at").shift(1).over(STORY)
    numbered = ordered.with_columns(run=(gap > SAME_STORY).fill_null(value=False).cum_sum().over(STORY))
    counted = numbered.with_columns(copies=pl.len().over(*STORY, "run"))
    first = counted.unique([*STORY, "run"], keep="first", maintain_order=True)
    return first.drop("run").sort("instrument_id", "published_at", *ROW)


def news_averages(
    news: pl.DataFrame,
    *,
    as_of: datetime,
    days: Sequence[int] = WINDOWS,
    instruments: Sequence[str] | None = None,
    suspect: bool = False,
) -> pl.DataFrame:
    """Return a row for each security and window, by security and window.

    news:        rows of `news`.
    days:        a window is the last `days` times 24 hours up to T, by the instant printed on the story.
    instruments: securities to answer for; None for all with a story in the longest window.
    Columns: instrument_id, days, stories, scored (of them with a tone), mean_tone (-1 to 1, each story once), tone_by
             (whose tones are in it, joined by '+': those of a provider and of a model are not one scale), newest.
    Nulls:   mean_tone, tone_by and newest without a scored story, or without any; stories and scored are 0 then.
    """
    told = stories(news, as_of=as_of, suspect=suspect)
    longest = told.filter(pl.col("published_at") > as_of - timedelta(days=max(days)))
    asked = longest["instrument_id"].unique() if instruments is None else pl.Series(list(instruments), dtype=pl.String)
    wanted = pl.DataFrame({"instrument_id": asked.unique()}, schema={"instrument_id": pl.String})
    parts = []
    for window in days:
        inside = told.filter(pl.col("published_at") > as_of - timedelta(days=window))
        sums = inside.group_by("instrument_id").agg(
            stories=pl.len(),
            scored=pl.col("tone").count(),
            mean_tone=pl.col("tone").mean(),
            tone_by=pl.col("tone_by").filter(pl.col("tone").is_not_null()).unique().sort().str.join("+"),
            newest=pl.col("published_at").max(),
        )
        answered = wanted.join(sums, on="instrument_id", how="left").with_columns(
            pl.col("stories", "scored").fill_null(0), pl.col("tone_by").replace("", None)
        )
        parts.append(answered.insert_column(1, pl.lit(window, pl.Int32).alias("days")))
    return pl.concat(parts).sort("instrument_id", "days")
