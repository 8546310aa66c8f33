"""An explanation as a tree that opens: score, factors, metrics, facts, filings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from edgewise.serve.dashboard.parts import at_source, change, new_chip

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import Branch

OPEN_AT_FIRST = 1
"""Levels that stand open: the score with its factors."""


def tree(root: Branch) -> Component:
    """Return the tree of a branch; browsers open and close it with the keyboard, too."""
    return html.Div(_branch(root, 0), className="tree")


def _branch(branch: Branch, level: int) -> Component:
    more: dict[str, Any] = {"id": f"why-{branch.name}"} if branch.name else {}
    if not branch.branches:
        return html.Div(_line(branch), className="leaf", **more)
    inside = html.Ul([html.Li(_branch(each, level + 1)) for each in branch.branches])
    return html.Details([html.Summary(_line(branch)), inside], open=level < OPEN_AT_FIRST, **more)


def _line(branch: Branch) -> list[Any]:
    line: list[Any] = [html.Span(at_source(branch.title, branch.url), className="title")]
    if branch.is_new:
        line.append(new_chip())
    if branch.told:
        line.append(html.Span(branch.told, className="told"))
    if branch.points is not None:
        line.append(html.Span([change(branch.points, 1), " points"], className="points"))
    return line
