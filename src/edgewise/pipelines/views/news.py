"""The view `news`: in what tone the press wrote about each security, as known at each close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.clock import session_closes
from edgewise.core.tables_news import NEWS
from edgewise.opinions.news_panel import COLUMNS, mean_tones_at

if TYPE_CHECKING:
    import polars as pl

    from edgewise.lake import Lake


def news_view(lake: Lake, peers: pl.DataFrame) -> pl.DataFrame:
    """Return the mean tone of news of 7 and 30 days of those of `peers` that had a scored story in 30 days.

    peers:   PEERS_SCHEMA, of some sessions.
    Columns: instrument_id, session, observed_on (New York day of the newest scored story), mean_tone_7, mean_tone_30
             (-1 to 1, each story once, as `news_averages` gives them).
    Nulls:   mean_tone_7 without a scored story in seven days. Doubtful stories do not count.
    Time:    stories known at the session's close, each in its newest version of then.
    """
    asked = peers.select("instrument_id", "session", at=session_closes(peers["session"]))
    news = lake.history(NEWS, as_of=asked["at"].max(), columns=COLUMNS) if asked.height else NEWS.empty()  # type: ignore[arg-type]
    tones = mean_tones_at(news, asked["at"].unique())
    return (
        asked.join(tones, on=["instrument_id", "at"])
        .select("instrument_id", "session", "mean_tone_7", "mean_tone_30", observed_on="newest")
        .sort("session", "instrument_id")
    )
