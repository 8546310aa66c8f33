"""What stands around every page: the way to the pages, the search, light or dark, and what the data is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import dcc, html

from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import aria, stock_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import Hit

PLACES = (("Market day", "/"), ("Screener", "/screener"), ("System", "/system"))


def frame(*, simulated: bool) -> Component:
    """Return the frame; `simulated` marks all that stands in it."""
    return html.Div(
        [
            dcc.Location(id="address", refresh="callback-nav"),
            dcc.Store(id="title"),
            dcc.Store(id="arrived"),
            dcc.Store(id="view"),
            dcc.Store(id="kept"),
            html.Header([_brand(), _places(), _search(), _theme()], className="top"),
            *([_simulated()] if simulated else []),
            html.Main(html.Div("Reading …", className="waiting", role="status"), id="page", tabIndex=-1),
            html.Footer(
                "A score is a place among the market's names on one day, computed from what was public then. "
                "It is no advice."
            ),
        ],
        className="house",
    )


def hits(found: Sequence[Hit]) -> Component:
    """Return what the search found, as links."""
    if not found:
        return html.P("No ticker or name is like that.", className="note", role="status")
    return html.Ul([html.Li(_hit(hit)) for hit in found], **aria(label="Securities found"))


def _hit(hit: Hit) -> Component:
    parts = [
        html.Span(hit.ticker, className="ticker"),
        html.Span(hit.company, className="name"),
        html.Span(words.number(hit.overall), className="number"),
    ]
    return dcc.Link(parts, href=stock_path(hit.ticker))


def _brand() -> Component:
    return dcc.Link("Edgewise", href="/", className="brand")


def _places() -> Component:
    links = [dcc.Link(name, href=path, className="place") for name, path in PLACES]
    return html.Nav(links, **aria(label="Pages"))


def _search() -> Component:
    return html.Div(
        [
            html.Label("Search a ticker or a name", htmlFor="search", className="unseen"),
            dcc.Input(
                id="search",
                type="search",
                placeholder="Search a stock  ( / )",
                debounce=False,
                autoComplete="off",
                spellCheck=False,
            ),
            html.Div(id="hits", **aria(live="polite")),
        ],
        className="search",
        role="search",
    )


def _theme() -> Component:
    return html.Button("Dark", id="theme", className="button", type="button", **aria(label="Dark colours"))


def _simulated() -> Component:
    told = "Simulated market: companies, prices and filings are made up."
    return html.Aside(told, className="simulated", **aria(label="What the data is"))
