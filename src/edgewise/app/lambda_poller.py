"""The poller as an AWS Lambda function: one call asks the feed once and queues what nobody has seen.

Set the handler to `edgewise.app.lambda_poller.handler`, EDGEWISE_QUEUE to sqs://..., EDGEWISE_SEEN to dynamodb://...,
EDGEWISE_IDENTITY, and EDGEWISE_HOME to /tmp/edgewise, where alone a function may write. Let a schedule call it every
minute. It needs no database and no lake. Workers elsewhere take from the queue: `edgewise filings watch --role work`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from edgewise.app.console import ERR
from edgewise.app.house import House
from edgewise.app.logs import configure_logs
from edgewise.app.settings import load_settings
from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.pipelines.stream.feed_poll import FeedPoll
from edgewise.sources.edgar.forms import checked_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgewise.pipelines.stream.events import Event

SCHEDULED_EVERY = timedelta(seconds=60)


def handler(event: Mapping[str, Any], context: object) -> dict[str, object]:  # noqa: ARG001 - Lambda's signature
    """Poll once. `event` may name exact form types: {"forms": ["8-K"]}; none means all.

    Returns what was listed, new and rejected; "polled" is false where another poller had the turn.
    Raises what the feed, the queue or the first-seen set raise: Lambda then counts an error and the schedule tries
    again; nothing is lost, because claims that were not queued end by themselves.
    """
    settings = load_settings()
    if not settings.queue or not settings.seen:
        raise NotConfigured(
            "a function has no database of its own to queue in",
            advice="Set EDGEWISE_QUEUE to sqs://name.fifo and EDGEWISE_SEEN to dynamodb://table.",
        )
    configure_logs(settings.log, settings.log_level, console=ERR)
    with House(settings) as house:
        intake = house.intake(_ignore, forms=_forms(event))
        polled = FeedPoll(intake, every=SCHEDULED_EVERY).poll()
    if polled is None:
        return {"polled": False, "listed": 0, "new": 0, "rejected": 0}
    return {"polled": True, "listed": polled.listed, "new": polled.new, "rejected": polled.rejected}


def _forms(event: Mapping[str, Any]) -> tuple[str, ...]:
    forms = event.get("forms", [])
    if not isinstance(forms, list):
        raise InvalidInput(f"forms is {forms!r}", advice='Give a list of form types: {"forms": ["8-K"]}.')
    return tuple(checked_form(str(form)) for form in forms)


def _ignore(_event: Event) -> None:
    """The answer says what came of the poll."""
