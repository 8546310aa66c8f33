"""`edgewise lake`: the tables as they are, and files that left them long ago."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from edgewise.core.clock import session_close
from edgewise.core.tables import PRICES
from edgewise.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 1, 2)
EIGHT_DAYS_MS = 8 * 86_400_000


def closes(close: float):
    base = dict.fromkeys(("open", "high", "low", "close"), close)
    return PRICES.frame(
        [
            {
                "instrument_id": "0000000001-01",
                "session": DAY,
                "source_url": "test:",
                "known_at": session_close(DAY),
                **base,
            }
        ]
    )


@pytest.fixture
def home(tmp_path):
    """A home with one close that was stored twice, so that one file is no longer needed, for eight days already."""
    lake = Lake(str(tmp_path / "lake"))
    lake.append(PRICES, closes(10.0))
    lake.upsert(PRICES, closes(11.0))
    newest = max((tmp_path / "lake" / "prices" / "_delta_log").glob("*.json"))
    actions = [json.loads(line) for line in newest.read_text().splitlines()]
    for action in actions:
        if "remove" in action:
            action["remove"]["deletionTimestamp"] -= EIGHT_DAYS_MS
    newest.write_text("\n".join(map(json.dumps, actions)) + "\n")
    return tmp_path


def files(home: Path) -> int:
    return len(list((home / "lake" / "prices").glob("*.parquet")))


def test_tables_are_shown_with_what_they_hold(edgewise, home):
    (shown,) = edgewise("lake", "show", "--json", home=home).json
    assert (shown["name"], shown["rows"], shown["files"], shown["version"]) == ("prices", 1, 1, 2)
    assert datetime.fromisoformat(shown["newest_known_at"]) == datetime(2024, 1, 2, 21, tzinfo=UTC)
    assert ["prices", "1", "1"] in [line.split()[:3] for line in edgewise("lake", "show", home=home).out.splitlines()]


def test_an_empty_lake_says_what_fills_it(edgewise, tmp_path):
    assert "edgewise filings ingest" in edgewise("lake", "show", home=tmp_path).out


def test_files_that_left_longer_ago_go_and_every_answer_stays(edgewise, home):
    assert edgewise("lake", "tidy", "--keep", "9", "--json", home=home).json == {"merged": [], "deleted": {"prices": 0}}
    assert files(home) == 2
    assert edgewise("lake", "tidy", "--json", home=home).json["deleted"] == {"prices": 1}
    assert files(home) == 1
    assert Lake(str(home / "lake")).read(PRICES)["close"].to_list() == [11.0]
    assert "files deleted 0" in edgewise("lake", "tidy", home=home).out


def test_a_table_is_merged_into_one_run(edgewise, home):
    lake = Lake(str(home / "lake"))
    lake.append(PRICES, closes(12.0).with_columns(session=date(2024, 1, 3), known_at=session_close(date(2024, 1, 3))))
    before = lake.history(PRICES)
    assert edgewise("lake", "tidy", "--merge", "prices", "--json", home=home).json["merged"] == ["prices"]
    (shown,) = edgewise("lake", "show", "--json", home=home).json
    assert (shown["rows"], shown["files"]) == (2, 1)
    assert Lake(str(home / "lake")).history(PRICES).equals(before)


def test_an_unknown_table_is_refused_before_anything_is_deleted(edgewise, home):
    assert "there is no table 'price'" in edgewise("lake", "tidy", "--merge", "price", home=home).complaint
    assert files(home) == 2
