"""Members of an index in the lake, with the securities their symbols named. Failure cases 31 and 38."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_members import INDEX_MEMBERS
from edgewise.lake import Lake
from edgewise.pipelines.members import ingest_members, members_of

NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)


class Clock:
    def now(self):
        return NOW


def span(instrument_id, ticker, valid_from, valid_to, cik):
    told = {"instrument_id": instrument_id, "ticker": ticker, "valid_from": valid_from, "valid_to": valid_to}
    return told | {"cik": cik, "company": ticker, "source_url": "test", "known_at": NOW}


# FB became META; SNI was given up and taken up by another company later.
INSTRUMENTS_KNOWN = INSTRUMENTS.frame(
    [
        span("0001326801-01", "FB", date(1990, 1, 2), date(2022, 6, 8), 1326801),
        span("0001326801-01", "META", date(2022, 6, 9), None, 1326801),
        span("0001430602-01", "SNI", date(1990, 1, 2), date(2018, 3, 6), 1430602),
        span("0009999999-01", "SNI", date(2022, 1, 3), None, 9999999),
    ]
)


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def brought_in(lake, tmp_path, *rows):
    file = tmp_path / "members.csv"
    file.write_text("\n".join(("ticker,member_from,member_to,cik", *rows)) + "\n")
    return ingest_members(file, lake, INSTRUMENTS_KNOWN, Clock())


def test_a_symbol_is_that_of_its_own_days_whether_the_file_writes_the_old_or_the_new_one(lake, tmp_path):
    """Failure case 31."""
    came = brought_in(lake, tmp_path, "META,2013-12-23,,", "SNI,2008-07-02,2018-03-06,", "GONE,2001-01-02,2003-01-02,")
    assert (came.spans, came.rejected, came.unresolved) == (3, {}, 1)
    found = members_of(lake, first=date(1990, 1, 2), last=NOW.date()).select("ticker", "instrument_id", "cik").rows()
    assert found == [
        ("GONE", None, None),
        ("META", "0001326801-01", 1326801),
        ("SNI", "0001430602-01", 1430602),
    ]


def test_the_issuer_that_the_file_gives_is_kept_where_no_symbol_list_knows_the_company(lake, tmp_path):
    assert brought_in(lake, tmp_path, "GONE,2001-01-02,2003-01-02,740260").unresolved == 0
    assert members_of(lake, first=date(2002, 1, 2), last=date(2002, 1, 2))["cik"].to_list() == [740260]


def test_a_repetition_stores_nothing_and_members_are_those_that_were_known(lake, tmp_path):
    """Failure case 38."""
    rows = ("FB,2013-12-23,2024-06-28,", "SNI,2008-07-02,2018-03-06,")
    assert brought_in(lake, tmp_path, *rows).stored == 4
    assert brought_in(lake, tmp_path, *rows).stored == 0
    on = {"first": date(2024, 7, 1), "last": date(2024, 7, 1)}
    assert members_of(lake, **on).is_empty()
    # On the last evening nobody knew of the end: nothing was announced.
    assert members_of(lake, as_of=datetime(2024, 6, 29, tzinfo=UTC), **on)["ticker"].to_list() == ["FB"]
    early = members_of(lake, as_of=datetime(2010, 1, 1, tzinfo=UTC), first=date(2009, 1, 2), last=date(2024, 7, 1))
    assert early["ticker"].to_list() == ["SNI"]


def test_a_file_without_a_member_withdraws_nobody(lake, tmp_path):
    brought_in(lake, tmp_path, "FB,2013-12-23,,")
    with pytest.raises(NotFound):
        brought_in(lake, tmp_path)
    assert lake.read(INDEX_MEMBERS, where=pl.col("status") == "ok").height == 1
