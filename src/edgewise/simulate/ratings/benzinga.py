"""Ratings as Benzinga's calendar gives them, and the truth about them.

Before 2018 items have fewer fields, and an empty text for their importance. `date` and `time` are New York's, when the
rating was published; `updated` is when Benzinga last touched the item, seconds since 1970. An item that is corrected
keeps its number and gets a later `updated`; one that was entered twice has two numbers.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polars._typing import PolarsDataType

    from edgewise.simulate.plan import Plan
    from edgewise.simulate.ratings.opinions import Rating

# action, grades, values, targets: as the analyst meant them, whatever the provider first had. value: 1 worst, 5 best.
# known_at: UTC, when the provider had the item; corrected_at: null if it had it right; duplicate_of: an item's id.
TRUTH: dict[str, PolarsDataType] = {
    "id": pl.String,
    "cik": pl.Int64,
    "ticker": pl.String,
    "broker": pl.String,
    "analyst": pl.String,
    "published_at": Instant,
    "known_at": Instant,
    "corrected_at": Instant,
    "action": pl.String,
    "grade": pl.String,
    "prior_grade": pl.String,
    "value": pl.Float64,
    "prior_value": pl.Float64,
    "target": pl.Float64,
    "prior_target": pl.Float64,
    "duplicate_of": pl.String,
}
_NEW_FORMAT_SINCE = date(2018, 1, 1)


def item_ids(plan: Plan, rating: Rating) -> tuple[str, ...]:
    """Return the provider's numbers of a rating: one, or two where it was entered twice."""
    seed = f"{plan.seed}/{rating.company.index}/{rating.ticker}/{rating.broker.name}/{rating.at.isoformat()}"
    return tuple(_digest(f"{seed}/{copy}") for copy in range(2 if rating.twice else 1))


def rating_items(plan: Plan, rating: Rating) -> Iterator[tuple[datetime, dict[str, object]]]:
    """Yield each state of each item of a rating, with the UTC instant since when the provider has it."""
    for copy, number in enumerate(item_ids(plan, rating)):
        entered = rating.known_at + timedelta(minutes=7 * copy)
        if rating.wrong is None or copy:
            yield entered, _item(rating, number, rating.grade, rating.target, entered)
            continue
        grade, target, corrected_at = rating.wrong
        yield entered, _item(rating, number, grade, target, entered)
        if corrected_at.date() <= plan.end:
            yield corrected_at, _item(rating, number, rating.grade, rating.target, corrected_at)


def truth_rows(plan: Plan, rating: Rating, published_at: datetime) -> Iterator[tuple[object, ...]]:
    """Yield the rows of TRUTH for each item of a rating."""
    numbers = item_ids(plan, rating)
    for copy, number in enumerate(numbers):
        wrong = None if copy or rating.wrong is None else rating.wrong[2]
        yield (
            *(number, int(rating.company.cik), str(rating.ticker), rating.broker.name, rating.analyst, published_at),
            *(rating.known_at + timedelta(minutes=7 * copy), wrong, rating.action, rating.grade, rating.prior),
            *(rating.value, rating.prior_value, rating.target, rating.prior_target, numbers[0] if copy else None),
        )


def _item(rating: Rating, number: str, grade: str, target: float | None, updated: datetime) -> dict[str, object]:
    ticker = str(rating.ticker)
    page = f"https://www.benzinga.com/quote/{ticker}/analyst-ratings"
    common: dict[str, object] = {
        "action_company": rating.action,
        "action_pt": _target_action(target, rating.prior_target),
        "analyst": rating.broker.name,
        "date": rating.at.date().isoformat(),
        "exchange": rating.company.exchange.upper(),
        "id": number,
        "name": rating.company.name,
        "pt_current": _usd(target, 4),
        "pt_prior": _usd(rating.prior_target, 4),
        "rating_current": grade,
        "rating_prior": rating.prior,
        "ticker": ticker,
        "time": rating.at.time().isoformat("seconds"),
        "updated": int(updated.timestamp()),
        "url": page,
        "url_calendar": page,
        "url_news": f"https://www.benzinga.com/stock-articles/{ticker}/analyst-ratings",
    }
    if rating.at.date() < _NEW_FORMAT_SINCE:
        targets = {"pt_current": _usd(target, 3), "pt_prior": _usd(rating.prior_target, 3)}
        return common | targets | {"ptpo": "PT", "importance": ""}
    return common | {
        "adjusted_pt_current": _usd(target, 2),
        "adjusted_pt_prior": _usd(rating.prior_adjusted, 2),
        "analyst_id": _digest(rating.analyst + rating.broker.name),
        "analyst_name": rating.analyst,
        "currency": "USD",
        "importance": 0,
        "notes": "",
        "ratings_accuracy": {"smart_score": f"{50 + int(_digest(rating.analyst), 16) % 4_000 / 100:.2f}"},
    }


def _target_action(target: float | None, prior: float | None) -> str:
    if target is None:
        return ""
    if prior is None:
        return "Announces"
    return "Maintains" if target == prior else "Raises" if target > prior else "Lowers"


def _usd(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()
