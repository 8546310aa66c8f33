"""One security: its score, why it changed, what it is made of. What takes longer to read comes in after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from edgewise.core.errors import EdgewiseError, NotFound
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.dial import dial
from edgewise.serve.dashboard.drawing import place_for
from edgewise.serve.dashboard.factor_bars import factor_bars
from edgewise.serve.dashboard.parts import FILLED, Head, Page, at_source, card, change, nothing, table, tile, trouble
from edgewise.serve.dashboard.tree import tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import FactorMove, FilingBehind, Readings, StockDay

STEADY = 0.05
"""Points below which a factor is not said to have moved a score."""
BEHIND_SHOWN = 4


def stock_page(readings: Readings, ticker: str) -> Page:
    """Return the page of a security. Raises NotFound where nobody has the ticker or nothing is scored."""
    stock = readings.stock(ticker)
    content = [
        dcc.Store(id="ticker", data=stock.ticker),
        _heading(stock),
        html.Div([_score_card(stock), _change_card(stock)], className="pair first"),
        _factor_card(stock),
        card("Price and filings", html.Div(_reading(), id="record"), key="price"),
        _explanation_card(stock),
        *place_for("told-by-company", waiting=False),
    ]
    return Page(f"{stock.ticker} {words.number(stock.score['overall'])}", html.Div(content, **FILLED))


def explanation_parts(readings: Readings, ticker: str) -> tuple[Component, Component]:
    """Return the tree of a security and the newest filings at its ends, or why there is none and nothing."""
    try:
        told = readings.explanation(ticker)
    except NotFound as error:
        return nothing(f"{error.what}.", error.advice), html.Div()
    except EdgewiseError as error:
        return trouble(error).content, html.Div()
    return html.Div(tree(told.tree), **FILLED), _behind(told.filings)


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
                f"as known at {words.close_of(row['known_at'])}.{_correction(row)}",
                className="as-of",
            ),
        ]
    )


def _correction(row: Mapping[str, Any]) -> str:
    return f" It was corrected then: {row['correction']}." if row["correction"] else ""


def _score_card(stock: StockDay) -> Component:
    row = stock.score
    told: list[Any] = [dial(row["overall"], row["rating"])]
    if row["overall"] is None:
        told.append(nothing(f"Not rated: {words.why_not_rated(row['reasons'])}."))
    figures = html.Dl(
        [
            tile("Place in sector", words.number(row["sector_percentile"]), "0 worst, 100 best"),
            tile("Confidence", str(row["confidence"] or words.MISSING), "High, Medium or Low"),
            tile("Completeness", words.percent(row["completeness"]), "of the weight is known"),
            tile("Freshness", words.percent(row["freshness"]), "100 %: all is new"),
            tile("Stability", words.percent(row["stability"]), "100 %: the same for 21 sessions"),
        ],
        className="tiles small",
    )
    return card("Score", *told, figures, key="score", note=f"1 worst, 100 best, {words.day(row['session'])}")


def _change_card(stock: StockDay) -> Component:
    title = "Why it changed since last week"
    if stock.week is None or not stock.moves:
        told = "It is not rated" if stock.score["overall"] is None else "It was not rated a week before"
        return card(title, nothing(f"{told}: there is no change to tell of."), *_place_behind(), key="change")
    total, told_by = why(stock.moves)
    rows = sorted(stock.moves, key=lambda move: -abs(move.points))
    return card(
        title,
        _sentence(total, told_by),
        *_place_behind(),
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
        parts.append(f" {words.signed(move.points, 1)} ({_from_to(move)})")
    return html.P([*parts, "."], className="sentence")


def _from_to(move: FactorMove) -> str:
    if move.was is None:
        return f"not known then, now {words.number(move.now)}"
    if move.now is None:
        return f"was {words.number(move.was)}, not known now"
    return f"from {words.number(move.was)} to {words.number(move.now)}"


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
        note=f"{words.day(stock.score['session'])}{_adding_up(stock)}.",
    )


def _adding_up(stock: StockDay) -> str:
    if not stock.points:
        return ""
    bounds = stock.points.get("bounds", 0.0)
    kept = f" ({words.signed(bounds, 1)} to keep it within 1 to 100)" if abs(bounds) > STEADY else ""
    return f"; 50 and the points add up to the score{kept}"


def _place_behind() -> list[Component]:
    return place_for("behind", waiting=False)


def _behind(filings: Sequence[FilingBehind]) -> Component:
    """Return the filings of the week that the score rests on, or the newest one."""
    if not filings:
        return html.P("No filing is behind the score.", className="note")
    news = [filing for filing in filings if filing.is_new]
    rows = [html.Li(_filing(filing)) for filing in (news or filings)[: BEHIND_SHOWN if news else 1]]
    more = f" The newest {BEHIND_SHOWN} of {len(news)}:" if len(news) > BEHIND_SHOWN else ""
    told = f"Filings behind it that came in that week.{more}" if news else "The newest filing behind the score:"
    return html.Div([html.P(told), html.Ul(rows)], className="behind", **FILLED)


def _filing(filing: FilingBehind) -> list[Any]:
    factors = ", ".join(words.title_of(name) for name in filing.factors)
    told = f", public since {words.instant(filing.known_at)}; for {factors}"
    return [at_source(f"{filing.form} {filing.accession}".strip(), filing.url), told]


def _explanation_card(stock: StockDay) -> Component:
    known = words.instant(stock.score["known_at"])
    note = f"Open a factor, then a metric, to see the facts and the filing. As known at {known}."
    return card("From the score to the filing", *place_for("explanation"), key="explanation-card", note=note)


def _reading() -> Component:
    return html.Div("Reading …", className="waiting", role="status")
