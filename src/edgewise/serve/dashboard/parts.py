"""Small parts that pages are put together of: cards, tables, changes, and what stands where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dash import dcc, html

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.serve.dashboard import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dash.development.base_component import Component

    from edgewise.core.errors import EdgewiseError

FILLED: dict[str, Any] = {"data-filled": "yes"}
"""Marks a part that shows data, not a frame of it: what tests and measurements wait for."""


def aria(**told: str) -> dict[str, Any]:
    """Return ARIA attributes, for who does not see the page; `label` becomes aria-label."""
    return {f"aria-{name}": value for name, value in told.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what the browser's tab says, and what stands on it."""

    title: str
    content: Component


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table. Numbers stand at the right; `narrow` says whether a phone shows it."""

    label: str
    is_number: bool = False
    narrow: bool = True

    @property
    def name(self) -> str:
        """The class of its cells."""
        return " ".join(name for name, there in (("number", self.is_number), ("wide-only", not self.narrow)) if there)


def card(title: str, *content: Any, key: str, note: str = "", size: str = "", **more: Any) -> Component:
    """Return a titled part of a page; `key` is its id, `note` says what the numbers are of."""
    return html.Section(
        [html.H2(title, id=f"{key}-title"), *([html.P(note, className="note")] if note else []), *content],
        id=key,
        className=f"card {size}".strip(),
        **aria(labelledby=f"{key}-title"),
        **more,
    )


def table(caption: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]]) -> Component:
    """Return a table that can be scrolled sideways with the keyboard; the caption is for who does not see it."""
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="unseen"),
                html.Thead(html.Tr([html.Th(head.label, scope="col", className=head.name) for head in heads])),
                html.Tbody(
                    [
                        html.Tr([html.Td(cell, className=head.name) for head, cell in zip(heads, row, strict=True)])
                        for row in rows
                    ]
                ),
            ]
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **aria(label=f"Table: {caption}"),
    )


def change(value: object, digits: int = 0) -> Component:
    """Return a change with arrow and sign, so that its colour says nothing alone."""
    text = words.signed(value, digits)
    kind = "up" if text.startswith("+") else "down" if text.startswith(words.MINUS) else "same"
    arrow = {"up": "▲ ", "down": "▼ ", "same": ""}[kind]
    return html.Span([html.Span(arrow, **aria(hidden="true")), text], className=f"change {kind}")


def stock_path(ticker: str) -> str:
    """Return the address of a security's page."""
    return f"/stock/{quote(ticker, safe='')}"


def stock_link(ticker: str, text: str = "") -> Component:
    """Return a link to the page of a security."""
    return dcc.Link(text or ticker, href=stock_path(ticker), className="ticker")


def rating_chip(rating: object) -> Component:
    """Return a rating as a chip."""
    name = str(rating) if rating else "Not rated"
    return html.Span(name, className=f"rating {name.lower().replace(' ', '-')}")


def at_source(text: Any, url: str) -> Any:
    """Return a link that leaves the house, or the text (or parts) alone where there is no address."""
    if not url.startswith("https://"):
        return text
    return html.A(text, href=url, target="_blank", rel="noopener noreferrer", className="outside")


def new_chip() -> Component:
    """Return the mark of what became public in the week that changes are told of."""
    return html.Span("this week", className="fresh")


def tile(label: str, value: Any, note: Any = "") -> Component:
    """Return one figure with its name and what it is of."""
    return html.Div(
        [html.Dt(label), html.Dd([html.Span(value, className="figure"), html.Span(note, className="note")])],
        className="tile",
    )


def nothing(told: str, advice: str = "") -> Component:
    """Return what stands where there is nothing to show: why, and what to do."""
    return html.Div([html.P(told), *([html.P(advice, className="note")] if advice else [])], className="nothing")


def trouble(error: EdgewiseError) -> Page:
    """Return the page of what could not be shown: a caller's mistake in full, a failure of ours only as a code."""
    if isinstance(error, NotFound | InvalidInput):
        title, told = "Nothing here", f"{error.what}."
        advice = f"{error.advice} Or search for a ticker or a name above."
    else:
        title, told = "This cannot be shown now", f"What is stored could not be read ({error.code})."
        advice = "Try again in a moment; the server's log has the details."
    return Page(
        title,
        html.Div([html.H1(title, tabIndex=-1), nothing(told[0].upper() + told[1:], advice)], role="alert", **FILLED),
    )
