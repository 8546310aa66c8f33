"""`edgewise filings lag`: how long after their publication filings were seen, stored and scored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows

if TYPE_CHECKING:
    from edgewise.serve.lags import Lag

FILINGS_AT_MOST = 200_000


def lag(
    *,
    hours: Annotated[float, typer.Option(min=0.01, help="Filings first seen in so many past hours.")] = 24.0,
    json: Json = False,
) -> None:
    """Show the lag from publication to seen, stored and scored, by group of forms.

    The percentiles are lags that filings really had. Counted apart: filings of which nobody told when they became
    public, filings not there yet, and history, which was public for more than a week when it was first seen.
    """
    from edgewise.serve.lags import lags  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings lag", ledger=False) as (house, _):
        since = house.clock.now() - timedelta(hours=hours)
        works = house.stream_ledger.timed(since=since, limit=FILINGS_AT_MOST)
        found = lags(works)
        cut = len(works) == FILINGS_AT_MOST
        if json:
            answer = {"simulated": house.simulated, "since": since, "filings": len(works), "cut": cut}
            print_json(answer | {"lags": [asdict(each) for each in found]})
            return
        title = f"Lag from publication, filings first seen since {since:%Y-%m-%d %H:%M}Z"
        title += ", SIMULATED MARKET" if house.simulated else ""
        rows = [_row(each) for each in found] if works else []
        print_rows(title, rows, columns=list(rows[0]) if rows else [], empty="No filing was first seen in that time.")
        if cut:
            OUT.print(f"Only the newest {FILINGS_AT_MOST:,} filings are in it.")


def _row(found: Lag) -> dict[str, object]:
    lags = {"p50": _shown(found.p50_s), "p95": _shown(found.p95_s), "p99": _shown(found.p99_s)}
    counted = {"timed": found.filings, "no_instant": found.no_instant, "not_yet": found.not_yet}
    return {"form": found.form, "to": str(found.to), **lags, **counted, "history": found.history}


def _shown(seconds: float | None) -> str:
    """Return a lag as a person reads it, `-` for none.

    >>> [_shown(seconds) for seconds in (0.25, 61.5, 7260.0, None)]
    ['0.2 s', '1 min 2 s', '2 h 1 min', '-']
    """
    if seconds is None:
        return "-"
    whole = round(seconds)
    minute, hour = 60, 3_600
    if whole < minute:
        return f"{seconds:.1f} s"
    if whole < hour:
        return f"{whole // minute} min {whole % minute} s"
    return f"{whole // hour:,} h {whole % hour // minute} min"
