"""A transcript as one JSON file, for whoever has no WRDS: the first copy, as soon as it was there.

Times are UTC. `published_at` is when the transcript could first be read; the call itself was hours earlier. A speaker
whom nobody knows has null for a name. There is no operator's title and no executive's firm.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edgewise.simulate.calls.spoken import Kind, Role
from edgewise.simulate.calls.wrds import copy_named, stamp
from edgewise.simulate.documents.page import NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.simulate.calls.calendar import Call
    from edgewise.simulate.calls.spoken import Component, Speaker

_ROLES = {Role.OPERATOR: "operator", Role.EXECUTIVE: "executive", Role.ANALYST: "analyst"}
_SECTIONS = {Kind.WELCOME: "prepared", Kind.SPEECH: "prepared"}


def plain_path(call: Call) -> str:
    """Return where the file stands below the market's folder: ticker and New York date of the call."""
    return f"transcripts/{call.company.ticker}_{call.day.isoformat()}.json"


def plain_text(call: Call, components: Sequence[Component]) -> str:
    """Return the file's text; `components` are those of the first copy."""
    copy, made = call.copies[0]
    content = {
        "notice": NOTICE,
        "id": str(call.call_id),
        "company": call.company.name,
        "ticker": str(call.company.ticker),
        "exchange": call.company.exchange,
        "title": call.title,
        "fiscal_year": call.quarter.fiscal_year,
        "fiscal_quarter": call.quarter.number,
        "call_begins": stamp(call.begins),
        "published_at": stamp(made),
        "copy": copy_named(copy),
        "components": [_component(order, one) for order, one in enumerate(components)],
    }
    return json.dumps(content, ensure_ascii=True) + "\n"


def _component(order: int, one: Component) -> dict[str, object]:
    return {
        "order": order,
        "section": _SECTIONS.get(one.kind, "questions"),
        "kind": one.kind.name.lower(),
        "speaker": _speaker(one.speaker),
        "text": one.text,
    }


def _speaker(one: Speaker) -> dict[str, str | None]:
    return {"name": one.name, "role": _ROLES[one.role], "title": one.title or None, "firm": one.firm or None}
