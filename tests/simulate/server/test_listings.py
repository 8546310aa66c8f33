"""The indexes over time, read by our own `Edgar`; what should be in them is read from the market's truth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.errors import NotFound, NotYetAvailable
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.selection import Origin, Selection

FRIDAY = date(2024, 6, 28)
FRIDAY_22_EASTERN = datetime(2024, 6, 29, 2, 0, tzinfo=UTC)


def filed(truth: pl.DataFrame, first: date, last: date) -> set[str]:
    return set(truth.filter(pl.col("filed_date").is_between(first, last))["accession"])


def test_a_days_index_appears_at_22_eastern_and_holds_the_whole_day(edgar_at, truth):
    with edgar_at("2024-06-29T01:59:59") as (served, edgar):
        with pytest.raises(NotYetAvailable):
            edgar.daily_index(FRIDAY)
        served.clock.set(now=FRIDAY_22_EASTERN)
        assert set(edgar.daily_index(FRIDAY).entries["accession"]) == filed(truth, FRIDAY, FRIDAY)


@pytest.mark.parametrize(
    ("now", "complete_to"), [("2024-05-15T13:00", date(2024, 5, 14)), ("2024-05-16T02:00", date(2024, 5, 15))]
)
def test_a_quarters_index_holds_the_days_that_are_over(edgar_at, truth, now, complete_to):
    with edgar_at(now) as (_, edgar):
        page = edgar.full_index(2024, 2)
    assert page.complete_to == complete_to
    assert page.rejected == ()
    assert set(page.entries["accession"]) == filed(truth, date(2024, 4, 1), complete_to)


def test_a_quarter_that_is_over_is_whole(edgar_at, truth):
    with edgar_at("2024-05-15T13:00") as (_, edgar):
        page = edgar.full_index(2024, 1)
    assert set(page.entries["accession"]) == filed(truth, date(2024, 1, 1), date(2024, 3, 31))


@pytest.mark.parametrize("now", ["2024-03-01T13:00", "2024-06-27T21:45", "2024-06-29T02:00"])
def test_discovery_by_index_equals_the_truth(edgar_at, truth, now):
    """All that is filed up to the last day that is over, from an open-ended selection, as a gap filler asks."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    over = (at - timedelta(hours=26)).date()  # 22:00 Eastern is 2:00 UTC of the next day, or 3:00 in winter
    with edgar_at(now) as (_, edgar):
        found = {work.accession for work in edgar.discover(Selection(origin=Origin.INDEX, since=date(2024, 1, 1)))}
    assert found == filed(truth, date(2024, 1, 1), over)


def test_the_listing_of_a_quarter_names_the_days_that_are_out(simulated):
    with simulated("2024-06-27T21:00") as (_, client):
        listing = client.get(f"{urls.daily_index_folder(2024, 2)}index.json").body.decode()
    assert "master.20240626.idx" in listing
    assert "master.20240627.idx" not in listing


@pytest.mark.parametrize(
    "path",
    [
        "daily-index/2024/QTR3/index.json",
        "full-index/2024/QTR3/master.idx",
        "full-index/2099/QTR1/form.gz",
        "full-index/2024/QTR2/../../../../files/company_tickers.json",
        "daily-index/2024/QTR2/master.20249999.idx",
        "daily-index/2024/QTR2/",
        "daily-index",
    ],
)
def test_what_is_not_out_yet_or_never_will_be_is_missing(simulated, path):
    with simulated("2024-06-28T21:00") as (_, client), pytest.raises(NotFound):
        client.get(f"{urls.ARCHIVES}edgar/{path}")
