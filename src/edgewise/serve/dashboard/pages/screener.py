"""Screener: all securities of the newest session in a grid; filter and sort stand in the address, as a saved view."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import dash_ag_grid  # type: ignore[import-untyped]
import polars as pl
from dash import dcc, html

from edgewise.core.errors import InvalidInput
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import FILLED, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgewise.serve.dashboard.data import Readings

LONGEST_VIEW = 4000
SHOWN = ("ticker", "overall", "rating", "by_week", "company", "sector", "sector_percentile", "confidence",
         "completeness", *words.FACTORS, "close", "market_value")  # fmt: skip
_TEXT = {"ticker": "Ticker", "company": "Company", "sector": "Sector", "rating": "Rating", "confidence": "Confidence"}
_NUMBERS = {
    "overall": ("Score", 0),
    "by_week": ("In a week", 0),
    "sector_percentile": ("In sector", 0),
    "completeness": ("Known, %", 0),
    "close": ("Close, $", 2),
    "market_value": ("Market value, $ M", 0),
}
_WIDTHS = {"ticker": 96, "company": 210, "sector": 180, "rating": 130}
THEME = """themeBalham.withParams({
  backgroundColor: 'var(--card)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--card)',
  headerTextColor: 'var(--ink)', borderColor: 'var(--line)', accentColor: 'var(--accent)',
  oddRowBackgroundColor: 'var(--card)', rowHoverColor: 'var(--hover)', fontFamily: 'inherit', fontSize: 13
})"""


def screener_page(readings: Readings, query: str) -> Page:
    """Return the page with the view that the address holds. Raises NotFound where nothing is scored, InvalidInput."""
    screen = readings.screen()
    filters, sort = view_of(query)
    grid = dash_ag_grid.AgGrid(
        id="grid",
        rowData=grid_rows(screen.rows),
        columnDefs=_columns(sort),
        filterModel=filters,
        defaultColDef={"sortable": True, "resizable": True, "filter": True, "floatingFilter": True, "width": 118},
        dashGridOptions={
            "theme": {"function": THEME},
            "animateRows": False,
            "suppressColumnVirtualisation": False,
            "ensureDomOrder": True,
        },
        csvExportParams={"fileName": f"edgewise-screener-{screen.session}.csv"},
        className="grid",
        style={"height": None, "width": None},
    )
    content = [
        html.H1(["Screener ", html.Span(words.day(screen.session), className="soft")], tabIndex=-1),
        html.P(f"As known at {words.close_of(screen.known_at)}. Factors are 0 to 100 among peers.", className="as-of"),
        html.Div(
            [
                html.Button("Download CSV", id="export", className="button"),
                html.Button("Copy link to this view", id="copy-view", className="button"),
                dcc.Link("Clear view", href="/screener", className="button", refresh=True),
                html.Span(f"{screen.rows.height:,} names", id="shown", role="status", className="note"),
            ],
            className="tools",
        ),
        grid,
    ]
    return Page("Screener", html.Div(content, className="screener", **FILLED))


def grid_rows(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what the grid shows; numbers are rounded to what can be seen, so that exports read as the screen does."""
    shown = rows.with_columns(
        pl.col("sector").str.replace_all("_", " ").str.to_titlecase().fill_null(words.sector_of(None).title()),
        pl.col("rating").fill_null("Not rated"),
        (pl.col("completeness") * 100).round(0),
        pl.col("sector_percentile").round(0),
        (pl.col("market_value") / 1e6).round(0),
        pl.col(words.FACTORS).round(0),
        by_week=pl.col("overall") - pl.col("week"),
    )
    return shown.select(SHOWN).sort("overall", "ticker", descending=[True, False], nulls_last=True).to_dicts()


def view_of(query: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (filters, direction by column) that an address's query holds; short forms are sector, min and max.

    Raises: InvalidInput where it holds what no view can be.
    """
    told = {name: values[-1] for name, values in parse_qs(query.removeprefix("?")).items()}
    filters = _filters(told)
    if sector := told.get("sector"):
        filters["sector"] = {"filterType": "text", "type": "equals", "filter": words.sector_of(sector).title()}
    if "min" in told or "max" in told:
        filters["overall"] = _range(told)
    column, _, direction = told.get("sort", "").partition(".")
    return filters, {column: direction} if column in SHOWN and direction in {"asc", "desc"} else {}


def query_of(filters: Mapping[str, Any] | None, state: Sequence[Mapping[str, Any]] | None) -> str:
    """Return the query that holds a view; '' for the view that nobody has changed."""
    told = {"view": json.dumps(filters, separators=(",", ":"))} if filters else {}
    for column in state or ():
        if column.get("sort"):
            told["sort"] = f"{column['colId']}.{column['sort']}"
    return f"?{urlencode(told)}" if told else ""


def _filters(told: Mapping[str, str]) -> dict[str, Any]:
    text = told.get("view", "{}")
    if len(text) > LONGEST_VIEW:
        raise _no_view()
    try:
        filters = json.loads(text)
    except ValueError as error:
        raise _no_view() from error
    if not isinstance(filters, dict) or not all(isinstance(each, dict) for each in filters.values()):
        raise _no_view()
    return {name: each for name, each in filters.items() if name in SHOWN}


def _range(told: Mapping[str, str]) -> dict[str, Any]:
    try:
        lowest, highest = float(told.get("min", 1)), float(told.get("max", 100))
    except ValueError as error:
        raise _no_view() from error
    return {"filterType": "number", "type": "inRange", "filter": lowest - 0.5, "filterTo": highest + 0.5}


def _no_view() -> InvalidInput:
    return InvalidInput("the address holds no view of the screener", advice="Open /screener and choose again.")


def _columns(sort: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_column(name) | ({"sort": sort[name]} if name in sort else {}) for name in SHOWN]


def _column(name: str) -> dict[str, Any]:
    if name in _TEXT:
        column = {
            "field": name,
            "headerName": _TEXT[name],
            "filter": "agTextColumnFilter",
            "width": _WIDTHS.get(name, 118),
        }
        ticker = {"pinned": "left", "cellRenderer": "StockLink"} if name == "ticker" else {}
        return column | ticker | ({"cellRenderer": "RatingChip"} if name == "rating" else {})
    title, digits = _NUMBERS.get(name, (words.title_of(name), 0))
    shape = f"params.value == null ? '{words.MISSING}' : d3.format(',.{digits}f')(params.value)"
    return {
        "field": name,
        "headerName": title,
        "type": "rightAligned",
        "filter": "agNumberColumnFilter",
        "valueFormatter": {"function": shape},
        "width": 128 if name == "market_value" else 104,
    }
