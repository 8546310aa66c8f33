"""A security's price with its filings marked, and its score below, on one axis of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.clock import tradable_sessions
from edgewise.serve.dashboard import words

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKS: Mapping[str, tuple[str, str]] = {
    "10-K": ("diamond", "10-K"),
    "10-Q": ("circle", "10-Q"),
    "8-K": ("triangle-up", "8-K"),
}
"""Forms that are marked, by the beginning of their names; the others would hide the line."""


def price_chart(prices: pl.DataFrame, filings: pl.DataFrame, history: pl.DataFrame) -> dict[str, Any]:
    """Return the figure: close in USD above, score 1 to 100 below, a mark where a filing could be traded on."""
    return {
        "data": [_line(prices), *_marks(prices, filings), _scores(history)],
        "layout": {
            "height": 420,
            "margin": {"l": 52, "r": 12, "t": 8, "b": 28},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "inherit", "size": 12},
            "hovermode": "closest",
            "dragmode": False,
            "legend": {"orientation": "h", "y": 1.08, "x": 0},
            "xaxis": {"type": "date", "anchor": "y2", "fixedrange": True},
            "yaxis": {"domain": [0.36, 1], "tickprefix": "$", "title": {"text": "Close"}, "fixedrange": True},
            "yaxis2": {
                "domain": [0, 0.28],
                "range": [0, 100],
                "dtick": 25,
                "title": {"text": "Score"},
                "fixedrange": True,
            },
        },
    }


def marked(prices: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """Return the filings of marked forms with the session they could first be traded on, its close, and their kind.

    Nulls: a filing whose session has no close is left out: it lies outside of the prices.
    """
    kind = pl.coalesce(
        pl.when(pl.col("form").str.starts_with(form)).then(pl.lit(form)) for form in MARKS
    )  # fmt: skip
    sessions = tradable_sessions(filings["known_at"]).alias("session")
    return (
        filings.with_columns(sessions, kind=kind)
        .drop_nulls("kind")
        .join(prices.select("session", "close"), on="session", how="inner")
        .drop_nulls("close")
    )


def _line(prices: pl.DataFrame) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Close",
        "showlegend": False,
        "x": prices["session"].to_list(),
        "y": prices["close"].to_list(),
        "line": {"color": "#3b7dd8", "width": 1.6},
        "hovertemplate": "%{x|%a %e %b %Y}<br>close $%{y:,.2f}<extra></extra>",
    }


def _marks(prices: pl.DataFrame, filings: pl.DataFrame) -> list[dict[str, Any]]:
    found = marked(prices, filings)
    return [_kind(found.filter(pl.col("kind") == form), form) for form in MARKS if form in found["kind"]]


def _kind(found: pl.DataFrame, form: str) -> dict[str, Any]:
    symbol, name = MARKS[form]
    told = [
        f"{row['form']}, {words.instant(row['known_at'])}<br>"
        f"tone {words.signed(row['net_tone'], 2)}<br>{row['accession']}"
        for row in found.iter_rows(named=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": found["session"].to_list(),
        "y": found["close"].to_list(),
        "text": told,
        "marker": {"symbol": symbol, "size": 10, "color": "#d9822b", "line": {"width": 1, "color": "#7a3e00"}},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _scores(history: pl.DataFrame) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Score",
        "showlegend": False,
        "x": history["session"].to_list(),
        "y": history["overall"].to_list(),
        "yaxis": "y2",
        "line": {"color": "#8a63c9", "width": 1.6, "shape": "hv"},
        "hovertemplate": "%{x|%a %e %b %Y}<br>score %{y}<extra></extra>",
    }
