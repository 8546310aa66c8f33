"""The feed and what our own reader makes of it; what should be there is read from the market's truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import polars as pl
import pytest

from edgewise.core.errors import NotFound, ServiceUnavailable
from edgewise.simulate.server import Rules
from edgewise.simulate.server.feed import retained_from
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.feed import merge_entries, parse_feed

# Before the open, in the burst after the close, after 17:30, at 22:00, and on the Monday after.
INSTANTS = ["2024-06-27T13:00", "2024-06-28T20:06", "2024-06-28T21:45", "2024-06-29T02:00", "2024-07-01T10:00:00"]
FAR = Rules(document_delay_s=(0, 0), rate_per_s=0, shuffle_s=0, retained_days=180)


def on_show(truth: pl.DataFrame, now: str, *, since: datetime) -> set[str]:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return set(truth.filter(pl.col("published_at").is_between(since, at))["accession"])


class TestWhatIsOnShow:
    @pytest.mark.parametrize("now", INSTANTS)
    def test_a_crawl_finds_what_is_public_and_nothing_else(self, edgar_at, truth, now):
        with edgar_at(now) as (served, edgar):
            pages = list(edgar.feed_pages())
            since = retained_from(served.clock.now(), 2)
        found = {one.accession: one for one in merge_entries(pages)}
        assert set(found) == on_show(truth, now, since=since)
        assert [page.rejected for page in pages if page.rejected] == []
        told = truth.filter(pl.col("accession").is_in(list(found)))
        for row in told.iter_rows(named=True):
            one = found[row["accession"]]
            assert (one.form, one.accepted_at, one.filed_date) == (row["form"], row["accepted_at"], row["filed_date"])
            assert row["cik"] in one.ciks

    def test_nothing_of_the_future_is_on_show_a_second_before(self, edgar_at, truth):
        last = truth["published_at"].max()
        with edgar_at((last - timedelta(seconds=1)).isoformat()) as (served, edgar):
            before = {one.accession for one in merge_entries(edgar.feed_pages())}
            served.clock.set(now=last)
            after = {one.accession for one in merge_entries(edgar.feed_pages())}
        assert after - before == set(truth.filter(pl.col("published_at") == last)["accession"])

    def test_an_evening_filing_appears_at_six_below_what_was_seen_before(self, simulated, truth):
        """Failure case 19: accepted after 17:30, published with the next business day."""
        late = truth.filter(
            pl.col("published_at").dt.convert_time_zone("America/New_York").dt.time() == pl.time(6, 0)
        ).sort("accepted_at")
        row = late.row(0, named=True)
        just_before = row["published_at"] - timedelta(seconds=1)
        with simulated(just_before.replace(tzinfo=None).isoformat()) as (served, client):
            assert row["accession"] not in client.get(urls.feed_page()).body.decode()
            served.clock.set(now=row["published_at"])
            entries = parse_feed(client.get(urls.feed_page()).body).entries
        stamps = [entry.accepted_at for entry in entries]
        assert row["accession"] in {entry.accession for entry in entries}
        assert stamps == sorted(stamps, reverse=True)

    def test_the_form_is_a_prefix_and_owners_can_be_left_out(self, simulated, truth):
        with simulated("2024-06-28T21:00") as (_, client):
            entries = parse_feed(client.get(urls.feed_page(form="8")).body).entries
            only = client.get(urls.feed_page().replace("owner=include", "owner=only")).body
        assert {entry.form for entry in entries} == {"8-K"}
        assert {entry.form for entry in parse_feed(only).entries} <= {"3", "4", "5", "3/A", "4/A", "5/A"}
        assert "8-K" in set(truth["form"])

    def test_the_feed_reaches_back_two_business_days(self):
        monday_noon = datetime(2024, 7, 1, 16, 0, tzinfo=UTC)
        assert retained_from(monday_noon, 2) == datetime(2024, 6, 27, 4, 0, tzinfo=UTC)
        sunday = datetime(2024, 6, 30, 16, 0, tzinfo=UTC)
        assert retained_from(sunday, 0) == datetime(2024, 6, 28, 4, 0, tzinfo=UTC)

    def test_beyond_the_last_page_comes_the_maintenance_page(self, simulated):
        with simulated("2024-06-28T21:00") as (_, client):
            assert parse_feed(client.get(urls.feed_page(start=5000)).body).entries == ()
            with pytest.raises(ServiceUnavailable, match="503"):
                client.get(urls.feed_page(start=5100))

    def test_another_question_than_the_feed_has_no_answer(self, simulated):
        with simulated("2024-06-28T21:00") as (_, client), pytest.raises(NotFound):
            client.get("https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&CIK=1")

    def test_recorded_crawls_of_the_market_are_not_served(self, simulated):
        with simulated("2024-06-01T12:00") as (_, client), pytest.raises(NotFound):
            client.get("https://www.sec.gov/cgi-bin/browse-edgar/INDEX.tsv")


class TestPagesThatOverlapAndReorder:
    """Failure case 44. The feed reaches far back here, so that a small market has many pages."""

    def test_arrivals_between_two_pages_are_seen_twice_and_nothing_is_lost(self, simulated, truth):
        with simulated("2024-06-03T20:05", rules=FAR) as (served, client):
            entries, page, start = [], None, 0
            while page is None or page.entries:
                page = parse_feed(client.get(urls.feed_page(start=start).replace("count=100", "count=10")).body)
                entries += page.entries
                start += 10
                served.clock.set(now=served.clock.now() + timedelta(hours=12))
            still_kept = retained_from(served.clock.now(), FAR.retained_days)
        expected = on_show(truth, "2024-06-03T20:05", since=still_kept)
        assert len(expected) > 100
        assert len(set(entries)) < len(entries)
        assert expected <= {entry.accession for entry in entries}

    def test_entries_of_the_same_seconds_change_places_from_request_to_request_and_others_do_not(self, simulated):
        day_s = 86_400
        with simulated("2024-06-28T21:00", rules=replace(FAR, shuffle_s=day_s)) as (_, client):
            pages = [parse_feed(client.get(urls.feed_page()).body).entries for _ in range(5)]
        assert len({tuple(page) for page in pages}) == 5
        for page in pages:
            days = [int(entry.accepted_at.timestamp()) // day_s for entry in page]
            assert days == sorted(days, reverse=True)
            last_seen = {entry.accession: place for place, entry in enumerate(page)}
            first_seen = {entry.accession: place for place, entry in reversed(list(enumerate(page)))}
            assert max(last_seen[one] - first_seen[one] for one in last_seen) <= 1

    def test_without_shuffling_every_request_has_the_same_order(self, simulated):
        with simulated("2024-06-28T21:00", rules=FAR) as (_, client):
            bodies = {client.get(urls.feed_page()).body for _ in range(10)}
        assert len(bodies) == 1

    def test_repeated_crawls_through_a_burst_find_everything(self, edgar_at, truth):
        seen: set[str] = set()
        with edgar_at("2024-06-28T20:04", rules=Rules(document_delay_s=(0, 0), rate_per_s=0)) as (served, edgar):
            since = retained_from(served.clock.now(), 2)
            for _ in range(12):
                served.clock.set(now=served.clock.now() + timedelta(seconds=30))
                seen |= {one.accession for one in merge_entries(edgar.feed_pages())}
            now = served.clock.now()
        assert seen == on_show(truth, now.replace(tzinfo=None).isoformat(), since=since)


def test_every_page_says_that_it_is_simulated(simulated):
    with simulated("2024-06-28T21:00") as (served, _):
        answer = httpx2.get(
            f"{served.url}/{urls.feed_page().removeprefix('https://')}", headers={"User-Agent": "A b a@b.cd"}
        )
    assert answer.headers["x-simulated"] == "true"
    assert "SIMULATED MARKET" in answer.text
