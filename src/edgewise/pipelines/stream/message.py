"""A filing as a message of the queue, and back. The body is JSON; a message from another version is read leniently."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from edgewise.core.errors import EdgewiseError, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork, Message

if TYPE_CHECKING:
    from typing import Any


def message_of(work: FilingWork, *, seen_at: datetime) -> Message:
    """Return the message that asks for this filing to be worked on. `seen_at`: when we first saw it, UTC."""
    body = {
        "location": work.location,
        "cik": int(work.cik),
        "form": work.form,
        "filed_date": work.filed_date.isoformat() if work.filed_date else None,
        "accepted_at": work.accepted_at.isoformat() if work.accepted_at else None,
        "seen_at": seen_at.isoformat(),
    }
    return Message(str(work.accession), json.dumps(body))


def work_of(message: Message) -> FilingWork:
    """Return the filing that a message asks for; its `first_seen_at` is the sender's. Raises Unparsable."""
    try:
        body = json.loads(message.body)
        return FilingWork(
            accession=Accession(message.key),
            location=str(body["location"]),
            cik=Cik(body["cik"]),
            form=str(body.get("form") or ""),
            filed_date=date.fromisoformat(body["filed_date"]) if body.get("filed_date") else None,
            accepted_at=_instant(body.get("accepted_at")),
            first_seen_at=_instant(body["seen_at"]),
        )
    except (EdgewiseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unparsable(
            f"the message {message.key!r} is not about a filing: {type(error).__name__} {error}",
            advice="Look at who else writes to this queue.",
            reason="bad_message",
        ) from error


def _instant(text: Any) -> datetime | None:
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return instant
