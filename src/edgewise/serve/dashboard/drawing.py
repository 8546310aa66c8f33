"""Parts of a page that the browser draws by itself, without Dash: long lists and trees on which no callback depends.

Dash keeps every component of a page in a store and, as one comes in, looks at all of them: two thousand take a browser
more than ten seconds. Drawn parts cost nothing of the kind. Their text goes into the page as text, never as HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dash.development.base_component import Component

    Drawing = str | list[Any]

_NAMES = {"className": "class", "tabIndex": "tabindex", "htmlFor": "for"}
_HTML = "dash_html_components"


def place_for(target: str, *, waiting: bool = True) -> list[Component]:
    """Return where a drawing comes into, and `TARGET-drawing`, the store that a callback puts `drawn` into."""
    told = [html.Div("Reading …", className="waiting", role="status", id=f"{target}-waiting")] if waiting else []
    return [dcc.Store(id=f"{target}-drawing"), *told, html.Div(id=target)]


def drawn(target: str, part: Component) -> list[Any]:
    """Return what the browser draws: where, and what."""
    return [target, drawing(part)]


def drawing(part: Any) -> Drawing:
    """Return a part as its text or as [tag, attributes, parts in it].

    Raises: TypeError for a component that is no plain HTML; the browser alone could not draw it.
    """
    if not hasattr(part, "to_plotly_json"):
        return str(part)
    told = part.to_plotly_json()
    if told["namespace"] != _HTML:
        raise TypeError(f"{told['type']} is no HTML: leave it to Dash")
    props = dict(told["props"])
    inside = props.pop("children", None)
    attributes = {
        _NAMES.get(name, name): _value(value)
        for name, value in props.items()
        if value is not None and value is not False
    }
    return [told["type"].lower(), attributes, [drawing(each) for each in _flat(inside)]]


def _flat(inside: Any) -> Iterator[Any]:
    """Yield the parts of a component, those of lists in it one by one; nothing for what shows nothing."""
    if isinstance(inside, list | tuple):
        for each in inside:
            yield from _flat(each)
    elif inside is not None and inside != "":
        yield inside


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {told}" for name, told in value.items())
    return "" if value is True else str(value)
