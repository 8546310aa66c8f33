"""What was told of a company: price with filings marked, filings with tone, changes of risk factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from dash import dcc, html

from edgewise.core.clock import session_close
from edgewise.core.errors import EdgewiseError
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import FILLED, Head, aria, at_source, card, new_chip, nothing, table, trouble
from edgewise.serve.dashboard.price_chart import price_chart

if TYPE_CHECKING:
    from datetime import date

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import Readings, StockRecord

FILINGS_SHOWN, RISKS_SHOWN = 25, 40
KINDS = ("new", "dropped", "reworded", "kept")


def record_parts(readings: Readings, ticker: str) -> tuple[Component, Component]:
    """Return the price chart and the cards of filings and risk factors, or twice what went wrong."""
    try:
        record = readings.record(ticker)
        stock = readings.stock(ticker)
    except EdgewiseError as error:
        return trouble(error).content, html.Div()
    cards = [_filings(record.filings, stock.week), _risks(record.risks)]
    return _price(record, stock.history), html.Div(cards, **FILLED)


def _price(record: StockRecord, history: pl.DataFrame) -> Component:
    closes = record.prices.drop_nulls("close")
    if closes.is_empty():
        return nothing("No price is stored.", "`edgewise prices ingest` fetches prices.")
    newest = closes.row(-1, named=True)
    graph = dcc.Graph(
        figure=price_chart(record.prices, record.filings, history),
        config={"displayModeBar": False, "responsive": True},
        className="chart",
    )
    close = f"Close {words.dollars(newest['close'])} on {words.day(newest['session'])}."
    told = f"{close} Marks: filings, where they could first be traded on."
    return html.Div([html.P(told, className="note"), html.Div(graph, role="img", **aria(label=told))], **FILLED)


def _filings(filings: pl.DataFrame, week: date | None) -> Component:
    title, key = "Filings with their tone", "filings"
    if filings.is_empty():
        return card(title, nothing("No filing is stored.", "`edgewise filings ingest` fetches filings."), key=key)
    since = session_close(week) if week is not None else None
    heads = [Head("Form"), Head("Public since"), Head("Tone", is_number=True), Head("Filing")]
    rows = []
    for row in filings.head(FILINGS_SHOWN).iter_rows(named=True):
        is_new = since is not None and row["known_at"] > since
        form: list[Any] = [
            html.Span(row["form"], className="ticker"),
            new_chip() if is_new else "",
        ]
        tone = words.signed(row["net_tone"], 2)
        filer, dash, rest = row["accession"].partition("-")
        number = [html.Span(filer + dash, className="wide-only"), rest]
        known = [f"{row['known_at']:%Y-%m-%d}", html.Span(f" {row['known_at']:%H:%M} UTC", className="wide-only")]
        rows.append((form, known, tone, at_source(number, row["url"])))
    note = f"Newest {len(rows)} of {filings.height}; tone from -1 to 1: positive less negative words over both."
    return card(title, table("Filings", heads, rows), key=key, note=note)


def _risks(risks: pl.DataFrame) -> Component:
    title, key = "What changed in its risk factors", "risks"
    if risks.is_empty():
        return card(title, nothing("No two reports of it are compared yet."), key=key)
    counts = {kind: risks.filter(pl.col("change") == kind).height for kind in KINDS}
    newest = risks.row(0, named=True)
    changed = risks.filter(pl.col("change") != "kept").head(RISKS_SHOWN)
    heads = [
        Head("Change"),
        Head("Risk factor"),
        Head("About", narrow=False),
        Head("Words", is_number=True, narrow=False),
    ]
    note = html.P(
        [
            ", ".join(f"{count} {kind}" for kind, count in counts.items()),
            ". Filing ",
            at_source(newest["accession"], newest["url"]),
            f", public since {words.instant(newest['known_at'])}.",
        ],
        className="note",
    )
    return card(title, note, table(title, heads, (_risk(row) for row in changed.iter_rows(named=True))), key=key)


def _risk(row: dict[str, Any]) -> tuple[Any, ...]:
    by = f"+{row['words_added']:,} {words.MINUS}{row['words_removed']:,}"
    about = str(row["category"]).replace("_", " ")
    return html.Span(row["change"], className=f"kind {row['change']}"), row["heading"] or "(no heading)", about, by
