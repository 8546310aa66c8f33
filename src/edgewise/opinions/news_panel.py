"""Mean tone of news at many instants: what `news_averages` answers for one, without asking it so often.

A story counts at an instant if it was known then, is in the window, and no row with the same words that was known then
and comes before it is at most twelve hours older. A row in which the words stand later hides nothing but later ones, so
only pairs of neighbours matter, and at most instants there are none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.table import Instant
from edgewise.core.versions_at import cells, checked_instants, places, versions
from edgewise.opinions.news import ROW, SAME_STORY, STORY, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgewise.core.versions_at import Whole

COLUMNS = (*ROW, "instrument_id", "story", "tone", "published_at", "published_on", "status", "known_at")
"""What is read of NEWS."""


def mean_tones_at(news: pl.DataFrame, instants: pl.Series, *, days: Sequence[int] = WINDOWS) -> pl.DataFrame:
    """Return the mean tone of news of each security at each instant, by instrument_id and `at`.

    news:     rows of `news`, at least COLUMNS, of any number of versions.
    instants: aware UTC instants.
    days:     as in `news_averages`.
    Columns:  instrument_id, at, mean_tone_7, mean_tone_30 (one for each of `days`), newest (New York day of the newest
              scored story of the longest window); a row where that window has a scored story.
    Nulls:    a mean is null where its window has no scored story.
    Time:     a row rests on versions known at its instant only, to the last bit.
    Raises InvalidInput for instants that are not UTC.
    """
    at = checked_instants(instants)
    rows = _usable(news, at, reach=timedelta(days=max(days)) + SAME_STORY)
    begins, ends = places(pl.select(pl.max_horizontal(rows["known_at"], rows["published_at"])).to_series(),
                          rows["until"], at)  # fmt: skip
    hidden = _hidden(rows, begins, ends, width=len(at))
    scored = np.flatnonzero(rows["tone"].is_not_null().to_numpy())
    # In the order of the instants of publication within a security: sums are the same bits, the last one is the newest.
    told = scored[rows[scored].select(pl.arg_sort_by("instrument_id", "published_at", "known_at", *ROW)).to_series()]
    last = {window: _ends_of_window(rows, at, window) for window in days}
    taken, place = cells(begins[told], np.minimum(ends, last[max(days)])[told])
    row = told[taken]
    shown = ~np.isin(row * len(at) + place, hidden)
    return _means(rows, row[shown], place[shown], last, at)


def _usable(news: pl.DataFrame, at: pl.Series, *, reach: timedelta) -> pl.DataFrame:
    """Return the versions that can count at an instant, or hide one that can, by story and time of publication."""
    first, last = (pl.lit(one, Instant) for one in (at.min(), at.max()))
    told = versions(news.select(COLUMNS), ROW).filter(
        pl.col("status") == "ok",
        pl.col("instrument_id").is_not_null(),
        pl.col("published_at").is_between(first - reach, last),
        pl.col("known_at") <= last,
    )
    return told.sort(*STORY, "published_at", "known_at", *ROW)


def _hidden(rows: pl.DataFrame, begins: Whole, ends: Whole, *, width: int) -> Whole:
    """Return row * width + place of the cells in which a row is only a copy of one before it."""
    story = rows.select(pl.struct(STORY).rle_id()).to_series().to_numpy()
    published = rows["published_at"].to_physical().to_numpy()
    near, found, step = SAME_STORY / timedelta(microseconds=1), [np.empty(0, dtype=np.int64)], 1
    copies = np.arange(len(story))
    while len(copies := copies[copies >= step]):
        before = copies - step
        copies = copies[(story[copies] == story[before]) & (published[copies] - published[before] <= near)]
        before = copies - step
        pair, place = cells(np.maximum(begins[copies], begins[before]), np.minimum(ends[copies], ends[before]))
        found.append(copies[pair] * width + place)
        step += 1
    return np.concatenate(found)


def _ends_of_window(rows: pl.DataFrame, at: pl.Series, days: int) -> Whole:
    """Return for each row the place of the first instant at which it is `days` times 24 hours old."""
    published = rows["published_at"]
    return places(published, published + timedelta(days=days), at)[1]


def _means(rows: pl.DataFrame, row: Whole, place: Whole, last: dict[int, Whole], at: pl.Series) -> pl.DataFrame:
    """Return the rows of the answer from the cells that count, which lie in the order of their stories."""
    names = rows["instrument_id"].unique().sort()
    cell = rows["instrument_id"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)[row] * len(at) + place
    tone, size = rows["tone"].to_numpy(), len(names) * len(at)
    newest = np.full(size, -1, dtype=np.int64)
    newest[cell] = row
    kept = np.flatnonzero(newest >= 0)
    means = {f"mean_tone_{days}": _mean(cell, tone[row], place < end[row], size)[kept] for days, end in last.items()}
    return pl.DataFrame({"instrument_id": names[kept // len(at)], "at": at[kept % len(at)]} | means).with_columns(
        pl.col(*means).fill_nan(None), newest=rows["published_on"][newest[kept]]
    )


def _mean(cell: Whole, tone: NDArray[np.float64], inside: NDArray[np.bool_], size: int) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.bincount(cell[inside], tone[inside], size) / np.bincount(cell[inside], minlength=size)
