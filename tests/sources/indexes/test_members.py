"""Members of an index from a file, folded into versions. Failure case 38: a universe chosen with today's members."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.errors import SchemaMismatch
from edgewise.core.tables_members import INDEX_MEMBERS
from edgewise.sources.indexes.files import read_members
from edgewise.sources.indexes.members import fold, members_between

SEEN = datetime(2024, 7, 1, 12, tzinfo=UTC)
AAL = "aal,2015-03-23,2024-09-23,2015-03-16,2024-09-06,6201\n"
HISTORY = f"""ticker,member_from,removed_on,announced_on,removal_announced_on,cik
{AAL}BRK.B,2010-02-16,,,,
GEV,2024-04-02,,2024-03-28,,1996810
"""


def told(text):
    return read_members(text.encode(), "members.csv").spans


def folded(*texts, seen=SEEN):
    """Return the rows after one file after the other, a day apart."""
    rows = INDEX_MEMBERS.empty()
    for days, text in enumerate(texts):
        new = fold(rows, told(text), seen + timedelta(days=days), source_url="file:members.csv")
        rows = pl.concat([rows, new]).unique(INDEX_MEMBERS.identity, keep="last")
    return rows


def members(rows, first, last, *, as_of=datetime(2030, 1, 1, tzinfo=UTC)):
    known = rows.filter(pl.col("known_at") <= as_of).sort("known_at").unique(INDEX_MEMBERS.key, keep="last")
    return sorted(members_between(known, "sp500", first, last)["ticker"])


def test_the_last_day_is_the_one_before_the_removal_and_symbols_have_one_spelling():
    spans = told(HISTORY)
    assert spans.select("index", "ticker", "member_from", "member_to", "cik").rows() == [
        ("sp500", "AAL", date(2015, 3, 23), date(2024, 9, 22), 6201),
        ("sp500", "BRK-B", date(2010, 2, 16), None, None),
        ("sp500", "GEV", date(2024, 4, 2), None, 1996810),
    ]


def test_who_was_a_member_on_a_day_is_neither_todays_members_nor_tomorrows():
    """Failure case 38."""
    rows = folded(HISTORY)
    assert members(rows, date(2024, 4, 1), date(2024, 4, 1)) == ["AAL", "BRK-B"]
    assert members(rows, date(2024, 4, 2), date(2024, 9, 22)) == ["AAL", "BRK-B", "GEV"]
    assert members(rows, date(2024, 9, 23), date(2024, 9, 23)) == ["BRK-B", "GEV"]


def test_a_change_is_known_in_the_evening_of_its_announcement_and_else_when_it_holds():
    rows = folded(HISTORY)
    of = {(row["ticker"], row["member_to"]): (row["known_at"], row["known_at_source"]) for row in rows.to_dicts()}
    # 22:00 in New York: 02:00 UTC in summer. The open of 2010-02-16 in winter: 14:30 UTC.
    assert of["AAL", None] == (datetime(2015, 3, 17, 2, tzinfo=UTC), "announced")
    assert of["AAL", date(2024, 9, 22)] == (datetime(2024, 9, 7, 2, tzinfo=UTC), "announced")
    assert of["BRK-B", None] == (datetime(2010, 2, 16, 14, 30, tzinfo=UTC), "effective")
    ahead = members(rows, date(2024, 12, 2), date(2024, 12, 2), as_of=datetime(2024, 9, 7, 1, 59, tzinfo=UTC))
    assert ahead == ["AAL", "BRK-B", "GEV"]
    after = members(rows, date(2024, 12, 2), date(2024, 12, 2), as_of=datetime(2024, 9, 7, 2, tzinfo=UTC))
    assert after == ["BRK-B", "GEV"]


def test_the_same_file_again_changes_nothing_and_a_later_one_ends_a_span_as_of_its_days():
    open_end = HISTORY.replace("2024-09-23", "").replace("2024-09-06", "")
    rows = folded(open_end, HISTORY)
    assert rows.sort(INDEX_MEMBERS.identity).equals(folded(HISTORY).sort(INDEX_MEMBERS.identity))
    assert folded(HISTORY, HISTORY).sort(INDEX_MEMBERS.identity).equals(folded(HISTORY).sort(INDEX_MEMBERS.identity))


@pytest.mark.parametrize(
    ("second", "last_day", "left"),
    [
        pytest.param(HISTORY.replace("2024-09-23", "2024-09-03"), date(2024, 9, 2), "ok", id="an earlier end"),
        pytest.param(HISTORY.replace("2024-09-23", ""), None, "ok", id="no end after all"),
        pytest.param(HISTORY.replace(AAL, ""), date(2024, 9, 22), "withdrawn", id="not told any more"),
    ],
)
def test_what_a_later_file_tells_otherwise_is_known_from_when_it_was_seen(second, last_day, left):
    late = datetime(2024, 12, 1, tzinfo=UTC)
    rows = folded(HISTORY, second, second, seen=late).filter(ticker="AAL").sort("known_at")
    assert rows.height == 3  # begun, ended, corrected; once
    newest = rows.row(-1, named=True)
    assert (newest["member_to"], newest["status"], newest["known_at_source"]) == (last_day, left, "seen")
    assert newest["known_at"] == late + timedelta(days=1)
    back = folded(HISTORY, second, second, HISTORY, seen=late).filter(ticker="AAL").sort("known_at")
    again = back.row(-1, named=True)
    assert (again["member_to"], again["status"]) == (date(2024, 9, 22), "ok")


def test_rows_that_cannot_be_right_are_counted_by_reason():
    text = (
        "ticker,member_from,member_to\nA,2000-06-05,\nA,2010-01-04,2011-01-03\nB!,2000-06-05,\nC,2001-02-30,\n"
        "D,2001-02-05,2001-02-01\nE,2001-02-05,soon\nF,,\nG,2001-02-05,2001-03-01\nG,2001-03-02,\n"
    )
    read = read_members(text.encode(), "members.csv", index="sp400")
    assert read.spans.select("index", "ticker", "member_from").rows() == [
        ("sp400", "A", date(2000, 6, 5)),
        ("sp400", "G", date(2001, 2, 5)),
        ("sp400", "G", date(2001, 3, 2)),
    ]
    assert read.rejected == {"bad_day": 3, "bad_ticker": 1, "ends_before_it_begins": 1, "overlapping": 1}


@pytest.mark.parametrize("columns", ["ticker,start_date", "ticker,member_from,member_to,removed_on", "member_from,cik"])
def test_a_file_that_leaves_open_what_its_days_mean_is_refused(columns):
    with pytest.raises(SchemaMismatch):
        read_members(f"{columns}\n{',' * columns.count(',')}\n".encode(), "members.csv")
