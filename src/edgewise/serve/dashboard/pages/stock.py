"""One security: its score, why it changed, what it is made of. What takes longer to read comes in after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from edgewise.core.errors import EdgewiseError, NotFound
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.dial import dial
from edgewise.serve.dashboard.factor_bars import factor_bars
from edgewise.serve.dashboard.parts import FILLED, Head, Page, card, change, nothing, table, tile, trouble
from edgewise.serve.dashboard.tree import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import FactorMove, Readings, StockDay

STEADY = 0.05
"""Points below which a factor is not said to have moved a score."""


def stock_page(readings: Readings, ticker: str) -> Page:
    """Return the page of a security. Raises NotFound where nobody has the ticker or nothing is scored."""
    stock = readings.stock(ticker)
    content = [
        dcc.Store(id="ticker", data=stock.ticker),
        _heading(stock),
        html.Div([_score_card(stock), _change_card(stock)], className="pair first"),
        _factor_card(stock),
        _later("price", "Price and filings", "record"),
        _explanation_card(stock),
        html.Div(id="told-by-company"),
    ]
    return Page(f"{stock.ticker} {words.number(stock.score['overall'])}", html.Div(content, **FILLED))


def explanation_part(readings: Readings, ticker: str) -> Component:
    """Return the tree of a security, or why there is none."""
    try:
        return html.Div(tree(readings.explanation(ticker)), **FILLED)
    except NotFound as error:
        return nothing(f"{error.what}.", error.advice)
    except EdgewiseError as error:
        return trouble(error).content


def why(moves: Sequence[FactorMove], most: int = 3) -> tuple[float, list[FactorMove]]:
    """Return the change of the score and the factors behind most of it, those that moved it its way first."""
    total = sum(move.points for move in moves)
    way = 1 if total >= 0 else -1
    told = [move for move in moves if move.points * way > STEADY]
    return total, sorted(told, key=lambda move: -move.points * way)[:most]


def _heading(stock: StockDay) -> Component:
    row = stock.score
    return html.Header(
        [
            html.H1([stock.company, " ", html.Span(stock.ticker, className="soft")], tabIndex=-1),
            html.P(
                f"{words.sector_of(row['sector'])}. Score of {words.day(row['session'])}, "
                f"as known at {words.close_of(row['known_at'])}.",
                className="as-of",
            ),
        ]
    )


def _score_card(stock: StockDay) -> Component:
    row = stock.score
    told: list[Any] = [dial(row["overall"], row["rating"])]
    if row["overall"] is None:
        told.append(nothing(f"Not rated: {words.why_not_rated(row['reasons'])}."))
    figures = html.Dl(
        [
            tile("Place in sector", words.number(row["sector_percentile"]), "0 worst, 100 best"),
            tile("Confidence", str(row["confidence"] or words.MISSING)),
            tile("Completeness", words.percent(row["completeness"]), "of the weight is known"),
            tile("Freshness", words.percent(row["freshness"]), "100 %: all is new"),
            tile("Stability", words.percent(row["stability"]), "over 21 sessions"),
        ],
        className="tiles small",
    )
    return card("Score", *told, figures, key="score", note=f"1 to 100, {words.day(row['session'])}")


def _change_card(stock: StockDay) -> Component:
    title = "Why it changed since last week"
    if stock.week is None or not stock.moves:
        told = nothing("There is no score of a week before to compare with.")
        return card(title, told, key="change")
    total, told_by = why(stock.moves)
    rows = sorted(stock.moves, key=lambda move: -abs(move.points))
    return card(
        title,
        _sentence(total, told_by),
        table("Change by factor", _MOVE_HEADS, (_move(move) for move in rows)),
        key="change",
        note=f"{words.day(stock.week)} to {words.day(stock.score['session'])}; points add up to the change.",
    )


_MOVE_HEADS = (Head("Factor"), Head("Was", is_number=True), Head("Is", is_number=True), Head("Points", is_number=True))


def _move(move: FactorMove) -> tuple[Any, ...]:
    if move.factor == "bounds":
        return "Kept within 1 to 100", "", "", change(move.points, 1)
    link = html.A(words.title_of(move.factor), href=f"#why-{move.factor}")
    return link, words.number(move.was), words.number(move.now), change(move.points, 1)


def _sentence(total: float, told_by: Sequence[FactorMove]) -> Component:
    if abs(total) < STEADY or not told_by:
        return html.P("It hardly changed.", className="sentence")
    verb = "rose" if total > 0 else "fell"
    parts: list[Any] = [f"The score {verb} by ", html.Strong(words.number(abs(total), 1)), " points. Mostly: "]
    for at, move in enumerate(told_by):
        parts.append(", " if at else "")
        parts.append(html.A(words.title_of(move.factor), href=f"#why-{move.factor}"))
        parts.append(f" {words.signed(move.points, 1)} (from {words.number(move.was)} to {words.number(move.now)})")
    return html.P([*parts, "."], className="sentence")


def _factor_card(stock: StockDay) -> Component:
    peers = "sector" if stock.score["sector"] else "market"
    others = [name for name in stock.medians if name not in words.FACTORS and stock.score.get(name) is not None]
    beside: list[Any] = []
    if others:
        inside = factor_bars(others, stock.score, stock.medians, peers=peers)
        beside = [html.Details([html.Summary("Factors beside the score, at weight 0"), inside])]
    return card(
        f"Ten factors beside the {peers}'s median",
        factor_bars(words.FACTORS, stock.score, stock.medians, stock.points, peers=peers),
        *beside,
        key="factors",
        note=f"{words.day(stock.score['session'])}; with 50, the points add up to the score{_bounds(stock)}.",
    )


def _bounds(stock: StockDay) -> str:
    bounds = stock.points.get("bounds", 0.0)
    return f" ({words.signed(bounds, 1)} to keep it within 1 to 100)" if abs(bounds) > STEADY else ""


def _explanation_card(stock: StockDay) -> Component:
    known = words.instant(stock.score["known_at"])
    note = f"Open a factor, then a metric, to see the facts and the filing. As known at {known}."
    return _later("explanation-card", "From the score to the filing", "explanation", note)


def _later(key: str, title: str, target: str, note: str = "") -> Component:
    waiting = html.Div("Reading …", className="waiting", role="status")
    return card(title, html.Div(waiting, id=target), key=key, note=note)
