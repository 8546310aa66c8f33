"""System health: how fresh every table is, how long filings take, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from edgewise.pipelines.score_reading import closed_session
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import FILLED, Head, Page, card, nothing, table, tile

if TYPE_CHECKING:
    from datetime import datetime

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import Health, Readings

OLD_AFTER_S = {"prices": 4 * 86_400, "scores": 4 * 86_400, "factor_metrics": 4 * 86_400, "filings": 4 * 86_400}
"""Tables that should have something new within so many seconds: a long weekend."""


def system_page(readings: Readings) -> Page:
    """Return the page."""
    health = readings.health()
    content = [
        html.H1("System health", tabIndex=-1),
        html.P(f"As of {words.instant(health.at)}.", className="as-of"),
        _tiles(health),
        card("Tables", _tables(health), key="tables", note="Age: from the newest row's known_at until now."),
        card(
            "Lags",
            _lags(health),
            key="lags",
            note="From publication, filings of the last hour; median and 95th percentile.",
        ),
        card(
            "Failures",
            _failures(health),
            key="failures",
            note="What could not be brought in or could not go on, by reason; "
            "`edgewise filings retry` shows those of filings.",
        ),
    ]
    return Page("System health", html.Div(content, **FILLED))


def state_of(name: str, rows: int, age_s: float | None) -> str:
    """Return empty, old, or fresh for a table that should have something new each session; stored for the others.

    One that should, but of which nobody knows how new its rows are, is told to be so.
    """
    if not rows:
        return "empty"
    if name not in OLD_AFTER_S:
        return "stored"
    if age_s is None:
        return "unknown"
    return "old" if age_s > OLD_AFTER_S[name] else "fresh"


def _tiles(health: Health) -> Component:
    due = closed_session(health.at)
    if health.session is None:
        scored, note = words.MISSING, "nothing is scored yet"
    else:
        scored = words.day(health.session)
        note = "up to date" if health.session >= due else f"behind: {words.day(due)} has closed since"
    failed = sum(health.failures.values())
    return html.Dl(
        [
            tile("Newest scores", scored, note),
            tile("Tables", words.number(len(health.tables))),
            tile("Filings", words.number(sum(health.filings.values())), _states(health)),
            tile("Failed", words.number(failed), "see Failures below" if failed else "nothing to do"),
        ],
        className="tiles",
    )


def _states(health: Health) -> str:
    """Return how many filings are in each state."""
    return ", ".join(f"{state} {count:,}" for state, count in sorted(health.filings.items())) or "in the ledger"


def _tables(health: Health) -> Component:
    if not health.tables:
        return nothing("The lake is empty.", "`edgewise demo` fills it with a simulated market.")
    heads = [
        Head("Table"),
        Head("State"),
        Head("Rows", is_number=True, narrow=False),
        Head("Newest known at", narrow=False),
        Head("Age", is_number=True),
    ]
    return table("Tables", heads, (_table(health.at, state) for state in health.tables))


def _table(at: datetime, state: Any) -> tuple[Any, ...]:
    age = (at - state.newest_known_at).total_seconds() if state.newest_known_at else None
    told = state_of(state.name, state.rows, age)
    chip = html.Span(told, className=f"state {told}")
    return state.name, chip, words.number(state.rows), words.instant(state.newest_known_at), words.lasted(age)


def _lags(health: Health) -> Component:
    timed = [lag for lag in health.lags if lag.filings]
    if not timed:
        return nothing("No filing came in during the last hour.", "`edgewise filings watch` follows the live stream.")
    heads = [
        Head("Forms"),
        Head("To"),
        Head("Filings", is_number=True),
        Head("Median", is_number=True),
        Head("95 %", is_number=True),
    ]
    rows = (
        (lag.form, str(lag.to), words.number(lag.filings), words.lasted(lag.p50_s), words.lasted(lag.p95_s))
        for lag in timed
    )
    return table("Lags", heads, rows)


def _failures(health: Health) -> Component:
    if not health.failures:
        return nothing("Nothing has failed.")
    rows = sorted(health.failures.items(), key=lambda each: -each[1])
    heads = [Head("Reason"), Head("Failures", is_number=True)]
    return table("Failures", heads, ((reason.replace("_", " "), words.number(count)) for reason, count in rows))
