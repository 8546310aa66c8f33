"""The Dash application: the frame around every page, which page an address shows, and the search."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from dash import ClientsideFunction, Dash, Input, Output, State, html
from fastapi.concurrency import run_in_threadpool

from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound
from edgewise.serve.dashboard.drawing import drawn
from edgewise.serve.dashboard.frame import frame, hits
from edgewise.serve.dashboard.pages.market import market_page
from edgewise.serve.dashboard.pages.screener import query_of, screener_page
from edgewise.serve.dashboard.pages.stock import explanation_parts, stock_page
from edgewise.serve.dashboard.pages.stock_record import record_parts
from edgewise.serve.dashboard.pages.system import system_page
from edgewise.serve.dashboard.parts import Page, trouble

if TYPE_CHECKING:
    from fastapi import FastAPI

    from edgewise.serve.dashboard.data import Readings

LOG = logging.getLogger(__name__)
HERE = Path(__file__).parent
HITS = 8


def create_dashboard(readings: Readings, *, simulated: bool) -> FastAPI:
    """Return the dashboard as an application of its own; nothing in it is loaded from outside.

    simulated: marks every page.
    """
    app = Dash(
        __name__,
        backend="fastapi",
        assets_folder=str(HERE / "assets"),
        use_pages=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title="",
        title="Edgewise",
        index_string=(HERE / "index.html").read_text(),
        add_log_handler=False,
        enable_mcp=False,
    )
    app.layout = frame(simulated=simulated)
    _route(app, readings)
    _fill(app, readings)
    _remember_view(app)
    server: FastAPI = app.server
    return server


def page_at(readings: Readings, path: str, query: str) -> Page:
    """Return the page at an address, or the page of what went wrong."""
    try:
        return _page_at(readings, path.rstrip("/") or "/", query)
    except (NotFound, InvalidInput) as error:
        return trouble(error)
    except EdgewiseError as error:
        LOG.exception("%.200r failed", path)
        return trouble(error)


def _page_at(readings: Readings, path: str, query: str) -> Page:
    match path.split("/")[1:]:
        case [""]:
            return market_page(readings)
        case ["stock", ticker]:
            return stock_page(readings, unquote(ticker))
        case ["screener"]:
            return screener_page(readings, query)
        case ["system"]:
            return system_page(readings)
        case _:
            raise NotFound(f"there is no page {path[:80]!r}", advice="Go to the market day, or search for a ticker.")


# Whatever reads runs in a thread: Dash calls a plain function in the event loop, where the API would wait for it.


def _route(app: Dash, readings: Readings) -> None:
    @app.callback(
        Output("page", "children"),
        Output("title", "data"),
        Input("address", "pathname"),
        State("address", "search"),
    )
    async def show(path: str | None, query: str | None) -> tuple[Any, str]:
        page = await run_in_threadpool(page_at, readings, path or "/", query or "")
        return page.content, page.title

    arrived = ClientsideFunction("edgewise", "arrived")
    app.clientside_callback(arrived, Output("arrived", "data"), Input("title", "data"))  # type: ignore[no-untyped-call]

    @app.callback(Output("hits", "children"), Input("search", "value"), prevent_initial_call=True)
    async def search(text: str | None) -> Any:
        return await run_in_threadpool(_found, readings, text or "")


def _found(readings: Readings, text: str) -> Any:
    """Return what the search shows: nothing before somebody types, an outage without its details."""
    wanted = text.strip()[:80]
    if not wanted:
        return []
    try:
        return hits(readings.find(wanted, limit=HITS))
    except NotFound as error:
        return html.P(str(error), className="note")
    except EdgewiseError as error:
        LOG.exception("the search failed")
        return html.P(f"The search cannot be answered now ({error.code}).", className="note")


def _fill(app: Dash, readings: Readings) -> None:
    @app.callback(Output("record", "children"), Output("told-by-company-drawing", "data"), Input("ticker", "data"))
    async def record(ticker: str) -> tuple[Any, Any]:
        chart, told = await run_in_threadpool(record_parts, readings, ticker)
        return chart, drawn("told-by-company", told)

    @app.callback(Output("explanation-drawing", "data"), Output("behind-drawing", "data"), Input("ticker", "data"))
    async def explanation(ticker: str) -> tuple[Any, Any]:
        tree, behind = await run_in_threadpool(explanation_parts, readings, ticker)
        return drawn("explanation", tree), drawn("behind", behind)

    draw = ClientsideFunction("edgewise", "draw")
    for target in ("told-by-company", "explanation", "behind"):
        app.clientside_callback(draw, Input(f"{target}-drawing", "data"))  # type: ignore[no-untyped-call]


def _remember_view(app: Dash) -> None:
    @app.callback(
        Output("view", "data"), Input("grid", "filterModel"), Input("grid", "columnState"), prevent_initial_call=True
    )
    def remember(filters: dict[str, Any] | None, state: list[dict[str, Any]] | None) -> str:
        return query_of(filters, state)

    # In place of the address, never after it: the way back leads out of the screener.
    keep = ClientsideFunction("edgewise", "keepView")
    app.clientside_callback(keep, Output("kept", "data"), Input("view", "data"))  # type: ignore[no-untyped-call]

    @app.callback(Output("grid", "exportDataAsCsv"), Input("export", "n_clicks"), prevent_initial_call=True)
    def export(clicks: int | None) -> Any:
        return bool(clicks)

    @app.callback(
        Output("shown", "children"),
        Input("grid", "virtualRowData"),
        State("grid", "rowData"),
        prevent_initial_call=True,
    )
    def count(shown: list[Any] | None, rows: list[Any] | None) -> Any:
        return f"{len(shown or ()):,} of {len(rows or ()):,} names"
