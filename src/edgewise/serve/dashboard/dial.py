"""A score as a dial: five bands, a needle, the number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import aria, rating_chip

if TYPE_CHECKING:
    from dash.development.base_component import Component


def dial(overall: int | None, rating: str | None) -> Component:
    """Return the dial of a score from 1 to 100; without one it has no needle."""
    label = f"Score {overall} of 100, {rating}" if overall is not None else "Not rated"
    needle = (
        [html.Div(className="needle", style={"transform": f"rotate({turn(overall)}deg)"})]
        if overall is not None
        else []
    )
    return html.Div(
        [
            html.Div([html.Div(className="bands"), *needle], className="face", role="img", **aria(label=label)),
            html.Div(words.number(overall), className="score"),
            rating_chip(rating),
        ],
        className="dial",
    )


def turn(overall: int) -> float:
    """Return the needle's turn in degrees from upright: -90 at 0, 90 at 100.

    >>> turn(50), turn(100)
    (0.0, 90.0)
    """
    return overall * 1.8 - 90
