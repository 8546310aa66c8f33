"""Factors of a security as bars, with the median of its sector as a mark on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import aria, change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component


def factor_bars(
    names: Sequence[str],
    values: Mapping[str, object],
    medians: Mapping[str, float | None],
    points: Mapping[str, float] | None = None,
    *,
    peers: str = "sector",
) -> Component:
    """Return a row per factor: name, bar from 0 to 100, value, the median of its peers, and points if there are any."""
    heads = ["Factor", f"Line: {peers}'s median", "Value", "Median", *(["Points"] if points is not None else [])]
    return html.Table(
        [
            html.Caption(f"Factors beside the {peers}'s median", className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col", className=_place(head)) for head in heads])),
            html.Tbody([_row(name, values.get(name), medians.get(name), points) for name in names]),
        ],
        className="factors",
    )


def _place(head: str) -> str:
    if head == "Median":
        return "number wide-only"
    return "number" if head in {"Value", "Points"} else "bar" if head.startswith("Line") else ""


def _row(name: str, value: object, median: float | None, points: Mapping[str, float] | None) -> Component:
    last = [html.Td(change(points.get(name), 1), className="number")] if points is not None else []
    return html.Tr(
        [
            html.Th(words.title_of(name), scope="row"),
            html.Td(_bar(value, median), className="bar"),
            html.Td(words.number(value), className="number"),
            html.Td(words.number(median), className="number soft wide-only"),
            *last,
        ]
    )


def _bar(value: object, median: float | None) -> Component:
    inside = []
    if isinstance(value, float | int):
        kind = "above" if median is None or value >= median else "below"
        inside.append(html.Div(className=f"length {kind}", style={"width": f"{value:.1f}%"}))
    if median is not None:
        inside.append(html.Div(className="median", style={"left": f"{median:.1f}%"}))
    return html.Div(inside, className="track" if inside else "track unknown", **aria(hidden="true"))
