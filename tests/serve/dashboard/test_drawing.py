"""Parts that the browser draws: what it is told to draw is what Dash would have shown."""

from __future__ import annotations

import pytest
from dash import dcc, html

from edgewise.serve.dashboard.drawing import drawing, drawn, place_for


def test_a_part_is_its_tag_its_attributes_and_what_is_in_it():
    part = html.Div(
        [html.A("Form 4", href="https://example.test/", className="outside"), None, "", [" of ", 3, 0]],
        id="behind",
        tabIndex=0,
        **{"data-filled": "yes", "aria-label": "Filings"},
    )
    assert drawn("there", part) == [
        "there",
        [
            "div",
            {"id": "behind", "tabindex": "0", "data-filled": "yes", "aria-label": "Filings"},
            [["a", {"href": "https://example.test/", "class": "outside"}, ["Form 4"]], " of ", "3", "0"],
        ],
    ]


def test_what_is_open_or_styled_stays_so_and_what_is_not_is_left_out():
    assert drawing(html.Details("x", open=True)) == ["details", {"open": ""}, ["x"]]
    assert drawing(html.Details("x", open=False)) == ["details", {}, ["x"]]
    assert drawing(html.Div(style={"width": "3%", "top": "0"})) == ["div", {"style": "width: 3%; top: 0"}, []]


def test_text_stays_text():
    hostile = "<img src=x onerror=alert(1)>"
    assert drawing(html.P(hostile)) == ["p", {}, [hostile]]


def test_what_only_dash_can_show_is_refused():
    with pytest.raises(TypeError, match="Link is no HTML"):
        drawing(html.Div(dcc.Link("there", href="/")))


def test_a_place_says_that_it_is_waiting_unless_it_may_stay_empty():
    assert [part.id for part in place_for("x")] == ["x-drawing", "x-waiting", "x"]
    assert [part.id for part in place_for("x", waiting=False)] == ["x-drawing", "x"]
