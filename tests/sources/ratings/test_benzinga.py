"""Benzinga's ratings, parsed: what is said, what is doubted, and what no answer may pass for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from edgewise.core.errors import Hostile, NotConfigured, Truncated, Unparsable
from edgewise.core.tables_ratings import RATINGS
from edgewise.sources.ratings.benzinga import parse_ratings
from edgewise.sources.ratings.grades import OF_FIRM, SCALE, grade_of

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = {
    "id": "7",
    "date": "2024-03-15",
    "time": "08:00:00",
    "ticker": "brk.b",
    "exchange": "NYSE",
    "analyst": "Some Firm",
    "action_company": "Upgrades",
    "rating_current": "Overweight",
    "rating_prior": "Equal-Weight",
    "pt_current": "1,100.000",
    "pt_prior": "",
    "adjusted_pt_current": "275.00",
    "updated": 1710504000,  # 12:00:00 UTC, as 8:00 in New York's summer
}


def parsed(*items, **changes):
    body = json.dumps({"ratings": list(items) or [ITEM | changes]}).encode()
    return parse_ratings(body, source_url="hand", seen_at=SEEN)


def row(**changes):
    return parsed(**changes).rows.row(0, named=True)


def test_a_rating_becomes_a_row_of_the_table():
    """Failure case 39: the target adjusted for later splits is not read."""
    said = row()
    assert (said["ticker"], said["firm_id"], said["action"]) == ("BRK-B", "somefirm", "upgrade")
    assert (said["grade"], said["prior_grade"], said["target"], said["currency"]) == (4.0, 3.0, 1100.0, "USD")
    assert said["published_at"] == said["known_at"] == datetime(2024, 3, 15, 12, tzinfo=UTC)
    assert (said["status"], said["reasons"]) == ("ok", None)
    assert RATINGS.frame([said]).height == 1


@pytest.mark.parametrize(
    ("changes", "known_at", "source"),
    [
        ({"updated": 1710507600}, datetime(2024, 3, 15, 13, tzinfo=UTC), "updated"),
        ({"updated": 1}, datetime(2024, 3, 15, 12, tzinfo=UTC), "published"),
        ({"updated": 1710507600000}, datetime(2024, 3, 15, 12, tzinfo=UTC), "published"),
        ({"updated": "", "time": ""}, datetime(2024, 3, 16, 3, 59, 59, tzinfo=UTC), "day"),
        ({"updated": "", "date": "2024-01-15"}, datetime(2024, 1, 15, 13, tzinfo=UTC), "published"),
    ],
)
def test_it_is_known_since_it_was_last_touched_else_published_else_since_its_day_was_over(changes, known_at, source):
    said = row(**changes)
    assert (said["known_at"], said["known_at_source"]) == (known_at, source)


@pytest.mark.parametrize(
    ("changes", "reason", "status"),
    [
        ({"rating_current": "Moonshot"}, "unknown_grade", "suspect"),
        ({"rating_current": "Sell"}, "action_against_grades", "suspect"),
        ({"action_company": "Ponders"}, "unknown_action", "suspect"),
        ({"ticker": "not a symbol!"}, "bad_ticker", "suspect"),
        ({"analyst": None}, "firm_missing", "suspect"),
        ({"rating_prior": "Moonshot"}, "unknown_prior_grade", "ok"),
        ({"pt_current": "NaN"}, "bad_target", "ok"),
        ({"pt_current": "-3"}, "bad_target", "ok"),
        ({"updated": ["soon"]}, "bad_updated", "ok"),
        ({"date": "yesterday"}, "time_unknown", "absent"),
    ],
)
def test_what_is_not_understood_is_a_row_with_a_reason(changes, reason, status):
    said = row(**changes)
    assert (said["reasons"], said["status"]) == (reason, status)
    assert said["rating_id"] == "7"


def test_hostile_items_are_rows_too_and_a_page_says_how_many_it_had():
    answer = parsed(ITEM, [1], None, ITEM | {"id": True, "analyst": "\ud800\u202e<b>Firm</b>\x00" + "x" * 9_999})
    assert answer.items == 4
    assert answer.rows["status"].to_list() == ["ok", "absent", "absent", "ok"]
    assert answer.rows["rating_id"].str.starts_with("?").to_list() == [False, True, True, True]
    assert answer.rows["firm"][3].startswith("? Firm x")
    assert len(answer.rows["firm"][3]) == 500


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>blocked</html>", Unparsable),
        (b'{"ratings": [{"id": "7"', Truncated),
        (b'{"ratings": ' + b"[" * 100_000, Hostile),
        (b'{"data": null}', Unparsable),
        (b'{"ok": false, "errors": [{"code": "auth_failed"}]}', NotConfigured),
        (b"[1]", Unparsable),
    ],
)
def test_failure_case_42_what_is_no_calendar_is_an_error_and_never_an_empty_answer(body, error):
    with pytest.raises(error):
        parse_ratings(body, source_url="hand", seen_at=SEEN)


def test_an_empty_list_is_an_answer():
    assert parse_ratings(b"[]\n", source_url="hand", seen_at=SEEN).rows.is_empty()


def test_words_are_declared_once_and_a_firms_own_scale_wins():
    assert set(SCALE.values()) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert (grade_of("SELL", firm="clsa"), grade_of("sell")) == (1.0, 2.0)
    assert all(word in SCALE for words in OF_FIRM.values() for word in words)
